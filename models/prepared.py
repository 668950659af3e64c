"""Statements of the message path: written in SQLAlchemy Core, compiled once, handed straight to the driver.

Executing one through SQLAlchemy costs ten times what SQLite needs to carry it out; here it costs about as much again.
On PostgreSQL what nobody waits for (`send`, `ahead`) travels with the next statement whose rows are wanted, in one
round trip (libpq's pipeline mode); what goes over `Connection.execute` finds everything before it done.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.crud import REQUIRED

if TYPE_CHECKING:
    from models.pipeline import Line

Facts = Mapping[str, Any]
_WAITING = "lintuan_waiting"  # in Connection.info: what is to be sent with the next statement
_EARLY = "lintuan_early"  # rows that were fetched ahead
_LINE = "lintuan_line"  # the connection as `models.pipeline` sees it
_DEPTH = "lintuan_depth"  # savepoints that are open


class HasConnection(Protocol):
    """A `Work`."""

    @property
    def db(self) -> Connection: ...


class Prepared:
    """One statement, or one for each database where they differ.

    `columns` are the values an INSERT takes at each execution. Lists of values that vary in length cannot be
    prepared: ask for one of them at a time.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._ready: dict[str, _Ready] = {}

    def rows(self, work: HasConnection, **facts: Any) -> list[Any]:
        """All rows, as named tuples."""
        db = work.db
        ready = self._on(db)
        parameters = ready.parameters(facts)
        if db.dialect.name == "sqlite":
            return ready.shaped(_execute(db, ready.text, parameters).fetchall())
        found = _asked_ahead(db, ready.text, parameters)
        return ready.shaped(_converse(db, ready.text, parameters) if found is None else found)

    def first(self, work: HasConnection, **facts: Any) -> Any | None:
        """The first row or None."""
        found = self.rows(work, **facts)
        return found[0] if found else None

    def ahead(self, work: HasConnection, **facts: Any) -> None:
        """`rows` will be asked for these facts: on PostgreSQL it is carried out with the next round trip.

        `rows` must then be asked, and nothing that these rows tell of may be changed in between.
        """
        if work.db.dialect.name != "sqlite":
            ready = self._on(work.db)
            _waiting(work.db).append((ready.text, ready.parameters(facts), True))

    def send(self, work: HasConnection, *rows: Facts) -> None:
        """Carry it out once for each of these; nothing comes back. An error may show with a later statement."""
        db = work.db
        ready = self._on(db)
        parameters = [ready.parameters(row) for row in rows]
        if db.dialect.name == "sqlite":
            for one in parameters:
                _execute(db, ready.text, one)
        else:
            _waiting(db).extend((ready.text, one, False) for one in parameters)

    def _on(self, db: Connection) -> _Ready:
        name = db.dialect.name
        found = self._ready.get(name)
        if found is None:
            statement = self._statement[name] if isinstance(self._statement, Mapping) else self._statement
            found = self._ready[name] = _Ready(statement, db.dialect, self._columns)
        return found


class _Ready:
    """The text for one database, how values go in and how rows come out."""

    def __init__(self, statement: Any, dialect: Any, columns: Sequence[str] | None) -> None:
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
        # Lists that stand in the statement itself become part of the text.
        whole = compiled._process_parameters_for_postcompile(dict(compiled.construct_params(_check=False)))
        self.text = whole.statement
        into: dict[str, Any] = {**compiled._bind_processors, **whole.processors}
        names = whole.positiontup if whole.positiontup is not None else list(whole.parameters)
        # A value that stands in the statement itself is the same each time.
        fixed = {name: whole.parameters.get(name) for name in names}
        fixed |= {name: into[name](value) for name, value in fixed.items() if name in into and value is not REQUIRED}
        self._slots = [(name, into.get(name), fixed[name]) for name in names]
        self._names = fixed.keys()
        self._is_positional = whole.positiontup is not None
        results = compiled._result_columns
        self._row: Any = namedtuple("Row", [one.keyname for one in results], rename=True)  # type: ignore[misc]
        processors = ((n, one.type._cached_result_processor(dialect, None)) for n, one in enumerate(results))
        self._out: list[tuple[int, Callable[[Any], Any]]] = [(n, to) for n, to in processors if to]

    def parameters(self, facts: Facts) -> Any:
        """What the driver takes: a tuple for SQLite, a mapping for PostgreSQL."""
        if not facts.keys() <= self._names:
            raise KeyError(f"the statement has no {', '.join(sorted(facts.keys() - self._names))}")
        values = [
            fixed if name not in facts else convert(facts[name]) if convert else facts[name]
            for name, convert, fixed in self._slots
        ]
        return tuple(values) if self._is_positional else dict(zip(self._names, values, strict=True))

    def shaped(self, rows: list[Any]) -> list[Any]:
        """Rows as the rest of the code knows them."""
        make, out = self._row._make, self._out
        if not out:
            return [make(row) for row in rows]
        found = []
        for row in rows:
            values = list(row)
            for n, convert in out:
                values[n] = convert(values[n])
            found.append(make(values))
        return found


@contextmanager
def savepoint(work: HasConnection) -> Iterator[None]:
    """What is done inside and then refused has not happened."""
    db = work.db
    depth = db.info[_DEPTH] = db.info.get(_DEPTH, 0) + 1
    name = f"refusable_{depth}"
    try:
        _note(db, f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            if not db.invalidated:
                _distrust(db)
                _note(db, f"ROLLBACK TO SAVEPOINT {name}")
                _note(db, f"RELEASE SAVEPOINT {name}")
            raise
        _note(db, f"RELEASE SAVEPOINT {name}")
    finally:
        if not db.invalidated:
            db.info[_DEPTH] = depth - 1


def forget(db: Connection) -> None:
    """A transaction begins or is given up: nothing waits to be sent, nothing was read."""
    if not db.invalidated:
        for key in (_WAITING, _EARLY, _DEPTH):
            db.info.pop(key, None)


def flush(db: Connection, last: str | None = None) -> None:
    """Send what waits, and `last` with it, in one round trip."""
    if not db.invalidated and db.info.get(_WAITING):
        _converse(db, last)


def send_in_order(engine: Engine) -> None:
    """Whatever SQLAlchemy executes itself on this engine comes after what `send` was told."""

    @event.listens_for(engine, "before_cursor_execute")
    def before(db: Connection, _cursor: Any, _text: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None:
            flush(db)

    event.listen(engine, "rollback_savepoint", lambda db, _name, _context: _distrust(db))


def _distrust(db: Connection) -> None:
    """A savepoint is undone: what was fetched ahead may have gone with it."""
    db.info.pop(_EARLY, None)


def _note(db: Connection, text: str) -> None:
    if db.dialect.name == "sqlite":
        _execute(db, text, ())
    else:
        _waiting(db).append((text, None, False))


def _waiting(db: Connection) -> list[tuple[str, Any, bool]]:
    found: list[tuple[str, Any, bool]] = db.info.setdefault(_WAITING, [])
    return found


def _asked_ahead(db: Connection, text: str, parameters: Any) -> list[Any] | None:
    """The rows of what was asked ahead, sent now if it was not yet; None when it was not asked ahead."""
    key = (text, parameters)
    early: list[tuple[Any, list[Any]]] = db.info.setdefault(_EARLY, [])
    if any((one, values) == key for one, values, is_wanted in _waiting(db) if is_wanted):
        flush(db)
    for n, (asked, rows) in enumerate(early):
        if asked == key:
            del early[n]
            return rows
    return None


def _execute(db: Connection, text: str, parameters: Any) -> Any:
    """SQLite: done at once."""
    _tell_listeners(db, None, text, parameters)
    raw: Any = db.connection.dbapi_connection
    try:
        return raw.execute(text, parameters)
    except db.dialect.loaded_dbapi.Error as error:
        raise _translated(db, error, text) from error


def _converse(db: Connection, text: str | None, parameters: Any = None) -> list[Any]:
    """PostgreSQL: send what waits and this, in one round trip; the rows of this."""
    waiting = _waiting(db)
    batch, waiting[:] = [*waiting, (text, parameters, False)] if text else list(waiting), []
    try:
        found = _line(db).converse([(one, values) for one, values, _ in batch])
    except db.dialect.loaded_dbapi.Error as error:
        raise _translated(db, error, text or batch[-1][0]) from error
    finally:
        for one, values, _ in batch:
            _tell_listeners(db, None, one, values)
    for (one, values, is_wanted), got in zip(batch, found, strict=True):
        if is_wanted:
            db.info.setdefault(_EARLY, []).append(((one, values), got))
    rows: list[Any] = found[-1]
    return rows


def _line(db: Connection) -> Line:
    """What we know of this connection to PostgreSQL."""
    from models.pipeline import Line  # psycopg is there only where PostgreSQL is used

    raw: Any = db.connection.dbapi_connection
    found: Line | None = db.info.get(_LINE)
    if found is None or found.raw is not raw:
        found = db.info[_LINE] = Line(raw)
    return found


def _tell_listeners(db: Connection, cursor: Any, text: str, parameters: Any) -> None:
    """Tests count and explain statements: these are seen like any other. The context None tells them apart."""
    listeners = db.dispatch.before_cursor_execute
    if not listeners:
        return
    for listener in listeners:
        listener(db, cursor, text, parameters, None, False)


def _translated(db: Connection, error: Any, text: str) -> Exception:
    """As SQLAlchemy would have raised it; a connection that is lost is not used again, nor are its elders."""
    is_lost = db.dialect.is_disconnect(error, db.connection.dbapi_connection, None)
    if is_lost:
        db.engine.pool._invalidate(db.connection, error)  # those that were opened before are hardly better
        db.invalidate(error)
    as_known: Exception = DBAPIError.instance(
        text,
        None,
        error,
        db.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=db.dialect,
    )
    return as_known
