"""What closing, reopening and cancelling do to offers, orders, books and notices: set by set, not one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, offer, order, pickup_code, round_
from operations import after_close, coupon_uses, mass, order_fees
from operations.audit import record
from operations.errors import AlreadyCancelled, WrongState
from operations.offers import lock_offers, lock_round
from operations.receivers import tell_leader


def close_locked(work: Work, row: Row[Any], *, tells_leader: bool) -> None:
    """Close the round whose row is held: no order gets in after this, and the total stands.

    A small round is booked with it, a larger one in parts: see `after_close`.
    """
    _take_offers(work, row, is_open=False)
    sold = mass.Orders(row, after_close.SOLD)
    count, total = mass.hold(work, sold)
    if row.transport_fen and count:
        order_fees.share_transport(work, row, after_close.SOLD)
        count, total = mass.hold(work, sold)
    closed = work.db.execute(
        update(round_)
        .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id)
        .values(
            state="closed",
            closed_at=work.now,
            closed_orders=count,
            closed_total_fen=total,
            closed_version=row.version,
            booked_seq=0 if row.last_seq else None,
            version=round_.c.version + 1,
        )
        .returning(round_)
    ).one()
    if tells_leader:  # who closes by word has the totals in the reply
        tell_leader(
            work,
            leader_id=row.leader_id,
            kind="round_closed",
            key=f"round_closed:{row.id}:{row.version}",
            payload={"title": row.title, "orders": count, "total_fen": total},
            round_id=row.id,
        )
    after_close.book(work, closed)


def reopen_orders(work: Work, row: Row[Any], *, closes_at: datetime) -> None:
    """A new deadline: orders of a closed round may change again, and their holders are told once."""
    sold = mass.Orders(row, after_close.SOLD)
    count, _ = mass.hold(work, sold)
    if row.state == "closed":
        mass.post_sales(work, sold, count, is_back=True)
        order_fees.take_transport_back(work, row)
        mass.set_state(work, mass.Orders(row, ("confirmed",)), "placed", at=work.now)
    kind = "round_reopened" if row.state == "closed" else "round_extended"
    facts = {"closes_at": closes_at.isoformat()}
    mass.tell(work, sold, count, kind=kind, key=f"deadline:{row.id}:{row.version}", facts=facts)


def cancel_round(work: Work, *, leader_id: int, round_id: int, reason: str | None, actor: str) -> int:
    """撤团: cancel the round and every order in it; what was paid is owed back. Returns how many orders.

    Raises AlreadyCancelled, WrongState (goods have come), NotFound.
    """
    row = lock_round(work, leader_id, round_id)
    if row.state == "cancelled":
        raise AlreadyCancelled
    if row.state not in {"open", "closed"}:
        raise WrongState(state=row.state, title=row.title)
    _take_offers(work, row, is_open=False)
    row = after_close.finish(work, row)
    orders = mass.Orders(row, ("placed", "confirmed"))
    count, _ = mass.hold(work, orders)
    if row.state == "closed":
        mass.post_sales(work, orders, count, is_back=True)
    given = _with_discount(work, orders)
    coupon_uses.release_all(work, leader_id=leader_id, order_ids=given)
    mass.owe_back(work, orders, count, actor=actor)
    facts = {"reason": reason}
    mass.tell(work, orders, count, kind="round_cancelled", key=f"cancelled:{row.id}", facts=facts)
    mass.set_state(work, orders, "cancelled", at=work.now)
    _revoke_codes(work, row)
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(state="cancelled", version=round_.c.version + 1)
    )
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="round.cancel",
        entity="round",
        entity_id=round_id,
        before={"state": row.state},
        after={"state": "cancelled", "reason": reason},
    )
    return count


def _take_offers(work: Work, row: Row[Any], *, is_open: bool) -> None:
    """Hold all offers of the round, then shut them."""
    mine = (offer.c.leader_id == row.leader_id, offer.c.round_id == row.id)
    lock_offers(work, row.leader_id, row.id)
    work.db.execute(update(offer).where(*mine).values(is_open=is_open))


def _with_discount(work: Work, orders: mass.Orders) -> list[int]:
    row = orders.row
    mine = (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(orders.states))
    return list(work.db.execute(select(order.c.id).where(*mine, order.c.discount_fen > 0)).scalars())


def _revoke_codes(work: Work, row: Row[Any]) -> None:
    ids = select(order.c.id).where(order.c.leader_id == row.leader_id, order.c.round_id == row.id)
    work.db.execute(
        update(pickup_code)
        .where(
            pickup_code.c.leader_id == row.leader_id,
            pickup_code.c.order_id.in_(ids),
            pickup_code.c.state == "active",
        )
        .values(state="revoked")
    )
