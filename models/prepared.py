"""Statements of the message path: written in SQLAlchemy Core, compiled once, handed straight to the driver.

Executing one through SQLAlchemy costs ten times what SQLite needs to carry it out; here it costs about as much again.
On PostgreSQL what nobody waits for (`send`, `ahead`) travels with the next statement whose rows are wanted, in one
round trip (libpq's pipeline mode); what goes over `Connection.execute` finds everything before it done.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, literal_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.crud import REQUIRED

from models.wire import HasWire, Wire, is_read, savepoint

__all__ = ["Facts", "Prepared", "savepoint"]

Facts = Mapping[str, Any]


class Prepared:
    """One statement, or one for each database where they differ.

    `columns` are the values an INSERT takes at each execution. Lists of values that vary in length cannot be
    prepared: ask for one of them at a time. On SQLite, a column of a partial index's condition is compared with a
    `literal_column`, never with a value: SQLite would plan the statement anew at each execution. So it would with a
    limit that is a value, in newer versions: a limit is given to the statement beforehand, and stands in it.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._ready: dict[type[Wire], _Ready] = {}

    def rows(self, work: HasWire, **facts: Any) -> list[Any]:
        """All rows, as named tuples."""
        wire = work.wire
        ready = self._ready.get(wire.__class__) or self._on(wire)
        return ready.shaped(wire.rows(ready, facts))

    def first(self, work: HasWire, **facts: Any) -> Any | None:
        """The first row or None."""
        found = self.rows(work, **facts)
        return found[0] if found else None

    def ahead(self, work: HasWire, **facts: Any) -> None:
        """`rows` will be asked for these facts: on PostgreSQL it is carried out with the next round trip.

        `rows` must then be asked, and nothing that these rows tell of may be changed in between.
        """
        if work.wire.is_remote:
            work.wire.ahead(self._on(work.wire), facts)

    def send(self, work: HasWire, *rows: Facts) -> None:
        """Carry it out once for each of these; nothing comes back. An error may show with a later statement."""
        wire = work.wire
        wire.send(self._ready.get(wire.__class__) or self._on(wire), rows)

    def hold(self, work: HasWire, **facts: Any) -> None:
        """As `send`, but on SQLite only when something needs it; until then `wire.let_go` may make it needless."""
        work.wire.hold(self._on(work.wire), facts)

    def _on(self, wire: Wire) -> _Ready:
        found = self._ready.get(wire.__class__)
        if found is None:
            dialect = wire.db.dialect
            statement = self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement
            found = self._ready[wire.__class__] = _Ready(statement, dialect, self._columns)
        return found


class _Ready:
    """The text for one database, how values go in and how rows come out."""

    def __init__(self, statement: Any, dialect: Any, columns: Sequence[str] | None) -> None:
        compiled: SQLCompiler = _limited(statement).compile(dialect=dialect, column_keys=columns)
        # Lists that stand in the statement itself become part of the text.
        whole = compiled._process_parameters_for_postcompile(dict(compiled.construct_params(_check=False)))
        self.text = whole.statement
        self.is_read = is_read(statement)
        into: dict[str, Any] = {**compiled._bind_processors, **whole.processors}
        names = whole.positiontup if whole.positiontup is not None else list(whole.parameters)
        # A value that stands in the statement itself is the same each time.
        fixed = {name: whole.parameters.get(name) for name in names}
        fixed |= {name: into[name](value) for name, value in fixed.items() if name in into and value is not REQUIRED}
        self._fixed = fixed
        self._into: dict[str, Callable[[Any], Any]] = {name: into[name] for name in fixed if into.get(name)}
        self._order = names if whole.positiontup is not None else None
        self._makers: dict[tuple[str, ...], Callable[[Facts], Any]] = {}
        results = compiled._result_columns
        self._row: Any = namedtuple("Row", [one.keyname for one in results], rename=True)  # type: ignore[misc]
        processors = ((n, _out_of(one.type, dialect)) for n, one in enumerate(results))
        self._out: list[tuple[int, Callable[[Any], Any]]] = [(n, to) for n, to in processors if to]

    def parameters(self, facts: Facts) -> Any:
        """What the driver takes: a tuple for SQLite, a mapping for PostgreSQL."""
        given = tuple(facts)
        return (self._makers.get(given) or self._maker(given))(facts)

    def _maker(self, given: tuple[str, ...]) -> Callable[[Facts], Any]:
        """What makes that of facts with these names."""
        if unknown := set(given) - self._fixed.keys():
            raise KeyError(f"the statement has no {', '.join(sorted(unknown))}")
        # Written out as one expression, as `namedtuple` does it: a dozen of these run for every message.
        known: dict[str, Any] = {}
        made: Callable[[Facts], Any] = eval(f"lambda facts: {self._written(given, known)}", known)  # noqa: S307
        self._makers[given] = made
        return made

    def _written(self, given: tuple[str, ...], known: dict[str, Any]) -> str:
        """The expression, over `facts` and what is put into `known`."""

        def value(n: int, name: str) -> str:
            if name not in given:
                known[f"fixed{n}"] = self._fixed[name]
                return f"fixed{n}"
            convert = self._into.get(name)
            if convert is None:
                return f"facts[{name!r}]"
            # What nothing becomes (JSON: a word of its own) is known beforehand.
            known[f"convert{n}"], known[f"nothing{n}"] = convert, convert(None)
            return f"(nothing{n} if facts[{name!r}] is None else convert{n}(facts[{name!r}]))"

        if self._order is None:
            return f"{{{', '.join(f'{name!r}: {value(n, name)}' for n, name in enumerate(self._fixed))}}}"
        return f"({''.join(f'{value(n, name)}, ' for n, name in enumerate(self._order))})"

    def shaped(self, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Rows as the rest of the code knows them."""
        if not rows:
            return []
        kind, out, make = self._row, self._out, tuple.__new__  # what `_make` does, less a call
        if not out:
            return [make(kind, row) for row in rows]
        found = []
        for row in rows:
            values = list(row)
            for n, convert in out:
                value = values[n]
                if value is not None:
                    values[n] = convert(value)
            found.append(make(kind, values))
        return found


def _limited(statement: Any) -> Any:
    """The statement with its limit, if it has one, written out."""
    limit = getattr(getattr(statement, "_limit_clause", None), "value", None)
    return statement if limit is None else statement.limit(literal_column(str(int(limit))))


def _out_of(kind: Any, dialect: Any) -> Callable[[Any], Any] | None:
    """What makes a value of this type of what the driver gives; most JSON that is read says that there is nothing."""
    convert: Callable[[Any], Any] | None = kind._cached_result_processor(dialect, None)
    if convert is None or not isinstance(kind, JSON):
        return convert
    return lambda told: None if told == "null" else convert(told)
