"""How patiently somebody else's server is asked: a claim that runs out, and pauses that grow."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, select, tuple_, update

from models import Work
from operations.upserts import for_update

LEASE = timedelta(seconds=60)
PAUSES = tuple(timedelta(seconds=s) for s in (20, 60, 120, 300, 600, 1800))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries, the last one with it."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def claim(work: Work, table: Table, is_open: ColumnElement[bool], *, limit: int) -> list[tuple[int, int]]:
    """Take rows that are due, who waited longest first, and count a try of each. Two callers never claim one.

    `table` has leader_id, id, next_at and attempts; `is_open` says which of it are to be asked about. Returns their
    (leader id, id). Unless something else is said of them within the lease, they are due again.
    """
    key = (table.c.leader_id, table.c.id)
    due = select(*key).where(is_open, table.c.next_at <= work.now).order_by(table.c.next_at).limit(limit)
    keys = [(row.leader_id, row.id) for row in work.db.execute(for_update(work, due, skip_locked=True))]
    taken = {"next_at": work.now + LEASE, "attempts": table.c.attempts + 1}
    work.db.execute(update(table).where(tuple_(*key).in_(keys)).values(**taken))
    return keys
