"""Reminding people before a round closes: those who have an order in it, and the leader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, or_, select, update

from models import Work, order, resident, round_
from models.joins import HEARS, HOST_OF, host, points_to
from operations.notices import Addressed, enqueue_many
from operations.receivers import owner_of
from operations.upserts import for_update


def remind_before_close(work: Work, *, within: timedelta, limit: int = 5) -> list[tuple[int, int]]:
    """Remind of rounds that close `within` this time; (leader id, round id) of each. Once per deadline.

    A round opened shortly before its deadline is left alone: who ordered in it has just read when it closes. Only
    people with an order are told: a push to others would be advertising, for which accounts are blocked.
    """
    due = (
        select(round_)
        .where(
            round_.c.state == "open",
            round_.c.closes_at > work.now,
            round_.c.closes_at <= work.now + within,
            or_(round_.c.reminded_for.is_(None), round_.c.reminded_for != round_.c.closes_at),
        )
        .order_by(round_.c.closes_at, round_.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in rows:
        work.db.execute(
            update(round_)
            .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id)
            .values(reminded_for=row.closes_at)
        )
        if row.closes_at - (row.opened_at or row.opens_at) >= 2 * within:
            _tell(work, row)
    return [(row.leader_id, row.id) for row in rows]


def _tell(work: Work, row: Row[Any]) -> None:
    orders = _orders(work, row)
    owner = owner_of(work, row.leader_id)
    facts = {"title": row.title, "closes_at": row.closes_at.isoformat()}
    people = {one.account_id for one in orders if one.account_id is not None} - {owner}
    total = sum(one.total_fen for one in orders)
    to = [_addressed(row, account_id, facts) for account_id in people]
    to.append(_addressed(row, owner, facts | {"orders": len(orders), "total_fen": total}))
    enqueue_many(work, leader_id=row.leader_id, kind="reminder_close", to=to, round_id=row.id, expires_at=row.closes_at)


def _addressed(row: Row[Any], account_id: int, payload: dict[str, Any]) -> Addressed:
    deadline = int(row.closes_at.timestamp())
    return Addressed(account_id=account_id, key=f"reminder_close:{row.id}:{deadline}:{account_id}", payload=payload)


def _orders(work: Work, row: Row[Any]) -> list[Row[Any]]:
    """Live orders with the account that hears of them: the holder's, or his host's."""
    statement = (
        select(
            (order.c.total_fen - order.c.discount_fen).label("total_fen"),
            HEARS.label("account_id"),
        )
        .join(resident, points_to(order.c.resident_id, resident))
        .outerjoin(host, HOST_OF)
        .where(order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state == "placed")
    )
    return list(work.db.execute(statement))
