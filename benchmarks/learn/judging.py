"""Learns the weights of `bot.parsing.judge`: a log-linear model over the options of a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from benchmarks.learn.examples import Example
from benchmarks.learn.loglinear import SEEN_AT_LEAST, Floats, Numbers, Recipe, Sample, learned, sample
from bot.parsing.judge import COLUMN

COLUMNS: Final = 4
RECIPE: Final = Recipe(epochs=10, rate=0.25, decay=0.1, left_out=0.3)


def vocabulary(examples: Iterable[Example]) -> dict[str, int]:
    """Traits that occur often enough, by index; in an example that is given several times they occur once."""
    count: Counter[str] = Counter()
    for example in {id(example): example for example in examples}.values():
        count.update(set().union(*example.clauses, *example.traits))
    return {trait: at for at, trait in enumerate(sorted(t for t, n in count.items() if n >= SEEN_AT_LEAST))}


def encode(example: Example, known: dict[str, int]) -> Sample:
    """The example in numbers: the weights of an option are those of the clauses by its columns, and its own."""

    def places(traits: Iterable[str]) -> Numbers:
        return np.array(sorted(known[trait] for trait in traits if trait in known), dtype=np.int64) * COLUMNS

    clauses = [places(clause) for clause in example.clauses]
    options = [
        np.concatenate(
            [
                places(traits) + COLUMN[option.kind],
                *(clause + column for clause, column in zip(clauses, option.columns, strict=True)),
            ]
        )
        for option, traits in zip(example.options, example.traits, strict=True)
    ]
    return sample(options, example.right)


def learn(examples: Sequence[Example]) -> tuple[dict[str, int], Floats]:
    """(trait -> row, flat weights by row and column)."""
    known = vocabulary(examples)
    encoded = {id(example): encode(example, known) for example in {id(one): one for one in examples}.values()}
    return known, learned([encoded[id(example)] for example in examples], len(known) * COLUMNS, RECIPE)
