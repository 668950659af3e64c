"""提醒: asking neighbours to collect what is waiting (one, a building, all) or to pay, by the leader's or a helper's
hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, update

from models import Work, notice, order, payment_proof, round_
from models.buildings import building_of
from models.views import OrderView
from operations import batches, paying_terms
from operations.audit import record
from operations.errors import NotFound
from operations.goods_notices import order_facts, pickup_facts
from operations.notices import Addressed, enqueue_many
from operations.order_views import of_round, view
from operations.pick_lists import is_waiting
from operations.receivers import receiver, receivers

_LOCAL = ZoneInfo("Asia/Shanghai")
_SOLD = {"confirmed", "ready", "partly", "picked_up", "no_show"}


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
    row, (people, nobody) = _round(work, leader_id, round_id), _who_waits(work, leader_id, round_id, building)
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
    return Reminded(sent, reached - sent, nobody)


def plan_all(work: Work, *, leader_id: int, round_id: int) -> Reminded:
    """What `remind_all` would do now; nothing is written. Raises NotFound."""
    people, nobody = _who_waits(work, leader_id, round_id, None)
    return _planned(work, leader_id, "reminder_pickup", [one for his in people.values() for one in his], nobody)


def plan_paying(work: Work, *, leader_id: int, round_id: int) -> Reminded:
    """What `remind_paying` would do now; nothing is written. Raises NotFound."""
    _round(work, leader_id, round_id)
    reached, nobody = _who_owes(work, leader_id, round_id)
    return _planned(work, leader_id, "reminder_pay", [one for one, _ in reached], nobody)


def remind_paying(work: Work, *, leader_id: int, round_id: int, actor: str) -> Reminded:
    """Ask everybody of a closed round who has not paid: at most one notice per order and day (of Asia/Shanghai).

    Who says he paid or sent a picture of it is left alone; where people pay when they collect, so is who has not
    collected yet. Raises NotFound.
    """
    row, terms = _round(work, leader_id, round_id), paying_terms.get(work, leader_id)
    reached, nobody = _who_owes(work, leader_id, round_id)
    sent = enqueue_many(
        work,
        leader_id=leader_id,
        kind="reminder_pay",
        round_id=round_id,
        to=[
            Addressed(
                account_id=account_id,
                key=_key(work, "reminder_pay", one.id),
                order_id=one.id,
                payload={
                    "title": one.round_title,
                    "seq": one.seq,
                    "due_fen": one.due_fen,
                    "mode": terms.payment_mode,
                    "how": terms.payment_note,
                    "note": paying_terms.pay_note(row.code, one.seq),
                    "cancel_after_h": terms.cancel_unpaid_after_h if row.state == "closed" else None,
                },
            )
            for one, account_id in reached
        ],
    )
    if sent:
        record(
            work, leader_id=leader_id, actor=actor, action="round.remind_paying", entity="round", entity_id=round_id,
            after={"orders": sent},
        )  # fmt: skip
    return Reminded(sent, len(reached) - sent, nobody)


def _round(work: Work, leader_id: int, round_id: int) -> Row[Any]:
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    return row


def _who_waits(
    work: Work, leader_id: int, round_id: int, building: str | None
) -> tuple[dict[int, list[OrderView]], int]:
    """Account id -> orders that wait to be collected, and how many belong to nobody with WeChat."""
    people: dict[int, list[OrderView]] = defaultdict(list)
    if _round(work, leader_id, round_id).state not in {"open", "arrived", "completed"}:
        return people, 0
    to, untold = receivers(work, leader_id, round_id), batches.untold(work, leader_id=leader_id, round_id=round_id)
    nobody = 0
    for one in of_round(work, leader_id, round_id):
        if not is_waiting(one) or building not in {None, building_of(one.room)} or to.get(one.id) in untold:
            continue
        if one.id in to:
            people[to[one.id]].append(one)
        else:
            nobody += 1
    return people, nobody


def _who_owes(work: Work, leader_id: int, round_id: int) -> tuple[list[tuple[OrderView, int]], int]:
    """Orders nobody says to have paid, with who is told; and how many belong to nobody with WeChat."""
    to = receivers(work, leader_id, round_id)
    at_pickup = paying_terms.get(work, leader_id).payment_mode == "pickup"
    due = {"picked_up"} if at_pickup else _SOLD
    proved = select(payment_proof.c.order_id).where(payment_proof.c.leader_id == leader_id)
    owing = [x for x in of_round(work, leader_id, round_id) if x.state in due and x.pay_state == "unpaid"]
    shown = set(work.db.scalars(proved.where(payment_proof.c.order_id.in_([x.id for x in owing])))) if owing else set()
    owing = [one for one in owing if one.id not in shown]
    return [(one, to[one.id]) for one in owing if one.id in to], sum(one.id not in to for one in owing)


def _planned(work: Work, leader_id: int, kind: str, reached: Sequence[OrderView], nobody: int) -> Reminded:
    keys = [_key(work, kind, one.id) for one in reached]
    known = select(func.count()).where(notice.c.leader_id == leader_id, notice.c.dedupe_key.in_(keys))
    again = work.db.execute(known).scalar_one() if keys else 0
    return Reminded(len(reached) - again, again, nobody)


def _key(work: Work, kind: str, order_id: int) -> str:
    """One a day."""
    return f"{kind}:{order_id}:{work.now.astimezone(_LOCAL).date().isoformat()}"


def _write(work: Work, row: Row[Any], people: Mapping[int, Sequence[OrderView]]) -> int:
    """One notice per order and day, to be put into one message per person; returns how many are new."""
    sent = enqueue_many(
        work,
        leader_id=row.leader_id,
        kind="reminder_pickup",
        round_id=row.id,
        expires_at=row.pickup_until if row.pickup_until and row.pickup_until > work.now else None,
        to=[
            Addressed(
                account_id=account_id,
                key=_key(work, "reminder_pickup", one.id),
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
