"""到货 in batches: whose turn is when, nobody told twice, the night kept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from models import leader, notice
from models.base import Store
from models.buildings import building_of, by_building, walking_order
from models.views import OrderView
from operations import batches, outbox
from operations.batches import Wish
from operations.errors import NotFound
from tests.support.clock import SHANGHAI, StillClock
from tests.support.world import World

ROOMS = ("5-301", "3-502", "12-1101", "3-101", None)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    for n, room in enumerate(ROOMS):
        world.order(world.resident(f"邻居{n}", room=room), {1: 1})
    world.close()
    return world


def local(clock_text: str) -> datetime:
    return datetime.fromisoformat(clock_text).replace(tzinfo=SHANGHAI)


def plan(world: World, wish: Wish) -> list[tuple[str, str, int]]:
    with world.store.read() as work:
        found = batches.plan(work, leader_id=world.leader_id, round_id=world.round_id, wish=wish)
    return [(turn.building, f"{turn.at.astimezone(SHANGHAI):%d %H:%M}", turn.people) for turn in found]


def claimed(world: World) -> list[str]:
    """Whose notices the delivering job takes now."""
    with world.store.transaction() as work:
        found = outbox.claim(work, limit=50, lease=timedelta(hours=9))
    return [one.payload["turn"]["building"] if "turn" in one.payload else "-" for one in found if one.kind == "arrived"]


def tell_the_rest(world: World) -> int:
    with world.store.transaction() as work:
        return batches.tell_the_rest(work, leader_id=world.leader_id, round_id=world.round_id, actor=world.actor)


@pytest.mark.parametrize(
    ("room", "building"),
    [
        ("3-502", "3"),
        ("03-502", "3"),
        ("3号楼502", "3"),
        ("１２栋1单元301", "12"),
        ("A-1203", "A"),
        ("b座1203", "B"),
        ("2期-3-502", "2-3"),
        ("2期3号楼502", "2-3"),
        ("502", ""),
        ("南门小卖部", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_building_of_a_room(room: str | None, building: str) -> None:
    assert building_of(room) == building


def test_buildings_as_one_walks() -> None:
    assert sorted(["", "B", "10", "2", "A", "2-3", "2-1"], key=walking_order) == ["2", "10", "A", "B", "2-1", "2-3", ""]


def test_orders_by_building_and_room(world: World) -> None:
    orders: list[OrderView] = [world.view(row.order_id) for row in world.rows(notice, kind="order_closed")]
    assert [(key, [one.room for one in found]) for key, found in by_building(orders)] == [
        ("3", ["3-101", "3-502"]),
        ("5", ["5-301"]),
        ("12", ["12-1101"]),
        ("", [None]),
    ]


def test_whose_turn_is_when(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-02 16:00")
    assert plan(world, Wish(15)) == [
        ("3", "02 16:00", 2),
        ("5", "02 16:15", 1),
        ("12", "02 16:30", 1),
        ("", "02 16:45", 1),
    ]
    assert [turn[:2] for turn in plan(world, Wish(30, ("12", "99", "5")))] == [
        ("12", "02 16:00"),
        ("5", "02 16:30"),
        ("3", "02 17:00"),
        ("", "02 17:30"),
    ]
    assert world.count(notice, kind="arrived") == 0


def test_turns_wait_for_the_night_to_end(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-02 21:40")
    assert [turn[1] for turn in plan(world, Wish(15))] == ["02 21:40", "02 21:55", "03 07:30", "03 07:45"]


def test_turns_begin_with_pickup_and_end_before_it(store: Store) -> None:
    start = local("2026-05-03 16:00")
    world = World(store, pickup_from=start, pickup_until=start + timedelta(hours=1))
    for n, room in enumerate(ROOMS):
        world.order(world.resident(f"邻居{n}", room=room), {1: 1})
    world.close()
    at = [turn[1] for turn in plan(world, Wish(60))]
    assert at == ["03 16:00", "03 16:10", "03 16:20", "03 16:30"], "an hour apart it would be over"


def test_an_unknown_round(world: World) -> None:
    with pytest.raises(NotFound), world.store.read() as work:
        batches.plan(work, leader_id=world.leader_id, round_id=1, wish=Wish())


def test_each_building_is_told_at_its_turn_and_nobody_twice(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-02 16:00")
    assert world.arrive(batches=Wish(15)).notices == 5
    told: Counter[str] = Counter()
    by_minute = []
    for _ in range(60):
        now = claimed(world)
        told.update(now)
        if now:
            by_minute.append((f"{clock().astimezone(SHANGHAI):%H:%M}", now))
        clock.advance(minutes=1)
    assert by_minute == [("16:00", ["3", "3"]), ("16:15", ["5"]), ("16:30", ["12"]), ("16:45", [""])]
    assert sum(told.values()) == 5


def test_a_change_of_mind_sends_the_rest_at_once_and_once(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-02 16:00")
    world.arrive(batches=Wish(15))
    assert claimed(world) == ["3", "3"]
    assert (tell_the_rest(world), tell_the_rest(world)) == (3, 0)
    assert claimed(world) == ["-", "-", "-"], "they are not told to come later"
    clock.advance(hours=2)
    assert claimed(world) == []


def test_a_change_of_mind_before_the_day_wakes_nobody(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-03 06:50")
    world.arrive(batches=Wish(30))
    assert claimed(world) == []
    assert tell_the_rest(world) == 5
    assert claimed(world) == []
    clock.set_local("2026-05-03 07:30")
    assert claimed(world) == ["-"] * 5


def test_goods_of_another_day_are_announced_now_with_the_time_to_come(store: Store, clock: StillClock) -> None:
    clock.set_local("2026-05-02 16:00")
    start = local("2026-05-03 16:00")
    world = World(store, pickup_from=start, pickup_until=start + timedelta(hours=3))
    for n, room in enumerate(ROOMS):
        world.order(world.resident(f"邻居{n}", room=room), {1: 1})
    world.arrive(batches=Wish(15))
    assert sorted(claimed(world)) == ["", "12", "3", "3", "5"]
    at = {row.payload["turn"]["building"]: row.payload["turn"]["at"] for row in world.rows(notice, kind="arrived")}
    assert datetime.fromisoformat(at["12"]) == start + timedelta(minutes=30)


def test_who_orders_for_two_buildings_comes_with_the_first_one_and_is_told_once(store: Store) -> None:
    world = World(store)
    li = world.resident("李姐", room="9-101")
    world.order(li, {1: 1})
    world.order(world.guest(li, "王奶奶", room="2-101"), {2: 1})
    world.order(world.resident("赵姨", room="9-102"), {1: 1})
    world.close()
    assert [turn[::2] for turn in plan(world, Wish(15))] == [("2", 1), ("9", 1)]
    assert world.arrive(batches=Wish(15)).notices == 2
    [first, _] = sorted(world.rows(notice, kind="arrived"), key=lambda row: row.next_at)
    assert [one["guest"] for one in first.payload["orders"]] == [None, "王奶奶"]


def test_without_batches_all_are_told_at_once(world: World) -> None:
    world.arrive()
    assert claimed(world) == ["-"] * 5
    assert tell_the_rest(world) == 0


def test_what_waits_is_listed_by_turn(world: World, clock: StillClock) -> None:
    with world.store.transaction() as work:
        work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
    clock.set_local("2026-05-02 23:20")
    world.arrive(batches=Wish(15))
    with world.store.read() as work:
        waiting = batches.pending(work, leader_id=world.leader_id, round_id=world.round_id)
    assert [(turn.building, turn.people) for turn in waiting] == [("5", 1), ("12", 1)], "the last is tomorrow's"
