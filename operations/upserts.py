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
    """Row locks on PostgreSQL; on SQLite the transaction itself is the lock."""
    return statement if work.db.dialect.name == "sqlite" else statement.with_for_update(skip_locked=skip_locked)
