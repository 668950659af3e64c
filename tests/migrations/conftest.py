"""Databases for migrations: empty, and at the newest revision."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import BOTH
from tests.support.postgres import PostgresServer


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'migrated.sqlite3'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database with nothing in it."""
    name = postgresql_server.create_database()
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on SQLite and then on PostgreSQL."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def migrated_sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "copy.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def migrated_postgresql_url(postgresql_server: PostgresServer, migrated_postgresql: str) -> Iterator[str]:
    name = postgresql_server.create_database(migrated_postgresql)
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(params=BOTH)
def migrated_url(request: pytest.FixtureRequest) -> str:
    """A database that was brought to the newest revision, on SQLite and then on PostgreSQL."""
    return str(request.getfixturevalue(f"migrated_{request.param}_url"))
