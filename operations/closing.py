"""What closing, reopening and cancelling do to offers, orders, books and notices: set by set, not one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, leader, offer, order, pickup_code, round_
from operations import coupon_uses, mass
from operations.audit import record
from operations.errors import AlreadyCancelled, NotFound, WrongState
from operations.notices import enqueue
from operations.offers import lock_offers
from operations.upserts import for_update

_SOLD = ("placed", "confirmed", "ready", "partly", "picked_up", "no_show")  # 现货 is handed out before the round closes


def close_locked(work: Work, row: Row[Any], *, tells_leader: bool) -> None:
    """Close the round whose row is held: no order gets in after this, totals and notices go with it."""
    _take_offers(work, row, is_open=False)
    sold = mass.in_state(row, _SOLD)
    count, total = mass.hold(work, sold)
    key, waiting = f"{row.id}:{row.version}", mass.in_state(row, ("placed",))
    mass.post_sales(work, row, sold, count, is_back=False)
    mass.tell(work, row, waiting, count, kind="order_closed", key=f"closed:{key}", facts=_pickup_facts(row))
    _set_orders(work, row, ("placed",), "confirmed")
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id)
        .values(
            state="closed",
            closed_at=work.now,
            closed_orders=count,
            closed_total_fen=total,
            version=round_.c.version + 1,
        )
    )
    if not tells_leader:  # who closes by word has the totals in the reply
        return
    facts = {"orders": count, "total_fen": total}
    _tell_leader(work, row, kind="round_closed", key=f"round_closed:{key}", payload=facts)


def reopen_orders(work: Work, row: Row[Any], *, closes_at: datetime) -> None:
    """A new deadline: orders of a closed round may change again, and their holders are told once."""
    sold = mass.in_state(row, _SOLD)
    count, _ = mass.hold(work, sold)
    if row.state == "closed":
        mass.post_sales(work, row, sold, count, is_back=True)
        _set_orders(work, row, ("confirmed",), "placed")
    kind = "round_reopened" if row.state == "closed" else "round_extended"
    facts = {"closes_at": closes_at.isoformat()}
    mass.tell(work, row, sold, count, kind=kind, key=f"deadline:{row.id}:{row.version}", facts=facts)


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
    orders = mass.in_state(row, ("placed", "confirmed"))
    count, _ = mass.hold(work, orders)
    if row.state == "closed":
        mass.post_sales(work, row, orders, count, is_back=True)
    given = list(work.db.execute(select(order.c.id).where(*orders, order.c.discount_fen > 0)).scalars())
    coupon_uses.release_all(work, leader_id=leader_id, order_ids=given)
    mass.owe_back(work, orders, count, actor=actor)
    facts = {"reason": reason}
    mass.tell(work, row, orders, count, kind="round_cancelled", key=f"cancelled:{row.id}", facts=facts)
    _set_orders(work, row, ("placed", "confirmed"), "cancelled")
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


def _set_orders(work: Work, row: Row[Any], states: Sequence[str], state: str) -> None:
    work.db.execute(
        update(order)
        .where(order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(states))
        .values(state=state, changed_at=work.now, version=order.c.version + 1)
    )


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
