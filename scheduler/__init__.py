"""APScheduler only wakes; due work is found by state and claimed in the database."""
