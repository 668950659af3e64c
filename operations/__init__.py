"""The business: plain functions `(work, *, …) -> rows or values`. No words for people, no HTTP, no WeChat.

`Work` carries the connection, the instant, ids and randomness. What cannot be done raises a `Refused` from
`operations.errors`, and then nothing of that operation has happened.
"""
