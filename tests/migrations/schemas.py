"""A database's schema as plain values that can be compared, with the spellings of both databases evened out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, inspect

Schema = dict[str, dict[str, list[str]]]


def describe(engine: Engine) -> Schema:
    """Every table but Alembic's own: columns with type and default, keys, checks, and indexes with their condition."""
    inspector = inspect(engine)
    parts: dict[str, dict[Any, Any]] = {
        "columns": inspector.get_multi_columns(),
        "primary key": {key: [value] for key, value in inspector.get_multi_pk_constraint().items()},
        "foreign keys": inspector.get_multi_foreign_keys(),
        "unique": inspector.get_multi_unique_constraints(),
        "checks": inspector.get_multi_check_constraints(),
        "indexes": inspector.get_multi_indexes(),
    }
    tables = [table for table in inspector.get_table_names() if table != "alembic_version"]
    return {table: {name: _lines(part.get((None, table), ())) for name, part in parts.items()} for table in tables}


def _lines(things: Iterable[dict[str, Any]]) -> list[str]:
    return sorted("; ".join(f"{key}: {_plain(thing[key])}" for key in sorted(thing)) for thing in things)


def _plain(value: object) -> str:
    """One spelling: no outer brackets, single spaces."""
    if isinstance(value, dict):
        return ", ".join(f"{key}={_plain(value[key])}" for key in sorted(value))
    plain = re.sub(r"\s+", " ", str(value)).strip()
    while re.fullmatch(r"\([^()]*\)", plain):
        plain = plain[1:-1]
    return plain
