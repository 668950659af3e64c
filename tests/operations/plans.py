"""How a database carries out the statements of an operation: recorded while it runs, then explained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event

from models.base import Store, Work


@dataclass(frozen=True)
class Plan:
    """One statement and the database's words about it."""

    statement: str
    text: str


def plans_of(store: Store, job: Callable[[Work], object]) -> list[Plan]:
    """Run `job`, undo it, and explain every statement it made that looks for rows."""
    with recorded(store.engine) as statements, store.read() as work:
        job(work)
        work.wire.flush()
    with store.read() as work:
        return [Plan(text, _explain(work.db, text, parameters)) for text, parameters in statements]


@contextmanager
def recorded(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements of transactions that begin now, with one set of parameters each."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", text):
            statements.append((text, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _explain(connection: Connection, text: str, parameters: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)
        return "\n".join(str(row.detail) for row in rows)
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN ANALYZE {text}", parameters))
