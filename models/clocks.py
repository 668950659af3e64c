"""One clock for several machines: on PostgreSQL the server's, so that hosts whose clocks differ agree on deadlines and
leases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from models.base import Clock, IdSource, Store

ASK_AGAIN_S = 60.0
_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"


class ServerClock:
    """The machine's clock, put right by what the database server says; between two questions it runs by itself."""

    def __init__(self, own: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._own, self._monotonic = own, monotonic
        self._apart, self._asked, self._lock = timedelta(0), float("-inf"), threading.Lock()

    def __call__(self) -> datetime:
        """Now, by the server."""
        return self._own() + self._apart

    @property
    def apart(self) -> timedelta:
        """How far the server is ahead of this machine."""
        return self._apart

    def ask(self, dbapi: Any, *_: Any) -> None:
        """One round trip a minute at the most, on a connection that is about to be used anyway."""
        with self._lock:
            if self._monotonic() - self._asked < ASK_AGAIN_S:
                return
            self._asked = self._monotonic()
        before = self._own()
        with dbapi.cursor() as cursor:
            cursor.execute(_NOW)
            (told,) = cursor.fetchone()
        dbapi.rollback()
        middle = before + (self._own() - before) / 2
        self._apart = datetime.fromtimestamp(told / 1000, UTC) - middle


def follow_server(store: Store) -> ServerClock | None:
    """From now on this store's instants are the server's; nothing changes on SQLite, which has one machine."""
    if store.is_sqlite:
        return None
    clock = ServerClock(store.clock)
    event.listen(store.engine, "checkout", clock.ask)
    store.clock, store.new_id = clock, IdSource(clock, store.rng)
    return clock
