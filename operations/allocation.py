"""Dividing what is there. Pure; quantities in thousandths of a unit, money in fen."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def allocate_by_increase(
    increases: Iterable[tuple[Key, int]], available: int, *, tolerances: Iterable[tuple[Key, int]] = ()
) -> tuple[dict[Key, int], int]:
    """First come, first served, by the time of each increase; `increases` are in that order.

    Who raised his order late stands in line for the raise only, not for what he had before. What is over after that
    goes to those who would take more (`tolerances`), in their order. Returns what each gets and what is left over.

    >>> allocate_by_increase([("a", 2), ("b", 2), ("a", 2)], 5)
    ({'a': 3, 'b': 2}, 0)
    """
    got: dict[Key, int] = {}
    left = max(0, available)
    for key, wanted in (*increases, *tolerances):
        share = min(wanted, left)
        got[key] = got.get(key, 0) + share
        left -= share
    return got, left


def cap_lines(wanted: Mapping[Key, int], available: Mapping[Key, int | None]) -> tuple[dict[Key, int], dict[Key, int]]:
    """What of each wish can be had, and what was wished where that is less. None is no limit; nothing known is nothing.

    >>> cap_lines({1: 3, 2: 3}, {1: 5, 2: 2})
    ({1: 3, 2: 2}, {2: 3})
    """
    had = {key: available.get(key, 0) for key in wanted}
    capped = {key: min(wish, max(0, left)) if (left := had[key]) is not None else wish for key, wish in wanted.items()}
    return capped, {key: wish for key, wish in wanted.items() if capped[key] != wish}


def units_to_order(quantity_milli: int, case_milli: int, *, tolerance_milli: int = 0, least_cases: int = 0) -> int:
    """Full cases to buy: a case that is begun is bought only where people would take the rest of it, and no fewer than
    the supplier's least, which they must be willing to fill too.
    """
    cases, rest = divmod(quantity_milli, case_milli)
    if rest and rest + tolerance_milli >= case_milli:
        cases += 1
    if cases >= least_cases:
        return cases
    return least_cases if quantity_milli and quantity_milli + tolerance_milli >= least_cases * case_milli else 0


def standing_increases(changes: Iterable[tuple[Key, int]], now: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """The increases that still stand: a decrease gives up what was taken last. `changes` are in order of time.

    `now` is what each has today: it decides where the history says otherwise (the difference counts as the latest).
    """
    line: list[tuple[Key, int]] = []
    places: dict[Key, list[int]] = {key: [] for key in now}  # where in the line each one's own increases are

    def move(key: Key, delta: int) -> None:
        if delta > 0:
            places[key].append(len(line))
            line.append((key, delta))
        while delta < 0 and places[key]:
            at = places[key][-1]
            left = line[at][1] + delta
            line[at] = (key, max(0, left))
            delta = min(0, left)
            if left <= 0:
                places[key].pop()

    for key, delta in changes:
        if key in now:
            move(key, delta)
    for key, quantity in now.items():
        move(key, quantity - sum(line[at][1] for at in places[key]))
    return [(key, quantity) for key, quantity in line if quantity]


def still_in_line(increases: Iterable[tuple[Key, int]], served: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """The same line after some were served: what each got came off his own places, the earliest first.

    >>> still_in_line([("a", 2), ("b", 2), ("a", 2)], {"a": 3})
    [('b', 2), ('a', 1)]
    """
    left = dict(served)
    line = []
    for key, quantity in increases:
        taken = min(quantity, left.get(key, 0))
        left[key] = left.get(key, 0) - taken
        if quantity > taken:
            line.append((key, quantity - taken))
    return line


def share_of(amount: int, part: int, whole: int) -> int:
    """`amount` x `part` / `whole`, half rounded up; nothing of nothing."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide `amount` by weight so that the parts add up to it; what rounding leaves goes to the first ones.

    >>> spread(1000, [1, 1, 1])
    [334, 333, 333]
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for i in by_remainder[: amount - sum(parts)]:
        parts[i] += 1
    return parts
