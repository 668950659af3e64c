"""What a message is that changes no order: a question, a call for help, or just talk. Learned, as the judge is.

The rules know some turns of asking (`questions`); the words of a whole message say more. The traits of its clauses, and
what the rules take it for, have weights: `benchmarks/learn` finds them, `talk.json` holds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from bot.parsing.segments import Segment
from bot.parsing.topics import topic_of
from bot.parsing.traits import PLAIN_TRAITS, Sight, clauses
from bot.parsing.values import OrderReading
from bot.parsing.weighing import Weights, added, rows_of, tables

Kind: TypeAlias = Literal["query", "unknown", "help"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Columns of the weights."""
_WHATEVER: Final = (None, "spec", "catalog", "stock")
"""Topics that many words lead to: beside any other, 怎么付钱 has an answer of its own."""


def sights(found: Sequence[Segment], reading: OrderReading, has_order: bool) -> list[Sight]:
    """What is seen of a message: of its clauses, and of what the rules make of them."""
    action, topic = reading.action, str(reading.topic)
    ruled: Sight = (PLAIN_TRAITS, {("r", action), ("topic", topic), ("topic", topic, action), ("b", has_order)})
    return [ruled, *(sight for clause in clauses(found) for sight in clause)]


def kind_of(seen: Sequence[Sight], weights: Weights) -> Kind:
    """The likeliest kind."""
    sums = added(rows_of(seen, weights))
    return KINDS[max(range(len(KINDS)), key=sums.__getitem__)]


def left_alone(reading: OrderReading, body: str, found: Sequence[Segment]) -> OrderReading:
    """What the rules make of a message of which nothing is booked."""
    if reading.action in ("query", "unknown"):
        return reading
    asks = any(segment.verdict == "query" for segment in found)
    return OrderReading("query" if asks else "unknown", topic=topic_of(body, found))


def listened(reading: OrderReading, found: Sequence[Segment], *, has_order: bool) -> OrderReading:
    """The reading of a message that changes nothing, as what it most likely is."""
    kind = kind_of(sights(found, reading, has_order), WEIGHTS)
    if kind == "help":
        return OrderReading("help") if reading.topic in _WHATEVER else reading
    return reading if kind == reading.action else replace(reading, action=kind)


def _load() -> Weights:
    return tables(json.loads(Path(__file__).with_name("talk.json").read_text(encoding="utf-8")))


WEIGHTS: Final = _load()
