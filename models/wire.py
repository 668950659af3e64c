"""How one transaction talks to the driver: prepared statements at once or together, savepoints when they are needed.

Two savepoints that have nothing written between them are one. On SQLite, where each costs two statements and a copy of
every page that changes in it, one is opened by the first statement that may write; most messages only read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Select, event
from sqlalchemy.exc import DBAPIError

_WIRE = "lintuan_wire"  # in Connection.info: the wire of the transaction that runs on it


class Statement(Protocol):
    """A statement for one database."""

    text: str
    is_read: bool  # it neither writes nor locks

    @property
    def parameters(self) -> Callable[[Mapping[str, Any]], Any]: ...


class Wire:
    """One transaction's. Whoever listens for its statements must do so, on the engine, before it begins."""

    is_remote = False  # whether statements can travel together, so that asking ahead saves time

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._marks: list[str | None] = []  # of each savepoint, outermost first, its name once it is open
        self.changes = 0  # grows with all that may write or is undone: what was read since it last grew still stands
        self.undone = 0  # grows with each savepoint that is undone, which gives its locks back
        self._held: tuple[int, Statement, Mapping[str, Any]] | None = None  # within how many savepoints, and what
        # Not the one that is for what SQLAlchemy executes itself.
        self._listeners = [one for one in db.dispatch.before_cursor_execute if one is not _in_order]

    def rows(self, statement: Statement, facts: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """Carry it out; all its rows."""
        raise NotImplementedError

    def send(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each of these; nobody waits for it."""
        raise NotImplementedError

    def ahead(self, statement: Statement, facts: Mapping[str, Any]) -> None:
        """`rows` will be asked for this."""

    def hold(self, statement: Statement, facts: Mapping[str, Any]) -> None:
        """To be carried out before the next thing that SQLAlchemy executes itself, or the commit; see `let_go`."""
        self._send_held()
        self._held = (len(self._marks), statement, facts)

    def let_go(self) -> None:
        """What is held has become part of another statement."""
        self._held = None

    def flush(self, last: str | None = None) -> None:
        """Carry out what waits, and `last` with it."""
        self._send_held()

    def hurry(self) -> None:
        """What waits goes off now: nobody waits for it, and it is done meanwhile."""

    def abandon(self) -> None:
        """All is undone: nobody wants to know what became of what went off."""

    def _send_held(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            _, statement, facts = held
            self.send(statement, [facts])

    def mark(self) -> None:
        """A savepoint begins."""
        self._marks.append(None)

    def keep(self) -> None:
        """The innermost savepoint ends well."""
        name = self._marks.pop()
        if name is not None and not self._is_shared(name):
            self._put(f"RELEASE SAVEPOINT {name}")

    def undo(self) -> None:
        """The innermost savepoint has failed: what was done in it has not happened."""
        name = self._marks.pop()
        self.undone += 1
        if self._held is not None and self._held[0] > len(self._marks):
            self._held = None
        if name is None or self.db.invalidated:
            return
        self.changes += 1
        self.distrust()
        self._put(f"ROLLBACK TO SAVEPOINT {name}")
        if not self._is_shared(name):
            self._put(f"RELEASE SAVEPOINT {name}")

    def distrust(self) -> None:
        """What was fetched ahead is not believed: it may be otherwise now, or gone with a savepoint that is undone."""

    def before_write(self) -> None:
        """The savepoints that were only marked begin here, all as one."""
        self.changes += 1
        self._begin_marked()

    def _begin_marked(self) -> None:
        marks = self._marks
        if not marks or marks[-1] is not None:
            return
        first = marks.index(None)
        name = f"refusable_{first + 1}"
        self._put(f"SAVEPOINT {name}")
        marks[first:] = [name] * (len(marks) - first)

    def _is_shared(self, name: str) -> bool:
        """Whether the savepoint around is the same."""
        return bool(self._marks) and self._marks[-1] == name

    def _put(self, text: str) -> None:
        raise NotImplementedError

    def _tell(self, text: str, parameters: Any) -> None:
        """Tests count and explain statements: these are seen like any other. The context None tells them apart."""
        for listener in self._listeners:
            listener(self.db, None, text, parameters, None, False)

    def _translated(self, error: Any, text: str) -> Exception:
        """As SQLAlchemy would have raised it; a connection that is lost is not used again, nor are its elders."""
        db = self.db
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


class HasWire(Protocol):
    """A `Work`."""

    @property
    def wire(self) -> Wire: ...


class _Savepoint(AbstractContextManager[None]):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def __enter__(self) -> None:
        self._wire.mark()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._wire.keep()
        else:
            self._wire.undo()


def savepoint(work: HasWire) -> AbstractContextManager[None]:
    """What is done inside and then refused has not happened."""
    return _Savepoint(work.wire)


def set_wire(db: Connection, wire: Wire) -> None:
    """The one of the transaction that begins on this connection."""
    db.info[_WIRE] = wire


def keep_order(engine: Engine) -> None:
    """Whatever SQLAlchemy executes itself on this engine comes after what was sent before, inside its savepoints."""
    event.listen(engine, "before_cursor_execute", _in_order, retval=True)
    event.listen(engine, "commit", _before_commit)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "rollback_savepoint", _distrust)


def is_read(statement: Any) -> bool:
    """Whether it neither writes nor locks."""
    return isinstance(statement, Select) and statement._for_update_arg is None


def _in_order(db: Connection, _cursor: Any, text: str, values: Any, context: Any, _many: bool) -> tuple[str, Any]:
    wire = None if context is None else _wire_on(db)
    if wire is not None:
        if not is_read(context.invoked_statement):
            wire.before_write()
        wire.flush()
    return text, values


def _before_commit(db: Connection) -> None:
    wire = _wire_on(db)
    if wire is not None:
        wire.flush("COMMIT")


def _forget(db: Connection) -> None:
    """Nothing waits to be sent any more, no savepoint is open."""
    if not db.invalidated:
        wire: Wire | None = db.info.pop(_WIRE, None)
        if wire is not None:
            wire.abandon()


def _distrust(db: Connection, _name: str, _context: Any) -> None:
    wire = _wire_on(db)
    if wire is not None:
        wire.distrust()


def _wire_on(db: Connection) -> Wire | None:
    return None if db.invalidated else db.info.get(_WIRE)
