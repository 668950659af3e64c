"""The search: sound plans, better than the nearest next, ended cleanly, with the best so far always at hand."""

from __future__ import annotations

import itertools
import os
import queue
import time

import pytest

from benchmarks.routing import costs_at, generated, read_cvrplib
from operations.routing.baseline import nearest_neighbour
from operations.routing.problem import Car, Costs, Problem, Stop
from operations.routing.search import SearchFailed, best_plan, better_plans
from tests.support.processes import children

SMALL = generated(12, 2)


def test_a_plan_is_sound_and_beats_the_nearest_next() -> None:
    plan = best_plan(SMALL, seconds=1, processes=1)
    assert plan.is_sound
    assert plan.cost < nearest_neighbour(SMALL).cost


def test_each_plan_is_better_than_the_one_before() -> None:
    costs = [plan.cost for plan in better_plans(generated(60, 4), seconds=1, processes=2)]
    assert costs == sorted(costs, reverse=True)


def test_a_search_begins_with_the_plan_it_is_given() -> None:
    known = best_plan(SMALL, seconds=1, processes=1)
    orders = [next((trip.stops for trip in known.trips if trip.car == car), ()) for car in range(len(SMALL.cars))]
    first = next(iter(better_plans(SMALL, seconds=0.1, processes=1, start=orders)))
    assert first.cost <= known.cost


def test_a_stop_keeps_its_car() -> None:
    stops = tuple(Stop(one.crates, car=number % 2) for number, one in enumerate(SMALL.stops))
    plan = best_plan(Problem(stops, (Car(500), Car(500)), SMALL.metres, SMALL.seconds), seconds=0.5, processes=1)
    assert {stop % 2 for stop in plan.trips[0].stops} == {plan.trips[0].car}
    assert plan.is_sound


def test_cold_goods_come_first_although_the_way_is_longer() -> None:
    """Three stops on a line, the furthest with goods that must not wait: 10 minutes to it, 10 minutes are allowed."""
    places = (0, 10, 20, 30)
    metres = tuple(tuple(abs(a - b) * 100 for b in places) for a in places)
    seconds = tuple(tuple(abs(a - b) * 20 for b in places) for a in places)
    warm = (Stop(1), Stop(1), Stop(1))
    cold = (Stop(1), Stop(1), Stop(1, must_before=600))
    assert best_plan(Problem(warm, (Car(9),), metres, seconds), seconds=0.3, processes=1).is_sound
    (trip,) = best_plan(Problem(cold, (Car(9),), metres, seconds), seconds=0.3, processes=1).trips
    assert trip.stops[0] == 2
    assert not trip.late


def test_zones_are_kept_together_where_that_is_asked_and_not_where_it_costs_too_much() -> None:
    """East and west stops take turns on a ring road of 7 times 10 m. Once around are 70 m and 5 changes of zone; zone
    by zone are at least 120 m and one change.
    """
    zones, places = ("east", "west") * 3, range(7)
    metres = tuple(tuple(10 * min((a - b) % 7, (b - a) % 7) for b in places) for a in places)
    seconds = tuple((0,) * len(places) for _ in places)

    def changes(cost: int) -> int:
        stops = tuple(Stop(1, 0, zone=zone) for zone in zones)
        problem = Problem(stops, (Car(9),), metres, seconds, Costs(second=0, car=0, zone=cost))
        (trip,) = best_plan(problem, seconds=0.3, processes=1).trips
        driven = [zones[stop] for stop in trip.stops]
        return sum(a != b for a, b in itertools.pairwise(driven))

    assert changes(500) == 1
    assert changes(5) == 5


def test_who_does_not_fit_is_left_out_and_the_rest_is_driven() -> None:
    heavy = Problem((*SMALL.stops[:-1], Stop(9_999)), SMALL.cars, SMALL.metres, SMALL.seconds)
    plan = best_plan(heavy, seconds=0.5, processes=1)
    assert plan.left_out == (11,)
    assert all(trip.is_sound for trip in plan.trips)


def test_nothing_to_do_is_a_plan_too() -> None:
    plan = best_plan(Problem((), (Car(1),), ((0,),), ((0,),)), seconds=0.1, processes=1)
    assert plan.trips == ()
    assert plan.is_sound


def test_stopping_early_keeps_the_best_and_leaves_no_process() -> None:
    before = set(children(os.getpid()))
    plans = better_plans(generated(60, 4), seconds=60, processes=2)
    began = time.monotonic()
    assert next(plans).trips
    assert len(set(children(os.getpid())) - before) == 2
    plans.close()
    assert time.monotonic() - began < 55
    assert set(children(os.getpid())) == before


def test_what_is_still_being_read_is_read_before_the_pipe_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that is slow to pass a plan on would next read from a closed file: its thread would die of it."""
    passed_on = []

    class Slow(queue.SimpleQueue):  # type: ignore[type-arg]
        def put(self, line: str | None, block: bool = True, timeout: float | None = None) -> None:
            super().put(line, block, timeout)
            time.sleep(0.3)
            passed_on.append(line)

    monkeypatch.setattr(queue, "SimpleQueue", Slow)
    plans = better_plans(generated(60, 4), seconds=30, processes=1)
    next(plans)
    plans.close()
    assert passed_on[-1] is None


def test_a_search_that_cannot_work_says_why() -> None:
    with pytest.raises(SearchFailed, match=r"capacity|negative|amount|demand|delivery"):
        best_plan(Problem((Stop(-1),), (Car(1),), ((0, 1), (1, 0)), ((0, 1), (1, 0))), seconds=0.1, processes=1)


def test_a_known_instance_is_read_and_planned() -> None:
    # Four customers on the corners of a square around the depot, two to a car: 2 * (10 + 20 + 10) by hand.
    text = """NAME : tiny
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 10 0
3 10 20
4 -10 0
5 -10 20
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
"""
    problem = read_cvrplib(text)
    assert problem.metres[0] == (0, 10, 22, 10, 22)
    ((cost, is_sound),) = costs_at(problem, [0.5])
    assert is_sound
    assert cost == 2 * (10 + 20 + 22)
