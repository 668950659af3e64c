"""The fixtures of the fault tests, for longer runs of the same."""

from __future__ import annotations

from tests.faults.conftest import (
    clock,
    clock_file,
    database,
    platform,
    postgresql_database,
    product,
    sqlite_database,
    store,
)

__all__ = [
    "clock",
    "clock_file",
    "database",
    "platform",
    "postgresql_database",
    "product",
    "sqlite_database",
    "store",
]
