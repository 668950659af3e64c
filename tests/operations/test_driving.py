"""A car on its way: who is told when, what taps that come twice or late do, and moving stops while it drives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from models import Store, action_log, delivery_run, notice, route_stop
from operations.delivery import by_driver, driving, plan_costs, plans, problems, runs, tours
from operations.delivery.plan_costs import Costs
from operations.errors import NotFound, NotNext, RunChanged, RunState
from operations.routing.plan import judge
from tests.support.clock import StillClock
from tests.support.runs import Day, plan
from web import route_words

Stop = Any


class Tour:
    """A run of four leaders on one car."""

    def __init__(self, store: Store) -> None:
        self.store, self.day = store, Day(store, leaders=4)
        with store.transaction() as work:
            work.db.execute(update(delivery_run).values(crate_units=10))
        self.run_id = self.day.run()
        plan(store, self.run_id)
        with store.transaction() as work:  # all on the first car
            found = plan_costs.charted_of(work, run_id=self.run_id)
            assert found is not None
            plans.write(work, run_id=self.run_id, charted=found[0], orders=[[2, 0, 3, 1], []])

    @property
    def stops(self) -> Sequence[Stop]:
        with self.store.read() as work:
            return tours.stops_of_run(work, run_id=self.run_id)

    @property
    def route_id(self) -> int:
        return int(self.stops[0]["route_id"])

    def told(self) -> list[tuple[int, int]]:
        """(stop's place in the order, how many stops away) of each notice, as they came."""
        at = {stop["pickup_point_id"]: stop["position"] for stop in self.stops}
        with self.store.read() as work:
            rows = work.db.execute(select(notice).where(notice.c.kind == "car_near").order_by(notice.c.id)).all()
        return [(at[int(row.dedupe_key.rpartition(":")[2])], row.payload["stops"]) for row in rows]

    def start(self) -> None:
        with self.store.transaction() as work:
            driving.start(work, route_id=self.route_id)

    def arrive(self, nth: int) -> None:
        with self.store.transaction() as work:
            driving.arrive(work, route_id=self.route_id, stop_id=self.stops[nth - 1]["id"])

    def sign(self, nth: int, name: str = "王姐") -> driving.Signed:
        with self.store.transaction() as work:
            return driving.sign(work, route_id=self.route_id, stop_id=self.stops[nth - 1]["id"], name=name)


@pytest.fixture
def tour(store: Store, clock: StillClock) -> Tour:
    return Tour(store)


def test_leaders_hear_of_the_car_two_stops_ahead_and_once(tour: Tour) -> None:
    assert tour.told() == []
    tour.start()
    tour.start()
    assert sorted(tour.told()) == [(1, 1), (2, 2)]
    tour.arrive(1)
    assert len(tour.told()) == 2
    assert tour.sign(1).is_new
    assert not tour.sign(1, "李想").is_new
    assert sorted(tour.told()) == [(1, 1), (2, 2), (3, 2)]
    for nth in (2, 3):
        tour.arrive(nth)
        tour.sign(nth)
    assert sorted(tour.told()) == [(1, 1), (2, 2), (3, 2), (4, 2)]
    tour.arrive(4)
    with tour.store.transaction() as work:
        driving.leave(work, route_id=tour.route_id, stop_id=tour.stops[3]["id"])
        assert runs.get(work, tour.run_id).state == "done"
    assert len(tour.told()) == 4


def test_a_stop_moved_while_the_car_drives_is_told_once_and_what_was_served_stays(tour: Tour) -> None:
    tour.arrive(1)
    tour.sign(1)
    first, *_, last = tour.stops
    with tour.store.transaction() as work:
        version = runs.get(work, tour.run_id).version
        found = plans.move(
            work, run_id=tour.run_id, version=version, leader_id=last["leader_id"], point_id=last["pickup_point_id"],
            vehicle_id=tour.day.vans[0], position=1, actor="system",
        )  # fmt: skip
        with pytest.raises(RunState):
            plans.move(
                work, run_id=tour.run_id, version=version + 1, leader_id=first["leader_id"],
                point_id=first["pickup_point_id"], vehicle_id=tour.day.vans[0], position=3, actor="system",
            )  # fmt: skip
    assert found.now.metres > found.best.metres
    order = [stop["id"] for stop in tour.stops]
    assert order[:2] == [first["id"], last["id"]], "behind what was served"
    assert tour.stops[0]["done_at"] is not None
    tour.arrive(2)
    tour.sign(2)
    keys = [key for key, _ in tour.told()]
    assert len(keys) == len(set(keys)) == 4


def test_a_driver_changes_his_own_order_and_hears_what_it_costs(tour: Tour) -> None:
    tour.arrive(1)
    tour.sign(1)
    first, second, _, last = (stop["id"] for stop in tour.stops)
    with tour.store.transaction() as work:
        version = runs.get(work, tour.run_id).version
        now, before = by_driver.reorder(work, route_id=tour.route_id, stop_id=last, position=1, version=version)
        with pytest.raises(RunChanged):
            by_driver.reorder(work, route_id=tour.route_id, stop_id=second, position=4, version=version)
        with pytest.raises(NotFound):
            by_driver.reorder(work, route_id=tour.route_id + 1, stop_id=second, position=4, version=version + 1)
    assert now.metres != before.metres
    assert [stop["id"] for stop in tour.stops][:3] == [first, last, second], "behind what was served"
    with tour.store.transaction() as work:
        back, _ = by_driver.reorder(work, route_id=tour.route_id, stop_id=last, position=4, version=version + 1)
        by_driver.lock(work, route_id=tour.route_id, is_locked=True)
        assert tours.tour(work, route_id=tour.route_id).head["is_locked"]
        actors = select(action_log.c.actor).where(action_log.c.action == "run.move")
        assert set(work.db.execute(actors).scalars()) == {f"driver:{tour.day.vans[0]}"}
    assert back == before


def test_what_the_driver_cannot_do(tour: Tour) -> None:
    with pytest.raises(NotNext):
        tour.sign(2)
    with tour.store.transaction() as work:
        with pytest.raises(NotFound):
            driving.arrive(work, route_id=tour.route_id, stop_id=4711)
        with pytest.raises(NotFound):
            driving.start(work, route_id=4711)
        work.db.execute(update(delivery_run).values(state="cancelled"))
    with pytest.raises(RunState):
        tour.arrive(1)
    with tour.store.read() as work:
        assert work.db.execute(select(route_stop.c.arrived_at)).scalars().all() == [None] * 4


def test_a_plan_made_by_hand_says_what_is_late_and_too_much(tour: Tour) -> None:
    with tour.store.transaction() as work:
        found = plan_costs.charted_of(work, run_id=tour.run_id)
        assert found is not None
        charted = found[0]
        points = problems.points_of(work, run_id=tour.run_id)
        crates = sum(one.crates for one in points)
        tight = problems.chart(
            [points[0], *points[1:]],
            [problems.Van(van, "x", crates - 1, 300, 301) for van in charted.vans],
            charted.problem.metres,
            charted.problem.seconds,
        )
        costs = plan_costs.costs_of(tight, judge(tight.problem, [[0, 1, 2], []]))
        full = plan_costs.costs_of(tight, judge(tight.problem, [[0, 1, 2, 3], []]))
    assert (costs.left_out, costs.over_crates, full.over_crates) == (1, 0, 1)
    assert costs.late_s > 0


def test_a_difference_is_said_only_where_it_can_be_seen() -> None:
    best = Costs(10_000, 3600, 0, 0, 0, 0, cars=2, zone_changes=1)
    assert route_words.dearer(best, best) == ""
    assert route_words.dearer(replace(best, metres=10_040, seconds=3629), best) == ""
    worse = replace(best, metres=12_340, seconds=3720, late_stops=1, late_s=300, cars=1, zone_changes=3)
    assert route_words.dearer(worse, best) == (
        "多跑 2.3 公里，多用 2分钟，少用 1 辆车，多跨 2 次片区，迟到 1 站，一共 5分钟"
    )
