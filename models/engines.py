"""The two databases as SQLAlchemy knows them: how they are opened, what they are told, how long they wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from models.sqlite import journal_mode, sqlite3
from models.wire import keep_order

_LOOK_EVERY_S = 0.002
_TIDY_WAITS_S = 2  # for those who read
_HAS_LOG = journal_mode() == "WAL"


class Busy(Exception):
    """The database could not be had in time; nothing was written and the same thing may be tried again."""


def sqlite_engine(url: str, wait_s: float) -> Engine:
    """Durable, with references held; `wait_s` bounds the wait for another process, in seconds."""
    connect_args = {"timeout": wait_s, "check_same_thread": False}
    # hide_parameters: an exception's text must not carry names and rooms into a log
    engine = create_engine(
        url, module=sqlite3, pool_size=8, max_overflow=24, connect_args=connect_args, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def configure(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver must not begin transactions of its own: see `begin`
        for pragma in (
            "foreign_keys=ON",
            "synchronous=FULL",
            f"journal_mode={journal_mode()}",
            "temp_store=MEMORY",
            "secure_delete=ON",  # erased people must be gone from the file too
        ):
            dbapi.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("lintuan_read_only"):
            _set_busy_timeout(connection, wait_s)
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection, options.get("lintuan_wait_s", wait_s))

    keep_order(engine)
    return engine


def _begin_writing(connection: Connection, most_s: float) -> None:
    """BEGIN IMMEDIATE, asked for every two milliseconds while another process writes. Raises Busy.

    SQLite's own waiting looks ever less often, 25, 50, then 100 ms apart, and so misses the pauses that the scheduler
    makes for us (sqliteDefaultBusyCallback in sqlite.org/src/file/src/main.c). The commit is left to it where it waits
    for readers: with a write-ahead log it waits for nobody.
    """
    until = time.monotonic() + most_s
    _set_busy_timeout(connection, 0)
    try:
        while not _has_begun(connection):
            if time.monotonic() >= until:
                raise Busy("the database was busy")
            time.sleep(_LOOK_EVERY_S)
    finally:
        if not _HAS_LOG:
            _set_busy_timeout(connection, max(0.1, until - time.monotonic()))


def _has_begun(connection: Connection) -> bool:
    """Whether the turn to write is ours now."""
    raw: Any = connection.connection.dbapi_connection
    try:
        raw.execute("BEGIN IMMEDIATE").close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises it as SQLAlchemy does
    return True


def _set_busy_timeout(connection: Connection, seconds: float) -> None:
    """In tenths of a second, and only where it changes."""
    tenths = round(seconds * 10)
    if connection.info.get("busy_timeout") != tenths:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA busy_timeout={tenths * 100}").close()
        connection.info["busy_timeout"] = tenths


def tidy(engine: Engine, transaction: Callable[[], AbstractContextManager[Any]]) -> None:
    """Count rows where many changed (else SQLite guesses ten per leader), and empty the write-ahead log, where what was
    erased stands until it is written over.

    Where somebody reads meanwhile, as much of the log as can be is written back, and the next time does the rest.
    """
    with transaction() as work:
        work.db.exec_driver_sql("PRAGMA analysis_limit=1000")
        work.db.exec_driver_sql("PRAGMA optimize")
    connection = engine.raw_connection()
    try:
        connection.cursor().execute(f"PRAGMA busy_timeout={1000 * _TIDY_WAITS_S}")
        connection.info["busy_timeout"] = 10 * _TIDY_WAITS_S
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def postgresql_engine(url: str, wait_s: float, pool_size: int) -> Engine:
    """READ COMMITTED, with prepared statements sent together; `wait_s` bounds the wait for a lock, in seconds."""
    options = f"-c lock_timeout={int(wait_s * 1000)} -c statement_timeout={int(wait_s * 4000)} -c timezone=UTC"
    parsed = make_url(url)
    if "options" in parsed.query:
        options = f"{parsed.query['options']} {options}"
    engine = create_engine(
        parsed.difference_update_query(["options"]),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,  # one that is opened for a moment costs more than waiting for one that is there
        pool_timeout=wait_s,
        connect_args={
            "options": options,
            "connect_timeout": max(2, min(5, int(wait_s))),  # libpq waits 2 s at least
            "prepare_threshold": None,  # psycopg throws away all that is prepared, `models.pipeline`'s too
        },
    )
    keep_order(engine)
    return engine
