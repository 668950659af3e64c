"""What tests stand on: real databases, a real browser, free ports and a clock that stands still."""
