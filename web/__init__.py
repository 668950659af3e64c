"""Flask pages: operator console, leader console, resident pages."""
