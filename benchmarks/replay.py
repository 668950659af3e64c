"""The database's own limit: the statements of real order messages, sent again by the bare driver and nothing else.

A message is understood and booked by the product while everything that goes to the database is written down; a copy of
the database from before is then given the same statements, with the same values, in the same transactions.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, make_url

from benchmarks.servers import prepared, said
from bot import inbox
from bot.inbound import Inbound
from handlers import Crowds, Settings, create_answer
from models import Store, Work
from models.sqlite import journal_mode, sqlite3
from tests.support.postgres import PostgresServer

Statement = tuple[str, Any]
CONNECTIONS = 4  # PostgreSQL: two for each core


@dataclass
class Replay:
    """Recorded messages, by resident so that each resident's stay in order; each is sent once."""

    name: str
    messages: list[list[Statement]]
    url: str
    residents: int
    sent: int = 0

    def run(self, count: int) -> float:
        """Transactions per second of the next so many messages."""
        part = self.messages[self.sent : self.sent + count]
        self.sent += count
        if len(part) < count:
            raise ValueError("not enough messages were recorded")
        if self.url.startswith("sqlite"):
            return count / _sqlite(str(make_url(self.url).database), part)
        lanes = [[part[m] for m in range(count) if m % self.residents % CONNECTIONS == n] for n in range(CONNECTIONS)]
        dsn = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connections = [psycopg.connect(dsn) for _ in lanes]
        try:
            with ThreadPoolExecutor(len(lanes)) as pool:
                started = time.perf_counter()
                list(pool.map(_postgresql, connections, lanes))
                return count / (time.perf_counter() - started)
        finally:
            for connection in connections:
                connection.close()


def record_sqlite(folder: Path, count: int) -> Replay:
    """Messages on a SQLite file, and the copy to replay them on."""
    before, after = folder / "recorded.db", folder / "replayed.db"
    openids = _openids(count)
    prepared(f"sqlite:///{before}", openids).dispose()
    shutil.copy(before, after)
    return Replay("SQLite", _recorded(f"sqlite:///{before}", openids, count), f"sqlite:///{after}", len(openids))


def record_postgresql(server: PostgresServer, count: int) -> Replay:
    """Messages on a PostgreSQL database, and the copy to replay them on."""
    before, openids = server.create_database(), _openids(count)
    prepared(server.url(before), openids).dispose()
    after = server.create_database(before)
    return Replay("PostgreSQL", _recorded(server.url(before), openids, count), server.url(after), len(openids))


def _openids(count: int) -> list[str]:
    return [f"o_benchmark_resident_{n:07d}" for n in range(min(count, 2000))]


def _recorded(url: str, openids: Sequence[str], count: int) -> list[list[Statement]]:
    store, crowds = Store.open(url, wait_s=20), Crowds()
    answer = create_answer(Settings("http://127.0.0.1"), crowds=crowds)
    statements: list[Statement] = []
    event.listen(
        store.engine,
        "before_cursor_execute",
        lambda _db, _cursor, text, values, _context, _many: statements.append((text, values)),
    )
    messages = []
    for n in range(count):
        statements.clear()
        openid, words = said(n, openids)

        def handle(work: Work, key: str = f"m:{n}:", openid: str = openid, words: str = words) -> None:
            inbound = Inbound(key + openid, openid, "gh_benchmark", "text", "text", work.now, text=words)
            inbox.ahead(work, inbound)
            crowds.look_ahead(work, inbound)
            if inbox.recall(work, inbound) is None:
                inbox.remember(work, inbound, answer(work, inbound))

        store.run(handle)
        messages.append([one for one in statements if not one[0].startswith(("BEGIN", "COMMIT", "PRAGMA", "SET"))])
    store.dispose()
    return messages


def _sqlite(path: str, messages: Sequence[Sequence[Statement]]) -> float:
    """Seconds. With the settings of the product."""
    connection = sqlite3.connect(path, isolation_level=None)
    journal = f"journal_mode={journal_mode()}"
    for pragma in ("foreign_keys=ON", "synchronous=FULL", journal, "temp_store=MEMORY", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for message in messages:
        connection.execute("BEGIN IMMEDIATE")
        for text, values in message:
            connection.execute(text, values).fetchall()
        connection.execute("COMMIT")
    took = time.perf_counter() - started
    connection.close()
    return took


def _postgresql(connection: psycopg.Connection[Any], messages: Sequence[Sequence[Statement]]) -> None:
    """Everything of a message in one round trip: more than any program can do that looks at what it gets."""
    for message in messages:
        with connection.pipeline():
            for text, values in message:
                connection.execute(text, values)
            connection.commit()
