"""Learns the weights of `bot.parsing.talk`: a log-linear model over what a message that changes nothing may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.learn.examples import group_of
from benchmarks.learn.loglinear import Recipe, learned, places, sample, vocabulary
from bot.parsing import talk
from bot.parsing.orders import Ruled
from bot.parsing.traits import Sight, named
from bot.parsing.weighing import tables
from tests.parsing.strangers import Annotated

COLUMNS: Final = len(talk.KINDS)
RECIPE: Final = Recipe(epochs=10, rate=0.1, decay=0.1, left_out=0.3)
GROUPS: Final = 4
"""Groups of hands whose lists are held out one after the other."""
LARGEST: Final = 500
SMALLEST: Final = 8
"""Weights in hundredths: at most, and rows that are kept."""


@dataclass(slots=True)
class Heard:
    """A message that changes nothing: what is seen of it, what the rules take it for, and what it is."""

    source: str
    seen: list[Sight]
    ruled: str
    truth: str


def heard(message: Annotated, ruled: Ruled) -> Heard | None:
    """None where the message is about an order, or the rules leave nothing to be said."""
    case = message.case
    if case.action not in talk.KINDS or not ruled.found:
        return None
    reading = talk.left_alone(ruled.reading, ruled.body, ruled.found)
    seen = talk.sights(ruled.found, reading, bool(case.prior))
    return Heard(message.source, seen, reading.action, case.action)


def learn_talk(messages: Sequence[Heard]) -> dict[str, tuple[int, ...]]:
    """Trait -> weights by kind, in hundredths."""
    traits = [named(one.seen) for one in messages]
    known = vocabulary(Counter(trait for seen in traits for trait in seen))
    samples = []
    for one, seen in zip(messages, traits, strict=True):
        rows = places(seen, known, COLUMNS)
        samples.append(sample([rows + at for at in range(COLUMNS)], [one.truth == kind for kind in talk.KINDS]))
    weights = learned(samples, len(known) * COLUMNS, RECIPE).reshape(-1, COLUMNS)
    table = np.clip(np.rint(weights * 100).astype(int), -LARGEST, LARGEST)
    return {trait: tuple(table[at].tolist()) for trait, at in known.items() if np.abs(table[at]).max() >= SMALLEST}


def held_out(messages: Sequence[Heard]) -> Iterable[tuple[Heard, str]]:
    """Each message with what it is taken for by weights that never saw a list by its hand."""
    groups = group_of([one.source for one in messages], GROUPS)
    for group in range(GROUPS):
        weights = tables(learn_talk([one for one in messages if groups[one.source] != group]))
        yield from ((one, talk.kind_of(one.seen, weights)) for one in messages if groups[one.source] == group)
