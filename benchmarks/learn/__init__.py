"""Learns what weighs in understanding an order from the annotated messages of `tests/data/parsing`.

`python -m benchmarks.learn` first holds out lists in a few groups and says how their messages are read by weights that
never saw their list; from how those readings turned out it learns which can be trusted. Then it learns from all lists
and writes `bot/parsing/weights.json` (the judge) and `bot/parsing/second.json` (the second reader).
To be run after every change of the reader that either of them looks at (verdicts, doubts, traits); takes minutes.
"""
