"""Who is told. About an order its holder, or the host of a guest; never the leader about his own: he knows.

What does not come of one order goes to the leader, or to the resident whom it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from models import Work, leader, order, resident
from models.joins import HEARS, HOST_OF, host, points_to
from operations.notices import enqueue


def receivers(work: Work, leader_id: int, round_id: int) -> dict[int, int]:
    """Order id -> account id, for all orders of a round that somebody is told about."""
    rows = work.db.execute(_told(leader_id).where(order.c.round_id == round_id))
    owner = owner_of(work, leader_id)
    return {row.id: row.account_id for row in rows if row.account_id not in {None, owner}}


def receiver(work: Work, leader_id: int, order_id: int) -> int | None:
    """The account that is told about one order."""
    account_id = holder(work, leader_id, order_id)
    return None if account_id == owner_of(work, leader_id) else account_id


def reach(work: Work, *, leader_id: int, round_id: int, state: str) -> tuple[int, int]:
    """Of a round's orders in this state: how many people are told about them, and how many orders are the leader's
    guests' without WeChat, of whom nobody hears but from her."""
    owner = owner_of(work, leader_id)
    here = _told(leader_id).where(order.c.round_id == round_id, order.c.state == state)
    rows = work.db.execute(here.add_columns(resident.c.account_id.label("own_id"))).all()
    people = {row.account_id for row in rows} - {None, owner}
    return len(people), sum(row.own_id is None and row.account_id in {None, owner} for row in rows)


def tell(
    work: Work, *, leader_id: int, round_id: int, order_id: int, kind: str, key: str, payload: Mapping[str, Any]
) -> None:
    """A notice about one order to whom it concerns, if there is anybody: see `notices.enqueue`."""
    account_id = receiver(work, leader_id, order_id)
    if account_id is not None:
        enqueue(
            work,
            leader_id=leader_id,
            account_id=account_id,
            kind=kind,
            key=key,
            round_id=round_id,
            order_id=order_id,
            payload=payload,
        )


def tell_leader(
    work: Work,
    *,
    leader_id: int,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    round_id: int | None = None,
    order_id: int | None = None,
) -> None:
    """A notice to the leader: see `notices.enqueue`."""
    enqueue(
        work,
        leader_id=leader_id,
        account_id=owner_of(work, leader_id),
        kind=kind,
        key=key,
        payload=payload,
        round_id=round_id,
        order_id=order_id,
    )


def tell_resident(
    work: Work, *, leader_id: int, resident_id: int, kind: str, key: str, payload: Mapping[str, Any]
) -> None:
    """A notice to a resident who has an account: see `notices.enqueue`."""
    mine = resident.c.leader_id == leader_id, resident.c.id == resident_id
    account_id = work.db.execute(select(resident.c.account_id).where(*mine)).scalar()
    if account_id is not None:
        enqueue(work, leader_id=leader_id, account_id=account_id, kind=kind, key=key, payload=payload)


def holder(work: Work, leader_id: int, order_id: int) -> int | None:
    """The account an order belongs to, be it the leader's own; None for an erased person."""
    row = work.db.execute(_told(leader_id).where(order.c.id == order_id)).first()
    return None if row is None else row.account_id


def owner_of(work: Work, leader_id: int) -> int:
    """The leader's own account."""
    return int(work.db.execute(select(leader.c.account_id).where(leader.c.id == leader_id)).scalar_one())


def _told(leader_id: int) -> Select[Any]:
    return (
        select(order.c.id, HEARS.label("account_id"))
        .join(resident, points_to(order.c.resident_id, resident))
        .outerjoin(host, HOST_OF)
        .where(order.c.leader_id == leader_id)
    )
