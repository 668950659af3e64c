"""What residents are to get back, and who decides it. 邻团 keeps the books: the leader hands the money over himself.

A refund is `created` (promised) and then `done`; handed over on the spot it is `done` at once. Only what is done is in
`order.refunded_fen`; what is created counts against what may still be given back, so two people cannot promise the
same money. How it goes: `refund_ways.py`.

An order that became worth less (goods were short, after-sales) has a negative `due_fen`: that is owed back too, with
or without a row here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from models import Work, order, refund
from models.views import OrderView
from operations.errors import BadAmount, RefundTooMuch
from operations.order_views import lock_order, view
from operations.refund_plan import may_refund, most_refundable
from operations.refund_ways import PENDING, give_back, of_key, use_up_promises


@dataclass(frozen=True, slots=True)
class PaidBack:
    """What was handed back, and the order as it stands then."""

    order: OrderView
    amount_fen: int
    is_repeat: bool = False
    online_fen: int = 0  # of it, what WeChat Pay sends back


def pending_fen(work: Work, *, leader_id: int, order_id: int) -> int:
    """What is promised to go back and has not gone yet."""
    total = select(func.coalesce(func.sum(refund.c.amount_fen), 0)).where(
        refund.c.leader_id == leader_id, refund.c.order_id == order_id, refund.c.state.in_(PENDING)
    )
    return int(work.db.execute(total).scalar_one())


def on_its_way_fen(work: Work, *, leader_id: int, order_id: int) -> int:
    """What is promised and goes back by WeChat Pay, without anybody's hands."""
    total = select(func.coalesce(func.sum(refund.c.amount_fen), 0)).where(
        refund.c.leader_id == leader_id,
        refund.c.order_id == order_id,
        refund.c.state.in_(PENDING),
        refund.c.payment_id.is_not(None),
    )
    return int(work.db.execute(total).scalar_one())


def owed_back_fen(work: Work, one: OrderView) -> int:
    """What the resident is to get back of an order and is not on its way: promised, or paid more than it is worth."""
    owed = max(pending_fen(work, leader_id=one.leader_id, order_id=one.id), -one.due_fen, 0)
    return max(0, owed - on_its_way_fen(work, leader_id=one.leader_id, order_id=one.id))


def owed_back(work: Work, *, leader_id: int) -> list[tuple[OrderView, int]]:
    """Every order of this leader with money to be given back, and how much, oldest round first."""
    promised = select(refund.c.order_id).where(refund.c.leader_id == leader_id, refund.c.state.in_(PENDING))
    got, worth = order.c.paid_fen - order.c.refunded_fen, order.c.total_fen - order.c.discount_fen
    ids = (
        work.db.execute(
            select(order.c.id)
            .where(order.c.leader_id == leader_id, (got > worth) | order.c.id.in_(promised))
            .order_by(order.c.round_id, order.c.seq)
        )
        .scalars()
        .all()
    )
    orders = [view(work, leader_id=leader_id, order_id=order_id) for order_id in ids]
    return [(one, fen) for one in orders if (fen := owed_back_fen(work, one))]


def pay_back(
    work: Work, *, leader_id: int, order_id: int, actor: str, source_key: str, amount_fen: int | None = None
) -> PaidBack:
    """Give money back: `amount_fen`, or all that is owed. The same `source_key` again is a repeat.

    What was paid by WeChat Pay is sent back that way; only the rest has been handed over by the leader. Raises
    NotFound, BadAmount (nothing, or less), RefundTooMuch (more than is owed back).
    """
    one = lock_order(work, leader_id, order_id)
    if (earlier := of_key(work, leader_id, source_key)) is not None:
        return PaidBack(order=one, amount_fen=earlier.amount_fen, is_repeat=True)
    owed = owed_back_fen(work, one)
    amount = owed if amount_fen is None else amount_fen
    if amount < 0 or (amount == 0 and owed):
        raise BadAmount(amount_fen=amount)
    if amount == 0 or amount > owed:
        raise RefundTooMuch(amount_fen=amount, max_fen=owed)
    use_up_promises(work, leader_id, order_id, amount)
    _, online = give_back(work, one, amount, key=source_key, actor=actor, case_id=None, is_told=True)
    after = view(work, leader_id=leader_id, order_id=order_id)
    return PaidBack(order=after, amount_fen=amount, online_fen=online)


def create(work: Work, *, one: OrderView, amount_fen: int, request_key: str, actor: str, case_id: int | None) -> int:
    """A refund that was decided, of a locked order; returns its id. The same `request_key` again: the same.

    Done at once, except for what WeChat Pay has to send back. Raises RefundTooMuch when more than was paid would go
    back.
    """
    if (earlier := of_key(work, one.leader_id, request_key)) is not None:
        return int(earlier.id)
    promised = pending_fen(work, leader_id=one.leader_id, order_id=one.id)
    if not may_refund(amount_fen, one.paid_fen, one.refunded_fen, promised):
        raise RefundTooMuch(amount_fen=amount_fen, max_fen=most_refundable(one.paid_fen, one.refunded_fen, promised))
    first, _ = give_back(work, one, amount_fen, key=request_key, actor=actor, case_id=case_id, is_told=False)
    return first
