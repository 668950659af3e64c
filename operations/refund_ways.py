"""The way money goes back: over the payment it came by, or by the leader's hands; and what is booked once it is there.

What came by WeChat Pay goes back the same way: such a refund names its payment, and a job sends it. The rest has been
handed over when it is entered. What is decided, and how much may be: `refunds.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Work, order, payment, refund
from models.views import OrderView
from operations import ledger
from operations.audit import record
from operations.errors import NotFound, RefundTooMuch
from operations.order_views import lock_order
from operations.orders import add_event
from operations.receivers import tell, tell_leader
from operations.refund_plan import Refundable, propose

PENDING = ("created", "transit")


def give_back(
    work: Work, one: OrderView, amount: int, *, key: str, actor: str, case_id: int | None, is_told: bool
) -> tuple[int, int]:
    """Send what came by WeChat Pay back that way, book the rest as handed over. (first refund's id, fen sent online)"""
    plan = propose(_online_payments(work, one), amount)
    parts: list[tuple[int, int | None]] = [(fen, int(payment_id)) for payment_id, fen in plan.items()]
    online = sum(plan.values())
    if amount > online:
        parts.append((amount - online, None))
    ids = []
    for nth, (fen, payment_id) in enumerate(parts):
        ids.append(
            _insert(
                work, one, fen, state="created" if payment_id else "done", key=key if not nth else f"{key[:150]}:{nth}",
                actor=actor, case_id=case_id, payment_id=payment_id,
            )
        )  # fmt: skip
        if payment_id is None:
            _book(work, one, ids[-1], fen, actor, ledger.CASH)
            if is_told:
                _tell(work, one, ids[-1], fen)
    return ids[0], online


def finish(
    work: Work,
    *,
    leader_id: int,
    refund_id: int,
    actor: str,
    is_done: bool,
    external_ref: str | None,
    problem: str | None = None,
) -> bool:
    """A refund that was on its way has arrived, or has failed (then it is owed again); False when that was known.

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
        .values(
            state="done" if is_done else "failed",
            external_ref=external_ref,
            next_at=None,
            problem=problem[:120] if problem else None,
        )
    )
    if changed.rowcount != 1:
        return False
    if is_done:
        _book(work, one, refund_id, row.amount_fen, actor, ledger.ONLINE if row.payment_id else ledger.CASH)
        _tell(work, one, refund_id, row.amount_fen)
    else:
        _tell_leader(work, one, refund_id, row.amount_fen)
    return True


def send_promises_online(work: Work, *, limit: int = 50) -> int:
    """For the scheduler: promises of cancelled rounds whose money came by WeChat Pay are sent back that way.

    Returns how many orders.
    """
    paid_online = select(payment.c.order_id).where(
        payment.c.leader_id == refund.c.leader_id,
        payment.c.order_id == refund.c.order_id,
        payment.c.method == "wechat",
        payment.c.state == "confirmed",
    )
    promised = (
        select(refund.c.leader_id, refund.c.order_id)
        .where(refund.c.state == "created", refund.c.payment_id.is_(None), refund.c.next_at.is_(None))
        .where(paid_online.exists())
        .distinct()
        .order_by(refund.c.leader_id, refund.c.order_id)
        .limit(limit)
    )
    rows = work.db.execute(promised).all()
    for row in rows:
        _send_online(work, lock_order(work, row.leader_id, row.order_id))
    return len(rows)


def _send_online(work: Work, one: OrderView) -> None:
    promises = (
        refund.c.leader_id == one.leader_id,
        refund.c.order_id == one.id,
        refund.c.state == "created",
        refund.c.payment_id.is_(None),
    )
    rows = work.db.execute(select(refund).where(*promises).order_by(refund.c.id)).all()
    plan = propose(_online_payments(work, one), sum(row.amount_fen for row in rows))
    use_up_promises(work, one.leader_id, one.id, sum(plan.values()))
    for payment_id, fen in plan.items():
        _insert(
            work, one, fen, state="created", key=f"online:{rows[0].id}:{payment_id}", actor="system", case_id=None,
            payment_id=int(payment_id),
        )  # fmt: skip
    # What WeChat Pay cannot send is the leader's to hand over: it is not looked at again.
    work.db.execute(update(refund).where(*promises).values(next_at=work.now))


def of_key(work: Work, leader_id: int, key: str) -> Row[Any] | None:
    return work.db.execute(
        select(refund).where(refund.c.leader_id == leader_id, refund.c.request_key == key[:160])
    ).first()


def _online_payments(work: Work, one: OrderView) -> list[Refundable]:
    """What came by WeChat Pay and has not gone back. Where a refund failed once, the rest is given by hand."""
    rows = work.db.execute(
        select(payment.c.id, payment.c.amount_fen).where(
            payment.c.leader_id == one.leader_id,
            payment.c.order_id == one.id,
            payment.c.state == "confirmed",
            payment.c.method == "wechat",
            payment.c.external_ref.is_not(None),
        )
    ).all()
    found = []
    for row in rows:
        gone = work.db.execute(
            select(refund.c.state, refund.c.amount_fen).where(
                refund.c.leader_id == one.leader_id, refund.c.payment_id == row.id
            )
        ).all()
        used = sum(back.amount_fen for back in gone if back.state in (*PENDING, "done"))
        has_failed = any(back.state == "failed" for back in gone)
        found.append(Refundable(row.id, row.amount_fen - used, "manual" if has_failed else "partial"))
    return found


def _insert(
    work: Work,
    one: OrderView,
    amount: int,
    *,
    state: str,
    key: str,
    actor: str,
    case_id: int | None,
    payment_id: int | None,
) -> int:
    refund_id = work.new_id()
    work.db.execute(
        insert(refund).values(
            leader_id=one.leader_id,
            id=refund_id,
            order_id=one.id,
            case_id=case_id,
            payment_id=payment_id,
            next_at=work.now if payment_id else None,
            amount_fen=amount,
            state=state,
            request_key=key[:160],
            actor=actor,
            at=work.now,
        )
    )
    return refund_id


def use_up_promises(work: Work, leader_id: int, order_id: int, amount: int) -> None:
    """What was promised is now handed over, oldest promise first; what is left of the last one stays promised."""
    rows: Sequence[Row[Any]] = work.db.execute(
        select(refund)
        .where(
            refund.c.leader_id == leader_id,
            refund.c.order_id == order_id,
            refund.c.state.in_(PENDING),
            refund.c.payment_id.is_(None),
        )
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


def _book(work: Work, one: OrderView, refund_id: int, amount: int, actor: str, cash: ledger.Book) -> None:
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
        target=cash,
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
    tell(
        work,
        leader_id=one.leader_id,
        round_id=one.round_id,
        order_id=one.id,
        kind="refund",
        key=f"refund:{refund_id}",
        payload={
            "title": one.round_title,
            "seq": one.seq,
            "guest": one.resident_name if one.account_id is None else None,
            "amount_fen": amount,
        },
    )


def _tell_leader(work: Work, one: OrderView, refund_id: int, amount: int) -> None:
    """A refund did not reach the resident: the leader has to see to it."""
    facts = {"title": one.round_title, "seq": one.seq, "name": one.resident_name, "room": one.room}
    tell_leader(
        work,
        leader_id=one.leader_id,
        kind="refund_failed",
        key=f"refund_failed:{refund_id}",
        round_id=one.round_id,
        order_id=one.id,
        payload=facts | {"amount_fen": amount},
    )
