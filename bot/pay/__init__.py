"""WeChat Pay: an optional way in for money. Knows no business; `gateway` is what the rest of the program sees of it."""
