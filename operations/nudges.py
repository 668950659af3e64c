"""提醒: asking one neighbour to collect what is waiting, by the leader's or a helper's own hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from models import Work, order, round_
from operations.audit import record
from operations.goods_notices import order_facts, pickup_facts
from operations.notices import enqueue
from operations.order_views import view
from operations.pick_lists import is_waiting
from operations.receivers import receiver

_LOCAL = ZoneInfo("Asia/Shanghai")


def remind(work: Work, *, leader_id: int, order_id: int, actor: str) -> str:
    """Ask politely to collect one order: at most one notice per order and day (of Asia/Shanghai).

    Answers `sent`, `again` (today's is written already), `nobody` (a neighbour without WeChat) or `nothing` (nothing is
    waiting). Whether it may be pushed now is the outbox's business. Raises NotFound.
    """
    one = view(work, leader_id=leader_id, order_id=order_id)
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == one.round_id)).one()
    if not is_waiting(one) or row.state not in {"open", "arrived", "completed"}:
        return "nothing"
    account_id = receiver(work, leader_id, order_id)
    if account_id is None:
        return "nobody"
    is_new = enqueue(
        work,
        leader_id=leader_id,
        account_id=account_id,
        kind="reminder_pickup",
        key=f"reminder_pickup:{order_id}:{work.now.astimezone(_LOCAL).date().isoformat()}",
        payload={**pickup_facts(row), **order_facts(one)},
        round_id=one.round_id,
        order_id=order_id,
        expires_at=row.pickup_until if row.pickup_until and row.pickup_until > work.now else None,
    )
    if not is_new:
        return "again"
    work.db.execute(
        update(order).where(order.c.leader_id == leader_id, order.c.id == order_id).values(reminded_at=work.now)
    )
    record(work, leader_id=leader_id, actor=actor, action="order.remind", entity="order", entity_id=order_id)
    return "sent"
