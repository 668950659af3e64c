"""改自提: another time or place at which the goods of a round are handed out, as long as it is open, closed or arrived.

What reads the round's columns follows by itself: pages, papers, the close, purchase orders that have not gone out, the
end of the pickup day. What had been written down with the old time is corrected here, and a frozen delivery run is left
as it is: its page shows what was moved since. Codes stay as they are.

Lock order: round, then its orders by id, then notices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models import Work, delivery_note, delivery_run, order, round_, round_move
from models.views import RoundView
from operations import mass, moved_notices
from operations.audit import record
from operations.errors import BadTime, HoursWanted, NotFound, SamePickup
from operations.offers import lock_round, require_state
from operations.quiet_hours import SHANGHAI
from operations.round_views import view

MOVABLE = ("open", "closed", "arrived")
LONGEST_PLACE = 120
FARTHEST = timedelta(days=180)
_WAITS = ("ready", "partly")


@dataclass(frozen=True, slots=True)
class When:
    """A time of pickup: a window of which one end may be missing, or only a day (Shanghai) in the leader's words."""

    starts: datetime | None = None
    until: datetime | None = None
    day: date | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a move does: how many people are told, and the day of a delivery run that has the round already."""

    people: int
    run_on: date | None


@dataclass(frozen=True, slots=True)
class Moved:
    """How it went. `is_new` False: this very move had been made before, and nothing was changed or told again."""

    round: RoundView
    people: int
    run_on: date | None
    is_new: bool


def look(work: Work, *, leader_id: int, round_id: int, when: When | None = None, place: str | None = None) -> Outlook:
    """What `move` would do. Changes nothing; raises what `move` raises."""
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    _changes(work, row, when, place)
    return Outlook(len(moved_notices.people_of(work, row)), _run_on(work, row))


def move(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    when: When | None = None,
    place: str | None = None,
    actor: str,
    source_key: str,
) -> Moved:
    """Hand out at another time, another place, or both; None leaves it. Everybody who still waits is told once.

    The same `source_key` again changes nothing. Raises NotFound, WrongState (over, or cancelled), SamePickup, BadTime
    (ends before it begins, is over already or half a year away, begins before an open round closes) and HoursWanted
    (the goods are there: a day alone does not say when the pickup is over).
    """
    row = lock_round(work, leader_id, round_id)
    made = (round_move.c.leader_id == leader_id, round_move.c.source_key == source_key)
    if work.db.execute(select(round_move.c.id).where(*made)).first() is not None:
        return Moved(view(work, leader_id, round_id), 0, _run_on(work, row), is_new=False)
    changes = _changes(work, row, when, place)
    move_id = _note(work, row, actor, source_key)
    mine = (round_.c.leader_id == leader_id, round_.c.id == round_id)
    now = work.db.execute(
        update(round_).where(*mine).values(**changes, version=round_.c.version + 1).returning(round_)
    ).one()
    if row.state == "arrived" and "pickup_from" in changes:
        _remind_anew(work, row)
    people = moved_notices.tell(work, row, now, move_id=move_id)
    _log(work, row, now, actor, people)
    return Moved(view(work, leader_id, round_id), people, _run_on(work, row), is_new=True)


def _changes(work: Work, row: Row[Any], when: When | None, place: str | None) -> dict[str, Any]:
    """The columns that become something else. Raises as `move`."""
    if row.kind != "presale":
        raise NotFound(what="round")
    require_state(row, *MOVABLE)
    changes: dict[str, Any] = {}
    if when is not None:
        _check(work, row, when)
        changes = {"pickup_from": when.starts, "pickup_until": when.until, "pickup_text": when.words}
    place = " ".join((place or "").split())[:LONGEST_PLACE]
    if place:
        changes |= {"pickup_place": place, "pickup_point_id": None}  # the leader's point of that name, if she has one
    time = ("pickup_from", "pickup_until", "pickup_text")
    for group in (time, ("pickup_place", "pickup_point_id")):
        compared = group if group == time else group[:1]
        if all(name in changes and changes[name] == row._mapping[name] for name in compared):
            changes = {name: value for name, value in changes.items() if name not in group}
    if not changes:
        raise SamePickup(title=row.title, **{name: row._mapping[name] for name in (*time, "pickup_place")})
    return changes


def _check(work: Work, row: Row[Any], when: When) -> None:
    """A time to which people can be sent."""
    first, last = when.starts or when.until, when.until or when.starts
    if when.starts and when.until and when.until <= when.starts:
        raise BadTime(field="pickup")
    if last is None:
        _check_day(work, row, when)
        return
    if last <= work.now:
        raise BadTime(field="pickup_past", at=last)
    if last > work.now + FARTHEST:  # a day that is over, read as that of next year
        raise BadTime(field="pickup_past")
    if row.state == "open" and first is not None and first < row.closes_at:
        raise BadTime(field="pickup_before_close", at=row.closes_at)


def _check_day(work: Work, row: Row[Any], when: When) -> None:
    if row.state == "arrived" or when.day is None or not when.words:
        raise HoursWanted(title=row.title)
    if when.day < work.now.astimezone(SHANGHAI).date():
        raise BadTime(field="pickup_past")
    if row.state == "open" and when.day < row.closes_at.astimezone(SHANGHAI).date():
        raise BadTime(field="pickup_before_close", at=row.closes_at)


def _note(work: Work, row: Row[Any], actor: str, source_key: str) -> int:
    """What it was until now: the promise under which people had ordered."""
    stands = (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state != "cancelled")
    move_id = work.new_id()
    work.db.execute(
        insert(round_move).values(
            leader_id=row.leader_id,
            id=move_id,
            round_id=row.id,
            source_key=source_key,
            was_from=row.pickup_from,
            was_until=row.pickup_until,
            was_text=row.pickup_text,
            was_place=row.pickup_place,
            orders=select(func.count()).select_from(order).where(*stands).scalar_subquery(),
            actor=actor,
            at=work.now,
        )
    )
    return move_id


def _remind_anew(work: Work, row: Row[Any]) -> None:
    """Who was reminded of the old time is reminded of the new one when it has come."""
    mass.hold(work, mass.Orders(row, _WAITS))
    mine = (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(_WAITS))
    work.db.execute(update(order).where(*mine, order.c.reminded_at.is_not(None)).values(reminded_at=None))


def _run_on(work: Work, row: Row[Any]) -> date | None:
    """The day of a run that brings the goods of this round and has not ended."""
    statement = (
        select(func.min(delivery_run.c.run_on))
        .join(delivery_note, delivery_note.c.run_id == delivery_run.c.id)
        .where(
            delivery_note.c.leader_id == row.leader_id,
            delivery_note.c.round_id == row.id,
            delivery_run.c.state.in_(("frozen", "on_the_way")),
        )
    )
    found: date | None = work.db.execute(statement).scalar()
    return found


def _log(work: Work, before: Row[Any], after: Row[Any], actor: str, people: int) -> None:
    record(
        work,
        leader_id=before.leader_id,
        actor=actor,
        action="round.move",
        entity="round",
        entity_id=before.id,
        before=_logged(before),
        after=_logged(after) | {"people": people},
    )


def _logged(row: Row[Any]) -> dict[str, Any]:
    return {
        "pickup_from_at": row.pickup_from.isoformat() if row.pickup_from else None,
        "pickup_until_at": row.pickup_until.isoformat() if row.pickup_until else None,
        "pickup_text": row.pickup_text,
        "place": row.pickup_place,
    }
