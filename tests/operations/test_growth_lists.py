"""The platform's lists of coupons and reviews, as they are sorted."""

from __future__ import annotations

from functools import partial
from typing import Any

from models.base import Store
from operations import coupon_uses, coupons, reviews
from operations.coupons import NewCoupon
from operations.listings import growth
from tests.support.world import World


def test_reviews_are_listed_newest_first_or_worst_first(store: Store) -> None:
    world = World(store)
    orders = {stars: world.order(world.resident(f"{stars}星"), {1: 1}) for stars in (4, 1, 5, 2)}
    world.arrive()
    for stars, order_id in orders.items():
        view = world.view(order_id)
        world.hand_out(order_id)
        with store.transaction() as work:
            reviews.write(
                work,
                leader_id=world.leader_id,
                resident_id=view.resident_id,
                order_id=order_id,
                stars=stars,
                words="好",
            )
    with store.read() as work:
        shown = {sort: [row.stars for row in growth.reviews(work, sort=sort).rows] for sort in growth.REVIEW_SORTS}
    assert shown == {"new": [2, 5, 1, 4], "worst": [1, 2, 4, 5]}


def test_coupons_are_listed_by_age_by_use_and_by_what_they_saved(store: Store) -> None:
    world = World(store)
    with store.transaction() as work:
        make = partial(coupons.create, work, leader_id=world.leader_id, actor="system")
        make(new=NewCoupon("常用", "amount", 300, code="OFTEN"))
        make(new=NewCoupon("省得多", "amount", 3000, code="MUCH"))
        make(new=NewCoupon("没人用", "amount", 100, code="NEVER"))
    for n, code in enumerate(("OFTEN", "OFTEN", "MUCH")):
        me = world.resident(f"邻居{n}")
        world.order(me, {1: 1})
        facts: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id, "resident_id": me}
        with store.transaction() as work:
            coupon_uses.use(work, **facts, actor="system", source_key=f"use:{n}", code=code)
    with store.read() as work:
        shown = {sort: [row.code for row in growth.coupons(work, sort=sort).rows] for sort in growth.COUPON_SORTS}
        sums = {row.code: row.saved_fen for row in growth.coupons(work).rows}
    assert shown == {
        "new": ["NEVER", "MUCH", "OFTEN"],
        "used": ["OFTEN", "MUCH", "NEVER"],
        "saved": ["MUCH", "OFTEN", "NEVER"],
    }
    assert sums == {"OFTEN": 600, "MUCH": 3000, "NEVER": 0}
