"""The wire of each database: SQLite does everything at once, PostgreSQL is told several things in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from models.wire import Statement, Wire, set_wire

if TYPE_CHECKING:
    from models.pipeline import Line

_LINE = "lintuan_line"  # in Connection.info: the connection as `models.pipeline` sees it, with what it has prepared


class SqliteWire(Wire):
    """Everything is done at once, but for one statement that may be held back."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        raw: Any = db.connection.dbapi_connection
        self._cursor = raw.cursor()
        self._error = db.dialect.loaded_dbapi.Error

    def rows(self, statement: Statement, facts: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        if not statement.is_read:
            self.before_write()
        self._execute(statement.text, statement.parameters(facts))
        found: list[tuple[Any, ...]] = self._cursor.fetchall()
        return found

    def send(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        self.before_write()
        if len(rows) == 1:
            self._execute(statement.text, statement.parameters(rows[0]))
        elif rows:
            self._execute(statement.text, [statement.parameters(facts) for facts in rows], is_many=True)

    def _put(self, text: str) -> None:
        self._execute(text, ())

    def _execute(self, text: str, parameters: Any, *, is_many: bool = False) -> None:
        if self._listeners:
            for values in parameters if is_many else [parameters]:
                self._tell(text, values)
        try:
            if is_many:
                self._cursor.executemany(text, parameters)
            else:
                self._cursor.execute(text, parameters)
        except self._error as error:
            raise self._translated(error, text) from error


class PostgresWire(Wire):
    """What nobody waits for, and what is asked ahead, travels with the next statement whose rows are wanted."""

    is_remote = True

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self._waiting: list[tuple[str, Any, bool]] = []  # to be sent with the next statement; whether rows are wanted
        self._sent: list[tuple[str, Any, bool]] = []  # the same of what went off before
        self._asked: dict[str, list[Any]] = {}  # of what waits and is asked ahead, the values by text
        self._early: dict[str, list[tuple[Any, Sequence[tuple[Any, ...]]]]] = {}  # rows that were fetched ahead
        self._has_written = True  # since the innermost savepoint began
        self._ended: str | None = None  # the savepoint that ended well, and that nobody has told the database
        self._talks_by: Line | None = None

    def mark(self) -> None:
        """At once: it travels with the next statement."""
        if self._marks and not self._has_written:
            self._marks.append(self._marks[-1])
            return
        if self._ended is not None:
            self._put(f"RELEASE SAVEPOINT {self._ended}")
            self._ended = None
        super().mark()
        self._begin_marked()
        self._has_written = False

    def keep(self) -> None:
        """The outermost is ended by the commit, if no other begins before."""
        if len(self._marks) == 1:
            self._ended = self._marks.pop()
        else:
            super().keep()

    def before_write(self) -> None:
        self.changes += 1
        self._has_written = True

    def rows(self, statement: Statement, facts: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        parameters = statement.parameters(facts)
        found = self._asked_ahead(statement.text, parameters)
        if found is not None:
            return found
        if not statement.is_read:
            self.before_write()
        return self.converse(statement.text, parameters)

    def send(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        self.before_write()
        self._waiting += [(statement.text, statement.parameters(row), False) for row in rows]

    def ahead(self, statement: Statement, facts: Mapping[str, Any]) -> None:
        if not statement.is_read:
            self.before_write()
        values = statement.parameters(facts)
        self._waiting.append((statement.text, values, True))
        self._asked.setdefault(statement.text, []).append(values)

    def flush(self, last: str | None = None) -> None:
        super().flush(last)
        if self._waiting or self._sent:
            self.converse(last)

    def hurry(self) -> None:
        if self._waiting:
            self._line().push([(text, values) for text, values, _ in self._waiting])
            self._sent += self._waiting
            self._waiting.clear()

    def abandon(self) -> None:
        if self._sent:
            self._sent.clear()
            self._line().abandon()

    def distrust(self) -> None:
        self._early.clear()

    def converse(self, text: str | None, parameters: Any = None) -> Sequence[tuple[Any, ...]]:
        """Send what waits and this, in one round trip; the rows of this."""
        asked = [*self._waiting, (text, parameters, False)] if text else list(self._waiting)
        batch = [*self._sent, *asked]
        self._waiting.clear()
        self._asked.clear()
        self._sent.clear()
        try:
            found = self._line().converse([(one, values) for one, values, _ in asked])
        except self.db.dialect.loaded_dbapi.Error as error:
            raise self._translated(error, text or batch[-1][0]) from error
        finally:
            if self._listeners:
                for one, values, _ in batch:
                    self._tell(one, values)
        for (one, values, is_wanted), rows in zip(batch, found, strict=True):
            if is_wanted:
                self._early.setdefault(one, []).append((values, rows))
        return found[-1]

    def _put(self, text: str) -> None:
        self._waiting.append((text, None, False))

    def _asked_ahead(self, text: str, parameters: Any) -> Sequence[tuple[Any, ...]] | None:
        """The rows of what was asked ahead, sent now if it was not yet; None when it was not asked ahead."""
        if parameters in self._asked.get(text, ()):
            self.converse(None)
        fetched = self._early.get(text, ())
        for n, (asked, rows) in enumerate(fetched):
            if asked == parameters:
                del self._early[text][n]
                return rows
        return None

    def _line(self) -> Line:
        """What we know of this connection."""
        if self._talks_by is not None and not self.db.invalidated:
            return self._talks_by
        from models.pipeline import Line  # psycopg is there only where PostgreSQL is used

        raw: Any = self.db.connection.dbapi_connection
        found: Line | None = self.db.info.get(_LINE)
        if found is None or found.raw is not raw:
            found = self.db.info[_LINE] = Line(raw)
        self._talks_by = found
        return found


def wire_of(db: Connection) -> Wire:
    """For a transaction that begins on this connection."""
    found = SqliteWire(db) if db.dialect.name == "sqlite" else PostgresWire(db)
    set_wire(db, found)
    return found
