"""Refunds on their way through WeChat Pay: claimed, sent, asked about, and what became of them.

Like payments (`online.py`), each is heard of twice, late or at once, and counted once.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from models import Work, pay_order, payment, refund
from operations import asking, refund_ways
from operations.asking import pause
from operations.audit import PLATFORM
from operations.online import Outcome, alarm


@dataclass(frozen=True, slots=True)
class OutgoingRefund:
    """A refund that WeChat Pay is to send, or has been asked to."""

    leader_id: int
    id: int
    state: str
    amount_fen: int
    attempts: int
    out_trade_no: str
    total_fen: int

    @property
    def out_refund_no(self) -> str:
        """The same for every try."""
        return refund_number(self.id)


def claim_refunds(work: Work, *, limit: int = 20) -> list[OutgoingRefund]:
    """Refunds to be sent or asked about. Two callers never claim one."""
    is_open = refund.c.state.in_(refund_ways.PENDING) & refund.c.payment_id.is_not(None)
    return [_outgoing(work, *key) for key in asking.claim(work, refund, is_open, limit=limit)]


def refund_sent(work: Work, one: OutgoingRefund) -> None:
    """WeChat Pay has taken it; what becomes of it is heard later."""
    mine = (refund.c.leader_id == one.leader_id, refund.c.id == one.id, refund.c.state == "created")
    work.db.execute(update(refund).where(*mine).values(state="transit", problem=None))
    try_refund_later(work, one, problem=None)


def try_refund_later(work: Work, one: OutgoingRefund, *, problem: str | None) -> None:
    """Send it again, or ask again, later."""
    mine = (refund.c.leader_id == one.leader_id, refund.c.id == one.id, refund.c.state.in_(refund_ways.PENDING))
    work.db.execute(update(refund).where(*mine).values(next_at=work.now + pause(one.attempts), problem=problem))


def record_refund(work: Work, *, out_refund_no: str, state: str, amount_fen: int, refund_id: str) -> Outcome:
    """WeChat Pay says what became of a refund: done, abnormal or closed. Counted once."""
    found = select(refund).where(refund.c.id == number_of(out_refund_no), refund.c.payment_id.is_not(None))
    row = work.db.execute(found).first()
    if row is None:
        alarm(work, PLATFORM, 0, "pay.unknown_refund", out_refund_no, refund_id, amount_fen)
        return "unknown"
    if amount_fen != row.amount_fen:
        alarm(work, row.leader_id, row.order_id, "pay.mismatch", out_refund_no, refund_id, amount_fen)
        return "mismatch"
    if state == "processing":
        return "repeat"
    is_new = refund_ways.finish(
        work, leader_id=row.leader_id, refund_id=row.id, actor="system", is_done=state == "done",
        external_ref=refund_id or None, problem=None if state == "done" else state,
    )  # fmt: skip
    return "paid" if is_new else "repeat"


def refund_number(refund_id: int) -> str:
    """The number WeChat Pay knows a refund by: the same for every try."""
    return f"LR{refund_id}"


def number_of(out_refund_no: str) -> int:
    """The other way; 0 for what is none of ours."""
    digits = out_refund_no.removeprefix("LR")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0


def _outgoing(work: Work, leader_id: int, refund_id: int) -> OutgoingRefund:
    row = work.db.execute(
        select(refund, pay_order.c.out_trade_no, pay_order.c.amount_fen.label("total_fen"))
        .join(payment, (payment.c.leader_id == refund.c.leader_id) & (payment.c.id == refund.c.payment_id))
        .join(
            pay_order,
            (pay_order.c.leader_id == payment.c.leader_id) & (pay_order.c.transaction_id == payment.c.external_ref),
        )
        .where(refund.c.leader_id == leader_id, refund.c.id == refund_id)
    ).one()
    return OutgoingRefund(
        leader_id=leader_id,
        id=refund_id,
        state=row.state,
        amount_fen=row.amount_fen,
        attempts=row.attempts,
        out_trade_no=row.out_trade_no,
        total_fen=row.total_fen,
    )
