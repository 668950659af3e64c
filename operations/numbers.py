"""Small numbers without gaps, which people read and type: of leaders, cases, reviews."""

from __future__ import annotations

from models import Work, counter
from operations.upserts import upsert


def next_number(work: Work, scope: str) -> int:
    """The next number of a scope, from 1; it is given back when the transaction is undone."""
    statement = upsert(work, counter).values(scope=scope, value=1)
    return int(
        work.db.execute(
            statement.on_conflict_do_update(index_elements=["scope"], set_={"value": counter.c.value + 1}).returning(
                counter.c.value
            )
        ).scalar_one()
    )
