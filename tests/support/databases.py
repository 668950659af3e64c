"""Databases for tests: a SQLite file and a PostgreSQL database, real both, as new for every test.

The schema is made once per test process; a test gets a copy (SQLite, about 1 ms) or an emptied one (PostgreSQL).

    database_url    runs the test twice, on SQLite and on PostgreSQL
    store           the same, opened
    sqlite_url, sqlite_store, postgresql_url, postgresql_store     one of the two, where the other teaches nothing
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from migrations import upgrade
from models import metadata
from models.base import Store
from tests.support.clock import StillClock
from tests.support.emptied import Emptied
from tests.support.postgres import PostgresServer, PostgresUnavailable, running_server

BOTH = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
]


def create_schema(url: str) -> None:
    """Make every table in an empty database."""
    store = Store.open(url)
    try:
        metadata.create_all(store.engine)
    finally:
        store.dispose()


class CompiledOnce(dict[Any, Any]):
    """SQLAlchemy's cache of compiled statements, for all engines of one kind: a test need not compile them anew.

    Its keys begin with the engine's dialect object, which differs from engine to engine and nothing depends on here.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


COMPILED: dict[str, CompiledOnce] = defaultdict(CompiledOnce)


def compile_once(store: Store) -> None:
    """Let this store use what other tests have compiled."""
    compiled = COMPILED[store.engine.dialect.name]
    event.listen(store.engine, "engine_connect", lambda db: db.execution_options(compiled_cache=compiled))


@contextlib.contextmanager
def opened(url: str, clock: StillClock, *, wait_s: float = 2.5) -> Iterator[Store]:
    """A store on `url` whose clock stands still and whose randomness repeats."""
    store = Store.open(url, clock=clock, rng=random.Random(20240501), wait_s=wait_s)
    compile_once(store)
    try:
        yield store
    finally:
        store.dispose()


def sqlite_made_by(make: Callable[[str], None], folder: Path) -> Path:
    """A SQLite file that `make` has filled, given its address."""
    path = folder / "template.sqlite3"
    make(f"sqlite:///{path}")
    return path


def postgresql_made_by(make: Callable[[str], None], server: PostgresServer) -> str:
    """The name of a new PostgreSQL database that `make` has filled, given its address."""
    name = server.create_database()
    make(server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    return sqlite_made_by(create_schema, tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """One server for this test process. Where none can be started: a skip, and in CI a failure."""
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_server())
        except PostgresUnavailable as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"no PostgreSQL here: {error}")
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresServer) -> str:
    """The name of a database with the schema, to be copied."""
    return postgresql_made_by(create_schema, postgresql_server)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as `make run` leaves it, to be copied."""
    return sqlite_made_by(upgrade, tmp_path_factory.mktemp("migrated"))


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: PostgresServer) -> str:
    """The name of a PostgreSQL database as `make run` leaves it, to be copied."""
    return postgresql_made_by(upgrade, postgresql_server)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A new SQLite file with the schema."""
    path = tmp_path / "lintuan.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def emptied(postgresql_server: PostgresServer, postgresql_template: str) -> Iterator[Emptied]:
    """See `Emptied`."""
    emptied = Emptied(postgresql_server, postgresql_template)
    yield emptied
    emptied.close()


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer, emptied: Emptied) -> Iterator[str]:
    """A PostgreSQL database with the schema and no rows."""
    lent = emptied.lend()
    yield postgresql_server.url(lent.name)
    emptied.take_back(lent)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with the schema, on SQLite and then on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(database_url: str, clock: StillClock) -> Iterator[Store]:
    """`database_url`, opened."""
    with opened(database_url, clock) as store:
        yield store


@pytest.fixture
def sqlite_store(sqlite_url: str, clock: StillClock) -> Iterator[Store]:
    """A store on SQLite, for what does not depend on the database."""
    with opened(sqlite_url, clock) as store:
        yield store


@pytest.fixture
def postgresql_store(postgresql_url: str, clock: StillClock) -> Iterator[Store]:
    """A store on PostgreSQL. Mark the test `postgresql`."""
    with opened(postgresql_url, clock) as store:
        yield store
