"""A pickup that is moved from several hands, and while the round closes: what people are told is how it is.

The rule has a control next to it: the same without the round held, on PostgreSQL, where it must go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, select

from models import Store, Work, notice, round_, round_move
from operations import moving
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once
from tests.support.world import World

HANDS = 4


def ordered(store: Store) -> World:
    world = World(store)
    for name in ("李姐", "老王"):
        world.order(world.resident(name), {1: 1})
    return world


def move(world: World, place: str, *, key: str = "") -> bool:
    with world.store.transaction() as work:
        return moving.move(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            place=place,
            actor="test",
            source_key=key or place,
        ).is_new


def place_of(world: World) -> str:
    return str(world.rows(round_, id=world.round_id)[0].pickup_place)


def befores(world: World) -> list[str]:
    return [row.was_place for row in world.rows(round_move)]


def test_each_move_begins_where_the_one_before_ended_and_people_hear_of_the_last(crowd: Store) -> None:
    world = ordered(crowd)
    jobs: list[Callable[[], bool]] = [partial(move, world, f"{n}号门") for n in range(HANDS)]
    jobs += [partial(move, world, "北门", key="twice")] * 2
    outcomes = at_once(jobs)
    assert outcomes[:HANDS] == [True] * HANDS
    assert sorted(outcomes[HANDS:]) == [False, True], "the same form twice moves it once"  # type: ignore[type-var]
    was = befores(world)
    assert len(set(was)) == len(was) == HANDS + 1
    assert set(was) | {place_of(world)} == {"3号楼大堂", "北门", *(f"{n}号门" for n in range(HANDS))}
    told = world.rows(notice, kind="pickup_moved", state="queued")
    assert [one.payload["pickup_place"] for one in told] == [place_of(world)] * 2
    assert {one.payload["was"]["pickup_place"] for one in told} == {"3号楼大堂"}


def test_a_round_that_closes_meanwhile_tells_of_the_new_place(crowd: Store) -> None:
    world = ordered(crowd)
    for n in range(3):
        if n:
            world.publish()
            world.order(world.resident(f"邻居{n}"), {1: 1})
        jobs: list[Callable[[], object]] = [world.close, partial(move, world, f"{n}号门")]
        assert at_once(jobs) == [None, True]
        closed = world.rows(notice, kind="order_closed", round_id=world.round_id)
        assert {one.payload["pickup_place"] for one in closed} == {f"{n}号门"}


@pytest.mark.postgresql
def test_control_without_the_round_held_two_moves_begin_at_the_same_place(
    unguarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ordered(unguarded)
    both_have_read = threading.Barrier(2)

    def naive(work: Work, leader_id: int, round_id: int) -> Row[Any]:
        row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).one()
        both_have_read.wait(PATIENCE_S)
        return row

    monkeypatch.setattr(moving, "lock_round", naive)
    assert at_once([partial(move, world, "南门"), partial(move, world, "北门")]) == [True, True]
    assert befores(world) == ["3号楼大堂", "3号楼大堂"], "one of them is said to have begun where nobody was any more"
