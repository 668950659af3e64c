"""A shortage is entered while neighbours collect: nobody gets more than there is, or loses what he has."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from models import Store, order_line
from operations import late_shortage, pickup
from operations.shortage import Goods
from tests.support.clock import StillClock
from tests.support.together import at_once, crowded
from tests.support.world import World

ORDERS = 8


def orders(world: World) -> list[int]:
    made = [world.order(world.resident(f"邻居{n}", room=f"{n}-101"), {1: 1}) for n in range(ORDERS)]
    world.arrive()
    return made


def collect(world: World, code: str) -> bool:
    with world.store.transaction() as work:
        done = pickup.redeem(
            work, leader_id=world.leader_id, by_account_id=world.owner, device="phone", nonce=code, code=code
        )
    return done.ok


def report(world: World, milli: int, key: str) -> int:
    with world.store.transaction() as work:
        done = late_shortage.report(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            missing=Goods(short={world.offers[1]: milli}),
            actor=world.actor,
            source_key=key,
        )
    return len(done.plan.lines)


def lines(world: World) -> list[tuple[int, int | None]]:
    return [(row.picked_milli, row.allocated_milli) for row in world.rows(order_line)]


def test_a_shortage_meets_a_crowd_at_the_counter(crowd: Store) -> None:
    for _ in range(3):
        world = World(crowd)
        codes = [world.code(one) for one in orders(world)]
        outcomes = at_once([partial(collect, world, code) for code in codes[4:]] + [partial(report, world, 3000, "m")])
        assert outcomes[-1] == 3
        collected = outcomes[:-1].count(True)
        handed = [picked for picked, _ in lines(world)]
        due = [1000 if allocated is None else allocated for _, allocated in lines(world)]
        assert sum(handed) == collected * 1000
        assert sum(due) == (ORDERS - 3) * 1000
        assert all(got <= much for got, much in zip(handed, due, strict=True))


def test_one_report_sent_twice_at_once_counts_once(crowd: Store) -> None:
    world = World(crowd)
    orders(world)
    outcomes = at_once([partial(report, world, 2000, "the same message")] * 4)
    assert sorted(outcomes, key=str) == [0, 0, 0, 2]
    assert [allocated for _, allocated in lines(world)].count(0) == 2


def test_control_planned_before_the_crowd_came_it_takes_away_what_was_handed_out(
    database_url: str, clock: StillClock
) -> None:
    """Look first, write later, without holding the orders: the last order is collected in between."""
    with crowded(database_url, clock, people=5) as store:
        world = World(store)
        code = world.code(orders(world)[-1])
        with store.read() as work:
            plan = late_shortage.plan(
                work,
                leader_id=world.leader_id,
                round_id=world.round_id,
                missing=Goods(short={world.offers[1]: 1000}),
            )
        assert collect(world, code)
        [short] = plan.lines
        write = update(order_line).where(order_line.c.order_id == short.order_id).values(allocated_milli=0)
        with pytest.raises(IntegrityError), store.transaction() as work:
            work.db.execute(write)
