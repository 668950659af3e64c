"""Always the nearest next: what a driver does without a plan, and what a plan has to beat."""

from __future__ import annotations

from operations.routing.plan import Plan, drive, judge
from operations.routing.problem import Problem


def nearest_neighbour(problem: Problem) -> Plan:
    """Fill car after car: from where it is, the nearest stop it can still serve in time and carry."""
    waiting = set(range(len(problem.stops)))
    orders = []
    for car in range(len(problem.cars)):
        order: list[int] = []
        while (found := _next(problem, car, order, waiting)) is not None:
            order.append(found)
            waiting.discard(found)
        orders.append(order)
    return judge(problem, orders)


def _next(problem: Problem, car: int, order: list[int], waiting: set[int]) -> int | None:
    van, place = problem.cars[car], order[-1] + 1 if order else 0
    room = van.crates - sum(problem.stops[number].crates for number in order)
    fitting = (
        number
        for number in waiting
        if problem.stops[number].crates <= room and problem.stops[number].car in (None, car)
    )
    for number in sorted(fitting, key=lambda number: (problem.metres[place][number + 1], number)):
        if drive(problem, car, (*order, number)).is_sound:
            return number
    return None
