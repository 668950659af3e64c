"""Learns what weighs in understanding an order from the annotated messages of `tests/data/parsing`.

`python -m benchmarks.learn` first holds out the lists of a few hands and says how their messages are read by weights
that never saw a list by that hand; from how those readings turned out it learns which can be trusted. Then it learns
from all lists and writes `bot/parsing/weights.json` (the judge), `second.json` (the second reader), `talk.json`
(questions and talk) and `moments.json` (deadlines and pickups of posts).
To be run after every change of the reader that one of them looks at (verdicts, doubts, traits, times); takes minutes.
`moments.json` alone, after a change of how posts are read, takes a minute:
`python -c "from benchmarks.learn.__main__ import learn_moments as run; run()"`.
"""
