"""分账: of what neighbours paid by WeChat Pay, the leader's part goes to her merchant account, and the rest is freed.

A confirmed settlement plans it (`plan`): one row for each of the round's payments that were taken with 分账 in mind,
until what is due to her is covered or WeChat Pay's limit reached; the rest of it stays to be paid out by hand. Nothing
is booked before WeChat Pay says that she has it, and a settlement is not paid out while parts are on their way. Like
refunds, shares are claimed in one transaction, asked for outside of any, and written down in another; their numbers
are the same for every try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, select, tuple_, update

from models import Work, order, pay_order, payment, profit_share, refund, settlement
from models.joins import points_to
from operations import asking, ledger, share_receivers
from operations.asking import pause
from operations.audit import record

# Of a payment, unless WeChat Pay was asked for more; and so long after it, at least.
# Source: https://pay.weixin.qq.com/doc/v3/merchant/4013080034
MOST_BPS = 3000
AFTER_PAYMENT = timedelta(minutes=1)
OPEN = ("created", "processing")


@dataclass(frozen=True, slots=True)
class Share:
    """A part to be given or asked about; `amount_fen` 0: the payment is only freed."""

    leader_id: int
    id: int
    settlement_id: int
    receiver: str
    amount_fen: int
    attempts: int
    transaction_id: str

    @property
    def out_order_no(self) -> str:
        """The same for every try."""
        return number(self.id)


def number(share_id: int) -> str:
    """The number WeChat Pay knows a share by."""
    return f"LS{share_id}"


def plan(work: Work, row: Row[Any], due_fen: int) -> None:
    """What of `due_fen` can be paid to the leader out of her round's payments; what cannot is left to be paid out.

    `row` is a settlement that was confirmed just now.
    """
    receiver = share_receivers.ready(work, row.leader_id)
    left = max(0, due_fen) if receiver else 0
    for paid in _unshared(work, row.leader_id, order.c.round_id == row.round_id):
        part = min(left, paid.free_fen * MOST_BPS // 10_000)
        left -= part
        _insert(work, row.leader_id, paid, row.id, receiver if part and receiver else "", part)


def free_late(work: Work, *, leader_id: int, pay_order_id: int) -> None:
    """A payment that came after its round was settled: nobody's part is in it, and nothing else would free it."""
    settled = select(settlement.c.id).where(
        settlement.c.leader_id == leader_id,
        settlement.c.round_id == order.c.round_id,
        settlement.c.state.in_(("confirmed", "paid")),
    )
    for paid in _unshared(work, leader_id, pay_order.c.id == pay_order_id):
        ours = settled.where(order.c.leader_id == leader_id, order.c.id == paid.order_id)
        if (settlement_id := work.db.execute(ours).scalar()) is not None:
            _insert(work, leader_id, paid, settlement_id, "", 0)


def is_under_way(work: Work, leader_id: int, settlement_id: int) -> bool:
    """Whether some of a settlement may still be paid by 分账."""
    mine = (profit_share.c.leader_id == leader_id, profit_share.c.settlement_id == settlement_id)
    return work.db.execute(select(profit_share.c.id).where(*mine, _moves_money()).limit(1)).first() is not None


def under_way() -> ColumnElement[bool]:
    """The same as a condition on `settlement`."""
    return exists().where(
        profit_share.c.leader_id == settlement.c.leader_id,
        profit_share.c.settlement_id == settlement.c.id,
        _moves_money(),
    )


def claim(work: Work, *, limit: int = 20) -> list[Share]:
    """Shares to be sent or asked about. Two callers never claim one."""
    keys = asking.claim(work, profit_share, profit_share.c.state.in_(OPEN), limit=limit)
    mine = tuple_(profit_share.c.leader_id, profit_share.c.id).in_(keys)
    rows = work.db.execute(_SHARES.where(mine).order_by(profit_share.c.id))
    return [Share(**row._mapping) for row in rows]


def note(work: Work, one: Share, *, state: str, amount_fen: int, problem: str | None) -> None:
    """WeChat Pay says what became of a share: `processing`, `done` or `failed`. Counted once."""
    if state == "processing":
        try_later(work, one, problem=None, state="processing")
    elif state == "failed":
        _end(work, one, state="failed", problem=problem)
    elif amount_fen != one.amount_fen:  # somebody has to look: nothing is counted that is not ours
        try_later(work, one, problem="MISMATCH", state="processing")
    elif _end(work, one, state="done", problem=None, done_at=work.now) and one.amount_fen:
        _book(work, one)


def refused(work: Work, one: Share, *, code: str) -> None:
    """WeChat Pay takes no such share: the part is to be paid out by hand, and the payment is still to be freed."""
    _alarm(work, one, "share.refused", code)
    if not one.amount_fen:
        _end(work, one, state="failed", problem=code)
        return
    values = {"amount_fen": 0, "problem": code[:120], "attempts": 0, "next_at": work.now, "state": "created"}
    work.db.execute(update(profit_share).where(*_mine(one), profit_share.c.state.in_(OPEN)).values(**values))


def try_later(work: Work, one: Share, *, problem: str | None, state: str | None = None) -> None:
    """Send it again, or ask again, later."""
    values: dict[str, Any] = {"next_at": work.now + pause(one.attempts), "problem": problem}
    if state:
        values["state"] = state
    work.db.execute(update(profit_share).where(*_mine(one), profit_share.c.state.in_(OPEN)).values(**values))


def finished(work: Work, *, start: datetime, end: datetime) -> list[Share]:
    """What WeChat Pay said it has given in this time: to be compared with what it says later."""
    rows = _SHARES.where(profit_share.c.done_at >= start, profit_share.c.done_at < end, profit_share.c.amount_fen > 0)
    return [Share(**row._mapping) for row in work.db.execute(rows.order_by(profit_share.c.id))]


_SHARES = select(
    profit_share.c.leader_id,
    profit_share.c.id,
    profit_share.c.settlement_id,
    profit_share.c.receiver,
    profit_share.c.amount_fen,
    profit_share.c.attempts,
    pay_order.c.transaction_id,
).join(pay_order, points_to(profit_share.c.pay_order_id, pay_order))


def _unshared(work: Work, leader_id: int, which: ColumnElement[bool]) -> list[Row[Any]]:
    """Payments taken with 分账 in mind and not shared yet, with what of them has not gone back to the resident."""
    gone = (
        select(func.coalesce(func.sum(refund.c.amount_fen), 0))
        .join(payment, points_to(refund.c.payment_id, payment))
        .where(
            payment.c.leader_id == pay_order.c.leader_id,
            payment.c.method == "wechat",
            payment.c.external_ref == pay_order.c.transaction_id,
            refund.c.state.not_in(("failed", "cancelled")),
        )
        .scalar_subquery()
    )
    known = exists().where(
        profit_share.c.leader_id == pay_order.c.leader_id, profit_share.c.pay_order_id == pay_order.c.id
    )
    free = pay_order.c.amount_fen - gone
    statement: Select[Any] = (
        select(pay_order.c.id, pay_order.c.order_id, pay_order.c.paid_at, free.label("free_fen"))
        .join(order, points_to(pay_order.c.order_id, order))
        .where(pay_order.c.leader_id == leader_id, which, pay_order.c.is_shared, pay_order.c.state == "paid")
        .where(~known, free > 0)
        .order_by(pay_order.c.id)
    )
    return list(work.db.execute(statement))


def _insert(work: Work, leader_id: int, paid: Row[Any], settlement_id: int, receiver: str, amount_fen: int) -> None:
    work.db.execute(
        insert(profit_share).values(
            leader_id=leader_id,
            id=work.new_id(),
            pay_order_id=paid.id,
            settlement_id=settlement_id,
            receiver=receiver,
            amount_fen=amount_fen,
            next_at=max(work.now, paid.paid_at + AFTER_PAYMENT),
            created_at=work.now,
        )
    )


def _moves_money() -> ColumnElement[bool]:
    return and_(profit_share.c.state.in_(OPEN), profit_share.c.amount_fen > 0)


def _end(work: Work, one: Share, *, state: str, problem: str | None, **values: Any) -> bool:
    """By one conditional statement: of two who hear the same, one counts it."""
    if problem:
        _alarm(work, one, "share.failed", problem)
    ended = work.db.execute(
        update(profit_share)
        .where(*_mine(one), profit_share.c.state.in_(OPEN))
        .values(state=state, problem=problem[:120] if problem else None, next_at=None, **values)
    )
    return bool(ended.rowcount == 1)


def _book(work: Work, one: Share) -> None:
    """The leader has this part of what is due to her: the merchant account has that much less."""
    mine = (settlement.c.leader_id == one.leader_id, settlement.c.id == one.settlement_id)
    more = {"shared_fen": settlement.c.shared_fen + one.amount_fen}
    round_id = work.db.execute(
        update(settlement).where(*mine).values(**more).returning(settlement.c.round_id)
    ).scalar_one()
    ledger.post(
        work, leader_id=one.leader_id, kind="payout", reference=f"share:{one.id}", source=ledger.LEADER,
        target=ledger.ONLINE, amount_fen=one.amount_fen, round_id=round_id,
    )  # fmt: skip
    _alarm(work, one, "share.done", "")


def _alarm(work: Work, one: Share, action: str, problem: str) -> None:
    record(
        work, leader_id=one.leader_id, actor="system", action=action, entity="settlement", entity_id=one.settlement_id,
        after={"number": one.out_order_no, "amount_fen": one.amount_fen, "problem": problem[:120]},
    )  # fmt: skip


def _mine(one: Share) -> tuple[ColumnElement[bool], ...]:
    return (profit_share.c.leader_id == one.leader_id, profit_share.c.id == one.id)
