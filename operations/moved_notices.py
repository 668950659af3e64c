"""Who is told that a pickup was moved, and what had been written before it and has not gone out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from models import Work, notice, order
from models.outcomes import Turn
from operations import batches
from operations.goods_notices import pickup_facts
from operations.notices import Addressed, enqueue_many
from operations.pickup_days import has_left
from operations.receivers import receivers
from operations.upserts import for_update

_STANDS = ("placed", "confirmed", "ready", "partly")
_UNSENT = ("queued", "sending", "waiting", "failed", "held")
_SAYS_WHEN = ("order_closed", "arrived", "reminder_pickup", "pickup_moved")


def people_of(work: Work, row: Row[Any]) -> set[int]:
    """Account ids of who still has something to fetch of the round, for himself or a guest; never the leader's own."""
    to = receivers(work, row.leader_id, row.id)
    mine = (order.c.leader_id == row.leader_id, order.c.round_id == row.id, order.c.state.in_(_STANDS))
    return {to[one] for one in work.db.execute(select(order.c.id).where(*mine, has_left())).scalars() if one in to}


def tell(work: Work, before: Row[Any], after: Row[Any], *, move_id: int) -> int:
    """One notice per person, worded from what he was told last; what has not gone out says how it is now.

    Returns how many people hear of it.
    """
    people = people_of(work, before)
    was, facts = _where(before), pickup_facts(after)
    done = _correct(work, before, after, facts)
    enqueue_many(
        work,
        leader_id=after.leader_id,
        kind="pickup_moved",
        round_id=after.id,
        expires_at=after.pickup_until,
        to=[
            Addressed(account_id=one, key=f"pickup_moved:{move_id}:{one}", payload={**facts, "was": was})
            for one in people - done
        ],
    )
    return len(people)


def _correct(work: Work, before: Row[Any], after: Row[Any], facts: dict[str, Any]) -> set[int]:
    """Accounts whose own notice of an earlier move now tells of this one, or need none."""
    mine = (notice.c.leader_id == before.leader_id, notice.c.round_id == before.id)
    unsent = select(notice).where(*mine, notice.c.kind.in_(_SAYS_WHEN), notice.c.state.in_(_UNSENT))
    rows = [row for row in work.db.execute(for_update(work, unsent.order_by(notice.c.id))).all() if row.payload]
    is_later = _time(before) != _time(after)
    turns = _new_turns(work, after, rows) if is_later else {}
    done: set[int] = set()
    for row in rows:
        values: dict[str, Any] = {"payload": {**row.payload, **facts}}
        if row.kind == "pickup_moved":
            values |= _of_earlier_move(row, after)
            done |= {row.account_id} if row.state in {"queued", "waiting"} else set()
        elif row.kind == "reminder_pickup" and is_later:
            values = {"state": "expired", "fence": notice.c.fence + 1, "lease_until": None}
        elif row.account_id in turns and _has_turn(row):
            turn = turns[row.account_id]
            values["payload"]["turn"] = {"building": turn.building, "at": turn.at.isoformat()}
            values["next_at"] = batches.not_before(turn, work.now)
        work.db.execute(update(notice).where(*mine, notice.c.id == row.id).values(values))
    return done


def _of_earlier_move(row: Row[Any], after: Row[Any]) -> dict[str, Any]:
    """He has not heard of the earlier one. Back to what he was told before it: there is nothing to say.

    One that is just being sent may arrive, so it is over, and another follows it.
    """
    if row.state in {"queued", "waiting"} and row.payload.get("was") != _where(after):
        return {"expires_at": after.pickup_until}
    return {"state": "expired", "fence": notice.c.fence + 1, "lease_until": None}


def _new_turns(work: Work, after: Row[Any], rows: list[Row[Any]]) -> dict[int, Turn]:
    """By account: when the building of who waits for his turn to be told comes now, in the order it was to come."""
    waiting = sorted((row for row in rows if _has_turn(row)), key=lambda row: str(row.payload["turn"]["at"]))
    homes = {row.account_id: {row.payload["turn"]["building"]} for row in waiting}
    if not homes:
        return {}
    found = batches.again(work, after, homes, [row.payload["turn"] for row in waiting])
    return {account_id: batches.turn_of(mine, found) for account_id, mine in homes.items()}


def _has_turn(row: Row[Any]) -> bool:
    return row.kind == "arrived" and row.state == "queued" and "turn" in row.payload


def _where(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in pickup_facts(row).items() if name != "title"}


def _time(row: Row[Any]) -> tuple[Any, ...]:
    return row.pickup_from, row.pickup_until, row.pickup_text
