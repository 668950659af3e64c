"""What a close leaves to be done for each order: its sale in the books, its notice, its state. In small parts.

The close itself is what counts: the offers are shut, the total is told, the round says how far its orders are booked
(`round.booked_seq`, a 接龙 number; NULL when nothing is left). The rest is booked a few hundred orders at a time, each
part in a transaction that moves that number too: a part is done or it is not, whoever does it and however often he is
killed. One writer is all that SQLite has; with 10,000 orders in one transaction it answered nobody for half a second.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from models import Work, round_
from models.prepared import Prepared
from operations import mass

SOLD = ("placed", "confirmed", "ready", "partly", "picked_up", "no_show")  # 现货 is handed out before the round closes
PART = 250  # 接龙 numbers that are booked in one transaction: about 10 ms


_LEFT = select(round_).where(round_.c.booked_seq.is_not(None)).order_by(round_.c.closed_at, round_.c.id).limit(1)
_NEXT = Prepared({"sqlite": _LEFT, "postgresql": _LEFT.with_for_update(skip_locked=True, key_share=True)})
_BOOKED = Prepared(
    update(round_)
    .where(round_.c.leader_id == bindparam("b_leader_id"), round_.c.id == bindparam("b_round_id"))
    .values(booked_seq=bindparam("b_until"))
)


def book_next(work: Work) -> int:
    """For the scheduler: book a part of the round that was closed first. How many 接龙 numbers that was; 0: none left.

    Two callers never book the same.
    """
    row = _NEXT.first(work)
    return 0 if row is None else book(work, row)


def book(work: Work, row: Row[Any], part: int | None = None) -> int:
    """Book so many (None: a part) of a closed round whose row is held; how many 接龙 numbers that was."""
    if row.booked_seq is None:
        return 0
    until = min(row.booked_seq + (part or PART), row.last_seq)
    sold, waiting = (mass.Orders(row, states, row.booked_seq, until) for states in (SOLD, ("placed",)))
    count, _ = mass.hold(work, sold)
    mass.post_sales(work, sold, count, is_back=False)
    key = f"closed:{row.id}:{row.closed_version}"
    mass.tell(work, waiting, count, kind="order_closed", key=key, facts=_pickup_facts(row))
    mass.set_state(work, waiting, "confirmed", at=row.closed_at)
    booked = {"b_leader_id": row.leader_id, "b_round_id": row.id, "b_until": until if until < row.last_seq else None}
    _BOOKED.send(work, booked)
    return int(until - row.booked_seq)


def finish(work: Work, row: Row[Any]) -> Row[Any]:
    """All that is left of a round whose row is held, now: what comes next changes what was sold. Returns its row.

    A round that was never closed, or has nothing left, costs nothing.
    """
    if row.booked_seq is None:
        return row
    book(work, row, part=row.last_seq)
    mine = (round_.c.leader_id == row.leader_id, round_.c.id == row.id)
    return work.db.execute(select(round_).where(*mine)).one()


def _pickup_facts(row: Row[Any]) -> dict[str, Any]:
    return {
        "pickup_from": row.pickup_from.isoformat() if row.pickup_from else None,
        "pickup_until": row.pickup_until.isoformat() if row.pickup_until else None,
        "pickup_text": row.pickup_text,
        "pickup_place": row.pickup_place,
    }
