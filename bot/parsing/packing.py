"""Small whole numbers side by side in one, so that one addition adds all of them.

The weights of a trait are such a row: packed, tens of thousands of rows take a third of the memory of as many tuples,
and adding some hundred of them for each message takes a fraction of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import add

LARGEST = 511
"""A number that is packed is at most this far from 0."""


@dataclass(slots=True)
class Lanes:
    """Rows of `count` numbers with `bits` bits for each, which their sums must stay within.

    >>> lanes = Lanes(4, 16)
    >>> lanes.added([lanes.packed((1, -2, 3, -4)), lanes.packed((10, 20, -30, -40))])
    (11, 18, -27, -44)
    """

    count: int
    bits: int
    at_once: int = field(init=False)
    _shifts: tuple[int, ...] = field(init=False, repr=False)
    _mask: int = field(init=False, repr=False)
    _middle: int = field(init=False, repr=False)
    _lift: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._shifts = tuple(at * self.bits for at in range(self.count))
        self._mask, self._middle = (1 << self.bits) - 1, 1 << self.bits - 1
        self._lift = sum(self._middle << shift for shift in self._shifts)
        self.at_once = self._middle // (LARGEST + 1) - 1  # so many cannot run over into the next

    def packed(self, row: Sequence[int]) -> int:
        """A row as one number. Raises ValueError for one that cannot be added up."""
        if max(row) > LARGEST or min(row) < -LARGEST:
            raise ValueError(f"weights this large cannot be added up: {row}")
        whole = 0
        for number in reversed(row):
            whole = (whole << self.bits) + number
        return whole

    def added(self, rows: Sequence[int]) -> tuple[int, ...]:
        """The sums of packed rows, number by number."""
        if len(rows) > self.at_once:
            return tuple(map(add, self.added(rows[: self.at_once]), self.added(rows[self.at_once :])))
        whole, mask, middle = sum(rows) + self._lift, self._mask, self._middle
        return tuple([(whole >> shift & mask) - middle for shift in self._shifts])
