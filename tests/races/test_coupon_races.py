"""A coupon with few uses and many at once: never one too many, whoever comes first."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import insert, select, update

from models import Store, coupon, coupon_use
from models.views import OrderView
from operations import coupon_uses, coupons
from operations.coupons import NewCoupon
from operations.errors import CouponRefused
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once
from tests.support.world import World

BUYERS, USES = 24, 3


def neighbourhood(store: Store, *, max_uses: int | None) -> tuple[World, list[int]]:
    world = World(store)
    buyers = [world.resident(f"邻居{n}") for n in range(BUYERS)]
    for buyer in buyers:
        world.order(buyer, {1: 1})
    with store.transaction() as work:
        new = NewCoupon("抢", "amount", 500, max_uses=max_uses, code="RUSH")
        coupons.create(work, leader_id=world.leader_id, new=new, actor="operator:1")
    return world, buyers


def use(world: World, resident_id: int, round_id: int | None = None) -> OrderView:
    with world.store.transaction() as work:
        return coupon_uses.use(
            work,
            leader_id=world.leader_id,
            round_id=round_id or world.round_id,
            resident_id=resident_id,
            code="RUSH",
            actor="system",
            source_key="use",
        )


def live(world: World) -> int:
    return sum(row.released_at is None for row in world.rows(coupon_use))


def test_never_more_uses_than_there_are(crowd: Store) -> None:
    world, buyers = neighbourhood(crowd, max_uses=USES)
    outcomes = at_once([partial(use, world, buyer) for buyer in buyers])
    assert Counter(type(one) for one in outcomes) == {OrderView: USES, CouponRefused: BUYERS - USES}
    assert (live(world), world.rows(coupon)[0].used) == (USES, USES)


def test_one_person_with_two_orders_uses_it_once(crowd: Store) -> None:
    world = World(crowd)
    li = world.resident()
    rounds = []
    for _ in range(6):
        rounds.append(world.publish().id)
        world.order(li, {1: 1})
    with crowd.transaction() as work:
        coupons.create(
            work, leader_id=world.leader_id, new=NewCoupon("抢", "amount", 500, code="RUSH"), actor="operator:1"
        )
    outcomes = at_once([partial(use, world, li, round_id) for round_id in rounds])
    assert Counter(type(one) for one in outcomes)[OrderView] == 1
    assert live(world) == 1


def use_by_reading_first(world: World, both_have_read: threading.Barrier, resident_id: int, order_id: int) -> None:
    """The control: look whether there is one left, then write it down."""
    with world.store.transaction() as work:
        row = work.db.execute(select(coupon).where(coupon.c.leader_id == world.leader_id)).one()
        if row.used >= row.max_uses:
            raise CouponRefused(why="used_up")
        both_have_read.wait(PATIENCE_S)
        work.db.execute(
            insert(coupon_use).values(
                leader_id=world.leader_id,
                id=work.new_id(),
                coupon_id=row.id,
                order_id=order_id,
                resident_id=resident_id,
                amount_fen=500,
                used_at=work.now,
            )
        )
        work.db.execute(update(coupon).where(coupon.c.id == row.id).values(used=row.used + 1))


@pytest.mark.postgresql
def test_control_reading_first_gives_out_too_many(unguarded: Store) -> None:
    world, buyers = neighbourhood(unguarded, max_uses=1)
    pair = [(buyer, world.order(buyer, {1: 1})) for buyer in buyers[:2]]
    naive = partial(use_by_reading_first, world, threading.Barrier(2))
    assert at_once([partial(naive, *one) for one in pair]) == [None, None]
    assert live(world) == 2
