"""Payments entered by hand: 收 12 45, and 「我已付款」 by the resident. Money itself goes from hand to hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, insert, select, update

from models import Work, order, order_event, payment
from models.views import OrderView
from operations import ledger
from operations.audit import record
from operations.errors import BadAmount, NotFound, NothingPaid, PaymentRefunded
from operations.order_views import lock_order, view
from operations.orders import add_event
from operations.refund_ways import finish
from operations.refunds import PaidBack, owed_back, owed_back_fen, pay_back, pending_fen

MOST_FEN = 10_000_000  # of one payment: beyond it somebody typed a phone number


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """One order after `mark_paid`. `amount_fen` 0: nothing was open, nothing was entered."""

    order: OrderView
    amount_fen: int
    is_repeat: bool = False

    @property
    def overpaid_fen(self) -> int:
        """Paid more than the order is worth: kept, and owed back."""
        return max(0, -self.order.due_fen)


@dataclass(frozen=True, slots=True)
class Paid:
    """What became of each named order, in the order of 接龙 numbers; `unknown` are numbers nobody has."""

    orders: tuple[PaidOrder, ...]
    unknown: tuple[int, ...] = ()


def mark_paid(
    work: Work,
    *,
    leader_id: int,
    actor: str,
    source_key: str,
    order_ids: Sequence[int] | None = None,
    round_id: int | None = None,
    seqs: Sequence[int] | None = None,
    amount_fen: int | None = None,
    method: str = "cash",
    external_ref: str | None = None,
) -> Paid:
    """Enter payments for orders named by id, or by 接龙 number of a round. The same `source_key` again is a repeat.

    Without `amount_fen` each order pays what it owes; an amount is for one order, may be a part, and may be too much
    (kept, and shown as owed back). Raises NotFound (none of them is known), BadAmount.
    """
    ids, unknown = _named(work, leader_id, order_ids, round_id, seqs)
    if not ids:
        raise NotFound(what="order", typed=" ".join(map(str, seqs or order_ids or ())))
    if amount_fen is not None and (len(ids) > 1 or not 0 < amount_fen <= MOST_FEN):
        raise BadAmount(amount_fen=amount_fen)
    paid = [
        _pay(work, leader_id, order_id, amount_fen, method, external_ref, actor, f"{source_key}:{order_id}")
        for order_id in sorted(ids)  # the lock order of orders
    ]
    return Paid(orders=tuple(sorted(paid, key=lambda one: (one.order.round_id, one.order.seq))), unknown=unknown)


def claim_paid(work: Work, *, leader_id: int, order_id: int, actor: str, source_key: str) -> OrderView:
    """The resident says that it is paid: 待核, until the leader enters it. Nothing changes when nothing is open.

    Raises NotFound.
    """
    one = lock_order(work, leader_id, order_id)
    if one.due_fen <= 0 or one.pay_claimed_at is not None:
        return one
    work.db.execute(
        update(order)
        .where(order.c.leader_id == leader_id, order.c.id == order_id)
        .values(pay_claimed_at=work.now, version=order.c.version + 1)
    )
    _log(work, one, "order.claim_paid", actor, source_key, detail={"claimed_fen": one.due_fen})
    return replace(one, pay_claimed_at=work.now)


def last_by_hand(work: Work, *, leader_id: int, order_id: int) -> tuple[int, int] | None:
    """(id, fen) of the payment that `undo_payment` would take back. Raises NotFound."""
    last = _last_payment(work, view(work, leader_id=leader_id, order_id=order_id))
    return (last.id, int(last.amount_fen)) if last is not None else None


def undo_payment(
    work: Work, *, leader_id: int, order_id: int, actor: str, source_key: str, payment_id: int | None = None
) -> PaidOrder:
    """Take back the payment that was entered last, a slip, if it is still `payment_id`. Returns the order and the
    amount.

    Raises NotFound, NothingPaid, PaymentRefunded (some of that money has gone back already).
    """
    one = lock_order(work, leader_id, order_id)
    if _was_done(work, one, source_key):
        return PaidOrder(order=one, amount_fen=0, is_repeat=True)
    last = _last_payment(work, one)
    if last is None or payment_id not in {None, last.id}:
        raise NothingPaid(seq=one.seq, name=one.resident_name or one.host_name)
    back = one.refunded_fen + pending_fen(work, leader_id=leader_id, order_id=order_id)
    undone = work.db.execute(
        update(order)
        .where(order.c.leader_id == leader_id, order.c.id == order_id, order.c.paid_fen - last.amount_fen >= back)
        .values(paid_fen=order.c.paid_fen - last.amount_fen, version=order.c.version + 1)
    )
    if undone.rowcount != 1:
        raise PaymentRefunded(seq=one.seq, refunded_fen=back)
    work.db.execute(
        update(payment).where(payment.c.leader_id == leader_id, payment.c.id == last.id).values(state="cancelled")
    )
    _post(work, one, "reversal", f"payment:{last.id}", -last.amount_fen)
    _log(
        work, one, "order.undo_payment", actor, source_key,
        delta_fen=-last.amount_fen, detail={"payment": last.id}, after={"paid_fen": one.paid_fen - last.amount_fen},
    )  # fmt: skip
    return PaidOrder(order=view(work, leader_id=leader_id, order_id=order_id), amount_fen=last.amount_fen)


def history(work: Work, *, leader_id: int, order_id: int) -> list[Row[Any]]:
    """Payments of an order, oldest first, those taken back included."""
    mine = select(payment).where(payment.c.leader_id == leader_id, payment.c.order_id == order_id)
    return list(work.db.execute(mine.order_by(payment.c.at, payment.c.id)))


def _named(
    work: Work, leader_id: int, order_ids: Sequence[int] | None, round_id: int | None, seqs: Sequence[int] | None
) -> tuple[list[int], tuple[int, ...]]:
    """The ids of the named orders, and the 接龙 numbers nobody has."""
    if (order_ids is None) == (seqs is None) or (seqs is not None and round_id is None):
        raise ValueError("name orders by id, or by number and round")
    mine = select(order.c.id, order.c.seq).where(order.c.leader_id == leader_id)
    if order_ids is not None:
        rows = work.db.execute(mine.where(order.c.id.in_(order_ids))).all()
        return [row.id for row in rows], ()
    rows = work.db.execute(mine.where(order.c.round_id == round_id, order.c.seq.in_(seqs or ()))).all()
    known = {row.seq for row in rows}
    return [row.id for row in rows], tuple(seq for seq in dict.fromkeys(seqs or ()) if seq not in known)


def _pay(
    work: Work,
    leader_id: int,
    order_id: int,
    amount_fen: int | None,
    method: str,
    external_ref: str | None,
    actor: str,
    key: str,
) -> PaidOrder:
    one = lock_order(work, leader_id, order_id)
    known = select(payment.c.amount_fen).where(payment.c.leader_id == leader_id, payment.c.request_key == key[:160])
    if (earlier := work.db.execute(known).scalar()) is not None:
        return PaidOrder(order=one, amount_fen=earlier, is_repeat=True)
    amount = max(0, one.due_fen) if amount_fen is None else amount_fen
    if amount == 0:
        return PaidOrder(order=one, amount_fen=0)
    payment_id = work.new_id()
    work.db.execute(
        insert(payment).values(
            leader_id=leader_id,
            id=payment_id,
            order_id=order_id,
            method=method,
            amount_fen=amount,
            state="confirmed",
            external_ref=external_ref,
            request_key=key[:160],
            actor=actor,
            at=work.now,
        )
    )
    _count_paid(work, one, amount)
    _post(work, one, "payment", f"payment:{payment_id}", amount, ledger.ONLINE if method == "wechat" else ledger.CASH)
    _log(
        work, one, "order.pay", actor, key,
        delta_fen=amount, detail={"payment": payment_id, "method": method}, after={"paid_fen": one.paid_fen + amount},
    )  # fmt: skip
    return PaidOrder(order=view(work, leader_id=leader_id, order_id=order_id), amount_fen=amount)


def _count_paid(work: Work, one: OrderView, amount_fen: int) -> None:
    """The order's own sum; what pays it in full also settles what its holder said of having paid."""
    is_settled = amount_fen >= one.due_fen
    work.db.execute(
        update(order)
        .where(order.c.leader_id == one.leader_id, order.c.id == one.id)
        .values(
            paid_fen=order.c.paid_fen + amount_fen,
            pay_claimed_at=None if is_settled else order.c.pay_claimed_at,
            version=order.c.version + 1,
        )
    )


def _was_done(work: Work, one: OrderView, source_key: str) -> bool:
    found = select(order_event.c.id).where(
        order_event.c.leader_id == one.leader_id,
        order_event.c.order_id == one.id,
        order_event.c.kind == "pay",
        order_event.c.source_key == source_key,
    )
    return work.db.execute(found).first() is not None


def _last_payment(work: Work, one: OrderView) -> Row[Any] | None:
    return work.db.execute(
        select(payment)
        .where(
            payment.c.leader_id == one.leader_id,
            payment.c.order_id == one.id,
            payment.c.state == "confirmed",
            payment.c.method != "wechat",  # that money did come
        )
        .order_by(payment.c.at.desc(), payment.c.id.desc())
        .limit(1)
    ).first()


def _post(
    work: Work, one: OrderView, kind: str, reference: str, amount_fen: int, cash: ledger.Book = ledger.CASH
) -> None:
    ledger.post(
        work,
        leader_id=one.leader_id,
        kind=kind,
        reference=reference,
        source=cash,
        target=ledger.of(one.resident_id),
        amount_fen=amount_fen,
        round_id=one.round_id,
        order_id=one.id,
    )


def _log(
    work: Work,
    one: OrderView,
    action: str,
    actor: str,
    source_key: str,
    *,
    delta_fen: int = 0,
    detail: dict[str, Any],
    after: dict[str, Any] | None = None,
) -> None:
    add_event(
        work,
        leader_id=one.leader_id,
        order_id=one.id,
        kind="pay",
        source_key=source_key,
        actor=actor,
        delta_fen=delta_fen,
        detail=detail,
    )
    record(
        work,
        leader_id=one.leader_id,
        actor=actor,
        action=action,
        entity="order",
        entity_id=one.id,
        before={"paid_fen": one.paid_fen},
        after=after or detail,
    )


__all__ = [
    "Paid",
    "PaidBack",
    "PaidOrder",
    "claim_paid",
    "finish",
    "history",
    "last_by_hand",
    "mark_paid",
    "owed_back",
    "owed_back_fen",
    "pay_back",
    "undo_payment",
]
