"""Attacks. Most are read off the program itself: the address table, the commands, the jobs, the schema."""
