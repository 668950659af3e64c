"""Learns what weighs in understanding an order from the annotated messages of `tests/data/parsing`.

`python -m benchmarks.learn` first holds out the lists of a few hands and says how their messages are read by weights
that never saw a list by that hand; from how those readings turned out it learns which can be trusted. Then it learns
from all lists and writes `bot/parsing/weights.json` (the judge), `second.json` (the second reader) and `talk.json`
(questions and talk).
To be run after every change of the reader that either of them looks at (verdicts, doubts, traits); takes minutes.
"""
