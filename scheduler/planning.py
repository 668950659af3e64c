"""The job that searches for routes: one run at a time, in processes of its own, telling how far it is as it goes.

Whatever ends it (the button, a shutdown, a kill) leaves the best plan so far in the database, and nothing half written.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from models import Store
from operations.delivery import plan_costs, planning, problems
from operations.delivery.planning import Claimed
from operations.delivery.problems import Charted
from operations.errors import NotPlannable
from operations.routing.baseline import nearest_neighbour
from operations.routing.geo import Matrix
from operations.routing.locks import Orders, Rest, rest_of
from operations.routing.plan import Plan, judge
from operations.routing.search import SearchFailed, watch
from scheduler.distances import MapFailed

log = structlog.get_logger(__name__)

LOOKS_EVERY_S = 0.5  # for a wish to stop
TELLS_EVERY_S = 1.0


def plan_routes(store: Store, matrix: Matrix, stop: threading.Event) -> int:
    """Search for the run that has waited longest; how many runs were dealt with."""
    claimed = store.run(planning.claim)
    if claimed is None:
        return 0
    end = partial(_end, store, claimed)
    if claimed.is_unwanted:
        return end("stopped")
    try:
        charted = claimed.charted or _chart(store, matrix, claimed)
    except NotPlannable as error:
        return end("failed", [{"code": fault.code, **fault.facts} for fault in error.facts["faults"]])
    except MapFailed as error:
        log.warning("map_service_failed", reason=str(error))
        return end("failed", [{"code": "map_service"}])
    if charted is None:
        return 0
    return _Search(store, claimed, charted, stop).run(end)


def _chart(store: Store, matrix: Matrix, claimed: Claimed) -> Charted | None:
    """The problem, with distances from wherever they come. None: the search is somebody else's by now."""
    found = store.run(lambda work: planning.inputs(work, run_id=claimed.run_id))
    places = [found.depot, *(one.place for one in found.points if one.place)]
    metres, seconds = matrix.between(places)
    charted = problems.chart(found.points, found.fleet, metres, seconds, keeps_zones=claimed.keeps_zones)
    if faults := problems.late(charted, found.points):
        raise NotPlannable(faults=faults)
    keep = partial(planning.keep_problem, run_id=claimed.run_id, fence=claimed.fence, charted=charted)
    return charted if store.run(keep) else None


def _end(store: Store, claimed: Claimed, outcome: str, trouble: Sequence[Mapping[str, Any]] | None = None) -> int:
    finish = partial(planning.finish, run_id=claimed.run_id, fence=claimed.fence, outcome=outcome, trouble=trouble)
    return int(store.run(finish))


class _Search:
    """One search, from the best plan there is."""

    def __init__(self, store: Store, claimed: Claimed, charted: Charted, stop: threading.Event) -> None:
        self._store, self._claimed, self._charted, self._stop = store, claimed, charted, stop
        self._began = self._told = time.monotonic()
        self._rest, self._orders = store.run(self._first)
        self._best = judge(charted.problem, self._orders)

    def run(self, end: Callable[..., int]) -> int:
        """Until the time is over, somebody stops it, or it is not ours any more."""
        go = self._tell(is_better=True)
        trouble = None
        try:
            with contextlib.closing(self._plans()) as seen:
                for plan in seen:
                    if self._stop.is_set():
                        return self._release()
                    if (is_better := plan is not None and self._is_better(plan)) or self._is_time():
                        go = self._tell(is_better=is_better)
                    if not go:
                        break
        except SearchFailed as error:
            log.warning("route_search_failed", reason=str(error))
            trouble = [{"code": "only_nearest"}]
        if go is None:
            return 0
        return end("done" if go else "stopped", trouble)

    def _plans(self) -> Any:
        return watch(
            self._rest.problem,
            seconds=self._claimed.left_s,
            start=self._rest.part(self._orders),
            every_s=LOOKS_EVERY_S,
        )

    def _first(self, work: Any) -> tuple[Rest, Orders]:
        """The best of what an earlier search found, what stands in the routes, and always the nearest next."""
        charted, run_id = self._charted, self._claimed.run_id
        fixed, bound = plan_costs.kept(work, run_id, charted)
        rest = rest_of(charted.problem, fixed=fixed, bound=bound)
        near = nearest_neighbour(rest.problem)
        known = [rest.whole(_orders(near, len(rest.cars))), plan_costs.orders_of(work, run_id, charted)]
        if self._claimed.best:
            known.append(self._claimed.best)
        return rest, min(known, key=lambda orders: judge(charted.problem, orders).cost)

    def _is_better(self, plan: Plan) -> bool:
        orders = self._rest.whole(_orders(plan, len(self._rest.cars)))
        whole = judge(self._charted.problem, orders)
        if whole.cost >= self._best.cost:
            return False
        self._best, self._orders = whole, orders
        return True

    def _is_time(self) -> bool:
        return time.monotonic() - self._told >= TELLS_EVERY_S

    def _searched_s(self) -> int:
        return min(self._claimed.asked_s, self._claimed.searched_s + int(time.monotonic() - self._began))

    def _tell(self, *, is_better: bool) -> bool | None:
        self._told = time.monotonic()
        tell = partial(
            planning.tell,
            run_id=self._claimed.run_id,
            fence=self._claimed.fence,
            searched_s=self._searched_s(),
            best=(self._best, self._orders) if is_better else None,
        )
        return self._store.run(tell)

    def _release(self) -> int:
        release = partial(
            planning.release, run_id=self._claimed.run_id, fence=self._claimed.fence, searched_s=self._searched_s()
        )
        self._store.run(release)
        return 0


def _orders(plan: Plan, cars: int) -> Orders:
    found: Orders = [[] for _ in range(cars)]
    for trip in plan.trips:
        found[trip.car] = list(trip.stops)
    return found
