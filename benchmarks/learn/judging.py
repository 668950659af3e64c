"""Learns the weights of `bot.parsing.judge`: a log-linear model over the options of a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.learn.examples import Example
from benchmarks.learn.loglinear import Floats, Recipe, Sample, learned, places, sample, vocabulary
from bot.parsing.judge import COLUMN

COLUMNS: Final = 4
RECIPE: Final = Recipe(epochs=10, rate=0.25, decay=0.1, left_out=0.3)


def encode(example: Example, known: dict[str, int]) -> Sample:
    """The example in numbers: the weights of an option are those of the clauses by its columns, and its own."""

    clauses = [places(clause, known, COLUMNS) for clause in example.clauses]
    options = [
        np.concatenate(
            [
                places(traits, known, COLUMNS) + COLUMN[option.kind],
                *(clause + column for clause, column in zip(clauses, option.columns, strict=True)),
            ]
        )
        for option, traits in zip(example.options, example.traits, strict=True)
    ]
    return sample(options, example.right)


def learn(examples: Sequence[Example]) -> tuple[dict[str, int], Floats]:
    """(trait -> row, flat weights by row and column)."""
    distinct = {id(one): one for one in examples}  # what is given several times is counted and encoded once
    count: Counter[str] = Counter()
    for example in distinct.values():
        count.update(set().union(*example.clauses, *example.traits))
    known = vocabulary(count)
    encoded = {key: encode(example, known) for key, example in distinct.items()}
    return known, learned([encoded[id(example)] for example in examples], len(known) * COLUMNS, RECIPE)
