"""What people have decided stays: whole trips that are left as they are, and stops that keep their car.

The search is given the rest as a smaller problem, and its answer is put together with what was left out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from operations.routing.problem import Problem

Orders = list[list[int]]


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left to be planned. `stops` and `cars` say which of the whole problem they are."""

    problem: Problem
    stops: tuple[int, ...]
    cars: tuple[int, ...]
    fixed: Mapping[int, tuple[int, ...]]  # by car of the whole problem, its stops

    def whole(self, orders: Sequence[Sequence[int]]) -> Orders:
        """The orders of the rest as orders of the whole problem, with the fixed trips."""
        count = len(self.cars) + len(self.fixed)
        made: Orders = [list(self.fixed.get(car, ())) for car in range(count)]
        for car, order in zip(self.cars, orders, strict=False):
            made[car] = [self.stops[stop] for stop in order]
        return made

    def part(self, orders: Sequence[Sequence[int]]) -> Orders:
        """What whole orders say about the rest; stops that have to be on another car are left out."""
        number = {stop: at for at, stop in enumerate(self.stops)}
        made: Orders = []
        for at, car in enumerate(self.cars):
            mine = [number[stop] for stop in orders[car] if stop in number] if car < len(orders) else []
            made.append([stop for stop in mine if self.problem.stops[stop].car in (None, at)])
        return made


def rest_of(problem: Problem, *, fixed: Mapping[int, Sequence[int]], bound: Mapping[int, int]) -> Rest:
    """The problem without the trips in `fixed` (by car) and with the stops in `bound` tied to their car."""
    driven = {stop for order in fixed.values() for stop in order}
    stops = tuple(number for number in range(len(problem.stops)) if number not in driven)
    cars = tuple(number for number in range(len(problem.cars)) if number not in fixed)
    places = (0, *(stop + 1 for stop in stops))
    at = {car: number for number, car in enumerate(cars)}
    part = Problem(
        tuple(replace(problem.stops[stop], car=at.get(bound.get(stop, -1))) for stop in stops),
        tuple(problem.cars[car] for car in cars),
        tuple(tuple(problem.metres[a][b] for b in places) for a in places),
        tuple(tuple(problem.seconds[a][b] for b in places) for a in places),
        problem.costs,
    )
    return Rest(part, stops, cars, {car: tuple(order) for car, order in fixed.items()})
