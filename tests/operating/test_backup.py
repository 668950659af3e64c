"""Copies made while people order, brought back and compared; damaged ones are refused."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from sqlalchemy import func, select

from migrations import upgrade
from models import Store, notice, order
from operating import backup
from tests.faults.neighbourhood import Neighbourhood, announce, order_one, settle
from tests.support import postgres
from tests.support.databases import BOTH
from tests.support.invariants import violations
from tests.support.postgres import PostgresServer

NOW = "2026-05-02T02:00:00+00:00"


@pytest.fixture(params=BOTH)
def new_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """Makes empty databases, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        numbers = iter(range(9))
        yield lambda: f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    tools = postgres.binaries()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    yield lambda: server.url(server.create_database())


@pytest.fixture
def place(new_url: Callable[[], str]) -> Iterator[tuple[str, Neighbourhood]]:
    """A neighbourhood in a migrated database."""
    url = new_url()
    upgrade(url)
    store = Store.open(url, wait_s=20)
    yield url, settle(store, residents=30)
    store.dispose()


def rows(store: Store) -> int:
    with store.read() as work:
        return int(work.db.execute(select(func.count()).select_from(order)).scalar_one())


def test_a_copy_made_under_load_holds_what_was_acknowledged_before_it(
    place: tuple[str, Neighbourhood], new_url: Callable[[], str], tmp_path: Path
) -> None:
    """Orders go on while the copy is made: those acknowledged before it began are in it, and its books are right."""
    (url, home), stop = place, threading.Event()

    def order_on() -> None:
        for n, account_id in enumerate(home.accounts):
            if stop.is_set():
                return
            order_one(home, account_id, key=f"load:{n}")

    with ThreadPoolExecutor(1) as pool:
        ordering = pool.submit(order_on)
        while rows(home.store) < 5 and not ordering.done():
            stop.wait(0.01)
        before = rows(home.store)
        said = backup.backup(url, tmp_path / "copy", now=NOW)
        stop.set()
        ordering.result(60)
    assert "copied and checked" in said
    assert "as they were at" in backup.verify(url, tmp_path / "copy")
    other = new_url()
    backup.restore(other, tmp_path / "copy")
    restored = Store.open(other)
    assert before <= rows(restored) <= rows(home.store)
    assert before >= 5
    assert violations(restored) == []
    restored.dispose()


def test_a_restored_database_sends_nothing_before_a_person_decides(
    place: tuple[str, Neighbourhood], new_url: Callable[[], str], tmp_path: Path
) -> None:
    url, home = place
    announce(home, 7)
    backup.backup(url, tmp_path / "copy", now=NOW)
    other = new_url()
    assert "7 notices are held" in backup.restore(other, tmp_path / "copy")
    restored = Store.open(other)
    with restored.read() as work:
        assert set(work.db.execute(select(notice.c.state)).scalars()) == {"held"}
    restored.dispose()


def test_a_copy_that_was_cut_short_is_refused(
    place: tuple[str, Neighbourhood], new_url: Callable[[], str], tmp_path: Path
) -> None:
    url, copy = place[0], tmp_path / "copy"
    backup.backup(url, copy, now=NOW)
    copy.write_bytes(copy.read_bytes()[:-100])
    with pytest.raises(click.ClickException, match="cut short or changed"):
        backup.verify(url, copy)
    with pytest.raises(click.ClickException, match="cut short or changed"):
        backup.restore(new_url(), copy)


def test_a_copy_with_other_rows_than_it_says_is_refused_and_leaves_nothing(
    place: tuple[str, Neighbourhood], new_url: Callable[[], str], tmp_path: Path
) -> None:
    url, copy, other = place[0], tmp_path / "copy", new_url()
    backup.backup(url, copy, now=NOW)
    about = tmp_path / "copy.json"
    about.write_text(about.read_text("utf-8").replace('"account": 31', '"account": 32'), "utf-8")
    with pytest.raises(click.ClickException, match="do not have the rows they had: account"):
        backup.restore(other, copy)
    about.write_text(about.read_text("utf-8").replace('"account": 32', '"account": 31'), "utf-8")
    assert "rows as they were" in backup.restore(other, copy)


def test_nothing_is_written_over(place: tuple[str, Neighbourhood], tmp_path: Path) -> None:
    url, copy = place[0], tmp_path / "copy"
    backup.backup(url, copy, now=NOW)
    with pytest.raises(click.ClickException, match="is there already"):
        backup.backup(url, copy, now=NOW)
    with pytest.raises(click.ClickException, match=r"move .* away first|not empty"):
        backup.restore(url, copy)


@pytest.mark.postgresql
def test_without_pg_dump_it_says_what_is_missing(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(click.ClickException, match="postgresql-client"):
        backup.backup(postgresql_url, tmp_path / "copy", now=NOW)
    assert list(tmp_path.glob("copy*")) == []
