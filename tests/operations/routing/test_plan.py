"""A plan is judged by what happens on the road, whoever made it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.routing import transport
from operations.routing.baseline import nearest_neighbour
from operations.routing.plan import judge
from operations.routing.problem import Car, Costs, Problem, Stop

# The warehouse at 0, stops along a street: metres are the difference, a second is ten metres.
AT = (0, 1_000, 2_000, -3_000)


def street(stops: tuple[Stop, ...], cars: tuple[Car, ...], **more: Any) -> Problem:
    at = AT[: len(stops) + 1]
    metres = tuple(tuple(abs(a - b) for b in at) for a in at)
    return Problem(stops, cars, metres, tuple(tuple(one // 10 for one in row) for row in metres), **more)


def test_a_trip_is_driven_waited_and_unloaded() -> None:
    problem = street((Stop(2, 60, opens=500), Stop(3, 60)), (Car(5, leaves=100),))
    plan = judge(problem, [[0, 1]])
    (trip,) = plan.trips
    assert trip.leaves == 400  # in time for the door that opens at 500, not at once
    assert trip.arrivals == (500, 660)
    assert (trip.back, trip.metres, trip.crates) == (920, 4_000, 5)
    assert plan.is_sound
    assert plan.cost == 4_000 + 520 + Costs().car


def test_too_late_too_full_and_too_long_are_named() -> None:
    problem = street((Stop(2, 60, closes=99), Stop(4, 60, must_before=150)), (Car(5, back_by=300),))
    (trip,) = judge(problem, [[0, 1]]).trips
    assert trip.late == (0, 1)
    assert (trip.over_crates, trip.over_s) == (1, 220)
    assert not judge(problem, [[0, 1]]).is_sound


def test_a_stop_nobody_goes_to_is_the_dearest_fault() -> None:
    problem = street((Stop(2), Stop(2)), (Car(2),))
    short, full = judge(problem, [[0]]), judge(problem, [[0, 1]])
    assert short.left_out == (1,)
    assert not short.is_sound
    assert short.cost > full.cost > judge(street((Stop(2), Stop(2)), (Car(4),)), [[0, 1]]).cost


def test_going_to_and_fro_between_zones_costs() -> None:
    zones = (Stop(1, zone="a"), Stop(1, zone="b"), Stop(1, zone="a"))
    problem = street(zones, (Car(9),), costs=Costs(second=0, car=0))
    assert judge(problem, [[0, 1, 2]]).cost - judge(problem, [[0, 1, 2]]).metres == 2 * Costs().zone


def test_a_stop_of_another_car_is_a_fault() -> None:
    problem = street((Stop(1, car=1), Stop(1)), (Car(9), Car(9)))
    assert judge(problem, [[0, 1], []]).cost > 10_000_000 > judge(problem, [[1], [0]]).cost


@pytest.mark.parametrize("orders", [[[0, 0]], [[2]], [[-1]], [[0], [1], []]])
def test_nonsense_is_refused(orders: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"stop|trips"):
        judge(street((Stop(1), Stop(1)), (Car(9), Car(9))), orders)


def test_sizes_must_fit() -> None:
    with pytest.raises(ValueError, match="matrix of 2 by 2"):
        Problem((Stop(1),), (Car(1),), ((0,),), ((0,),))
    with pytest.raises(ValueError, match="car that is not there"):
        street((Stop(1, car=1),), (Car(1),))


def test_the_nearest_next_fills_one_car_after_the_other() -> None:
    plan = nearest_neighbour(street((Stop(2), Stop(2), Stop(2)), (Car(4), Car(4))))
    assert [trip.stops for trip in plan.trips] == [(0, 1), (2,)]
    assert plan.is_sound


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["", "a"]), st.sampled_from([None, 0, 900])), max_size=3),
    st.integers(1, 3),
)
def test_a_request_survives_the_way(points: list[tuple[int, str, int | None]], cars: int) -> None:
    stops = tuple(Stop(crates, zone=zone, must_before=before) for crates, zone, before in points)
    request = transport.Request(street(stops, (Car(7),) * cars), 1.5, 7, (tuple(range(len(stops))),))
    assert transport.read(transport.write(request)) == request
