"""分账回退: the leader's part of a payment comes back before the payment is refunded.

All of it comes back, whatever part of the payment is refunded: what she is due is owed to her in the next settlement,
less the refund's correction. What does not come back (her account has not the money) is the leader's to hand over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, insert, select, tuple_, update

from models import Work, pay_order, payment, profit_share, refund, settlement, share_return
from models.joins import points_to
from operations import asking, ledger
from operations.asking import pause
from operations.audit import record
from operations.profit_sharing import OPEN, number
from operations.upserts import for_update

Way = Literal["clear", "wait", "stuck"]


@dataclass(frozen=True, slots=True)
class Return:
    """A part on its way back."""

    leader_id: int
    id: int
    share_id: int
    refund_id: int
    settlement_id: int
    receiver: str
    amount_fen: int
    attempts: int

    @property
    def out_order_no(self) -> str:
        """Of the share."""
        return number(self.share_id)

    @property
    def out_return_no(self) -> str:
        """The same for every try."""
        return f"LB{self.id}"


def before_refund(work: Work, *, leader_id: int, refund_id: int) -> Way:
    """May this refund be sent? `wait`: a part is still out, and comes back first; `stuck`: it did not come back.

    A share that nobody has sent yet is given up: the payment is only freed.
    """
    its = and_(profit_share.c.leader_id == leader_id, profit_share.c.id == _share_of(leader_id, refund_id))
    share = work.db.execute(for_update(work, select(profit_share).where(its))).first()
    if share is None or share.state == "failed" or share.amount_fen == share.returned_fen:
        return "clear"
    mine = (profit_share.c.leader_id == leader_id, profit_share.c.id == share.id)
    if share.state in OPEN and not share.attempts:
        work.db.execute(update(profit_share).where(*mine).values(amount_fen=0))
        return "clear"
    if share.state in OPEN:
        return "wait"
    returns = work.db.execute(
        select(share_return).where(share_return.c.leader_id == leader_id, share_return.c.share_id == share.id)
    ).all()
    if any(one.refund_id == refund_id and one.state == "failed" for one in returns):
        return "stuck"
    if not any(one.state == "created" for one in returns):
        _ask_back(work, share, refund_id)
    return "wait"


def claim(work: Work, *, limit: int = 20) -> list[Return]:
    """Parts to be asked back, or asked about. Two callers never claim one."""
    keys = asking.claim(work, share_return, share_return.c.state == "created", limit=limit)
    mine = tuple_(share_return.c.leader_id, share_return.c.id).in_(keys)
    return [Return(**row._mapping) for row in work.db.execute(_RETURNS.where(mine).order_by(share_return.c.id))]


def note(work: Work, one: Return, *, state: str, amount_fen: int, problem: str | None) -> None:
    """WeChat Pay says what became of it: `processing`, `done` or `failed`. Counted once; the refund comes next."""
    if state == "processing" or (state == "done" and amount_fen != one.amount_fen):
        try_later(work, one, problem=None if state == "processing" else "MISMATCH")
        return
    values: dict[str, Any] = {"state": state, "next_at": None, "problem": problem[:120] if problem else None}
    ended = work.db.execute(
        update(share_return).where(*_mine(one), share_return.c.state == "created").values(**values, done_at=work.now)
    )
    if ended.rowcount != 1:
        return
    if state == "done":
        _book(work, one)
    action = "share_return.done" if state == "done" else "share_return.failed"
    record(
        work, leader_id=one.leader_id, actor="system", action=action, entity="settlement", entity_id=one.settlement_id,
        after={"number": one.out_return_no, "amount_fen": one.amount_fen, "problem": problem or ""},
    )  # fmt: skip
    mine = (refund.c.leader_id == one.leader_id, refund.c.id == one.refund_id, refund.c.state == "created")
    work.db.execute(update(refund).where(*mine).values(next_at=work.now))


def try_later(work: Work, one: Return, *, problem: str | None) -> None:
    """Send it again, or ask again, later."""
    values: dict[str, Any] = {"next_at": work.now + pause(one.attempts), "problem": problem}
    work.db.execute(update(share_return).where(*_mine(one), share_return.c.state == "created").values(**values))


def finished(work: Work, *, start: datetime, end: datetime) -> list[Return]:
    """What WeChat Pay said has come back in this time."""
    in_time = (share_return.c.state == "done", share_return.c.done_at >= start, share_return.c.done_at < end)
    rows = work.db.execute(_RETURNS.where(*in_time).order_by(share_return.c.id))
    return [Return(**row._mapping) for row in rows]


_RETURNS = select(
    share_return.c.leader_id,
    share_return.c.id,
    share_return.c.share_id,
    share_return.c.refund_id,
    profit_share.c.settlement_id,
    profit_share.c.receiver,
    share_return.c.amount_fen,
    share_return.c.attempts,
).join(profit_share, points_to(share_return.c.share_id, profit_share))


def _share_of(leader_id: int, refund_id: int) -> Any:
    """The share of the payment that a refund goes back over."""
    return (
        select(profit_share.c.id)
        .join(pay_order, points_to(profit_share.c.pay_order_id, pay_order))
        .join(
            payment,
            and_(payment.c.leader_id == pay_order.c.leader_id, payment.c.external_ref == pay_order.c.transaction_id),
        )
        .join(refund, and_(refund.c.leader_id == payment.c.leader_id, refund.c.payment_id == payment.c.id))
        .where(profit_share.c.leader_id == leader_id, payment.c.method == "wechat", refund.c.id == refund_id)
        .scalar_subquery()
    )


def _ask_back(work: Work, share: Row[Any], refund_id: int) -> None:
    work.db.execute(
        insert(share_return).values(
            leader_id=share.leader_id,
            id=work.new_id(),
            share_id=share.id,
            refund_id=refund_id,
            amount_fen=share.amount_fen - share.returned_fen,
            next_at=work.now,
            created_at=work.now,
        )
    )


def _book(work: Work, one: Return) -> None:
    mine = (profit_share.c.leader_id == one.leader_id, profit_share.c.id == one.share_id)
    work.db.execute(update(profit_share).where(*mine).values(returned_fen=profit_share.c.returned_fen + one.amount_fen))
    round_id = work.db.execute(
        select(settlement.c.round_id).where(
            settlement.c.leader_id == one.leader_id, settlement.c.id == one.settlement_id
        )
    ).scalar_one()
    ledger.post(
        work, leader_id=one.leader_id, kind="reversal", reference=f"share_return:{one.id}", source=ledger.ONLINE,
        target=ledger.LEADER, amount_fen=one.amount_fen, round_id=round_id,
    )  # fmt: skip


def _mine(one: Return) -> tuple[ColumnElement[bool], ...]:
    return (share_return.c.leader_id == one.leader_id, share_return.c.id == one.id)
