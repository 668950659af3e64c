"""Connections that stay out of the pool between two transactions.

Going to the pool and back costs a small message a tenth of its CPU: two objects, a reset and six events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_MOST_S = 10.0  # then it goes back: the pool says who is too old, and the server's clock is asked as one is taken out


class Spare:
    """Keeps up to `most` of the connections that `connect` opens. What has met an error is closed, and all that are
    kept with it: whatever was the matter, the next begins with another."""

    def __init__(self, connect: Callable[[], Connection], most: int) -> None:
        self._connect, self._most = connect, most
        self._kept: list[tuple[Connection, float]] = []  # with when it was opened

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """One without a transaction, as it must be again in the end."""
        db, since = self._taken()
        try:
            yield db
        except BaseException:
            db.close()
            self.clear()
            raise
        if len(self._kept) < self._most and time.monotonic() - since < _MOST_S:
            self._kept.append((db, since))
        else:
            db.close()

    def clear(self) -> None:
        """Give all that are kept back to the pool."""
        while self._kept:
            try:
                db, _ = self._kept.pop()
            except IndexError:  # somebody else has just taken it
                return
            db.close()

    def _taken(self) -> tuple[Connection, float]:
        try:
            return self._kept.pop()
        except IndexError:
            return self._connect(), time.monotonic()
