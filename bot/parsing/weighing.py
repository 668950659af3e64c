"""Weights of traits, as they are looked up and added up.

A trait has a row of weights, whole numbers in hundredths of a nat, so that their sums do not hang on the order of
adding; packed into one number each (`packing`), they are found by the family and the key of the trait (`traits`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from bot.parsing.packing import Lanes
from bot.parsing.traits import Key, Sight, place_of

Row: TypeAlias = tuple[int, ...]
"""The weights of a trait by column."""
Weights: TypeAlias = dict[str, dict[Key, int]]
"""Family -> key -> weights by column, packed into one number, so that one addition adds all of them."""

LANES: Final = Lanes(4, 16)
"""With four of 16 bits a row still is a machine word while it is added up."""


def tables(rows: Mapping[str, Sequence[int]]) -> Weights:
    """The weights of traits, given by name, as they are looked up."""
    found: Weights = {}
    for trait, row in rows.items():
        weights = LANES.packed(row)
        for family, key in place_of(trait):
            found.setdefault(family, {})[key] = weights
    return found


def rows_of(sights: Iterable[Sight], weights: Weights) -> list[int]:
    """The packed rows of all that was seen."""
    found: list[int] = []
    for family, keys in sights:
        table = weights.get(family)
        if table is not None:
            found += filter(None, map(table.get, keys))
    return found


def added(rows: Sequence[int]) -> Row:
    """The sums of packed rows by column."""
    return LANES.added(rows)
