"""Fees, the least order and shared transport: from a leader's terms to the fen in her settlement."""

from __future__ import annotations

from typing import Any

import pytest

from models import Store, ledger_transfer, notice, order, settlement
from operations import (
    aftersales,
    coupon_uses,
    coupons,
    ledger,
    ledger_check,
    order_fees,
    payments,
    pickup_days,
    rounds,
    settlements,
)
from operations.coupons import NewCoupon
from operations.errors import BadAmount, BelowMinimum, CouponRefused, WrongState
from operations.orders import Change, change
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import World

TERMS: dict[str, int | None] = {
    "order_fee_fen": 300, "fee_free_from_fen": 10_000, "unit_fee_fen": 50, "min_order_fen": 4000
}  # fmt: skip


def set_terms(world: World, **terms: int | None) -> list[str]:
    with world.store.transaction() as work:
        return order_fees.set_terms(work, leader_id=world.leader_id, actor="system", **terms)


def set_transport(world: World, fen: int) -> None:
    with world.store.transaction() as work:
        order_fees.set_transport(work, leader_id=world.leader_id, round_id=world.round_id, fen=fen, actor="system")


def order_again(world: World, order_id: int, number: int, milli: int) -> None:
    with world.store.transaction() as work:
        change(
            work, leader_id=world.leader_id, round_id=world.round_id, resident_id=world.view(order_id).resident_id,
            changes=[Change(world.offers[number], milli)], actor="system", source_key=f"again:{work.new_id()}",
        )  # fmt: skip


def sums(world: World, order_id: int) -> tuple[int, int, int, int]:
    """Goods, fees, transport, and what is due."""
    one = world.view(order_id)
    return one.goods_fen, one.fee_fen, one.transport_fen, one.due_fen


def check(store: Store) -> None:
    assert violations(store) == []
    with store.read() as work:
        assert ledger_check.check(work) == []


def test_fees_follow_the_order_and_nothing_below_the_least_is_taken(store: Store) -> None:
    world = World(store)
    assert set_terms(world, **TERMS) == [], "nobody has ordered yet: they hold at once"
    one = world.order(world.resident(), {1: 2})
    assert sums(world, one) == (9000, 300 + 100, 0, 9400)
    order_again(world, one, 2, 1000)
    assert sums(world, one) == (12600, 150, 0, 12750), "free from ¥100 of goods on; units are not"
    with pytest.raises(BelowMinimum):
        order_again(world, one, 1, 0)
    assert sums(world, one) == (12600, 150, 0, 12750), "what was refused changed nothing"
    with pytest.raises(BelowMinimum) as little:
        world.order(world.resident("张"), {2: 1})
    assert (little.value.facts["min_fen"], little.value.facts["goods_fen"]) == (4000, 3600)
    check(store)


def test_a_round_keeps_its_terms_once_somebody_has_ordered(store: Store) -> None:
    world = World(store)
    one = world.order(world.resident(), {1: 2})
    assert set_terms(world, **TERMS) == ["周六水果团"]
    order_again(world, one, 1, 3000)
    assert sums(world, one) == (13500, 0, 0, 13500)
    world.publish()
    two = world.order(world.view(one).resident_id, {1: 1})
    assert sums(world, two) == (4500, 350, 0, 4850)
    with pytest.raises(BadAmount):
        set_terms(world, order_fee_fen=1_000_000)
    check(store)


def test_transport_is_shared_to_the_fen_at_the_close_and_taken_back_when_it_reopens(store: Store) -> None:
    world = World(store)
    set_transport(world, 1000)
    orders = [world.order(world.resident(name), {2: 1}) for name in "甲乙丙"]
    assert [sums(world, one)[2] for one in orders] == [0, 0, 0]
    world.close()
    assert [sums(world, one)[2] for one in orders] == [334, 333, 333]
    assert [row.payload["total_fen"] for row in world.rows(notice, kind="order_closed")] == [3934, 3933, 3933]
    assert sum(row.amount_fen for row in world.rows(ledger_transfer, kind="sale")) == 3 * 3600 + 1000
    with pytest.raises(WrongState):
        set_transport(world, 1)
    check(store)
    later = world.clock().replace(year=2027)
    with store.transaction() as work:
        rounds.set_deadline(work, leader_id=world.leader_id, round_id=world.round_id, closes_at=later, actor="system")
    assert [sums(world, one)[2] for one in orders] == [0, 0, 0]
    world.order(world.resident("丁"), {2: 1})
    world.close()
    assert [row.transport_fen for row in world.rows(order)] == [250, 250, 250, 250]
    check(store)


def test_a_coupon_is_for_the_goods(store: Store) -> None:
    world = World(store)
    set_terms(world, order_fee_fen=300)
    one = world.order(world.resident(), {1: 1})
    mine: dict[str, Any] = {"leader_id": world.leader_id, "actor": "system"}
    whose: dict[str, Any] = {"round_id": world.round_id, "resident_id": world.view(one).resident_id}
    least = NewCoupon(title="满", kind="amount", value=100, code="MIN1", min_spend_fen=4600)
    with store.transaction() as work:
        coupons.create(work, new=NewCoupon(title="全免", kind="percent", value=10_000, code="ALL1"), **mine)
        coupons.create(work, new=least, **mine)
        with pytest.raises(CouponRefused):
            coupon_uses.use(work, **mine, **whose, code="MIN1", source_key="m")
        coupon_uses.use(work, **mine, **whose, code="ALL1", source_key="u")
    assert sums(world, one) == (4500, 300, 0, 300)
    world.close()
    check(store)


def test_what_does_not_come_costs_no_fee_and_the_rest_is_the_leaders(store: Store, clock: StillClock) -> None:
    world = World(store)
    set_terms(world, **TERMS)
    set_transport(world, 600)
    first, second = (world.order(world.resident(name), {1: 2}) for name in ("先", "后"))
    world.arrive(short={1: 3000})
    assert sums(world, first) == (4500, 350, 300, 5150)
    assert sums(world, second) == (0, 0, 0, 0), "nothing came: no fee, no transport"
    check(store)
    mine: dict[str, Any] = {"leader_id": world.leader_id, "actor": "system"}
    with store.transaction() as work:
        payments.mark_paid(work, order_ids=[first], source_key="p", **mine)
        case = aftersales.open_case(
            work, order_id=first, reason="damaged", opened_by="leader", lines={world.offers[1]: 1000},
            source_key="case", **mine,
        )  # fmt: skip
        aftersales.decide(
            work, case_number=case.number, decision="refund", amount_fen=None, source_key="decide", **mine
        )
    assert sums(world, first) == (0, 350, 300, 0), "the goods go back, bringing them was paid for"
    assert world.view(first).refunded_fen == 4500
    check(store)
    finish(world, clock)
    row = world.rows(settlement)[0]
    assert (row.net_fen, row.commission_fen, row.fee_fen, row.collected_fen) == (0, 0, 650, 650)
    with store.transaction() as work:
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.SALES) == 0
        settlements.confirm(work, settlement_id=row.id, **mine)
        settlements.mark_paid(work, settlement_id=row.id, **mine)
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.LEADER) == 0
    check(store)


def finish(world: World, clock: StillClock) -> None:
    with world.store.transaction() as work:
        pickup_days.no_shows(work, leader_id=world.leader_id, round_id=world.round_id)
    clock.advance(hours=25)
    with world.store.transaction() as work:
        settlements.settle(work, leader_id=world.leader_id, round_id=world.round_id, actor="system")
