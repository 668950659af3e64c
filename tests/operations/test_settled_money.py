"""A leader is paid out of what was collected, and every sum of her settlement has its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from models import Store, settlement, settlement_line
from operations import exports, ledger, ledger_check, order_fees, payments, pickup_days, settlements
from tests.support import workbook
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture(autouse=True)
def books_agree(store: Store) -> Iterator[None]:
    """After every test of this file."""
    yield
    with store.read() as work:
        assert ledger_check.check(work) == []


def pay(world: World, order_id: int, fen: int) -> None:
    with world.store.transaction() as work:
        payments.mark_paid(
            work, leader_id=world.leader_id, order_ids=[order_id], amount_fen=fen, actor="system",
            source_key=f"pay:{work.new_id()}",
        )  # fmt: skip


def settle(world: World, clock: StillClock) -> dict[str, Any]:
    """Goods came, pickup and the after-sales period are over: the settlement."""
    world.arrive()
    mine: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id, "actor": "system"}
    with world.store.transaction() as work:
        pickup_days.no_shows(work, **mine)
    clock.advance(hours=25)
    with world.store.transaction() as work:
        settlement_id = settlements.settle(work, **mine)
    return dict(world.rows(settlement, id=settlement_id)[0]._mapping)


@pytest.fixture
def owing(store: Store) -> tuple[World, list[int]]:
    """Each order has a fee of ¥3: one is paid (¥93), one in part (¥19 of ¥39), one not at all (¥48)."""
    world = World(store)
    with store.transaction() as work:
        order_fees.set_terms(work, leader_id=world.leader_id, actor="system", order_fee_fen=300)
    orders = [
        world.order(world.resident(name), wanted) for name, wanted in (("王", {1: 2}), ("张", {2: 1}), ("李", {1: 1}))
    ]
    pay(world, orders[0], 9300)
    pay(world, orders[1], 1900)
    return world, orders


def test_of_what_nobody_paid_she_gets_nothing(owing: tuple[World, list[int]], clock: StillClock) -> None:
    """What an order owes is missing from its fee first, then from its goods; the rest of the net is the platform's."""
    world, _ = owing
    found = settle(world, clock)
    assert (found["net_fen"], found["unpaid_fen"]) == (9000 + 3600 + 4500, 2000 + 4800)
    assert (found["commission_fen"], found["fee_fen"]) == (900 + 190, 300)
    assert found["platform_fen"] == 17100 - 1090
    assert found["collected_fen"] == 11200
    assert [(row.unpaid_fen, row.commission_fen) for row in world.rows(settlement_line)] == [
        (0, 900), (1700, 190), (4500, 0)
    ]  # fmt: skip
    with world.store.read() as work:
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.LEADER) == 1090 + 300
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.SALES) == 600, "two fees nobody paid"
        rows = exports.order_rows(work, leader_id=world.leader_id, round_id=world.round_id).rows
        assert sum(row.commission_fen for row in rows) == 1090, "the export says the same"


def test_what_is_paid_later_is_in_the_next_one(owing: tuple[World, list[int]], clock: StillClock) -> None:
    world, (paid, part, unpaid) = owing
    before = settle(world, clock)
    pay(world, part, 2000)
    pay(world, unpaid, 1000)
    world.publish()
    second = settle(world, clock)
    assert (second["correction_fen"], second["correction_net_fen"]) == (170 + 100 + 300, 0)
    assert second["collected_fen"] == 3000
    with world.store.transaction() as work:
        payments.undo_payment(work, leader_id=world.leader_id, order_id=unpaid, actor="system", source_key="slip")
    world.publish()
    third = settle(world, clock)
    assert (third["correction_fen"], third["collected_fen"]) == (-100, -1000), "a slip takes it away again"
    world.publish()
    fourth = settle(world, clock)
    assert (fourth["correction_fen"], fourth["collected_fen"]) == (0, 0)
    assert dict(world.rows(settlement, id=before["id"])[0]._mapping) == before
    assert paid not in {row.order_id for row in world.rows(settlement_line, is_correction=True)}


def test_a_payment_that_was_begun_before_the_settlement_is_not_missed(
    owing: tuple[World, list[int]], clock: StillClock
) -> None:
    """Its transaction began before the settlement's and ended after it: it bears an earlier time."""
    world, (_, _, unpaid) = owing
    settle(world, clock)
    clock.advance(seconds=-5)
    pay(world, unpaid, 4800)
    clock.advance(hours=1)
    world.publish()
    assert settle(world, clock)["correction_fen"] == 450 + 300


def test_every_sum_of_the_workbook_has_its_rows(owing: tuple[World, list[int]], clock: StillClock) -> None:
    world, (_, _, unpaid) = owing
    workbook.check(world, settle(world, clock)["id"])
    pay(world, unpaid, 4800)
    world.publish()
    world.order(world.resident("赵"), {2: 1})
    world.pay()
    found = settle(world, clock)
    sums = workbook.check(world, found["id"])
    assert (found["correction_fen"], sums["以前几期的更正"], sums["还没人付的（付了才算提成）"]) == (750, 7.5, 0)
