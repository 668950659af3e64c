"""The check of the books: silent on what the operations write, and every rule of it bites."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from models import Store, ledger_transfer, order, payment, refund, settlement, settlement_line, settlement_order
from operations import ledger_check, payments, pickup_days, settlements
from tests.support.clock import StillClock
from tests.support.world import World

DISCOUNT = 700
# One way each to make rows and books disagree behind the operations' back; None deletes the rows of that kind.
BREAKS: dict[str, tuple[Table, str | None, dict[str, Any] | None]] = {
    "orders_are_sold_for_what_they_come_to": (ledger_transfer, "sale", None),
    "discounts_are_what_promotion_gave": (ledger_transfer, "coupon", {"amount_fen": DISCOUNT - 1}),
    "payments_are_in_the_books": (ledger_transfer, "payment", None),
    "payments_have_their_rows": (payment, None, {"state": "cancelled"}),
    "refunds_are_in_the_books": (ledger_transfer, "refund", {"amount_fen": 1}),
    "refunds_have_their_rows": (refund, None, {"state": "created"}),
    "residents_owe_what_their_orders_say": (order, None, {"total_fen": 1_000_000}),
    "settlements_have_their_lines": (settlement_line, None, {"gross_fen": 1}),
    "leaders_parts_have_their_rows": (settlement_line, None, {"commission_fen": 1}),
    "collected_has_its_orders": (settlement_order, None, {"collected_fen": 1}),
    "returns_are_made_good_once": (settlement, None, {"returned_fen": 1}),
    "leaders_have_what_was_settled": (settlement, None, {"state": "paid"}),
    "settlements_know_their_shares": (settlement, None, {"shared_fen": 1, "collected_fen": 0}),
}


@pytest.fixture
def traded(store: Store, clock: StillClock) -> World:
    """Two orders: one with a discount, goods missing and paid too much for; one that nobody paid. Then settled."""
    world = World(store)
    first = world.order(world.resident(), {1: 2, 2: 1})
    world.order(world.resident("张哥"), {2: 3})
    with store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == first).values(discount_fen=DISCOUNT))
    world.close()
    with store.transaction() as work:
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[first], actor="system", source_key="paid")
    world.arrive(short={1: 1000})
    with store.transaction() as work:
        payments.pay_back(work, leader_id=world.leader_id, order_id=first, actor="system", source_key="back")
        pickup_days.no_shows(work, leader_id=world.leader_id, round_id=world.round_id)
    clock.advance(days=2)
    with store.transaction() as work:
        assert settlements.settle_due(work) == 1
    return world


def differences(store: Store) -> list[ledger_check.Difference]:
    with store.read() as work:
        return ledger_check.check(work)


def test_the_books_of_a_day_agree(traded: World) -> None:
    assert differences(traded.store) == []
    assert traded.rows(ledger_transfer, kind="coupon")


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_bites(traded: World, rule: str) -> None:
    table, kind, values = BREAKS[rule]
    where = [table.c.kind == kind] if kind else []
    with traded.store.transaction() as work:
        changed = delete(table) if values is None else update(table).values(values)
        work.db.execute(changed.where(*where))
    assert rule in {one.rule for one in differences(traded.store)}


def test_every_rule_is_shown_to_bite() -> None:
    assert {rule.__name__ for rule in ledger_check.RULES} == BREAKS.keys()


def test_it_runs_once_a_night(store: Store, clock: StillClock) -> None:
    clock.set(datetime(2026, 5, 2, 18, 59, tzinfo=UTC))  # 2:59 in Shanghai
    with store.transaction() as work:
        assert ledger_check.check_tonight(work) is None
    clock.advance(minutes=2)
    found = []
    for _ in range(2):
        with store.transaction() as work:
            found.append(ledger_check.check_tonight(work))
    assert found == [[], None]
    clock.set(store.clock() + timedelta(days=1))
    with store.transaction() as work:
        assert ledger_check.check_tonight(work) == []
