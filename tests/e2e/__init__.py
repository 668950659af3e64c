"""Whole ways through the leader's pages in a real Chromium."""
