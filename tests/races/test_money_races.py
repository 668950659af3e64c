"""Money from several hands at once: never more goes back than came in, one settlement, one payment.

Each rule has a control next to it: the same without the guard, on PostgreSQL, where it must go wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import insert, text

from models import Store, Work, ledger_transfer, payment, refund, settlement
from operations import ledger, ledger_check, online, payments, pickup_days, refunds, settlements
from operations.errors import RefundTooMuch
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded
from tests.support.world import World

STAFF = 8


@pytest.fixture
def crowd(database_url: str, clock: StillClock) -> Iterator[Store]:
    with crowded(database_url, clock, people=STAFF + 2) as store:
        yield store
        with store.read() as work:
            assert ledger_check.check(work) == []


def overpaid(store: Store) -> tuple[World, int]:
    """¥10 too much was paid."""
    world = World(store)
    order_id = world.order(world.resident(), {1: 1})
    with store.transaction() as work:
        payments.mark_paid(
            work, leader_id=world.leader_id, order_ids=[order_id], amount_fen=5500, actor="system", source_key="p"
        )
    return world, order_id


def test_c14_eight_hands_give_back_no_more_than_is_owed(crowd: Store) -> None:
    """10.00 owed, 3.00 each, eight tries: three succeed."""
    world, order_id = overpaid(crowd)

    def press(nth: int) -> int:
        with crowd.transaction() as work:
            return payments.pay_back(
                work, leader_id=world.leader_id, order_id=order_id, amount_fen=300, actor="system",
                source_key=f"press:{nth}",
            ).amount_fen  # fmt: skip

    outcomes = at_once([partial(press, nth) for nth in range(STAFF)])
    assert sorted(map(str, outcomes)).count("300") == 3
    assert sum(isinstance(one, RefundTooMuch) for one in outcomes) == STAFF - 3
    assert world.view(order_id).refunded_fen == 900


@pytest.mark.postgresql
def test_control_without_the_lock_more_goes_back(unguarded: Store) -> None:
    """Two read what is owed, then both write: the promises are more than was owed."""
    world, order_id = overpaid(unguarded)
    both_have_read = threading.Barrier(2)

    def press(nth: int) -> None:
        with unguarded.transaction() as work:
            promised = refunds.pending_fen(work, leader_id=world.leader_id, order_id=order_id)
            both_have_read.wait(PATIENCE_S)
            if promised + 600 <= 1000:
                work.db.execute(
                    insert(refund).values(
                        leader_id=world.leader_id, id=work.new_id(), order_id=order_id, amount_fen=600, state="created",
                        request_key=f"x:{nth}", actor="system", at=work.now,
                    )
                )  # fmt: skip

    at_once([partial(press, nth) for nth in range(2)])
    assert sum(row.amount_fen for row in world.rows(refund)) == 1200


def test_a_payment_told_by_many_at_once_counts_once(crowd: Store) -> None:
    world = World(crowd)
    order_id = world.order(world.resident(), {1: 1})
    with crowd.transaction() as work:
        asked = online.prepare(work, leader_id=world.leader_id, order_id=order_id, trade_type="native", openid=None)

    def tell() -> str:
        return crowd.run(
            lambda work: online.record_paid(
                work, out_trade_no=asked.out_trade_no, transaction_id="4200", amount_fen=asked.amount_fen,
                currency="CNY", source="notice",
            )
        )  # fmt: skip

    outcomes = at_once([tell] * STAFF)
    assert sorted(map(str, outcomes)) == ["paid"] + ["repeat"] * (STAFF - 1)
    assert world.count(payment) == 1
    assert world.view(order_id).paid_fen == 4500


def test_a_round_settled_by_many_at_once_is_settled_once(crowd: Store, clock: StillClock) -> None:
    world = finished(crowd, clock)

    def settle() -> int:
        return crowd.run(
            lambda work: settlements.settle(work, leader_id=world.leader_id, round_id=world.round_id, actor="system")
        )

    outcomes = at_once([settle] * STAFF)
    assert len(set(outcomes)) == 1
    assert world.count(settlement) == 1
    assert world.count(ledger_transfer, kind="settle") == 2


@pytest.mark.postgresql
def test_control_without_its_lock_and_key_it_is_settled_twice(
    unguarded: Store, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two look whether it was settled, then both write: the leader would get her part twice."""
    world = finished(unguarded, clock)
    both_have_looked, look = threading.Barrier(2), settlements.live_of_round

    def look_and_wait(work: Work, leader_id: int, round_id: int) -> int | None:
        found = look(work, leader_id, round_id)
        both_have_looked.wait(PATIENCE_S)
        return found

    for holds in ("operations.settlements.for_update", "operations.offers.for_update"):  # the leader, the round
        monkeypatch.setattr(holds, lambda _, statement: statement)
    monkeypatch.setattr(settlements, "live_of_round", look_and_wait)
    with unguarded.transaction() as work:
        work.db.execute(text("DROP INDEX uq_settlement_live"))

    def settle() -> int:
        with unguarded.transaction() as work:
            return settlements.settle(work, leader_id=world.leader_id, round_id=world.round_id, actor="system")

    assert len(set(at_once([settle] * 2))) == 2
    with unguarded.read() as work:
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.LEADER) == 2 * 900


def finished(store: Store, clock: StillClock) -> World:
    world = World(store)
    world.pay(world.order(world.resident(), {1: 2}))
    world.arrive()
    with store.transaction() as work:
        pickup_days.no_shows(work, leader_id=world.leader_id, round_id=world.round_id)
    clock.advance(days=2)
    return world
