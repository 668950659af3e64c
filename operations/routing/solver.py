"""The good plan, by PyVRP (iterated local search, https://pyvrp.org), imported only here and only when needed.

`python -m operations.routing.solver` reads a problem on standard input and writes each better plan as a line of JSON,
so that whoever started it has the best so far at any moment and may kill it at any other.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from operations.routing import transport
from operations.routing.problem import Problem

if TYPE_CHECKING:
    from pyvrp import ProblemData, Solution

Orders = list[list[int]]

WORTH_A_VISIT = 10_000_000  # a stop is left out only when nothing else helps
FAR_M = 5_000_000  # the way to a stop that another car has to serve


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    start: Sequence[Sequence[int]] | None = None,
    on_better: Callable[[Orders], None] = lambda _: None,
) -> Orders:
    """Per car its stops in order, after `seconds` of search. `start` is a plan to begin with.

    `on_better` is called with each better plan. Raises ImportError without the `routes` extra.
    """
    from pyvrp import IteratedLocalSearchCallbacks, IteratedLocalSearchParams, SolveParams
    from pyvrp import solve as search
    from pyvrp.stop import MaxRuntime

    if not problem.stops:
        return [[] for _ in problem.cars]

    class Tell(IteratedLocalSearchCallbacks):
        def on_best(self, best: Solution) -> None:
            if best.is_feasible():
                on_better(_orders(problem, best))

    data = _data(problem)
    result = search(
        data,
        MaxRuntime(seconds),
        seed=seed,
        collect_stats=False,
        params=SolveParams(ils=IteratedLocalSearchParams(callbacks=Tell())),
        initial_solution=_solution(problem, data, start) if start else None,
    )
    return _orders(problem, result.best)


def _fleet(problem: Problem) -> list[list[int]]:
    """Cars that are alike, together: the fewer kinds, the faster the search. A car with stops of its own is alone."""
    bound = {stop.car for stop in problem.stops}
    alike: dict[object, list[int]] = {}
    for number, car in enumerate(problem.cars):
        alike.setdefault(number if number in bound else car, []).append(number)
    return list(alike.values())


def _data(problem: Problem) -> ProblemData:
    import numpy as np
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    metres = np.array(problem.metres, dtype=np.int64) + problem.costs.zone * _changes_zone(problem)
    bound = any(stop.car is not None for stop in problem.stops)
    fleet = _fleet(problem)
    distances: list[Any] = [_with_forbidden(problem, metres, cars[0]) for cars in fleet] if bound else [metres]
    vehicles = [
        VehicleType(
            num_available=len(cars),
            capacity=[problem.cars[cars[0]].crates],
            tw_early=problem.cars[cars[0]].leaves,
            tw_late=problem.cars[cars[0]].back_by,
            fixed_cost=problem.costs.car,
            unit_duration_cost=problem.costs.second,
            profile=kind if bound else 0,
        )
        for kind, cars in enumerate(fleet)
    ]
    clients = [
        Client(
            number + 1,
            delivery=[stop.crates],
            service_duration=stop.service_s,
            tw_early=stop.opens,
            tw_late=stop.latest,
            prize=WORTH_A_VISIT,
            required=False,
        )
        for number, stop in enumerate(problem.stops)
    ]
    durations: list[Any] = [np.array(problem.seconds, dtype=np.int64)] * len(distances)
    places = [Location(0, 0)] * (len(problem.stops) + 1)
    return ProblemData(places, clients, [Depot(0)], vehicles, distances, durations)


def _changes_zone(problem: Problem) -> Any:
    """1 between stops of different zones, 0 elsewhere."""
    import numpy as np

    zones = np.array([stop.zone for stop in problem.stops])
    change = np.zeros((len(zones) + 1, len(zones) + 1), dtype=np.int64)
    change[1:, 1:] = zones[:, None] != zones[None, :]
    return change


def _with_forbidden(problem: Problem, metres: Any, car: int) -> Any:
    own = metres.copy()
    for number, stop in enumerate(problem.stops):
        if stop.car not in (None, car):
            own[:, number + 1] += FAR_M
            own[number + 1, number + 1] = 0
    return own


def _solution(problem: Problem, data: ProblemData, start: Sequence[Sequence[int]]) -> Solution:
    from pyvrp import Activity, ActivityType, Route, Solution

    kind_of = {number: kind for kind, cars in enumerate(_fleet(problem)) for number in cars}
    routes = [
        Route(data, [Activity(ActivityType.CLIENT, stop) for stop in order], kind_of[car])
        for car, order in enumerate(start)
        if order
    ]
    return Solution(data, routes)


def _orders(problem: Problem, solution: Solution) -> Orders:
    orders: Orders = [[] for _ in problem.cars]
    free = [list(cars) for cars in _fleet(problem)]
    for route in solution.routes():
        orders[free[route.vehicle_type()].pop(0)] = [step.idx for step in route if step.is_client()]
    return orders


def main() -> None:
    """One search: a request (see `transport.Request`) in, lines of orders out."""
    request = transport.read(sys.stdin.read())

    def tell(orders: Orders) -> None:
        sys.stdout.write(json.dumps(orders) + "\n")
        sys.stdout.flush()

    tell(solve(request.problem, seconds=request.seconds, seed=request.seed, start=request.start, on_better=tell))


if __name__ == "__main__":
    main()
