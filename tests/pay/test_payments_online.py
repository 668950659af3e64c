"""Paying by WeChat Pay from the page to the books, with everything that may go wrong on the way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.pay.webhook import MAX_BODY, PATH
from bot.simulator.pay import PaySim
from models import Store, action_log, pay_difference, payment
from operations import bill_check, online_refunds, payments
from operations.closing import cancel_round
from operations.errors import NothingToPay
from operations.orders import cancel
from scheduler import paying
from tests.pay.shop import Shop, open_shop
from tests.support.clock import StillClock

REFUSED = (
    "bad_signature", "probe", "stale", "ancient", "unknown_serial", "odd_serial", "missing_header", "wrong_key",
    "appid", "mchid", "garbage",
)  # fmt: skip


@pytest.fixture
def shop(store: Store, sim: PaySim, clock: StillClock) -> Iterator[Shop]:
    with open_shop(store, sim, clock) as opened:
        yield opened
        opened.check_books()


@pytest.fixture
def order_id(shop: Shop) -> int:
    return shop.world.order(shop.world.resident(), {1: 2, 2: 1})


def test_a_payment_is_told_and_counted(shop: Shop, order_id: int) -> None:
    shop.sim.pay(shop.put_in(order_id))
    one = shop.world.view(order_id)
    assert (one.pay_state, one.paid_fen, one.due_fen) == ("paid", 12600, 0)
    assert [letter.answers for letter in shop.sim.letters] == [[204]]
    with pytest.raises(NothingToPay):
        shop.put_in(order_id)


def test_a_second_tap_uses_the_same_order_there(shop: Shop, order_id: int) -> None:
    assert shop.put_in(order_id) == shop.put_in(order_id)
    assert shop.states() == ["created"]


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_not_provably_theirs_is_refused_and_the_true_one_counts(fault: str, shop: Shop, order_id: int) -> None:
    shop.sim.fault("notify", fault)
    shop.sim.pay(shop.put_in(order_id))
    (letter,) = shop.sim.letters
    assert letter.answers == [401]
    assert shop.world.view(order_id).paid_fen == 0
    shop.clock.advance(seconds=15)
    assert shop.sim.deliver_due() == 1
    assert letter.answers == [401, 204]
    assert shop.world.view(order_id).paid_fen == 12600


@pytest.mark.parametrize("fault", ["amount", "currency"])
def test_another_sum_is_not_counted_and_somebody_is_told(fault: str, shop: Shop, order_id: int) -> None:
    shop.sim.fault("notify", fault)
    shop.sim.pay(shop.put_in(order_id))
    assert shop.world.view(order_id).paid_fen == 0
    assert shop.world.count(action_log, action="pay.mismatch") == 1


def test_an_unknown_order_is_answered_and_told(shop: Shop, order_id: int) -> None:
    letter = shop.sim.pay(shop.put_in(order_id)).out_trade_no
    shop.sim.postman.letters[0].resource["out_trade_no"] = "LT000000"
    assert shop.sim.postman.deliver(shop.sim.letters[0]) == [204]
    with shop.store.read() as work:
        assert work.db.execute(select(action_log.c.action).where(action_log.c.leader_id == 0)).scalars().all() == [
            "pay.unknown"
        ]
    assert letter


def test_five_at_once_and_ten_more_count_once(shop: Shop, order_id: int) -> None:
    shop.sim.fault("notify", "duplicate")
    shop.sim.pay(shop.put_in(order_id))
    (letter,) = shop.sim.letters
    for _ in range(2):
        shop.sim.postman.deliver(letter, copies=5)
    assert set(letter.answers) <= {204, 503}
    assert 204 in letter.answers
    assert shop.world.count(payment) == 1
    assert shop.world.view(order_id).paid_fen == 12600


def test_a_lost_notification_is_found_by_asking(shop: Shop, order_id: int) -> None:
    shop.sim.fault("notify", "lost")
    shop.sim.pay(shop.put_in(order_id))
    assert shop.ask() == 0, "not at once"
    shop.clock.advance(seconds=21)
    assert shop.ask() == 1
    assert shop.world.view(order_id).paid_fen == 12600
    assert shop.ask() == 0


def test_nobody_pays_and_the_order_there_is_closed(shop: Shop, order_id: int) -> None:
    number = shop.put_in(order_id)
    for _ in range(40):
        shop.clock.advance(minutes=5)
        shop.ask()
    assert shop.states() == ["closed"]
    assert shop.sim.book.trades[number].state == "CLOSED"
    assert shop.put_in(order_id) != number


def test_a_changed_order_asks_for_the_new_sum_and_the_old_one_is_closed(shop: Shop, order_id: int) -> None:
    old = shop.put_in(order_id)
    shop.world.order(shop.world.view(order_id).resident_id, {1: 1})
    new = shop.put_in(order_id)
    shop.ask()
    assert (shop.sim.book.trades[old].state, shop.sim.book.trades[new].total) == ("CLOSED", 8100)


def test_paid_after_it_was_cancelled_goes_back_by_itself(shop: Shop, order_id: int) -> None:
    number = shop.put_in(order_id)
    one = shop.world.view(order_id)
    with shop.store.transaction() as work:
        cancel(
            work, leader_id=one.leader_id, round_id=one.round_id, resident_id=one.resident_id, actor="system",
            source_key="cancel",
        )  # fmt: skip
    shop.sim.pay(number)
    assert shop.refunds() == [("created", 12600)]
    back(shop, 0)
    assert shop.world.view(order_id).pay_state == "refunded"


def test_paid_twice_the_second_goes_back(shop: Shop, order_id: int) -> None:
    first = shop.put_in(order_id)
    shop.world.order(shop.world.view(order_id).resident_id, {1: 1})
    second = shop.put_in(order_id)
    shop.sim.pay(second)
    shop.sim.pay(first)
    assert shop.refunds() == [("created", 12600)]


def test_a_cancelled_rounds_money_goes_back_the_way_it_came(shop: Shop, order_id: int) -> None:
    shop.sim.pay(shop.put_in(order_id))
    with shop.store.transaction() as work:
        cancel_round(work, leader_id=shop.world.leader_id, round_id=shop.world.round_id, reason=None, actor="system")
    shop.send_refunds()
    assert [state for state, _ in shop.refunds()] == ["cancelled", "transit"]
    shop.sim.refund_done(next(iter(shop.sim.book.refunds)))
    assert shop.world.view(order_id).refunded_fen == 12600


def test_a_resident_who_orders_less_after_paying_gets_the_rest_back(shop: Shop, order_id: int) -> None:
    shop.sim.pay(shop.put_in(order_id))
    shop.world.order(shop.world.view(order_id).resident_id, {1: 1})
    assert shop.world.view(order_id).due_fen == -4500
    with shop.store.transaction() as work:
        done = payments.pay_back(
            work, leader_id=shop.world.leader_id, order_id=order_id, actor="system", source_key="back"
        )
    assert (done.amount_fen, done.online_fen) == (4500, 4500)
    back(shop, 0)
    assert (shop.world.view(order_id).due_fen, shop.world.view(order_id).pay_state) == (0, "part_refunded")


@pytest.mark.parametrize("fault", ["SYSTEM_ERROR", "FREQUENCY_LIMITED", "lost_answer", "unsigned"])
def test_a_refund_that_met_trouble_is_sent_once(fault: str, shop: Shop, order_id: int) -> None:
    owed(shop, order_id)
    shop.sim.fault("/v3/refund", fault)
    shop.send_refunds()
    shop.clock.advance(minutes=2)
    shop.send_refunds()
    shop.clock.advance(minutes=2)
    shop.send_refunds()
    assert len(shop.sim.book.refunds) == 1
    back(shop, 0)
    assert shop.world.view(order_id).refunded_fen == 4500


@pytest.mark.parametrize("status", ["ABNORMAL", "CLOSED"])
def test_a_refund_that_fails_is_the_leaders_to_give(status: str, shop: Shop, order_id: int) -> None:
    owed(shop, order_id)
    shop.send_refunds()
    shop.sim.refund_done(next(iter(shop.sim.book.refunds)), status)
    assert shop.refunds() == [("failed", 4500)]
    with shop.store.transaction() as work:
        assert [fen for _, fen in payments.owed_back(work, leader_id=shop.world.leader_id)] == [4500]
        done = payments.pay_back(
            work, leader_id=shop.world.leader_id, order_id=order_id, actor="system", source_key="by hand"
        )
    assert (done.amount_fen, done.online_fen) == (4500, 0)


def test_a_refund_told_twice_counts_once_and_a_lost_one_is_asked_about(shop: Shop, order_id: int) -> None:
    owed(shop, order_id)
    shop.send_refunds()
    number = next(iter(shop.sim.book.refunds))
    shop.sim.refund_done(number, notify=False)
    shop.clock.advance(seconds=30)
    shop.send_refunds()
    assert shop.refunds() == [("done", 4500)]
    shop.sim.postman.deliver(shop.sim.letters[-1])
    assert shop.world.view(order_id).refunded_fen == 4500


def test_the_bill_agrees_and_every_difference_is_listed(shop: Shop, order_id: int, clock: StillClock) -> None:
    shop.sim.pay(shop.put_in(order_id))
    owed(shop, order_id, is_paid=True)
    shop.send_refunds()
    day = clock().date()
    assert paying.check_bill(shop.store, shop.gateway) == 0
    clock.set_local("2026-05-03 10:11")
    assert paying.check_bill(shop.store, shop.gateway) == 0
    with shop.store.read() as work:
        assert bill_check.is_done(work, day)
    entry = bill_check.Entry("LT999999", "4200", 100)
    with shop.store.transaction() as work:
        found = bill_check.compare(work, day=day, theirs=[entry])
    assert {(one.kind, one.ours_fen, one.theirs_fen) for one in found} == {
        ("unknown_payment", None, 100), ("missing_payment", 12600, None), ("missing_refund", 4500, None)
    }  # fmt: skip
    with shop.store.transaction() as work:
        assert len(bill_check.unsettled(work)) == 3
        mine = {
            "bill_on": day.isoformat(),
            "kind": "unknown_payment",
            "reference": "LT999999",
            "actor": "operator:1",
            "note": "x",
        }
        assert bill_check.settle(work, **mine)
        assert not bill_check.settle(work, **mine)
        assert len(bill_check.unsettled(work)) == 2
        assert work.db.execute(select(pay_difference.c.kind)).all()


def test_a_late_bill_is_asked_for_again(shop: Shop, order_id: int, clock: StillClock) -> None:
    shop.sim.pay(shop.put_in(order_id))
    day = clock().date()
    clock.set_local("2026-05-03 10:11")
    for fault in ("bill_not_ready", "bill_hash"):
        shop.sim.fault("bill", fault)
        assert paying.check_bill(shop.store, shop.gateway) == 0
        with shop.store.read() as work:
            assert not bill_check.is_done(work, day)
    paying.check_bill(shop.store, shop.gateway)
    with shop.store.read() as work:
        assert bill_check.is_done(work, day)


def test_numbers_of_others_are_none_of_ours() -> None:
    assert online_refunds.number_of("LR12") == 12
    assert {online_refunds.number_of(text) for text in ("", "LR", "LRx", "LR" + "9" * 30, "XX1", "LR１")} == {0}


def owed(shop: Shop, order_id: int, *, is_paid: bool = False) -> None:
    """Paid, then one box less: ¥45 is on its way back."""
    if not is_paid:
        shop.sim.pay(shop.put_in(order_id))
    shop.world.order(shop.world.view(order_id).resident_id, {1: 1})
    with shop.store.transaction() as work:
        payments.pay_back(work, leader_id=shop.world.leader_id, order_id=order_id, actor="system", source_key="owed")


def back(shop: Shop, nth: int) -> None:
    """The refund is sent and arrives."""
    shop.send_refunds()
    shop.sim.refund_done(list(shop.sim.book.refunds)[nth])


def test_a_long_notification_is_not_read_whether_it_tells_its_length_or_not(shop: Shop) -> None:
    body = io.BytesIO(bytes(4 * MAX_BODY))
    sizes: list[dict[str, Any]] = [
        {"content_length": 4 * MAX_BODY},
        {"environ_overrides": {"wsgi.input_terminated": True}, "headers": {"Transfer-Encoding": "chunked"}},
    ]
    for size in sizes:
        body.seek(0)
        answer = shop.http.post(PATH, input_stream=body, **size)
        assert answer.status_code in {401, 413}
        assert body.tell() <= MAX_BODY
