"""Chat handlers: command in, text out."""
