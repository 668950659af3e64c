"""INSERT … ON CONFLICT for whichever database is underneath: one spelling for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from models import Work


def upsert(work: Work, table: Table) -> Any:
    """An `insert(table)` that knows `.on_conflict_do_nothing()` and `.on_conflict_do_update()`."""
    return sqlite.insert(table) if work.db.dialect.name == "sqlite" else postgresql.insert(table)


def for_update(work: Work, statement: Any, *, skip_locked: bool = False) -> Any:
    """Row locks on PostgreSQL; on SQLite the transaction itself is the lock.

    FOR NO KEY UPDATE: keys never change, so a row that refers to a held one need not wait for it. With FOR UPDATE a
    payment (holds its order, its ledger row refers to the round) and a closing (holds the round, wants the orders)
    deadlocked.
    """
    if work.db.dialect.name == "sqlite":
        return statement
    return statement.with_for_update(skip_locked=skip_locked, key_share=True)
