"""Orders that are paid by WeChat Pay: what was put in there, and what came of it. What goes back: `online_refunds.py`.

The program never holds a transaction open while it talks to WeChat Pay: it claims work here, asks outside, and writes
down here what it heard. Everything may be heard twice, late, out of order or at once: `record_paid` counts a payment
once, whoever brings the news (notification, page, job, bill).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, insert, or_, select, tuple_, update

from models import Work, pay_order
from models.views import OrderView
from operations import profit_sharing, refunds, share_receivers
from operations.asking import LEASE, pause
from operations.audit import PLATFORM, record
from operations.errors import NothingToPay
from operations.order_views import lock_order, view
from operations.payments import mark_paid
from operations.upserts import for_update

LIFE = timedelta(hours=2)  # as long as a prepay_id lives: pay.weixin.qq.com/doc/v3/merchant/4012791856
_SPARE = timedelta(minutes=5)  # what is nearly over is not offered again
Outcome = Literal["paid", "repeat", "unknown", "mismatch"]


@dataclass(frozen=True, slots=True)
class PayOrder:
    """An order as WeChat Pay knows it. `prepay` is what the page or the QR code needs, None until it was asked for."""

    leader_id: int
    id: int
    order_id: int
    out_trade_no: str
    trade_type: str
    openid: str | None
    amount_fen: int
    state: str
    prepay: str | None
    expires_at: datetime
    is_shared: bool
    attempts: int


def prepare(
    work: Work, *, leader_id: int, order_id: int, trade_type: str, openid: str | None, may_share: bool = False
) -> PayOrder:
    """What to put in at WeChat Pay for what the order owes now; the one that is open already, where it still fits.

    One that asks for another sum is closed by the job. `may_share`: the leader's part can be paid out of it by 分账, if
    she has an account for that. Raises NotFound, NothingToPay.
    """
    one = lock_order(work, leader_id, order_id)
    if one.due_fen <= 0 or one.state == "cancelled":
        raise NothingToPay(seq=one.seq)
    live = [row for row in _of_order(work, leader_id, order_id) if row.state == "created"]
    for row in live:
        same = (row.trade_type, row.openid, row.amount_fen) == (trade_type, openid, one.due_fen)
        if same and row.expires_at - work.now > _SPARE:
            return _pay_order(row)
        _close_soon(work, row)
    return _insert(work, one, trade_type, openid, may_share and share_receivers.ready(work, leader_id) is not None)


def placed(work: Work, *, leader_id: int, pay_order_id: int, prepay: str) -> None:
    """WeChat Pay has taken it."""
    mine = (pay_order.c.leader_id == leader_id, pay_order.c.id == pay_order_id)
    work.db.execute(update(pay_order).where(*mine).values(prepay=prepay[:256]))


def with_prepay(asked: PayOrder, prepay: str) -> PayOrder:
    """The same with what WeChat Pay answered."""
    return replace(asked, prepay=prepay)


def open_numbers(work: Work, *, leader_id: int, order_id: int) -> list[str]:
    """The numbers under which an order may have been paid without our having heard."""
    return [row.out_trade_no for row in _of_order(work, leader_id, order_id) if row.state == "created"]


def record_paid(
    work: Work, *, out_trade_no: str, transaction_id: str, amount_fen: int, currency: str, source: str
) -> Outcome:
    """WeChat Pay says that an order was paid. Counted once; `mismatch` and `unknown` are written into the action log.

    Money for an order that was cancelled meanwhile, or beyond what it is worth after a second payment, is sent back.
    """
    row = work.db.execute(select(pay_order).where(pay_order.c.out_trade_no == out_trade_no)).first()
    if row is None:
        alarm(work, PLATFORM, 0, "pay.unknown", out_trade_no, transaction_id, amount_fen)
        return "unknown"
    one = lock_order(work, row.leader_id, row.order_id)
    is_ours = bool(transaction_id) and (amount_fen, currency) == (row.amount_fen, "CNY")
    if not is_ours or _is_anothers(work, row, transaction_id):
        alarm(work, row.leader_id, row.order_id, "pay.mismatch", out_trade_no, transaction_id, amount_fen)
        return "mismatch"
    changed = work.db.execute(
        update(pay_order)
        .where(pay_order.c.leader_id == row.leader_id, pay_order.c.id == row.id, pay_order.c.state != "paid")
        .values(state="paid", transaction_id=transaction_id, paid_at=work.now, next_at=None)
    )
    if changed.rowcount != 1:
        return "repeat"
    had_due = one.due_fen > 0 and one.state != "cancelled"
    mark_paid(
        work, leader_id=row.leader_id, order_ids=[row.order_id], amount_fen=row.amount_fen, method="wechat",
        external_ref=transaction_id, actor="system", source_key=f"wechat:{out_trade_no}",
    )  # fmt: skip
    if not had_due:  # paid after it was cancelled, or paid twice: nobody asked for this money
        _send_back(work, row, out_trade_no)
    if row.is_shared:
        profit_sharing.free_late(work, leader_id=row.leader_id, pay_order_id=row.id)
    return "paid"


def _is_anothers(work: Work, row: Row[Any], transaction_id: str) -> bool:
    """Whether this payment was counted for another order, or another payment for this one."""
    named = or_(pay_order.c.transaction_id == transaction_id, pay_order.c.id == row.id)
    known = work.db.execute(
        select(pay_order.c.id, pay_order.c.transaction_id).where(named, pay_order.c.transaction_id.is_not(None))
    ).all()
    return any((one.id, one.transaction_id) != (row.id, transaction_id) for one in known)


def note_closed(work: Work, *, out_trade_no: str) -> bool:
    """WeChat Pay says that nobody can pay it any more. A payment that was counted stays."""
    changed = work.db.execute(
        update(pay_order)
        .where(pay_order.c.out_trade_no == out_trade_no, pay_order.c.state == "created")
        .values(state="closed", next_at=None)
    )
    return bool(changed.rowcount == 1)


def claim_questions(work: Work, *, limit: int = 20) -> list[PayOrder]:
    """Orders to ask WeChat Pay about: nothing was heard of them for a while. Two callers never claim one."""
    due = (
        select(pay_order.c.leader_id, pay_order.c.id)
        .where(pay_order.c.state == "created", pay_order.c.next_at <= work.now)
        .order_by(pay_order.c.next_at)
        .limit(limit)
    )
    keys = for_update(work, due, skip_locked=True)
    taken = (
        update(pay_order)
        .where(tuple_(pay_order.c.leader_id, pay_order.c.id).in_(keys))
        .values(next_at=work.now + LEASE, attempts=pay_order.c.attempts + 1)
        .returning(*(pay_order.c[column.name] for column in fields(PayOrder)))
    )
    return [_pay_order(row) for row in work.db.execute(taken)]


def ask_again(work: Work, asked: PayOrder, *, problem: str | None = None) -> None:
    """Nothing new: ask later, more and more rarely."""
    mine = (pay_order.c.leader_id == asked.leader_id, pay_order.c.id == asked.id, pay_order.c.state == "created")
    work.db.execute(update(pay_order).where(*mine).values(next_at=work.now + pause(asked.attempts), problem=problem))


def _send_back(work: Work, row: Row[Any], out_trade_no: str) -> None:
    one = view(work, leader_id=row.leader_id, order_id=row.order_id)
    promised = refunds.pending_fen(work, leader_id=row.leader_id, order_id=row.order_id)
    back = min(row.amount_fen, -one.due_fen - promised)
    if back > 0:
        refunds.create(
            work, one=one, amount_fen=back, request_key=f"unasked:{out_trade_no}", actor="system", case_id=None
        )


def _of_order(work: Work, leader_id: int, order_id: int) -> list[Row[Any]]:
    mine = (pay_order.c.leader_id == leader_id, pay_order.c.order_id == order_id)
    return list(work.db.execute(select(pay_order).where(*mine).order_by(pay_order.c.id)))


def _close_soon(work: Work, row: Row[Any]) -> None:
    """It asks for another sum: its time ends now, and the job closes it after asking whether it was paid."""
    mine = (pay_order.c.leader_id == row.leader_id, pay_order.c.id == row.id)
    work.db.execute(update(pay_order).where(*mine).values(next_at=work.now, expires_at=work.now))


def _insert(work: Work, one: OrderView, trade_type: str, openid: str | None, is_shared: bool) -> PayOrder:
    pay_order_id = work.new_id()
    work.db.execute(
        insert(pay_order).values(
            leader_id=one.leader_id,
            id=pay_order_id,
            order_id=one.id,
            out_trade_no=f"LT{pay_order_id}",
            trade_type=trade_type,
            openid=openid,
            amount_fen=one.due_fen,
            expires_at=work.now + LIFE,
            is_shared=is_shared,
            next_at=work.now + pause(0),
            created_at=work.now,
        )
    )
    mine = (pay_order.c.leader_id == one.leader_id, pay_order.c.id == pay_order_id)
    return _pay_order(work.db.execute(select(pay_order).where(*mine)).one())


def _pay_order(row: Row[Any]) -> PayOrder:
    return PayOrder(**{column.name: row._mapping[column.name] for column in fields(PayOrder)})


def alarm(work: Work, leader_id: int, order_id: int, action: str, number: str, reference: str, amount_fen: int) -> None:
    """Somebody has to look at this: it stands in the console's action log."""
    record(
        work,
        leader_id=leader_id,
        actor="system",
        action=action,
        entity="order",
        entity_id=order_id,
        after={"number": number[:40], "reference": reference[:40], "amount_fen": amount_fen},
    )
