"""Talking to WeChat Pay: asking about payments nobody told us of, sending refunds, comparing the day's bill.

Each step claims in one transaction, asks outside of any, and writes down what it heard in another; a process that dies
between them leaves a claim that runs out, and WeChat Pay takes the same numbers again.
"""

from __future__ import annotations

from datetime import date, timedelta

import structlog

from bot.pay.gateway import Gateway, PayError, RefundResult
from models import Store, Work
from operations import bill_check, online, online_refunds, refund_ways, share_returns
from operations.online import PayOrder
from operations.online_refunds import OutgoingRefund
from operations.quiet_hours import SHANGHAI
from scheduler import sharing

log = structlog.get_logger(__name__)

_BILL_FROM_MINUTE = 10 * 60 + 10  # bills are there from ten o'clock: pay.weixin.qq.com/doc/v3/merchant/4013071203


def ask_about_payments(store: Store, gateway: Gateway) -> int:
    """Query orders that were put in and not heard of; close those whose time is over."""
    asked = store.run(online.claim_questions)
    for one in asked:
        try:
            _ask(store, gateway, one)
        except PayError as error:
            code = error.code
            store.run(lambda work, one=one, code=code: online.ask_again(work, one, problem=code))  # type: ignore[misc]
    return len(asked)


def _ask(store: Store, gateway: Gateway, one: PayOrder) -> None:
    trade = gateway.query(one.out_trade_no)
    if trade is not None and trade.state in {"paid", "refunded"}:
        outcome = store.run(
            lambda work: online.record_paid(
                work, out_trade_no=trade.out_trade_no, transaction_id=trade.transaction_id,
                amount_fen=trade.amount_fen, currency=trade.currency, source="query",
            )
        )  # fmt: skip
        if outcome == "mismatch":
            store.run(lambda work: online.ask_again(work, one, problem="MISMATCH"))
        return
    is_over = store.clock() >= one.expires_at
    if trade is not None and trade.state != "closed" and is_over:
        gateway.close(one.out_trade_no)  # ORDERPAID: paid just now, and asked about again
    if is_over or (trade is not None and trade.state == "closed"):
        store.run(lambda work: online.note_closed(work, out_trade_no=one.out_trade_no))
    else:
        store.run(lambda work: online.ask_again(work, one))


def send_refunds(store: Store, gateway: Gateway) -> int:
    """Send what is to go back, ask about what was sent."""
    routed = store.run(refund_ways.send_promises_online)
    claimed = store.run(online_refunds.claim_refunds)
    for one in claimed:
        if not _is_clear(store, one):
            continue
        try:
            found = _look_or_send(gateway, one)
        except PayError as error:
            _note_trouble(store, one, error)
            continue
        _note_refund(store, one, found)
    return routed + len(claimed)


def _is_clear(store: Store, one: OutgoingRefund) -> bool:
    """A part of the payment that the leader was given comes back first; if it cannot, she gives the money herself."""

    def look(work: Work) -> bool:
        way = (
            "clear"
            if one.state != "created"
            else share_returns.before_refund(work, leader_id=one.leader_id, refund_id=one.id)
        )
        if way == "wait":
            online_refunds.try_refund_later(work, one, problem="SHARED")
        elif way == "stuck":
            refund_ways.finish(
                work, leader_id=one.leader_id, refund_id=one.id, actor="system", is_done=False, external_ref=None,
                problem="SHARED",
            )  # fmt: skip
        return way == "clear"

    return store.run(look)


def _look_or_send(gateway: Gateway, one: OutgoingRefund) -> RefundResult:
    """Ask before sending: an earlier try may have got through."""
    if (known := gateway.query_refund(one.out_refund_no)) is not None:
        return known
    trade = gateway.query(one.out_trade_no)
    if trade is None or trade.state not in {"paid", "refunded"}:
        raise PayError("NOT_PAID")
    return gateway.refund(
        out_refund_no=one.out_refund_no, out_trade_no=one.out_trade_no, amount_fen=one.amount_fen,
        total_fen=one.total_fen,
    )  # fmt: skip


def _note_refund(store: Store, one: OutgoingRefund, found: RefundResult) -> None:
    def write(work: Work) -> None:
        if found.state == "processing":
            online_refunds.refund_sent(work, one)
            return
        outcome = online_refunds.record_refund(
            work, out_refund_no=found.out_refund_no, state=found.state, amount_fen=found.amount_fen,
            refund_id=found.refund_id,
        )  # fmt: skip
        if outcome == "mismatch":
            online_refunds.try_refund_later(work, one, problem="MISMATCH")

    store.run(write)


def _note_trouble(store: Store, one: OutgoingRefund, error: PayError) -> None:
    """What may be repeated is, with the same number; what WeChat Pay refuses for good is the leader's to give back."""
    if error.may_repeat:
        store.run(lambda work: online_refunds.try_refund_later(work, one, problem=error.code))
        return
    log.error("refund_refused", refund=one.out_refund_no, code=error.code)
    store.run(
        lambda work: refund_ways.finish(
            work, leader_id=one.leader_id, refund_id=one.id, actor="system", is_done=False, external_ref=None,
            problem=error.code,
        )
    )  # fmt: skip


def check_bill(store: Store, gateway: Gateway) -> int:
    """Once a day, from ten past ten: compare yesterday's bill with the books; returns how many differences it has."""
    local = store.clock().astimezone(SHANGHAI)
    day = local.date() - timedelta(days=1)
    if local.hour * 60 + local.minute < _BILL_FROM_MINUTE:
        return 0
    with store.read() as work:
        if bill_check.is_done(work, day):
            return 0
    return compare(store, gateway, day)


def compare(store: Store, gateway: Gateway, day: date) -> int:
    """Compare one day's bill now. A bill that is not there yet is asked for again with the next run."""
    try:
        rows = gateway.bill(day)
        parts = sharing.parts_of(store, gateway.sharing, day)
    except PayError as error:
        log.warning("bill_not_there", day=day.isoformat(), code=error.code)
        return 0
    theirs = [bill_check.Entry(r.out_trade_no, r.transaction_id, r.amount_fen, r.out_refund_no) for r in rows]
    found = store.run(lambda work: bill_check.compare(work, day=day, theirs=theirs, parts=parts))
    for one in found:
        log.error("bill_differs", day=day.isoformat(), kind=one.kind, reference=one.reference)
    return len(found)
