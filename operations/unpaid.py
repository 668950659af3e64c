"""Orders that are to be paid beforehand and are not: a polite word once, and cancelling where the leader wants that.

An order counts as not paid while nothing came, nobody says it did, and no picture of a payment was sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, and_, exists, select, type_coerce, update

from models import Work, leader, offer, order, order_line, payment_proof, round_
from models.joins import points_to
from models.views import OrderView
from operations import coupon_uses, ledger
from operations.audit import record
from operations.offers import lock_offers, lock_round
from operations.order_views import lock_order
from operations.orders import add_event
from operations.paying_terms import pay_note
from operations.quiet_hours import in_quiet_hours
from operations.receivers import tell

REMIND_AFTER = timedelta(hours=2)
TIME_TO_PAY = timedelta(hours=1)  # after the reminder, before anything is cancelled
_HOUR_MS = 3_600_000


def remind_unpaid(work: Work, *, limit: int = 100) -> int:
    """For the scheduler: ask once, two hours after the close, and not in the leader's quiet hours. Returns how many.

    A reminder that waited in the outbox for the morning would reach people who paid meanwhile.
    """
    due = (
        _unpaid()
        .where(
            leader.c.payment_mode.in_(("transfer", "wechat")),
            round_.c.state == "closed",
            round_.c.closed_at <= work.now - REMIND_AFTER,
            order.c.unpaid_reminded_at.is_(None),
            ~in_quiet_hours(work.now),
        )
        .limit(limit)
    )
    rows = work.db.execute(due).all()
    for row in rows:
        _remind(work, row)
    return len(rows)


def cancel_unpaid(work: Work, *, limit: int = 50) -> int:
    """For the scheduler: cancel what was not paid in time, in rounds of leaders who switched that on.

    Only before the goods came, and only whoever was reminded an hour before or more. Returns how many.
    """
    deadline = type_coerce(round_.c.closed_at, BigInteger) + leader.c.cancel_unpaid_after_h * _HOUR_MS
    due = (
        _unpaid()
        .where(
            leader.c.cancel_unpaid_after_h.is_not(None),
            round_.c.state == "closed",
            deadline <= round(work.now.timestamp() * 1000),
            order.c.unpaid_reminded_at <= work.now - TIME_TO_PAY,
        )
        .limit(limit)
    )
    rows = work.db.execute(due).all()
    return sum(_cancel(work, row) for row in rows)


def _unpaid() -> Any:
    proved = exists().where(payment_proof.c.leader_id == order.c.leader_id, payment_proof.c.order_id == order.c.id)
    return (
        select(
            order.c.leader_id, order.c.id, order.c.round_id, order.c.seq, order.c.total_fen, order.c.discount_fen,
            round_.c.title, round_.c.code, leader.c.payment_mode, leader.c.payment_note, leader.c.cancel_unpaid_after_h,
        )
        .join(round_, points_to(order.c.round_id, round_))
        .join(leader, leader.c.id == order.c.leader_id)
        .where(_owes(), order.c.state == "confirmed", ~proved)
        .order_by(order.c.leader_id, order.c.round_id, order.c.id)
    )  # fmt: skip


def _owes() -> ColumnElement[bool]:
    return and_(order.c.paid_fen == 0, order.c.pay_claimed_at.is_(None), order.c.total_fen - order.c.discount_fen > 0)


def _remind(work: Work, row: Row[Any]) -> None:
    work.db.execute(
        update(order)
        .where(order.c.leader_id == row.leader_id, order.c.id == row.id)
        .values(unpaid_reminded_at=work.now)
    )
    tell(
        work,
        leader_id=row.leader_id,
        round_id=row.round_id,
        order_id=row.id,
        kind="reminder_pay",
        key=f"reminder_pay:{row.id}",
        payload={
            "title": row.title,
            "seq": row.seq,
            "due_fen": row.total_fen - row.discount_fen,
            "mode": row.payment_mode,
            "how": row.payment_note,
            "note": pay_note(row.code, row.seq),
            "cancel_after_h": row.cancel_unpaid_after_h,
        },
    )


def _cancel(work: Work, row: Row[Any]) -> int:
    """Lock order: round, offers, order. Looked at again once it is held: it may have been paid just now."""
    held = lock_round(work, row.leader_id, row.round_id)
    lock_offers(work, row.leader_id, row.round_id)
    one = lock_order(work, row.leader_id, row.id)
    still = select(order.c.id).where(
        order.c.leader_id == row.leader_id, order.c.id == row.id, _owes(), order.c.state == "confirmed"
    )
    if held.state != "closed" or work.db.execute(still).first() is None:
        return 0
    key = f"unpaid:{one.id}"
    _give_back_goods(work, one, key)
    _take_back_sale(work, row, one.resident_id, key)
    coupon_uses.release_all(work, leader_id=row.leader_id, order_ids=[one.id])
    work.db.execute(
        update(order)
        .where(order.c.leader_id == row.leader_id, order.c.id == one.id)
        .values(
            state="cancelled", total_fen=0, discount_fen=0, fee_fen=0, transport_fen=0, changed_at=work.now,
            version=order.c.version + 1,
        )
    )  # fmt: skip
    net = one.total_fen - one.discount_fen
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == row.leader_id, round_.c.id == row.round_id)
        .values(closed_orders=round_.c.closed_orders - 1, closed_total_fen=round_.c.closed_total_fen - net)
    )
    record(
        work, leader_id=row.leader_id, actor="system", action="order.cancel_unpaid", entity="order", entity_id=one.id,
        before={"total_fen": net}, after={"state": "cancelled"},
    )  # fmt: skip
    _tell_cancelled(work, row)
    return 1


def _give_back_goods(work: Work, one: OrderView, key: str) -> None:
    for line in one.lines:
        work.db.execute(
            update(offer)
            .where(offer.c.leader_id == one.leader_id, offer.c.id == line.offer_id)
            .values(reserved_milli=offer.c.reserved_milli - line.quantity_milli)
        )
        add_event(
            work, leader_id=one.leader_id, order_id=one.id, kind="cancel", source_key=key, actor="system",
            offer_id=line.offer_id, delta_milli=-line.quantity_milli, delta_fen=-line.line_fen,
        )  # fmt: skip
    mine = (order_line.c.leader_id == one.leader_id, order_line.c.order_id == one.id)
    work.db.execute(update(order_line).where(*mine).values(quantity_milli=0, line_fen=0, allocated_milli=None))


def _take_back_sale(work: Work, row: Row[Any], resident_id: int, key: str) -> None:
    """What stands in the books for the order, the other way: its sale, and what a coupon gave for it."""
    sold = ledger.balance(work, leader_id=row.leader_id, book=ledger.SALES, order_id=row.id)
    given = -ledger.balance(work, leader_id=row.leader_id, book=ledger.PROMOTION, order_id=row.id)
    ledger.post_many(
        work,
        leader_id=row.leader_id,
        transfers=[
            ledger.Transfer("reversal", key, ledger.SALES, ledger.of(resident_id), sold - given, row.round_id, row.id),
            ledger.discount(key, -given, row.round_id, row.id),
        ],
    )


def _tell_cancelled(work: Work, row: Row[Any]) -> None:
    tell(
        work,
        leader_id=row.leader_id,
        round_id=row.round_id,
        order_id=row.id,
        kind="unpaid_cancelled",
        key=f"unpaid_cancelled:{row.id}",
        payload={"title": row.title, "seq": row.seq},
    )
