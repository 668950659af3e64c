"""Payments and refunds by hand: every fen is accounted for, nothing is entered twice."""

from __future__ import annotations

from typing import Any

import pytest

from models import action_log, ledger_transfer, notice, order_event, payment, refund
from models.base import Store
from operations import ledger, orders, payments, rounds
from operations.errors import BadAmount, NotFound, NothingPaid, PaymentRefunded, RefundTooMuch
from operations.payments import Paid, PaidBack
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def pay(world: World, order_id: int, amount_fen: int | None = None, *, key: str = "p1", **how: Any) -> Paid:
    with world.store.transaction() as work:
        return payments.mark_paid(
            work,
            leader_id=world.leader_id,
            order_ids=[order_id],
            amount_fen=amount_fen,
            actor=world.actor,
            source_key=key,
            **how,
        )


def pay_back(world: World, order_id: int, amount_fen: int | None = None, *, key: str = "r1") -> PaidBack:
    with world.store.transaction() as work:
        return payments.pay_back(
            work,
            leader_id=world.leader_id,
            order_id=order_id,
            amount_fen=amount_fen,
            actor=world.actor,
            source_key=key,
        )


def undo(world: World, order_id: int, *, key: str = "u1") -> int:
    with world.store.transaction() as work:
        return payments.undo_payment(
            work, leader_id=world.leader_id, order_id=order_id, actor=world.actor, source_key=key
        ).amount_fen


def claim(world: World, order_id: int, *, key: str = "c1") -> None:
    with world.store.transaction() as work:
        payments.claim_paid(work, leader_id=world.leader_id, order_id=order_id, actor="account:1", source_key=key)


def cancel(world: World, resident_id: int) -> None:
    with world.store.transaction() as work:
        orders.cancel(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            actor="system",
            source_key="cancel",
        )


def cash(world: World) -> int:
    """What was collected, by the books."""
    with world.store.read() as work:
        return -ledger.balance(work, leader_id=world.leader_id, book=ledger.CASH)


def test_f01_an_exact_payment_settles_the_order(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    (one,) = pay(world, order_id).orders
    assert (one.amount_fen, one.overpaid_fen, one.order.pay_state) == (9000, 0, "paid")
    assert cash(world) == 9000
    (row,) = world.rows(payment)
    assert (row.amount_fen, row.state, row.method) == (9000, "confirmed", "cash")


def test_f01_too_much_is_kept_and_shown(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    (one,) = pay(world, order_id, 9200).orders
    assert (one.order.pay_state, one.overpaid_fen, one.order.due_fen) == ("paid", 200, -200)
    with world.store.read() as work:
        ((owed, fen),) = payments.owed_back(work, leader_id=world.leader_id)
    assert (owed.id, fen) == (order_id, 200)
    assert pay_back(world, order_id).amount_fen == 200
    assert world.view(order_id).due_fen == 0


def test_part_and_rest(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    assert pay(world, order_id, 4000).orders[0].order.due_fen == 5000
    assert pay(world, order_id, key="p2").orders[0].amount_fen == 5000
    assert pay(world, order_id, key="p3").orders[0].amount_fen == 0, "nothing is open"
    assert world.count(payment) == 2


def test_the_same_message_pays_once(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id, 4000)
    again = pay(world, order_id, 4000).orders[0]
    assert (again.is_repeat, again.amount_fen) == (True, 4000)
    assert world.view(order_id).paid_fen == cash(world) == 4000


def test_several_by_number_and_a_number_nobody_has(world: World) -> None:
    for name in ("甲", "乙", "丙"):
        world.order(world.resident(name), {1: 1})
    with world.store.transaction() as work:
        paid = payments.mark_paid(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            seqs=[3, 1, 45],
            actor=world.actor,
            source_key="p",
        )
    assert [(one.order.seq, one.amount_fen) for one in paid.orders] == [(1, 4500), (3, 4500)]
    assert paid.unknown == (45,)


def test_another_leaders_order_cannot_be_paid(store: Store) -> None:
    mine, other = World(store), World(store, name="陈团长")
    order_id = mine.order(mine.resident(), {1: 1})
    with pytest.raises(NotFound):
        pay(other, order_id)
    assert mine.view(order_id).paid_fen == 0


@pytest.mark.parametrize("amount", [0, -100, 10_000_001])
def test_sums_that_make_no_sense(world: World, amount: int) -> None:
    order_id = world.order(world.resident(), {1: 1})
    with pytest.raises(BadAmount):
        pay(world, order_id, amount)


def test_one_sum_is_not_for_several_orders(world: World) -> None:
    ids = [world.order(world.resident(name), {1: 1}) for name in ("甲", "乙")]
    with world.store.transaction() as work, pytest.raises(BadAmount):
        payments.mark_paid(
            work, leader_id=world.leader_id, order_ids=ids, amount_fen=100, actor=world.actor, source_key="p"
        )


def test_a_resident_says_paid_until_the_leader_has_looked(world: World, clock: StillClock) -> None:
    order_id = world.order(world.resident(), {1: 2})
    claim(world, order_id)
    claim(world, order_id, key="c2")
    one = world.view(order_id)
    assert (one.pay_state, one.pay_claimed_at, one.due_fen) == ("claimed", clock(), 9000)
    assert world.count(order_event, kind="pay") == 1
    pay(world, order_id, 4000)
    assert world.view(order_id).pay_state == "claimed", "part of it: the rest is still to be looked at"
    pay(world, order_id, key="p2")
    assert world.view(order_id).pay_claimed_at is None
    claim(world, order_id, key="c3")
    assert world.view(order_id).pay_state == "paid"


def test_a_slip_is_taken_back(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id, 4000)
    pay(world, order_id, 5000, key="p2")
    assert undo(world, order_id) == 5000
    assert undo(world, order_id) == 0, "the same message again"
    assert world.view(order_id).paid_fen == cash(world) == 4000
    assert [row.state for row in world.rows(payment)] == ["confirmed", "cancelled"]
    assert undo(world, order_id, key="u2") == 4000
    with pytest.raises(NothingPaid):
        undo(world, order_id, key="u3")


def test_money_that_went_back_cannot_be_taken_back_again(world: World) -> None:
    resident_id = world.resident()
    order_id = world.order(resident_id, {1: 2})
    pay(world, order_id)
    cancel(world, resident_id)
    pay_back(world, order_id, 3000)
    with pytest.raises(PaymentRefunded) as caught:
        undo(world, order_id)
    assert caught.value.facts["refunded_fen"] == 3000
    assert world.view(order_id).paid_fen == 9000


def test_a_cancelled_order_that_was_paid_is_owed_back_in_parts(world: World) -> None:
    resident_id = world.resident()
    order_id = world.order(resident_id, {1: 2})
    pay(world, order_id)
    cancel(world, resident_id)
    assert pay_back(world, order_id, 2500).amount_fen == 2500
    with pytest.raises(RefundTooMuch) as caught:
        pay_back(world, order_id, 100_000, key="r2")
    assert caught.value.facts == {"amount_fen": 100_000, "max_fen": 6500}
    assert pay_back(world, order_id, 2500).is_repeat
    pay_back(world, order_id, key="r3")
    one = world.view(order_id)
    assert (one.paid_fen, one.refunded_fen, one.due_fen, one.pay_state) == (9000, 9000, 0, "refunded")
    assert cash(world) == 0
    assert [row.amount_fen for row in world.rows(refund)] == [2500, 6500]
    assert [row.payload["amount_fen"] for row in world.rows(notice, kind="refund")] == [2500, 6500]


def test_who_owes_is_paid_nothing_back(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id, 5000)
    for amount in (None, 1000):
        with pytest.raises(RefundTooMuch) as caught:
            pay_back(world, order_id, amount)
        assert caught.value.facts["max_fen"] == 0


def test_a18_money_promised_by_a_cancelled_round_is_handed_over(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id)
    world.close()
    with world.store.transaction() as work:
        rounds.cancel_round(work, leader_id=world.leader_id, round_id=world.round_id, reason="雨", actor=world.actor)
    assert [row.state for row in world.rows(refund)] == ["created"]
    with world.store.read() as work:
        assert [fen for _, fen in payments.owed_back(work, leader_id=world.leader_id)] == [9000]
    with pytest.raises(PaymentRefunded):
        undo(world, order_id)
    pay_back(world, order_id, 4000)
    assert [(row.state, row.amount_fen) for row in world.rows(refund)] == [("created", 5000), ("done", 4000)]
    pay_back(world, order_id, key="r2")
    assert world.view(order_id).refunded_fen == 9000
    assert cash(world) == 0
    with world.store.read() as work:
        assert payments.owed_back(work, leader_id=world.leader_id) == []


def test_a_promised_refund_arrives_or_fails_once(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id)
    world.close()
    with world.store.transaction() as work:
        rounds.cancel_round(work, leader_id=world.leader_id, round_id=world.round_id, reason=None, actor=world.actor)
    (promised,) = world.rows(refund)

    def finish(is_done: bool) -> bool:
        with world.store.transaction() as work:
            return payments.finish(
                work,
                leader_id=world.leader_id,
                refund_id=promised.id,
                actor="system",
                is_done=is_done,
                external_ref="wx-1",
            )

    assert [finish(True), finish(True), finish(False)] == [True, False, False]
    assert world.view(order_id).refunded_fen == 9000


def test_f14_the_books_of_an_order_that_came_to_nothing_add_up_to_nothing(world: World) -> None:
    resident_id = world.resident()
    order_id = world.order(resident_id, {1: 2})
    world.close()
    pay(world, order_id)
    with world.store.transaction() as work:
        rounds.cancel_round(work, leader_id=world.leader_id, round_id=world.round_id, reason=None, actor=world.actor)
    pay_back(world, order_id)
    assert [row.kind for row in world.rows(ledger_transfer)] == ["sale", "payment", "reversal", "refund"]
    with world.store.read() as work:
        for book in (ledger.of(resident_id), ledger.SALES, ledger.CASH):
            assert ledger.balance(work, leader_id=world.leader_id, book=book, order_id=order_id) == 0


def test_a_reference_is_posted_once_and_a_negative_sum_goes_the_other_way(world: World) -> None:
    with world.store.transaction() as work:
        for amount in (500, 700, 0):
            ledger.post(
                work,
                leader_id=world.leader_id,
                kind="payment",
                reference="x",
                source=ledger.CASH,
                target=ledger.of(1),
                amount_fen=-amount,
            )
        assert ledger.balance(work, leader_id=world.leader_id, book=ledger.CASH) == 500


def test_k04_payments_are_logged_with_before_and_after(world: World) -> None:
    order_id = world.order(world.resident(), {1: 2})
    pay(world, order_id, 4000)
    undo(world, order_id)
    logged = [(row.action, row.before, row.after) for row in world.rows(action_log, entity="order")]
    assert logged == [
        ("order.pay", {"paid_fen": 0}, {"paid_fen": 4000}),
        ("order.undo_payment", {"paid_fen": 4000}, {"paid_fen": 0}),
    ]
