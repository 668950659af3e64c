"""A plan: for each car its stops in order. Judged by the same rules whether a solver or a driver's thumb made it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from operations.routing.problem import Problem

# A fault is dearer than any detour, so that comparing costs prefers the plan with fewer of them.
LEFT_OUT = 10_000_000
CRATE_OVER = 1_000_000
SECOND_LATE = 1_000


@dataclass(frozen=True, slots=True)
class Trip:
    """What one car does. `arrivals` (seconds after midnight) belong to `stops`; waiting for a door to open is counted.

    `late`: the stops reached after their latest time. `over_crates`, `over_s`: above what the car holds, and how long
    it is back too late.
    """

    car: int
    stops: tuple[int, ...]
    arrivals: tuple[int, ...]
    leaves: int
    back: int
    crates: int
    metres: int
    late: tuple[int, ...]
    over_crates: int
    over_s: int

    @property
    def is_sound(self) -> bool:
        """Whether everything fits and is in time."""
        return not (self.late or self.over_crates or self.over_s)


@dataclass(frozen=True, slots=True)
class Plan:
    """Trips by car, the stops no car goes to, and the sum of metres and costs (see `Costs`) with dear faults."""

    trips: tuple[Trip, ...]
    left_out: tuple[int, ...]
    metres: int
    cost: int

    @property
    def is_sound(self) -> bool:
        """Whether everybody gets everything in time and no car is too full."""
        return not self.left_out and all(trip.is_sound for trip in self.trips)


def judge(problem: Problem, orders: Sequence[Sequence[int]]) -> Plan:
    """Drive `orders` (per car its stops in order) on paper. Raises ValueError for a stop named twice or unknown."""
    named = [stop for order in orders for stop in order]
    if len(orders) > len(problem.cars) or len(set(named)) != len(named):
        raise ValueError("more trips than cars, or a stop named twice")
    if any(not 0 <= stop < len(problem.stops) for stop in named):
        raise ValueError("a stop that is not there")
    trips = tuple(drive(problem, car, tuple(order)) for car, order in enumerate(orders) if order)
    left_out = tuple(sorted(set(range(len(problem.stops))) - set(named)))
    metres = sum(trip.metres for trip in trips)
    return Plan(trips, left_out, metres, metres + sum(_extra(problem, one) for one in trips) + LEFT_OUT * len(left_out))


def drive(problem: Problem, car: int, order: tuple[int, ...]) -> Trip:
    """One car's trip, `order` not empty: it leaves as late as it can without coming home later, and waits least."""
    van = problem.cars[car]
    leaves = van.leaves + _delay(problem, order, van.leaves)
    arrivals, _, back = _clock(problem, order, leaves)
    places = (0, *(number + 1 for number in order), 0)
    crates = sum(problem.stops[number].crates for number in order)
    return Trip(
        car=car,
        stops=order,
        arrivals=arrivals,
        leaves=leaves,
        back=back,
        crates=crates,
        metres=sum(problem.metres[a][b] for a, b in itertools.pairwise(places)),
        late=tuple(n for n, at in zip(order, arrivals, strict=True) if at > problem.stops[n].latest),
        over_crates=max(0, crates - van.crates),
        over_s=max(0, back - van.back_by),
    )


def _clock(problem: Problem, order: tuple[int, ...], leaves: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """When unloading begins at each stop, how long one waited for it, and when the car is back."""
    clock, place, begins, waits = leaves, 0, [], []
    for number in order:
        stop, there = problem.stops[number], clock + problem.seconds[place][number + 1]
        begins.append(max(there, stop.opens))
        waits.append(begins[-1] - there)
        clock, place = begins[-1] + stop.service_s, number + 1
    return tuple(begins), tuple(waits), clock + problem.seconds[place][0]


def _delay(problem: Problem, order: tuple[int, ...], leaves: int) -> int:
    """Seconds by which leaving later only shortens the waiting (forward time slack, Savelsbergh 1992)."""
    begins, waits, _ = _clock(problem, order, leaves)
    waited = list(itertools.accumulate(waits))
    spare = (waited[i] + problem.stops[number].latest - begins[i] for i, number in enumerate(order))
    return max(0, min(waited[-1], *spare))


def zone_changes(problem: Problem, trip: Trip) -> int:
    """How often a trip goes from one zone to another."""
    zones = [problem.stops[number].zone for number in trip.stops]
    return sum(a != b for a, b in itertools.pairwise(zones))


def _extra(problem: Problem, trip: Trip) -> int:
    costs, stops = problem.costs, problem.stops
    lateness = sum(
        arrival - stops[number].latest
        for number, arrival in zip(trip.stops, trip.arrivals, strict=True)
        if number in trip.late
    )
    wrong_car = sum(stops[number].car not in (None, trip.car) for number in trip.stops)
    return (
        costs.car
        + costs.second * (trip.back - trip.leaves)
        + costs.zone * zone_changes(problem, trip)
        + SECOND_LATE * (lateness + trip.over_s)
        + CRATE_OVER * trip.over_crates
        + LEFT_OUT * wrong_car
    )
