"""Learns the weights of `bot.parsing.judge`.

A conditional log-linear model: the options of a message compete in a softmax, and what is raised is the likelihood of
the right ones together. AdaGrad with decay on what was seen; a share of the traits is left out at random each time, so
that no single sign decides; the weights are averaged over the later epochs. Seeded: same data, same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.learn.examples import Example
from benchmarks.learn.softmax import SEEN_AT_LEAST, Floats, Numbers, likely, pull
from bot.parsing.judge import COLUMN

EPOCHS: Final = 10
RATE: Final = 0.25
DECAY: Final = 0.3
LEFT_OUT: Final = 0.3
"""Share of the traits that are left out at random."""


@dataclass(slots=True)
class Encoded:
    """An example in numbers: traits by index, options as (column, column of each clause, traits)."""

    clauses: list[Numbers]
    options: list[tuple[int, Numbers, Numbers]]
    right: Floats


def vocabulary(examples: Iterable[Example]) -> dict[str, int]:
    """Traits that occur often enough, by index; in an example that is given several times they occur once."""
    count: Counter[str] = Counter()
    for example in {id(example): example for example in examples}.values():
        count.update(set().union(*example.clauses, *example.traits))
    return {trait: at for at, trait in enumerate(sorted(t for t, n in count.items() if n >= SEEN_AT_LEAST))}


def encode(example: Example, known: dict[str, int]) -> Encoded:
    """The example in numbers."""

    def indices(traits: Iterable[str]) -> Numbers:
        return np.array(sorted(known[trait] for trait in traits if trait in known), dtype=np.int64)

    return Encoded(
        [indices(clause) for clause in example.clauses],
        [
            (COLUMN[option.kind], np.array(option.columns, dtype=np.int64), indices(traits))
            for option, traits in zip(example.options, example.traits, strict=True)
        ],
        np.array(example.right, dtype=np.float64),
    )


def shares(weights: Floats, example: Encoded) -> Floats:
    """How likely each option is."""
    sums = np.array([weights[clause].sum(axis=0) for clause in example.clauses]).reshape(-1, 4)
    rows = np.arange(len(sums))
    scores = np.array([sums[rows, at].sum() + weights[traits, column].sum() for column, at, traits in example.options])
    return likely(scores)


def learn(examples: Sequence[Example]) -> tuple[dict[str, int], Floats]:
    """(trait -> row, weights by column)."""
    known = vocabulary(examples)
    encoded = [encode(example, known) for example in examples]
    weights, squares, total = (np.zeros((len(known), 4)) for _ in range(3))
    squares += 1e-2
    chance = np.random.default_rng(1)
    for epoch in range(EPOCHS):
        for at in chance.permutation(len(encoded)):
            _step(weights, squares, _thinned(encoded[at], chance))
        if epoch >= EPOCHS // 2:
            total += weights
    return known, total / (EPOCHS - EPOCHS // 2)


def _thinned(example: Encoded, chance: np.random.Generator) -> Encoded:
    def some(traits: Numbers) -> Numbers:
        return traits[chance.random(len(traits)) >= LEFT_OUT]

    return Encoded(
        [some(clause) for clause in example.clauses],
        [(column, at, some(traits)) for column, at, traits in example.options],
        example.right,
    )


def _step(weights: Floats, squares: Floats, example: Encoded) -> None:
    pulled = pull(shares(weights, example), example.right)
    if pulled is None:
        return
    for at, clause in enumerate(example.clauses):
        by_column = np.zeros(4)
        for (_, columns, _), amount in zip(example.options, pulled, strict=True):
            by_column[columns[at]] += amount
        slope = by_column - DECAY * np.abs(by_column) * weights[clause]
        squares[clause] += slope * slope
        weights[clause] += RATE * slope / np.sqrt(squares[clause])
    for (column, _, traits), amount in zip(example.options, pulled, strict=True):
        slope = amount - DECAY * abs(amount) * weights[traits, column]
        squares[traits, column] += slope * slope
        weights[traits, column] += RATE * slope / np.sqrt(squares[traits, column])
