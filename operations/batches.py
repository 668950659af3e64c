"""到货 in batches: the news of the goods goes out building by building, so that a hundred people do not come at once.

Each notice carries its building's turn as the time before which it is not sent. A change of mind sends the rest of
these same rows at once: nobody is told twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, leader, notice, round_
from models.buildings import building_of, walking_order
from models.outcomes import Turn
from models.views import OrderView
from operations.audit import record
from operations.errors import NotFound
from operations.order_views import of_round
from operations.quiet_hours import SHANGHAI, quiet_until
from operations.receivers import receivers
from operations.upserts import for_update

USUAL_MINUTES = 15
MOST_MINUTES = 180
_BEFORE_THE_END = timedelta(minutes=30)  # whose turn is last still has so long
_TO_COME = ("placed", "confirmed", "ready")


@dataclass(frozen=True, slots=True)
class Wish:
    """How the leader wants it: so many minutes between buildings, these buildings first."""

    minutes: int = USUAL_MINUTES
    first: tuple[str, ...] = ()


def plan(work: Work, *, leader_id: int, round_id: int, wish: Wish) -> list[Turn]:
    """Whose turn would be when, if the goods came now. Changes nothing. Raises NotFound."""
    row = _round(work, leader_id, round_id)
    coming = [one for one in of_round(work, leader_id, round_id) if one.state in _TO_COME and _gets_something(one)]
    homes = buildings_of_people(coming, receivers(work, leader_id, round_id))
    return turns(work, row, homes, wish)


def buildings_of_people(orders: Iterable[OrderView], to: Mapping[int, int]) -> dict[int, set[str]]:
    """By account id: where the orders are that this person is told about, his own and those of his guests."""
    homes: dict[int, set[str]] = {}
    for one in orders:
        if one.id in to:
            homes.setdefault(to[one.id], set()).add(building_of(one.room))
    return homes


def turns(work: Work, row: Row[Any], homes: Mapping[int, set[str]], wish: Wish) -> list[Turn]:
    """The turns of the buildings that people live in; who has orders in two comes with the earlier one."""
    order = _in_order({building for mine in homes.values() for building in mine}, wish.first)
    people = Counter(min(mine, key=order.index) for mine in homes.values())
    order = [building for building in order if people[building]]
    quiet = work.db.execute(
        select(leader.c.quiet_from_min, leader.c.quiet_until_min).where(leader.c.id == row.leader_id)
    ).one()
    at = row.pickup_from if row.pickup_from and row.pickup_from > work.now else work.now
    step = _step(wish.minutes, len(order), at, row.pickup_until)
    found = []
    for building in order:
        at = quiet_until(at, quiet.quiet_from_min, quiet.quiet_until_min) or at
        found.append(Turn(building, at, people[building]))
        at += step
    return found


def again(work: Work, row: Row[Any], homes: Mapping[int, set[str]], before: Sequence[Mapping[str, str]]) -> list[Turn]:
    """New turns for who has not had his, since pickup was moved; `before`: the old ones, earliest first."""
    times = sorted({datetime.fromisoformat(turn["at"]) for turn in before})
    minutes = round((times[1] - times[0]) / timedelta(minutes=1)) if len(times) > 1 else USUAL_MINUTES
    return turns(work, row, homes, Wish(minutes, tuple(dict.fromkeys(turn["building"] for turn in before))))


def turn_of(mine: set[str], found: Sequence[Turn]) -> Turn:
    """The first turn that concerns a person with orders in these buildings."""
    return next(turn for turn in found if turn.building in mine)


def not_before(turn: Turn, now: datetime) -> datetime:
    """When its people are told: at their turn; where that is another day, now, with the time they should come."""
    is_today = turn.at.astimezone(SHANGHAI).date() == now.astimezone(SHANGHAI).date()
    return turn.at if is_today else now


def pending(work: Work, *, leader_id: int, round_id: int) -> list[Turn]:
    """Turns whose people have not been told yet, in order of time."""
    found: Counter[tuple[datetime, str]] = Counter()
    for row in work.db.execute(_untold(work, leader_id, round_id)):
        found[row.next_at, row.payload["turn"]["building"]] += 1
    return [Turn(building, at, people) for (at, building), people in sorted(found.items())]


def untold(work: Work, *, leader_id: int, round_id: int) -> set[int]:
    """Account ids of who waits for his turn to be told."""
    return {row.account_id for row in work.db.execute(_untold(work, leader_id, round_id))}


def tell_the_rest(work: Work, *, leader_id: int, round_id: int, actor: str) -> int:
    """Send what still waits for its turn at once (the night is kept); how many people that is. Raises NotFound."""
    _round(work, leader_id, round_id)
    rows = work.db.execute(for_update(work, _untold(work, leader_id, round_id))).all()
    for row in rows:
        payload = {key: value for key, value in row.payload.items() if key != "turn"}
        mine = (notice.c.leader_id == leader_id, notice.c.id == row.id)
        work.db.execute(update(notice).where(*mine).values(next_at=work.now, payload=payload))
    if rows:
        record(
            work,
            leader_id=leader_id,
            actor=actor,
            action="round.tell_all",
            entity="round",
            entity_id=round_id,
            after={"people": len(rows)},
        )
    return len(rows)


def _round(work: Work, leader_id: int, round_id: int) -> Row[Any]:
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    return row


def _untold(work: Work, leader_id: int, round_id: int) -> Any:
    """Notices that wait for their turn and for nothing else."""
    has_turn = notice.c.payload["turn"]["building"].as_string().is_not(None)
    return (
        select(notice.c.id, notice.c.account_id, notice.c.next_at, notice.c.payload)
        .where(
            notice.c.leader_id == leader_id,
            notice.c.round_id == round_id,
            notice.c.kind == "arrived",
            notice.c.state == "queued",
            notice.c.attempts == 0,
            notice.c.next_at > work.now,
            has_turn,
        )
        .order_by(notice.c.id)
    )


def _in_order(buildings: set[str], first: Sequence[str]) -> list[str]:
    wanted = [building for building in dict.fromkeys(first) if building in buildings]
    return wanted + sorted(buildings - set(wanted), key=walking_order)


def _step(minutes: int, count: int, start: datetime, until: datetime | None) -> timedelta:
    """The wished distance, or a smaller one where the last turn would come when pickup is nearly over."""
    wished = timedelta(minutes=min(max(minutes, 0), MOST_MINUTES))
    if until is None or count < 2:
        return wished
    room = max(until - _BEFORE_THE_END - start, timedelta(0)) / (count - 1)
    return min(wished, timedelta(minutes=room // timedelta(minutes=1)))


def _gets_something(one: OrderView) -> bool:
    return any(line.left_milli > 0 for line in one.lines)
