"""Learns the weights of `bot.parsing.second`: for each item of a message, which amount is meant.

A conditional log-linear model over the answers of one choice; several answers may come to the true amount, and what
is raised is their likelihood together. AdaGrad; a share of the traits is left out at random each time; the weights are
averaged over the later epochs. Seeded: same data, same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from benchmarks.learn.softmax import SEEN_AT_LEAST, Floats, Numbers, likely, pull
from bot.parsing.choices import ANY, Choice
from bot.parsing.second import Row
from bot.parsing.surroundings import Sight

Trait: TypeAlias = tuple[str, str]

COLUMNS: Final = ANY + 1
EPOCHS: Final = 6
RATE: Final = 0.1
LEFT_OUT: Final = 0.2
"""Share of the traits that are left out at random."""
DECAY: Final = 0.03
SMALLEST: Final = 8
"""Rows whose weights (in hundredths) are all below this are not kept."""


@dataclass(slots=True)
class Sample:
    """A choice with its true amount."""

    asked: Choice
    truth: int


@dataclass(slots=True)
class _Encoded:
    """The answers' weights as places in one flat array, the number of each answer's places, and which are right."""

    places: Numbers
    owner: Numbers
    right: Floats


def traits_of(sights: Iterable[Sight]) -> list[Trait]:
    """Family and key of everything seen."""
    return [(family, key) for family, keys in sights for key in keys]


def learn_second(samples: Sequence[Sample]) -> dict[str, dict[str, Row]]:
    """Family -> key -> weights by column, in hundredths."""
    count: Counter[Trait] = Counter()
    for sample in samples:
        count.update({*traits_of(sample.asked.context), *_own(sample.asked)})
    known = {trait: at for at, trait in enumerate(sorted(t for t, times in count.items() if times >= SEEN_AT_LEAST))}
    encoded = [found for sample in samples if (found := _encode(sample, known)) is not None]
    weights, squares = np.zeros(len(known) * COLUMNS), np.full(len(known) * COLUMNS, 1e-2)
    total, chance = np.zeros(len(known) * COLUMNS), np.random.default_rng(1)
    for epoch in range(EPOCHS):
        for at in chance.permutation(len(encoded)):
            _step(weights, squares, encoded[at], chance)
        if epoch >= EPOCHS // 2:
            total += weights
    return _rows(known, total / (EPOCHS - EPOCHS // 2))


def _own(asked: Choice) -> set[Trait]:
    return {trait for answer in asked.answers for trait in traits_of(answer.traits)}


def _encode(sample: Sample, known: dict[Trait, int]) -> _Encoded | None:
    """None where no answer comes to the truth."""
    answers = sample.asked.answers
    right = np.array([float(answer.amount == sample.truth) for answer in answers])
    if not right.any():
        return None
    context = _indices(sample.asked.context, known)
    places: list[Numbers] = []
    for answer in answers:
        own = _indices(answer.traits, known)
        places.append(
            np.concatenate([context * COLUMNS + answer.column, own * COLUMNS + answer.column, own * COLUMNS + ANY])
        )
    owner = np.repeat(np.arange(len(answers)), [len(one) for one in places])
    return _Encoded(np.concatenate(places), owner, right)


def _indices(sights: Iterable[Sight], known: dict[Trait, int]) -> Numbers:
    """Sorted: sets are walked in another order in each process, and which traits are left out goes by place."""
    return np.array(sorted(known[trait] for trait in traits_of(sights) if trait in known), dtype=np.int64)


def _step(weights: Floats, squares: Floats, sample: _Encoded, chance: np.random.Generator) -> None:
    kept = chance.random(len(sample.places)) >= LEFT_OUT
    places, owner = sample.places[kept], sample.owner[kept]
    scores = np.bincount(owner, weights[places], len(sample.right))
    pulled = pull(likely(scores.astype(np.float64)), sample.right)
    if pulled is None:
        return
    amount = pulled[owner]
    slope = amount - DECAY * np.abs(amount) * weights[places]
    np.add.at(squares, places, slope * slope)
    np.add.at(weights, places, RATE * slope / np.sqrt(squares[places]))


def _rows(known: dict[Trait, int], weights: Floats) -> dict[str, dict[str, Row]]:
    table = np.rint(weights.reshape(-1, COLUMNS) * 100).astype(int)
    found: dict[str, dict[str, Row]] = {}
    for (family, key), at in known.items():
        if np.abs(table[at]).max() >= SMALLEST:
            found.setdefault(family, {})[key] = tuple(table[at].tolist())
    return found
