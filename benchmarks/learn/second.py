"""Learns the weights of `bot.parsing.second`: for each item of a message, which amount is meant.

A log-linear model over the answers of one choice; several of them may come to the true amount.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from benchmarks.learn import loglinear
from benchmarks.learn.loglinear import Floats, Numbers, Recipe, places, vocabulary
from bot.parsing.choices import ANY, Choice
from bot.parsing.second import Row
from bot.parsing.surroundings import Sight

Trait: TypeAlias = tuple[str, str]

COLUMNS: Final = ANY + 1
RECIPE: Final = Recipe(epochs=6, rate=0.1, decay=0.03, left_out=0.2)
SMALLEST: Final = 10
"""Rows whose weights (in hundredths) are all below this are not kept."""


@dataclass(slots=True)
class Sample:
    """A choice with its true amount."""

    asked: Choice
    truth: int


def traits_of(sights: Iterable[Sight]) -> list[Trait]:
    """Family and key of everything seen."""
    return [(family, key) for family, keys in sights for key in keys]


def learn_second(samples: Sequence[Sample]) -> dict[str, dict[str, Row]]:
    """Family -> key -> weights by column, in hundredths."""
    count: Counter[Trait] = Counter()
    for one in samples:
        count.update({*traits_of(one.asked.context), *_own(one.asked)})
    known = vocabulary(count)
    encoded = [found for one in samples if (found := _encode(one, known)) is not None]
    return _rows(known, loglinear.learned(encoded, len(known) * COLUMNS, RECIPE))


def _own(asked: Choice) -> set[Trait]:
    return {trait for answer in asked.answers for trait in traits_of(answer.traits)}


def _encode(one: Sample, known: dict[Trait, int]) -> loglinear.Sample | None:
    """None where no answer comes to the truth."""
    answers = one.asked.answers
    right = [answer.amount == one.truth for answer in answers]
    if not any(right):
        return None
    context = places(traits_of(one.asked.context), known, COLUMNS)
    options: list[Numbers] = []
    for answer in answers:
        own = places(traits_of(answer.traits), known, COLUMNS)
        options.append(np.concatenate([context + answer.column, own + answer.column, own + ANY]))
    return loglinear.sample(options, right)


def _rows(known: dict[Trait, int], weights: Floats) -> dict[str, dict[str, Row]]:
    table = np.rint(weights.reshape(-1, COLUMNS) * 100).astype(int)
    found: dict[str, dict[str, Row]] = {}
    for (family, key), at in known.items():
        if np.abs(table[at]).max() >= SMALLEST:
            found.setdefault(family, {})[key] = tuple(table[at].tolist())
    return found
