"""Connections that stay out of the pool between two transactions.

Going to the pool and back costs a small message a tenth of its CPU: two objects, a reset and six events.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_MOST_S = 10.0  # then it goes back: the pool says who is too old, and the server's clock is asked as one is taken out


class Spare:
    """Keeps up to `most` of the connections that `connect` opens. What has met an error is closed, and all that are
    kept with it: whatever was the matter, the next begins with another. So does who would be given one that the server
    has ended meanwhile."""

    def __init__(self, connect: Callable[[], Connection], most: int) -> None:
        self._connect, self._most = connect, most
        self._kept: list[tuple[Connection, float]] = []  # with when it was opened
        self._cleared = 0  # how often: what was out then is not kept when it comes back

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One without a transaction, as it must be again in the end."""
        (db, since), cleared = self._taken(), self._cleared
        try:
            yield db
        except BaseException:
            db.close()
            self.clear()
            raise
        is_young = cleared == self._cleared and time.monotonic() - since < _MOST_S
        if is_young and len(self._kept) < self._most:
            self._kept.append((db, since))
        else:
            db.close()

    def clear(self) -> None:
        """Give all that are kept back to the pool, and those that are out as they come back."""
        self._cleared += 1
        while self._kept:
            try:
                db, _ = self._kept.pop()
            except IndexError:  # somebody else has just taken it
                return
            db.close()

    def _taken(self) -> tuple[Connection, float]:
        while True:
            try:
                db, since = self._kept.pop()
            except IndexError:
                return self._connect(), time.monotonic()
            if not _is_ended(db):
                return db, since
            db.invalidate()
            db.close()


def _is_ended(db: Connection) -> bool:
    """Has the server said something that nobody asked? That it is going, nearly always. (SQLite has no server.)"""
    server = getattr(db.connection.dbapi_connection, "pgconn", None)
    if server is None:
        return False
    asked = select.poll()  # not `select`, which knows no more than 1,024 files
    asked.register(server.socket, select.POLLIN)
    return bool(asked.poll(0))
