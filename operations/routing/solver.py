"""The good plan, by PyVRP (iterated local search, https://pyvrp.org), imported only here and only when needed.

`python -m operations.routing.solver` reads a problem on standard input and writes each better plan as a line of JSON,
so that whoever started it has the best so far at any moment and may kill it at any other.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from operations.routing import transport
from operations.routing.problem import Problem

if TYPE_CHECKING:
    from pyvrp import IteratedLocalSearch, ProblemData, Solution

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
    if not problem.stops:
        return [[] for _ in problem.cars]
    ends = time.monotonic() + seconds
    found = None
    if sum(stop.crates for stop in problem.stops) <= sum(car.crates for car in problem.cars):
        found = _search(problem, True, ends, seed, start, on_better)
    return found or _search(problem, False, ends, seed, start, on_better) or [[] for _ in problem.cars]


def _search(
    problem: Problem,
    serves_all: bool,
    ends: float,
    seed: int,
    start: Sequence[Sequence[int]] | None,
    on_better: Callable[[Orders], None],
) -> Orders | None:
    """With every stop served, or with stops that may be left out; None when no such plan was found in time.

    That all have to be served makes the search five times as fast (X-n101-k25: 55,000 iterations of 10,000), so it
    comes first, and has to find something within a fifth of the time. History length: 100 was best of 25 to 1,000 for
    searches of 10 to 30 s. Of 30 and 50 neighbours neither is best everywhere: processes take turns by their seed.
    """
    from pyvrp import IteratedLocalSearchCallbacks, IteratedLocalSearchParams, SolveParams
    from pyvrp import solve as search
    from pyvrp.search import NeighbourhoodParams

    gives_up = time.monotonic() + (ends - time.monotonic()) / 5 if serves_all else ends
    found: list[Solution] = []

    class Tell(IteratedLocalSearchCallbacks):
        def on_start(self, ils: IteratedLocalSearch) -> None:
            self.on_best(ils.initial_solution)

        def on_best(self, best: Solution) -> None:
            if best.is_feasible():
                found.append(best)
                on_better(_orders(problem, best))

    def is_over(_best: float) -> bool:
        now = time.monotonic()
        return now >= ends or (not found and now >= gives_up)

    data = _data(problem, serves_all)
    params = SolveParams(
        ils=IteratedLocalSearchParams(history_length=100, callbacks=Tell()),
        neighbourhood=NeighbourhoodParams(num_neighbours=30 if seed % 2 else 50),
    )
    initial = _solution(problem, data, start) if start else None
    search(data, is_over, seed=seed, collect_stats=False, params=params, initial_solution=initial)  # type: ignore[arg-type]
    return _orders(problem, found[-1]) if found else None


def _fleet(problem: Problem) -> list[list[int]]:
    """Cars that are alike, together: the fewer kinds, the faster the search. A car with stops of its own is alone."""
    bound = {stop.car for stop in problem.stops}
    alike: dict[object, list[int]] = {}
    for number, car in enumerate(problem.cars):
        alike.setdefault(number if number in bound else car, []).append(number)
    return list(alike.values())


def _data(problem: Problem, serves_all: bool) -> ProblemData:
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
            prize=0 if serves_all else WORTH_A_VISIT,
            required=serves_all,
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


def _end_with_asker() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def main() -> None:
    """One search: a request (see `transport.Request`) in, lines of orders out.

    When the pipe it came by is closed, whoever asked is gone, and so is the search.
    """
    request = transport.read(sys.stdin.readline())
    threading.Thread(target=_end_with_asker, daemon=True).start()

    def tell(orders: Orders) -> None:
        sys.stdout.write(json.dumps(orders) + "\n")
        sys.stdout.flush()

    tell(solve(request.problem, seconds=request.seconds, seed=request.seed, start=request.start, on_better=tell))


if __name__ == "__main__":
    main()
