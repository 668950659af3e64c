"""What closing, reopening and cancelling do to offers, orders, books and notices: set by set, not one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, select, update

from models import (
    Work,
    leader,
    ledger_transfer,
    offer,
    order,
    pickup_code,
    refund,
    resident,
    round_,
)
from operations import coupon_uses, ledger
from operations.audit import record
from operations.errors import AlreadyCancelled, NotFound, WrongState
from operations.notices import Addressed, enqueue, enqueue_many
from operations.offers import lock_offers
from operations.upserts import for_update

_host = resident.alias("host")
_CHUNK = 1000
_SOLD = ("placed", "confirmed", "ready", "partly", "picked_up", "no_show")  # 现货 is handed out before the round closes


def close_locked(work: Work, row: Row[Any], *, tells_leader: bool) -> None:
    """Close the round whose row is held: no order gets in after this, totals and notices go with it."""
    _take_offers(work, row, is_open=False)
    orders = _orders(work, row, _SOLD)
    total = sum(o.total_fen - o.discount_fen for o in orders)
    _set_orders(work, row, ("placed",), "confirmed")
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id)
        .values(
            state="closed",
            closed_at=work.now,
            closed_orders=len(orders),
            closed_total_fen=total,
            version=round_.c.version + 1,
        )
    )
    _post_sales(work, row, orders, kind="sale", sign="sale")
    key = f"{row.id}:{row.version}"
    facts = _pickup_facts(row)
    waiting = [o for o in orders if o.state == "placed"]
    _tell(work, row, waiting, kind="order_closed", key=f"closed:{key}", facts=facts)
    if not tells_leader:  # who closes by word has the totals in the reply
        return
    _tell_leader(
        work, row, kind="round_closed", key=f"round_closed:{key}", payload={"orders": len(orders), "total_fen": total}
    )


def reopen_orders(work: Work, row: Row[Any], *, closes_at: datetime) -> None:
    """A new deadline: orders of a closed round may change again, and their holders are told once."""
    orders = _orders(work, row, _SOLD)
    if row.state == "closed":
        _set_orders(work, row, ("confirmed",), "placed")
        _post_sales(work, row, orders, kind="reversal", sign="back")
    kind = "round_reopened" if row.state == "closed" else "round_extended"
    facts = {"closes_at": closes_at.isoformat()}
    _tell(work, row, orders, kind=kind, key=f"deadline:{row.id}:{row.version}", facts=facts)


def cancel_round(work: Work, *, leader_id: int, round_id: int, reason: str | None, actor: str) -> int:
    """撤团: cancel the round and every order in it; what was paid is owed back. Returns how many orders.

    Raises AlreadyCancelled, WrongState (goods have come), NotFound.
    """
    mine = select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(for_update(work, mine)).first()
    if row is None:
        raise NotFound(what="round")
    if row.state == "cancelled":
        raise AlreadyCancelled
    if row.state not in {"open", "closed"}:
        raise WrongState(state=row.state, title=row.title)
    _take_offers(work, row, is_open=False)
    orders = _orders(work, row, ("placed", "confirmed"))
    _set_orders(work, row, ("placed", "confirmed"), "cancelled")
    if row.state == "closed":
        _post_sales(work, row, orders, kind="reversal", sign="back")
    coupon_uses.release_all(work, leader_id=leader_id, order_ids=[o.id for o in orders if o.discount_fen])
    _owe_back(work, orders, actor)
    _revoke_codes(work, row)
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(state="cancelled", version=round_.c.version + 1)
    )
    facts = {"reason": reason}
    _tell(work, row, orders, kind="round_cancelled", key=f"cancelled:{row.id}", facts=facts)
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
    return len(orders)


def _take_offers(work: Work, row: Row[Any], *, is_open: bool) -> None:
    """Hold all offers of the round, then shut them."""
    mine = (offer.c.leader_id == row.leader_id, offer.c.round_id == row.id)
    lock_offers(work, row.leader_id, row.id)
    work.db.execute(update(offer).where(*mine).values(is_open=is_open))


def _orders(work: Work, row: Row[Any], states: Sequence[str]) -> Sequence[Any]:
    statement = (
        select(
            order.c.leader_id,
            order.c.id,
            order.c.seq,
            order.c.state,
            order.c.total_fen,
            order.c.discount_fen,
            order.c.paid_fen,
            order.c.refunded_fen,
            order.c.resident_id,
            func.coalesce(resident.c.account_id, _host.c.account_id).label("account_id"),
            resident.c.host_resident_id,
            resident.c.display_name,
        )
        .join(resident, and_(resident.c.leader_id == order.c.leader_id, resident.c.id == order.c.resident_id))
        .outerjoin(_host, and_(_host.c.leader_id == resident.c.leader_id, _host.c.id == resident.c.host_resident_id))
        .where(order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(states))
    )
    if work.db.dialect.name == "sqlite":  # asked to sort, it reads all orders of the leader in that order
        return sorted(work.db.execute(statement), key=lambda row: row.id)
    return work.db.execute(statement.order_by(order.c.id).with_for_update(of=order, key_share=True)).all()


def _set_orders(work: Work, row: Row[Any], states: Sequence[str], state: str) -> None:
    work.db.execute(
        update(order)
        .where(order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(states))
        .values(state=state, changed_at=work.now, version=order.c.version + 1)
    )


def _post_sales(work: Work, row: Row[Any], orders: Sequence[Row[Any]], *, kind: str, sign: str) -> None:
    """A sale is booked when the round closes (before, an order is a wish) and booked back when it reopens."""
    books = ("resident", "sales") if kind == "sale" else ("sales", "resident")
    rows = [
        {
            "leader_id": row.leader_id,
            "id": work.new_id(),
            "kind": kind,
            "reference": f"{sign}:{o.id}:{row.version}",
            "round_id": row.id,
            "order_id": o.id,
            "from_book": books[0],
            "from_party": o.resident_id if kind == "sale" else 0,
            "to_book": books[1],
            "to_party": 0 if kind == "sale" else o.resident_id,
            "amount_fen": o.total_fen - o.discount_fen,
            "at": work.now,
        }
        for o in orders
        if o.total_fen > o.discount_fen
    ]
    for start in range(0, len(rows), _CHUNK):
        work.db.execute(insert(ledger_transfer), rows[start : start + _CHUNK])
    ledger.post_many(
        work,
        leader_id=row.leader_id,
        transfers=[
            ledger.discount(f"{sign}:{o.id}:{row.version}", given, row.id, o.id)
            for o in orders
            if (given := o.discount_fen if kind == "sale" else -o.discount_fen)
        ],
    )


def _owe_back(work: Work, orders: Sequence[Row[Any]], actor: str) -> None:
    rows = [
        {
            "leader_id": o.leader_id,
            "id": work.new_id(),
            "order_id": o.id,
            "amount_fen": o.paid_fen - o.refunded_fen,
            "state": "created",
            "request_key": f"round_cancelled:{o.id}",
            "actor": actor,
            "at": work.now,
        }
        for o in orders
        if o.paid_fen > o.refunded_fen
    ]
    if rows:
        work.db.execute(insert(refund), rows)


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


def _pickup_facts(row: Row[Any]) -> dict[str, Any]:
    return {
        "pickup_from": row.pickup_from.isoformat() if row.pickup_from else None,
        "pickup_until": row.pickup_until.isoformat() if row.pickup_until else None,
        "pickup_text": row.pickup_text,
        "pickup_place": row.pickup_place,
    }


def _tell(work: Work, row: Row[Any], orders: Sequence[Row[Any]], *, kind: str, key: str, facts: dict[str, Any]) -> None:
    """One notice per order, to its holder or the holder's host; the leader reads his own summary instead."""
    owner = work.db.execute(select(leader.c.account_id).where(leader.c.id == row.leader_id)).scalar_one()
    enqueue_many(
        work,
        leader_id=row.leader_id,
        kind=kind,
        round_id=row.id,
        expires_at=None,
        to=[
            Addressed(
                account_id=o.account_id,
                key=f"{key}:{o.id}",
                order_id=o.id,
                payload={
                    "title": row.title,
                    "seq": o.seq,
                    "total_fen": o.total_fen - o.discount_fen,
                    "paid_fen": o.paid_fen - o.refunded_fen,
                    "guest": o.display_name if o.host_resident_id else None,
                    **facts,
                },
            )
            for o in orders
            if o.account_id is not None and o.account_id != owner
        ],
    )


def _tell_leader(work: Work, row: Row[Any], *, kind: str, key: str, payload: dict[str, Any]) -> None:
    owner = work.db.execute(select(leader.c.account_id).where(leader.c.id == row.leader_id)).scalar_one()
    enqueue(
        work,
        leader_id=row.leader_id,
        account_id=owner,
        kind=kind,
        key=key,
        payload={"title": row.title, **payload},
        round_id=row.id,
    )
