"""What the other tests stand on holds: fresh databases, nothing left behind, no way out to the network."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from models import metadata
from models.base import Store
from tests.support.chromium import find_chromium
from tests.support.clock import START, StillClock
from tests.support.databases import opened
from tests.support.emptied import MOST, Emptied
from tests.support.memory_disk import memory_disk
from tests.support.patience import PATIENCE_S, until
from tests.support.ports import find_free_port, wait_until_listening
from tests.support.postgres import PostgresServer
from tests.support.rows import fill

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("_again", [1, 2])
def test_every_test_gets_an_empty_database(store: Store, _again: int) -> None:
    with store.transaction() as work:
        assert work.db.execute(text("SELECT count(*) FROM leader")).scalar_one() == 0
        assert work.now == START
        work.db.execute(text("CREATE TABLE left_over (id integer)"))


@pytest.fixture
def lender(postgresql_server: PostgresServer, postgresql_template: str) -> Iterator[Emptied]:
    """One of its own: how often the databases of the others were lent depends on which tests came before."""
    lender = Emptied(postgresql_server, postgresql_template)
    yield lender
    lender.close()


@pytest.mark.postgresql
def test_a_postgresql_database_is_lent_again_without_rows(
    lender: Emptied, postgresql_server: PostgresServer, clock: StillClock
) -> None:
    lent = lender.lend()
    with opened(postgresql_server.url(lent.name), clock) as store:
        with store.transaction() as work:
            fill(work.db, leader_id=1)
        with store.engine.connect() as held:
            held.execute(text("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
            lender.take_back(lent)
            with pytest.raises(OperationalError):
                held.execute(text("SELECT 1"))
        again = lender.lend()
        with store.read() as work:
            left = [table.name for table in metadata.sorted_tables if work.db.execute(select(table)).first()]
    assert (again.name, left) == (lent.name, [])
    lender.take_back(again)


@pytest.mark.postgresql
def test_a_postgresql_database_is_lent_so_often_and_then_no_more(lender: Emptied) -> None:
    names = []
    for _ in range(MOST + 1):
        lent = lender.lend()
        names.append(lent.name)
        lender.take_back(lent)
    assert len(set(names[:MOST])) == 1
    assert names[MOST] != names[0]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE leader RENAME TO chief",
        "DROP INDEX uq_settlement_live",
        "ALTER TABLE orders DISABLE TRIGGER ALL",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ANALYZE account",
    ],
)
def test_a_postgresql_database_that_was_changed_is_not_lent_again(
    change: str, lender: Emptied, postgresql_server: PostgresServer
) -> None:
    lent = lender.lend()
    with opened(postgresql_server.url(lent.name), StillClock()) as store, store.transaction() as work:
        fill(work.db, leader_id=1)
        work.db.execute(text(change))
    lender.take_back(lent)
    another = lender.lend()
    assert another.name != lent.name
    lender.take_back(another)


def test_the_two_databases_are_what_they_say(store: Store, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["database_url"]
    assert store.engine.dialect.name == kind
    with store.read() as work:
        version = work.db.execute(text("SELECT sqlite_version()" if kind == "sqlite" else "SHOW server_version"))
        assert int(version.scalar_one().split(".")[0]) >= (3 if kind == "sqlite" else 18)


HOLDER = """
import signal, sys, time
from tests.support.postgres import running_server
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background has it ignored
with running_server() as server:
    print(server.folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.postgresql
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_server_does_not_outlive_its_test_process(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True
    ) as holder:
        assert holder.stdout is not None
        folder = Path(holder.stdout.readline().strip())
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        holder.send_signal(ending)
    until(lambda: not folder.exists())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(folder), user="postgres", dbname="postgres")


# The plugin warns and raises; an address of a documentation network, which nobody has.
@pytest.mark.filterwarnings("ignore:A test tried to use socket:UserWarning")
def test_the_network_is_shut() -> None:
    with socket.socket() as way_out, pytest.raises(SocketConnectBlockedError):
        way_out.connect(("192.0.2.1", 80))


def test_this_machine_can_be_reached() -> None:
    port = find_free_port()
    with socket.create_server(("127.0.0.1", port)):
        wait_until_listening(port)


def test_waiting_for_a_dead_server_ends_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="ended before it listened"):
        wait_until_listening(find_free_port(), timeout_s=60, is_alive=lambda: False)
    assert time.monotonic() - started < PATIENCE_S / 2


def test_the_clock_moves_only_when_told(clock: StillClock) -> None:
    assert clock() == clock() == START
    assert clock.advance(hours=1) == START + timedelta(hours=1)
    clock.set_local("2026-05-02 20:00")
    assert clock().isoformat() == "2026-05-02T12:00:00+00:00"
    with pytest.raises(ValueError, match="time zone"):
        clock.set(START.replace(tzinfo=None))


def test_a_forgotten_time_zone_cannot_pass_here() -> None:
    assert os.environ["TZ"] == "America/St_Johns"
    assert time.timezone == 12600


def test_a_named_chromium_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINTUAN_CHROMIUM", "/somewhere/chromium")
    assert find_chromium() == Path("/somewhere/chromium")


def test_without_a_chromium_none_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LINTUAN_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium(tmp_path / "playwright" / "chrome") is None


def test_temporary_files_lie_in_memory_where_there_is_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr("tests.support.memory_disk.ROOM", 0)
    assert memory_disk(str(tmp_path)) == str(tmp_path)
    assert memory_disk(str(tmp_path / "missing")) is None
    monkeypatch.setattr("tests.support.memory_disk.ROOM", 1 << 60)
    assert memory_disk(str(tmp_path)) is None


def test_a_chosen_folder_for_temporary_files_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.support.memory_disk.ROOM", 0)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert memory_disk(str(tmp_path)) is None


@pytest.mark.browser
def test_the_browser_draws_chinese(phone: Page) -> None:
    phone.set_content("<span id=one>团</span><br><span id=other>购</span>")
    assert phone.viewport_size == {"width": 360, "height": 740}
    # Without a Chinese font both are the same empty box.
    assert phone.locator("#one").screenshot() != phone.locator("#other").screenshot()
