"""Databases as `make run` leaves them: migrated, on a file and on a real PostgreSQL; and a platform to push through."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.simulator import Sim, create_simulator, serve
from bot.simulator.clock import ShiftedClock
from models import Store
from tests.faults.neighbourhood import looking_at
from tests.faults.product import ACCOUNT, EXTENDED, Product, running
from tests.support.databases import BOTH
from tests.support.ports import find_free_port
from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def sqlite_database(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated SQLite database for all fault tests of this process."""
    path = tmp_path_factory.mktemp("database") / "lintuan.db"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: PostgresServer, migrated_postgresql: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database for all fault tests of this process."""
    name = postgresql_server.create_database(migrated_postgresql)
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(scope="session", params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """A migrated database, on SQLite and then on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(scope="session")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the offset from real time is kept."""
    return tmp_path_factory.mktemp("clock") / "clock"


@pytest.fixture(scope="session")
def clock(clock_file: Path) -> ShiftedClock:
    """Real time, which the product's processes, the platform and the test can put forward together."""
    return ShiftedClock(clock_file)


class Platform:
    """WeChat's API on a port of its own; it stays when the product is killed, and can be switched off itself."""

    def __init__(self, clock: ShiftedClock) -> None:
        self.sim = Sim(clock=clock, account=ACCOUNT)
        self.sim.add_template(EXTENDED, "截单时间")
        self._port, self._serving = find_free_port(), ExitStack()
        self.sim.base_url = f"http://127.0.0.1:{self._port}"

    def switch_on(self) -> None:
        self._serving.enter_context(serve(create_simulator(self.sim), self._port))

    def switch_off(self) -> None:
        """Nobody listens on the port any more."""
        self.sim.release()
        self._serving.close()


@pytest.fixture(scope="session")
def platform(clock: ShiftedClock) -> Iterator[Platform]:
    """See `Platform`; switched on."""
    platform = Platform(clock)
    platform.switch_on()
    yield platform
    platform.switch_off()


@pytest.fixture
def store(database: str, clock: ShiftedClock) -> Iterator[Store]:
    """The product's database as the test sees it."""
    with looking_at(database, clock) as store:
        yield store


@pytest.fixture(scope="session")
def product(
    database: str, platform: Platform, clock_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The running product, one per test process and database; a test must leave it running."""
    folder = tmp_path_factory.mktemp("product")
    with running(folder, database, api_base=platform.sim.base_url, clock_file=clock_file) as product:
        yield product
