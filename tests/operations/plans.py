"""How a database carries out the statements of an operation: recorded while it runs, then explained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event

from models.base import Store, Work
from models.prepared import flush


@dataclass(frozen=True)
class Plan:
    """One statement and the database's words about it."""

    statement: str
    text: str


def plans_of(store: Store, job: Callable[[Work], object]) -> list[Plan]:
    """Run `job`, undo it, and explain every statement it made that looks for rows."""
    with store.read() as work:
        with recorded(work.db) as statements:
            job(work)
            flush(work.db)
        return [Plan(text, _explain(work.db, text, parameters)) for text, parameters in statements]


@contextmanager
def recorded(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """The statements a connection executes, with one set of parameters each."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", text):
            statements.append((text, parameters[0] if many else parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)


def _explain(connection: Connection, text: str, parameters: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)
        return "\n".join(str(row.detail) for row in rows)
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN ANALYZE {text}", parameters))
