"""Connections for migrations: other rules than the product's.

SQLite changes a table by copying it and dropping the old one, which with foreign keys on would delete the rows that
point there; so they are off, and checked as a whole before the commit (sqlite.org/lang_altertable.html, section 7).
The driver must not begin or commit by itself, or a schema change would not be part of the transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from models.sqlite import journal_mode, sqlite3

WAIT_S = 60  # for another process that migrates, or for the last writers of the old version

# Any number, the same in every process: who holds it migrates, the others wait and find nothing left to do.
_ADVISORY_LOCK = 4_906_720_731


def open_engine(url: str | URL, *, to_write: bool = False) -> Engine:
    """An engine that keeps no connection and whose transactions hold schema changes too. `to_write`: the file gets the
    journal that it is to have."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return create_engine(parsed, poolclass=NullPool)
    engine = create_engine(parsed, module=sqlite3, poolclass=NullPool, connect_args={"timeout": WAIT_S})
    event.listen(engine, "connect", _configure_sqlite)
    if to_write:
        event.listen(engine, "connect", _set_journal)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def take_turn(connection: Connection) -> None:
    """Wait until nobody else migrates this database. On SQLite the transaction itself is that lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_S}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")


def check_references(connection: Connection) -> None:
    """Raises RuntimeError when a row on SQLite points at nothing. PostgreSQL has checked every statement."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"{len(broken)} rows would point at nothing, first in table {broken[0][0]}")


def _configure_sqlite(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None
    for pragma in ("foreign_keys=OFF", "synchronous=FULL", "secure_delete=ON"):
        dbapi.execute(f"PRAGMA {pragma}").close()


def _set_journal(dbapi: Any, _record: Any) -> None:
    dbapi.execute(f"PRAGMA journal_mode={journal_mode()}").close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
