"""提醒: asking neighbours to collect what is waiting, one or a whole building, by the leader's or a helper's hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, update

from models import Work, order, round_
from models.buildings import building_of
from models.views import OrderView
from operations import batches
from operations.audit import record
from operations.errors import NotFound
from operations.goods_notices import order_facts, pickup_facts
from operations.notices import Addressed, enqueue_many
from operations.order_views import of_round, view
from operations.pick_lists import is_waiting
from operations.receivers import receiver, receivers

_LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many orders' holders were reminded now, had been today already, or cannot be (no WeChat)."""

    sent: int
    again: int
    nobody: int


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
    if not _write(work, row, {account_id: [one]}):
        return "again"
    record(work, leader_id=leader_id, actor=actor, action="order.remind", entity="order", entity_id=order_id)
    return "sent"


def remind_all(work: Work, *, leader_id: int, round_id: int, actor: str, building: str | None = None) -> Reminded:
    """The same for everybody of a round who has not come, or of one building (see models.buildings).

    Who has not been told of the goods yet, since his building's turn is still to come, is left alone. Raises NotFound.
    """
    mine = select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(mine).first()
    if row is None:
        raise NotFound(what="round")
    if row.state not in {"open", "arrived", "completed"}:
        return Reminded(0, 0, 0)
    to, untold = receivers(work, leader_id, round_id), batches.untold(work, leader_id=leader_id, round_id=round_id)
    waiting = [
        one
        for one in of_round(work, leader_id, round_id)
        if is_waiting(one) and building in {None, building_of(one.room)} and to.get(one.id) not in untold
    ]
    people: dict[int, list[OrderView]] = defaultdict(list)
    for one in waiting:
        if one.id in to:
            people[to[one.id]].append(one)
    sent = _write(work, row, people)
    if sent:
        record(
            work,
            leader_id=leader_id,
            actor=actor,
            action="round.remind",
            entity="round",
            entity_id=round_id,
            after={"orders": sent},
        )
    reached = sum(len(his) for his in people.values())
    return Reminded(sent, reached - sent, len(waiting) - reached)


def _write(work: Work, row: Row[Any], people: Mapping[int, Sequence[OrderView]]) -> int:
    """One notice per order and day, to be put into one message per person; returns how many are new."""
    today = work.now.astimezone(_LOCAL).date().isoformat()
    sent = enqueue_many(
        work,
        leader_id=row.leader_id,
        kind="reminder_pickup",
        round_id=row.id,
        expires_at=row.pickup_until if row.pickup_until and row.pickup_until > work.now else None,
        to=[
            Addressed(
                account_id=account_id,
                key=f"reminder_pickup:{one.id}:{today}",
                order_id=one.id,
                payload={**pickup_facts(row), **order_facts(one)},
            )
            for account_id, his in people.items()
            for one in his
        ],
    )
    ids = [one.id for his in people.values() for one in his]
    if sent:
        work.db.execute(
            update(order).where(order.c.leader_id == row.leader_id, order.c.id.in_(ids)).values(reminded_at=work.now)
        )
    return sent
