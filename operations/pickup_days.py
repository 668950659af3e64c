"""What pickup looks like over the day: counts, reminders, and who did not come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, exists, func, insert, or_, select, update

from models import Work, notice, order, order_event, order_line, round_
from models.joins import points_to
from models.outcomes import PickupCounts
from operations.audit import record
from operations.errors import WrongState
from operations.goods_notices import order_facts, pickup_facts
from operations.notices import Addressed, enqueue_many
from operations.offers import lock_round
from operations.order_views import of_ids
from operations.receivers import receivers
from operations.upserts import for_update

_REMIND_AT_ONCE = 500  # orders per call
_ENDS_SOON = timedelta(hours=1)
_DAY_AFTER = timedelta(hours=24)  # after arrival, where the leader named no end of pickup


def counts(work: Work, *, leader_id: int, round_id: int) -> PickupCounts:
    """How many orders of a round were collected; cancelled ones and those not arrived do not count."""

    def of(*states: str) -> Any:
        return func.coalesce(func.sum(case((order.c.state.in_(states), 1), else_=0)), 0)

    row = work.db.execute(
        select(
            of("ready", "partly", "picked_up", "no_show").label("orders"),
            of("picked_up").label("picked_up"),
            of("partly").label("partly"),
            of("ready").label("waiting"),
            of("no_show").label("no_show"),
        ).where(order.c.leader_id == leader_id, order.c.round_id == round_id)
    ).one()
    return PickupCounts(**{name: int(value) for name, value in row._mapping.items()})


def no_shows(work: Work, *, leader_id: int, round_id: int, actor: str = "system") -> int:
    """Pickup is over: orders nobody came for become no_show, the round is completed. Returns how many, once.

    A second run changes nothing. Their codes stay live: who comes late still gets his goods. Raises NotFound, and
    WrongState before the goods have arrived.
    """
    row = lock_round(work, leader_id, round_id)
    if row.state in {"completed", "settled"}:
        return 0
    if row.state != "arrived":
        raise WrongState(state=row.state, title=row.title)
    missed = _miss(work, row)
    if missed:
        common = {
            "leader_id": leader_id,
            "kind": "no_show",
            "source_key": f"no_show:{round_id}",
            "actor": actor,
            "at": work.now,
        }
        work.db.execute(insert(order_event), [common | {"id": work.new_id(), "order_id": i} for i in missed])
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(state="completed", finished_at=work.now, version=round_.c.version + 1)
    )
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="round.complete",
        entity="round",
        entity_id=round_id,
        before={"state": row.state},
        after={"state": "completed", "no_shows": len(missed)},
    )
    return len(missed)


def end_pickup_days(work: Work, *, limit: int = 20) -> int:
    """For the scheduler: `no_shows` of rounds whose pickup ended, at most `limit`; returns how many rounds.

    A round ends with its pickup window; where that has no end, 24 hours after it began and the goods came.
    """
    began = or_(round_.c.pickup_from.is_(None), round_.c.pickup_from <= work.now - _DAY_AFTER)
    ended = or_(
        round_.c.pickup_until <= work.now,
        and_(round_.c.pickup_until.is_(None), round_.c.arrived_at <= work.now - _DAY_AFTER, began),
    )
    # Goods that came after the window had ended are not missed at once.
    was_there = round_.c.arrived_at <= work.now - timedelta(hours=3)
    due = (
        select(round_.c.leader_id, round_.c.id)
        .where(round_.c.state == "arrived", round_.c.kind == "presale", ended, was_there)
        .order_by(round_.c.leader_id, round_.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in rows:
        no_shows(work, leader_id=row.leader_id, round_id=row.id)
    return len(rows)


def remind_uncollected(work: Work, *, after: timedelta = timedelta(hours=3), limit: int = _REMIND_AT_ONCE) -> int:
    """For the scheduler: remind once of goods that wait `after` the order was ready and pickup began, or that have an
    hour left.

    Returns how many orders were marked, whether or not somebody could be told. Two callers never remind twice. Call
    again while it returns `limit`.
    """
    since = work.now - after
    waits_long = and_(
        order.c.ready_at <= since,
        or_(round_.c.pickup_from.is_(None), round_.c.pickup_from <= since),
        ~_told_after(work, since),
    )
    # In a short window nobody would hear of it before it is over.
    ends_soon = and_(
        order.c.ready_at <= work.now - _ENDS_SOON,
        round_.c.pickup_until > work.now,
        round_.c.pickup_until <= work.now + _ENDS_SOON,
        ~_told_after(work, work.now - _ENDS_SOON),
    )
    waiting = (
        select(order.c.leader_id, order.c.id, order.c.round_id)
        .join(round_, points_to(order.c.round_id, round_))
        .where(
            order.c.state.in_(("ready", "partly")),
            order.c.reminded_at.is_(None),
            or_(waits_long, ends_soon),
            has_left(),
        )
        .order_by(order.c.leader_id, order.c.round_id, order.c.id)
        .limit(limit)
    )
    rows = work.db.execute(_locked_orders(work, waiting)).all()
    by_round: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        by_round.setdefault((row.leader_id, row.round_id), []).append(row.id)
    for (leader_id, round_id), ids in by_round.items():
        _remind(work, leader_id, round_id, ids)
    return len(rows)


def _miss(work: Work, row: Row[Any]) -> list[int]:
    """Orders of a round nobody came for. Orders picked up in part stay so: the rest is the leader's to settle."""
    mine = (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state == "ready")
    work.db.execute(for_update(work, select(order.c.id).where(*mine).order_by(order.c.id)))
    statement = (
        update(order)
        .where(*mine, has_left())
        .values(state="no_show", version=order.c.version + 1)
        .returning(order.c.id)
    )
    return sorted(work.db.execute(statement).scalars())


def has_left() -> Any:
    """A condition of `order`: something of it was not handed out yet."""
    due = func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)
    return exists().where(
        order_line.c.leader_id == order.c.leader_id,
        order_line.c.order_id == order.c.id,
        due > order_line.c.picked_milli,
    )


def _told_after(work: Work, since: datetime) -> Any:
    """The news of the goods was held back for the night: people have not waited from the time the goods came."""
    is_held = and_(notice.c.state.in_(("queued", "sending")), notice.c.next_at > work.now)
    return exists().where(
        notice.c.leader_id == round_.c.leader_id,
        notice.c.round_id == round_.c.id,
        notice.c.kind == "arrived",
        or_(is_held, notice.c.sent_at > since),
    )


def _locked_orders(work: Work, statement: Any) -> Any:
    return statement if work.db.dialect.name == "sqlite" else statement.with_for_update(of=order, skip_locked=True)


def _remind(work: Work, leader_id: int, round_id: int, order_ids: list[int]) -> None:
    work.db.execute(
        update(order).where(order.c.leader_id == leader_id, order.c.id.in_(order_ids)).values(reminded_at=work.now)
    )
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).one()
    to = receivers(work, leader_id, round_id)
    enqueue_many(
        work,
        leader_id=leader_id,
        kind="reminder_pickup",
        round_id=round_id,
        expires_at=row.pickup_until,  # after the counter has closed it would send people out for nothing
        to=[
            Addressed(
                account_id=to[one.id],
                key=f"reminder_pickup:{one.id}:v{row.version}",  # a pickup that was moved is reminded of anew
                order_id=one.id,
                payload={**pickup_facts(row), **order_facts(one)},
            )
            for one in of_ids(work, leader_id, order_ids)
            if one.id in to
        ],
    )
