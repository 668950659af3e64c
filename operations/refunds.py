"""Money on its way back to residents. 邻团 keeps the books: the leader hands the money over himself.

A refund is `created` (owed: a cancelled round, or money that has to go back the way it came) and then `done`; handed
over on the spot it is `done` at once. Only what is done is in `order.refunded_fen`; what is created counts against
what may still be given back, so two people cannot promise the same money.

An order that became worth less (goods were short, after-sales) has a negative `due_fen`: that is owed back too, with
or without a row here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models import Work, order, payment, refund
from models.views import OrderView
from operations import ledger
from operations.audit import record
from operations.errors import BadAmount, NotFound, RefundTooMuch
from operations.notices import enqueue
from operations.order_views import view
from operations.orders import add_event
from operations.receivers import receiver
from operations.upserts import for_update

PENDING = ("created", "transit")


@dataclass(frozen=True, slots=True)
class PaidBack:
    """What was handed back, and the order as it stands then."""

    order: OrderView
    amount_fen: int
    is_repeat: bool = False


def lock_order(work: Work, leader_id: int, order_id: int) -> OrderView:
    """An order whose money is about to change, held until the end of the transaction. Raises NotFound."""
    mine = select(order.c.id).where(order.c.leader_id == leader_id, order.c.id == order_id)
    if work.db.execute(for_update(work, mine)).first() is None:
        raise NotFound(what="order")
    return view(work, leader_id=leader_id, order_id=order_id)


def pending_fen(work: Work, *, leader_id: int, order_id: int) -> int:
    """What is promised to go back and has not gone yet."""
    total = select(func.coalesce(func.sum(refund.c.amount_fen), 0)).where(
        refund.c.leader_id == leader_id, refund.c.order_id == order_id, refund.c.state.in_(PENDING)
    )
    return int(work.db.execute(total).scalar_one())


def owed_back_fen(work: Work, one: OrderView) -> int:
    """What the resident is to get back of an order: promised, or paid more than it is worth."""
    return max(pending_fen(work, leader_id=one.leader_id, order_id=one.id), -one.due_fen, 0)


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
    return [(one, owed_back_fen(work, one)) for one in orders]


def pay_back(
    work: Work, *, leader_id: int, order_id: int, actor: str, source_key: str, amount_fen: int | None = None
) -> PaidBack:
    """The leader has handed money back: `amount_fen`, or all that is owed. The same `source_key` again is a repeat.

    Raises NotFound, BadAmount (nothing, or less), RefundTooMuch (more than is owed back).
    """
    one = lock_order(work, leader_id, order_id)
    if (earlier := _of_key(work, leader_id, source_key)) is not None:
        return PaidBack(order=one, amount_fen=earlier.amount_fen, is_repeat=True)
    owed = owed_back_fen(work, one)
    amount = owed if amount_fen is None else amount_fen
    if amount < 0 or (amount == 0 and owed):
        raise BadAmount(amount_fen=amount)
    if amount == 0 or amount > owed:
        raise RefundTooMuch(amount_fen=amount, max_fen=owed)
    _use_up_promises(work, leader_id, order_id, amount)
    refund_id = _insert(work, one, amount, state="done", key=source_key, actor=actor, case_id=None)
    _book(work, one, refund_id, amount, actor)
    _tell(work, one, refund_id, amount)
    return PaidBack(order=view(work, leader_id=leader_id, order_id=order_id), amount_fen=amount)


def create(work: Work, *, one: OrderView, amount_fen: int, request_key: str, actor: str, case_id: int) -> int:
    """A refund that after-sales decided, of a locked order; returns its id. The same `request_key` again: the same.

    Done at once, unless the order was paid through a provider, which has to send the money back: then created. Raises
    RefundTooMuch when more than was paid would go back.
    """
    if (earlier := _of_key(work, one.leader_id, request_key)) is not None:
        return int(earlier.id)
    most = one.paid_fen - one.refunded_fen - pending_fen(work, leader_id=one.leader_id, order_id=one.id)
    if amount_fen > most:
        raise RefundTooMuch(amount_fen=amount_fen, max_fen=most)
    is_by_hand = not _paid_by_provider(work, one)
    state = "done" if is_by_hand else "created"
    refund_id = _insert(work, one, amount_fen, state=state, key=request_key, actor=actor, case_id=case_id)
    if is_by_hand:
        _book(work, one, refund_id, amount_fen, actor)
    return refund_id


def finish(work: Work, *, leader_id: int, refund_id: int, actor: str, is_done: bool, external_ref: str | None) -> bool:
    """A promised refund has arrived, or has failed (then it is owed again); False when that was known already.

    Raises NotFound.
    """
    mine = (refund.c.leader_id == leader_id, refund.c.id == refund_id)
    row = work.db.execute(select(refund).where(*mine)).first()
    if row is None:
        raise NotFound(what="refund")
    one = lock_order(work, leader_id, row.order_id)
    changed = work.db.execute(
        update(refund)
        .where(*mine, refund.c.state.in_(PENDING))
        .values(state="done" if is_done else "failed", external_ref=external_ref)
    )
    if changed.rowcount != 1:
        return False
    if is_done:
        _book(work, one, refund_id, row.amount_fen, actor)
        _tell(work, one, refund_id, row.amount_fen)
    return True


def _paid_by_provider(work: Work, one: OrderView) -> bool:
    found = select(payment.c.id).where(
        payment.c.leader_id == one.leader_id,
        payment.c.order_id == one.id,
        payment.c.state == "confirmed",
        payment.c.method == "wechat",
        payment.c.external_ref.is_not(None),
    )
    return work.db.execute(found.limit(1)).first() is not None


def _of_key(work: Work, leader_id: int, key: str) -> Row[Any] | None:
    return work.db.execute(
        select(refund).where(refund.c.leader_id == leader_id, refund.c.request_key == key[:160])
    ).first()


def _insert(work: Work, one: OrderView, amount: int, *, state: str, key: str, actor: str, case_id: int | None) -> int:
    refund_id = work.new_id()
    work.db.execute(
        insert(refund).values(
            leader_id=one.leader_id,
            id=refund_id,
            order_id=one.id,
            case_id=case_id,
            amount_fen=amount,
            state=state,
            request_key=key[:160],
            actor=actor,
            at=work.now,
        )
    )
    return refund_id


def _use_up_promises(work: Work, leader_id: int, order_id: int, amount: int) -> None:
    """What was promised is now handed over, oldest promise first; what is left of the last one stays promised."""
    rows: Sequence[Row[Any]] = work.db.execute(
        select(refund)
        .where(refund.c.leader_id == leader_id, refund.c.order_id == order_id, refund.c.state.in_(PENDING))
        .order_by(refund.c.id)
    ).all()
    for row in rows:
        used = min(row.amount_fen, amount)
        amount -= used
        values = {"state": "cancelled"} if used == row.amount_fen else {"amount_fen": row.amount_fen - used}
        if used:
            work.db.execute(
                update(refund).where(refund.c.leader_id == leader_id, refund.c.id == row.id).values(**values)
            )


def _book(work: Work, one: OrderView, refund_id: int, amount: int, actor: str) -> None:
    """The money is out. The counter moves by one conditional statement: never more goes back than came in."""
    moved = work.db.execute(
        update(order)
        .where(
            order.c.leader_id == one.leader_id,
            order.c.id == one.id,
            order.c.refunded_fen + amount <= order.c.paid_fen,
        )
        .values(refunded_fen=order.c.refunded_fen + amount, version=order.c.version + 1)
    )
    if moved.rowcount != 1:
        raise RefundTooMuch(amount_fen=amount, max_fen=one.paid_fen - one.refunded_fen)
    ledger.post(
        work,
        leader_id=one.leader_id,
        kind="refund",
        reference=f"refund:{refund_id}",
        source=ledger.of(one.resident_id),
        target=ledger.CASH,
        amount_fen=amount,
        round_id=one.round_id,
        order_id=one.id,
    )
    add_event(
        work,
        leader_id=one.leader_id,
        order_id=one.id,
        kind="refund",
        source_key=f"refund:{refund_id}",
        actor=actor,
        detail={"paid_back_fen": amount},
    )
    record(
        work,
        leader_id=one.leader_id,
        actor=actor,
        action="order.refund",
        entity="order",
        entity_id=one.id,
        before={"refunded_fen": one.refunded_fen},
        after={"refunded_fen": one.refunded_fen + amount, "refund": refund_id},
    )


def _tell(work: Work, one: OrderView, refund_id: int, amount: int) -> None:
    account_id = receiver(work, one.leader_id, one.id)
    if account_id is None:
        return
    enqueue(
        work,
        leader_id=one.leader_id,
        account_id=account_id,
        kind="refund",
        key=f"refund:{refund_id}",
        round_id=one.round_id,
        order_id=one.id,
        payload={
            "title": one.round_title,
            "seq": one.seq,
            "guest": one.resident_name if one.account_id is None else None,
            "amount_fen": amount,
        },
    )
