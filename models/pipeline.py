"""Several statements to PostgreSQL in one round trip, through libpq itself.

psycopg's own pipeline wakes up for every statement that is put into it, which costs more than everything else that a
message does. Values, rows and errors are psycopg's here too; only the talking is our own. See
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from psycopg import Connection, Error, OperationalError, errors, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.types.json import set_json_loads

Statement = tuple[str, Mapping[str, Any] | None]
Rows = list[tuple[Any, ...]]
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_MOST_NAMES = 500  # prepared statements of a connection; what comes after is parsed each time
# bool, int8, int2, int4, text, varchar: left to the statement, in which they stand in a cast or beside a column.
# Otherwise 5 and 50,000 would be two statements, and no value at all a third.
_LEFT_OPEN = (16, 20, 21, 23, 25, 1043)
_PARAMETER = re.compile(r"%(?:%|\((\w+)\)s)")


class _Types(dict[int, int]):
    """As what a value of this type is sent."""

    def __missing__(self, oid: int) -> int:
        return oid


_TYPES = _Types.fromkeys(_LEFT_OPEN, 0)


class Line:
    """What is known of one connection: how it converts values, and what it has prepared. For one thread at a time."""

    def __init__(self, raw: Connection[Any]) -> None:
        set_json_loads(_from_json, raw)
        self.raw, self._values, self._named = raw, Transformer(raw), 0
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._on_its_way: list[tuple[int, Any]] = []  # what was asked and not yet answered,
        self._begins = False  # and whether it begins the transaction

    def push(self, batch: Sequence[Statement]) -> None:
        """Send these and do not wait; their rows come first at the next `converse`. It too begins a transaction."""
        with self.raw.lock:
            self._put(batch)
            self.raw.pgconn.flush()  # what the socket does not take now goes with the next

    def abandon(self) -> None:
        """Nobody wants to know any more what became of what is on its way."""
        if self._on_its_way and self.raw.pgconn.status != ConnStatus.BAD:
            with suppress(Error):  # what is to be undone may well have failed
                self.converse([])

    def converse(self, batch: Sequence[Statement]) -> list[Rows]:
        """The rows of each, in order, behind those of what is on its way; a transaction is begun where there is none.

        Raises the psycopg error of the first that failed: none of those after it was done.
        """
        connection = self.raw.pgconn
        with self.raw.lock:
            try:
                self._put(batch)
                connection.pipeline_sync()
                results = self.raw.wait(_collected(connection, sum(count for count, _ in self._on_its_way)))
            finally:
                asked, begins = self._on_its_way, self._begins
                self._on_its_way, self._begins = [], False
                _leave(connection)
            found = self._taken_apart(asked, results)
        return found[1:] if begins else found

    def _put(self, batch: Sequence[Statement]) -> None:
        """Into the pipeline, behind a BEGIN where one is needed."""
        connection = self.raw.pgconn
        if not self._on_its_way:
            self._begins = connection.transaction_status == TransactionStatus.IDLE
        connection.enter_pipeline_mode()
        if self._begins and not self._on_its_way:
            self._on_its_way.append(self._ask(_BEGIN, None))
        for text, values in batch:
            self._on_its_way.append(self._ask(text, values))

    def _ask(self, text: str, values: Mapping[str, Any] | None) -> tuple[int, Any]:
        """Put one into the pipeline; how many results that will have, and what is prepared by it under which name."""
        connection = self.raw.pgconn
        if not values:  # SAVEPOINT and the like: there is nothing to prepare
            connection.send_query_params(text.encode(), ())
            return 1, None
        numbered, order, formats = _numbered(text)
        given = self._values.dump_sequence([values[name] for name in order], formats)
        types = tuple(map(_TYPES.__getitem__, self._values.types or ()))
        key = (numbered, types)
        name = self._names.get(key)
        if name is not None:
            connection.send_query_prepared(name, given)
            return 1, None
        if self._named >= _MOST_NAMES:
            connection.send_query_params(numbered, given, param_types=types)
            return 1, None
        self._named += 1
        name = b"line_%d" % self._named
        connection.send_prepare(name, numbered, param_types=types)
        connection.send_query_prepared(name, given)
        return 2, (key, name)

    def _taken_apart(self, asked: Sequence[tuple[int, Any]], results: Sequence[PGresult]) -> list[Rows]:
        """The rows of each statement; what is prepared is remembered as far as it went well."""
        found, coming = [], iter(results)
        for count, prepared in asked:
            rows: Rows = []
            for _ in range(count):
                rows = self._rows(next(coming, None))
            if prepared:
                self._names[prepared[0]] = prepared[1]
            found.append(rows)
        return found

    def _rows(self, result: PGresult | None) -> Rows:
        """Raises the error that this result is; None is one that never came."""
        if result is None:
            raise OperationalError("the connection to the database was lost")
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise errors.error_from_result(result, encoding=self.raw.info.encoding)
        if not result.ntuples:
            return []
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)


def _from_json(told: str | bytes) -> Any:
    """Most of it says that there is nothing: an order's lines have no tiers."""
    return None if told == b"null" else json.loads(told)


@lru_cache(maxsize=1000)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...], list[PyFormat]]:
    """A statement with %(name)s as PostgreSQL takes it, with $1; the names in that order, and how each is written."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    numbered = _PARAMETER.sub(number, text).encode()
    return numbered, tuple(names), [PyFormat.TEXT] * len(names)


def _collected(connection: PGconn, count: int) -> Generator[Any, Any, list[PGresult]]:
    """Send what waits and fetch so many results; fewer when the connection is lost."""
    yield from generators.send(connection)
    results: list[PGresult] = []
    while len(results) < count:
        got = yield from generators.fetch_many(connection)
        if not got:
            return results
        results += got
    yield from generators.fetch_many(connection)  # that was all: the answer to the sync
    return results


def _leave(connection: PGconn) -> None:
    if connection.status == ConnStatus.BAD or connection.pipeline_status == PipelineStatus.OFF:
        return
    try:
        connection.exit_pipeline_mode()
    except OperationalError:
        connection.finish()  # answers that nobody fetched are on their way: nobody can use it any more
