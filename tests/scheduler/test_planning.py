"""The job that searches for routes: it tells how far it is, and whatever ends it leaves the best plan so far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models import Store, delivery_run, pickup_point, route, route_search, route_stop
from operations.delivery import plan_costs, planning, plans, problems, runs
from operations.errors import NotPlannable, RunState
from operations.routing.geo import GreatCircle, Matrix
from scheduler.planning import plan_routes
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S, until
from tests.support.processes import children, command_line, is_alive
from tests.support.runs import Day
from web import route_words

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(store: Store, clock: StillClock) -> int:
    """Three leaders' rounds on two cars, frozen."""
    return Day(store, leaders=3).run()


def ask(store: Store, run_id: int, seconds: int = 1) -> bool:
    return store.run(lambda work: planning.ask(work, run_id=run_id, seconds=seconds, actor="system"))


def work_on(store: Store, stop: threading.Event | None = None, matrix: Matrix | None = None) -> int:
    return plan_routes(store, matrix or GreatCircle(), stop or threading.Event())


def search_of(store: Store) -> Any:
    with store.read() as work:
        return work.db.execute(select(route_search)).one()


def stops(store: Store) -> int:
    with store.read() as work:
        return int(work.db.execute(select(func.count()).select_from(route_stop)).scalar_one())


def test_asked_for_searched_and_driven(store: Store, clock: StillClock, run: int) -> None:
    assert ask(store, run)
    assert not ask(store, run), "it is going on already"
    assert work_on(store) == 1
    found = search_of(store)
    assert (found.state, found.placed, found.trouble) == ("done", 3, None)
    assert stops(store) == 3
    with store.read() as work:
        both = plan_costs.compared(work, run_id=run)
        rows = work.db.execute(select(route)).all()
        due = work.db.execute(select(route_stop.c.due_at)).scalars().all()
        run_on = runs.get(work, run).run_on
    assert both is not None
    assert both.now == both.best
    assert sum(row.metres for row in rows) == both.now.metres == found.metres
    assert all(one is not None and plans.at(run_on, 5 * 3600) <= one <= plans.at(run_on, 12 * 3600) for one in due)
    assert work_on(store) == 0


def test_the_button_ends_it_and_keeps_the_best(store: Store, clock: StillClock, run: int) -> None:
    ask(store, run, 60)
    worker = threading.Thread(target=partial(work_on, store))
    worker.start()
    until(lambda: search_of(store).best is not None)
    assert store.run(lambda work: planning.want_stop(work, run_id=run))
    worker.join(PATIENCE_S)
    assert not worker.is_alive()
    assert search_of(store).state == "stopped"
    assert stops(store) == 3
    assert not store.run(lambda work: planning.want_stop(work, run_id=run))


def test_stopped_before_anybody_began_nothing_is_searched(store: Store, clock: StillClock, run: int) -> None:
    ask(store, run)
    assert store.run(lambda work: planning.want_stop(work, run_id=run))
    assert work_on(store) == 0
    assert (search_of(store).state, stops(store)) == ("stopped", 0)


def test_a_shutdown_hands_it_on_with_the_best_so_far(store: Store, clock: StillClock, run: int) -> None:
    ask(store, run, 30)
    stop = threading.Event()
    worker = threading.Thread(target=partial(work_on, store, stop))
    worker.start()
    until(lambda: search_of(store).best is not None)
    stop.set()
    worker.join(PATIENCE_S)
    handed_on = search_of(store)
    assert (handed_on.state, stops(store)) == ("wanted", 0)
    with store.transaction() as work:  # most of the time is over
        work.db.execute(update(route_search).values(searched_s=29))
    assert work_on(store) == 1
    after = search_of(store)
    assert (after.state, after.problem) == ("done", handed_on.problem)
    assert after.cost <= handed_on.cost


def test_a_locked_route_and_a_locked_stop_stay(store: Store, clock: StillClock, run: int) -> None:
    ask(store, run)
    work_on(store)
    with store.transaction() as work:
        known = plan_costs.charted_of(work, run_id=run)
        assert known is not None
        charted, turned = known[0], [[2, 0], [1]]
        plans.write(work, run_id=run, charted=charted, orders=turned)
        locked = work.db.execute(select(route).where(route.c.vehicle_id == charted.vans[0])).one()
        plans.lock_route(work, run_id=run, route_id=locked.id, is_locked=True, actor="system")
    ask(store, run)
    work_on(store)
    with store.read() as work:
        assert plan_costs.orders_of(work, run, charted)[0] == turned[0]
        found = plan_costs.compared(work, run_id=run)
    assert found is not None
    assert found.free is not None, "what the lock costs is known: it was searched without before"
    assert "多" in route_words.dearer(found.best, found.free)
    with store.transaction() as work:
        plans.lock_route(work, run_id=run, route_id=locked.id, is_locked=False, actor="system")
        leader_id, point_id = charted.points[turned[1][0]]
        plans.lock_stop(work, run_id=run, leader_id=leader_id, point_id=point_id, is_locked=True, actor="system")
    ask(store, run)
    work_on(store)
    with store.read() as work:
        assert turned[1][0] in plan_costs.orders_of(work, run, charted)[1]
    with store.transaction() as work:
        plans.lock_stop(work, run_id=run, leader_id=leader_id, point_id=point_id, is_locked=False, actor="system")
    ask(store, run)
    work_on(store)
    with store.read() as work:
        found = plan_costs.compared(work, run_id=run)
    assert found is not None
    assert found.free is None, "nothing is locked any more, and nothing is dearer for it"


# ---------------------------------------------------------------- what cannot be planned


class NoRoad:
    """A map on which nothing can be reached."""

    def between(self, places: Any) -> tuple[list[list[int]], list[list[int]]]:
        size = len(places)
        far = [[0 if a == b else problems.NEVER_S for b in range(size)] for a in range(size)]
        return far, far


def test_what_no_road_leads_to_is_said(sqlite_store: Store, clock: StillClock) -> None:
    run_id = Day(sqlite_store, leaders=1).run()
    ask(sqlite_store, run_id)
    assert work_on(sqlite_store, matrix=NoRoad()) == 1
    found = search_of(sqlite_store)
    assert found.state == "failed"
    assert [one["code"] for one in found.trouble] == ["no_road"]
    assert ask(sqlite_store, run_id), "it may be tried again"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lat_e6": None, "lng_e6": None}, "nowhere"),
        ({"lat_e6": 121_400_000 // 2, "lng_e6": 31_200_000}, "far"),
        ({"opens_min": None, "closes_min": 301}, "too_late"),
    ],
)
def test_faults_are_found_before_planning(sqlite_store: Store, change: dict[str, int | None], code: str) -> None:
    run_id = Day(sqlite_store, leaders=2).run()
    with sqlite_store.transaction() as work:
        work.db.execute(update(pickup_point).values(**change))
    with pytest.raises(NotPlannable) as refused:
        ask(sqlite_store, run_id)
    assert {fault.code for fault in refused.value.facts["faults"]} == {code}
    with sqlite_store.transaction() as work:
        work.db.execute(update(delivery_run).values(state="on_the_way"))
    with pytest.raises(RunState):
        ask(sqlite_store, run_id)


# ---------------------------------------------------------------- killed

WORKER = """
import sys, threading
from models import Store
from operations.routing.geo import GreatCircle
from scheduler.planning import plan_routes
plan_routes(Store.open(sys.argv[1], wait_s=20), GreatCircle(), threading.Event())
"""


def test_killed_the_next_goes_on_and_no_search_is_left_behind(sqlite_store: Store) -> None:
    """kill -9 of the scheduler: its searches end by themselves, the row stays as it was, the next one finishes it."""
    store = sqlite_store
    run_id = Day(store, leaders=3).run()
    ask(store, run_id, 60)
    url = f"sqlite:///{store.engine.url.database}"
    worker = subprocess.Popen([sys.executable, "-c", WORKER, url], cwd=ROOT)
    until(lambda: search_of(store).best is not None)
    until(lambda: bool(children(worker.pid)))
    searches = children(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    until(lambda: not [pid for pid in searches if is_alive(pid)])
    left = search_of(store)
    assert (left.state, stops(store)) == ("searching", 0)
    assert json.loads(json.dumps(left.best))
    with store.transaction() as work:  # his lease runs out; most of the time is over
        work.db.execute(update(route_search).values(lease_until=work.now, searched_s=60))
    assert work_on(store) == 1
    assert (search_of(store).state, stops(store)) == ("done", 3)


@pytest.fixture(autouse=True)
def _no_search_is_left() -> Iterator[None]:
    yield
    assert [pid for pid in children(os.getpid()) if b"solver" in command_line(pid)] == []
