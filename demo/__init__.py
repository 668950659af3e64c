"""Trying 邻团 without an account: demo people, their phones, and a scripted day over real HTTP."""
