"""Units of work: what begins, waits, is repeated and is undone, on both databases."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from models import Busy, Store, Work, account, counter
from models.base import IdSource, Instant
from models.sqlite import journal_mode, sqlite3
from tests.support.clock import START, StillClock
from tests.support.databases import opened
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded


@pytest.fixture
def hasty(database_url: str, clock: StillClock) -> Iterator[Store]:
    """A store that does not wait long."""
    store = Store.open(database_url, clock=clock, rng=random.Random(1), wait_s=0.2)
    yield store
    store.dispose()


def count_up(work: Work, scope: str) -> None:
    work.db.execute(update(counter).where(counter.c.scope == scope).values(value=counter.c.value + 1))


def counters(store: Store, *scopes: str) -> None:
    with store.transaction() as work:
        work.db.execute(insert(counter), [{"scope": scope, "value": 0} for scope in scopes])


def values(store: Store) -> dict[str, int]:
    with store.read() as work:
        return {row.scope: row.value for row in work.db.execute(select(counter))}


# ---------------------------------------------------------------- all or nothing


def test_one_that_fails_alone_leaves_nothing_and_those_behind_it_go_on(store: Store) -> None:
    counters(store, "a", "b")

    def fail(work: Work) -> None:
        count_up(work, "a")
        raise ZeroDivisionError

    store.run_together(lambda work: count_up(work, "b"))
    with pytest.raises(ZeroDivisionError):
        store.run_together(fail)
    store.run_together(lambda work: count_up(work, "b"))
    assert values(store) == {"a": 0, "b": 2}


def test_a_unit_of_work_is_kept_whole_or_not_at_all(store: Store) -> None:
    counters(store, "a")

    def fails(work: Work) -> None:
        count_up(work, "a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run(fails)
    assert values(store) == {"a": 0}
    store.run(lambda work: count_up(work, "a"))
    assert values(store) == {"a": 1}


def test_a_savepoint_is_undone_alone(store: Store) -> None:
    counters(store, "a", "b")
    with store.transaction() as work:
        count_up(work, "a")
        savepoint = work.db.begin_nested()
        count_up(work, "b")
        savepoint.rollback()
    assert values(store) == {"a": 1, "b": 0}


def test_reading_keeps_nothing(store: Store) -> None:
    counters(store, "a")
    with store.read() as work:
        count_up(work, "a")
        assert work.db.execute(select(counter.c.value)).scalar_one() == 1
    assert values(store) == {"a": 0}


def test_reading_does_not_wait_for_writing(hasty: Store) -> None:
    counters(hasty, "a")
    with hasty.transaction() as work:
        count_up(work, "a")
        assert values(hasty) == {"a": 0}
    assert values(hasty) == {"a": 1}


def test_work_brings_the_time_and_the_ids(store: Store, clock: StillClock) -> None:
    with store.transaction() as work:
        assert work.now == clock() == START
        assert work.new_id() != work.new_id()
        assert work.rng is store.rng
    clock.advance(hours=1)
    with store.read() as work:
        assert work.now == START + timedelta(hours=1)


# ---------------------------------------------------------------- waiting


def test_sqlite_takes_the_turn_to_write_at_the_beginning(sqlite_url: str, sqlite_store: Store) -> None:
    """With a deferred BEGIN 976 of 1,000 buyers were told "database is locked" when they came to write."""
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with sqlite_store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_sqlite_is_busy_when_another_process_writes(sqlite_url: str, clock: StillClock) -> None:
    store = Store.open(sqlite_url, clock=clock, wait_s=0.3)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(Busy), store.transaction():
        pytest.fail("nobody may write now")
    assert 0.25 < time.monotonic() - started < PATIENCE_S / 2
    other.execute("ROLLBACK")
    counters(store, "a")
    other.close()
    store.dispose()


def test_sqlite_is_busy_when_another_thread_writes(sqlite_url: str, clock: StillClock) -> None:
    store = Store.open(sqlite_url, clock=clock, wait_s=0.3)
    with store.transaction(), pytest.raises(Busy):
        store.run(lambda _work: pytest.fail("nobody may write now"))
    counters(store, "a")
    store.dispose()


@pytest.mark.postgresql
def test_postgresql_is_busy_when_a_row_is_held_too_long(postgresql_url: str, clock: StillClock) -> None:
    store = Store.open(postgresql_url, clock=clock, wait_s=0.3)
    counters(store, "a")
    with store.transaction() as work:
        count_up(work, "a")
        started = time.monotonic()
        with pytest.raises(Busy), store.transaction() as late:
            count_up(late, "a")
        assert 0.25 < time.monotonic() - started < PATIENCE_S / 2
    assert values(store) == {"a": 1}
    store.dispose()


def test_who_waits_a_little_gets_his_turn(database_url: str, clock: StillClock) -> None:
    with crowded(database_url, clock, people=6) as store:
        counters(store, "a")

        def slowly(work: Work) -> None:
            count_up(work, "a")
            time.sleep(0.05)

        assert at_once([lambda: store.run(slowly)] * 6) == [None] * 6
        assert values(store) == {"a": 6}


# ---------------------------------------------------------------- repeating


@pytest.mark.postgresql
def test_a_deadlock_is_repeated_whole(postgresql_url: str, clock: StillClock) -> None:
    """Two jobs that take the same two rows the other way round. PostgreSQL ends one of them; both are done.

    Begun again it could have its first row before the other has woken up, and they would deadlock anew: it waits.
    """
    with crowded(postgresql_url, clock, people=4) as store:
        counters(store, "a", "b")
        both_hold_one, one_is_done = threading.Barrier(2), threading.Event()
        tries: list[str] = []

        def job(first: str, second: str) -> str:
            def work_on(work: Work) -> str:
                tries.append(first)
                if tries.count(first) == 2:
                    assert one_is_done.wait(PATIENCE_S)
                count_up(work, first)
                if tries.count(first) == 1:
                    both_hold_one.wait(PATIENCE_S)
                count_up(work, second)
                return first

            done = store.run(work_on)
            one_is_done.set()
            return done

        assert at_once([lambda: job("a", "b"), lambda: job("b", "a")]) == ["a", "b"]
        assert len(tries) == 3, "one of the two was begun again, once"
        assert values(store) == {"a": 2, "b": 2}


@pytest.mark.postgresql
def test_control_without_repeating_one_of_them_is_lost(postgresql_url: str, clock: StillClock) -> None:
    with crowded(postgresql_url, clock, people=4) as store:
        counters(store, "a", "b")
        both_hold_one = threading.Barrier(2)

        def job(first: str, second: str) -> None:
            with store.transaction() as work:
                count_up(work, first)
                both_hold_one.wait(PATIENCE_S)
                count_up(work, second)

        outcomes = at_once([lambda: job("a", "b"), lambda: job("b", "a")])
        (error,) = [outcome for outcome in outcomes if outcome is not None]
        assert isinstance(error, DBAPIError)
        assert isinstance(error.orig, psycopg.errors.DeadlockDetected)
        assert values(store) == {"a": 1, "b": 1}


@pytest.mark.postgresql
def test_a_lost_connection_is_repeated_whole(postgresql_url: str, clock: StillClock) -> None:
    with opened(postgresql_url, clock) as store:
        counters(store, "a")
        tries: list[int] = []

        def job(work: Work) -> None:
            tries.append(1)
            count_up(work, "a")
            if len(tries) == 1:
                mine = work.db.execute(text("SELECT pg_backend_pid()")).scalar_one()
                with store.read() as other:
                    other.db.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
            count_up(work, "a")

        store.run(job)
        assert (len(tries), values(store)) == (2, {"a": 2})


@pytest.mark.postgresql
def test_it_is_not_repeated_for_ever(postgresql_url: str, clock: StillClock) -> None:
    tries: list[int] = []

    def job(work: Work) -> None:
        tries.append(1)
        work.db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '40001'; END $$"))

    with opened(postgresql_url, clock) as store, pytest.raises(DBAPIError, match="made up"):
        store.run(job, tries=4)
    assert len(tries) == 4


def test_what_a_second_try_would_not_help_is_not_repeated(store: Store) -> None:
    counters(store, "a")
    tries: list[int] = []

    def job(work: Work) -> None:
        tries.append(1)
        work.db.execute(insert(counter).values(scope="a", value=1))

    with pytest.raises(IntegrityError):
        store.run(job)
    assert len(tries) == 1


# ---------------------------------------------------------------- settings of the connections


def pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def test_sqlite_is_durable_and_keeps_references(sqlite_store: Store) -> None:
    with sqlite_store.read() as work:
        assert pragma(work.db, "foreign_keys") == 1
        assert pragma(work.db, "synchronous") == 2
        assert pragma(work.db, "secure_delete") == 1
        assert pragma(work.db, "busy_timeout") == 2500


def test_what_was_erased_is_in_no_file_once_it_is_tidied_up(sqlite_url: str, sqlite_store: Store) -> None:
    words, path = "李姐住在三号楼五零二", Path(sqlite_url.removeprefix("sqlite:///"))

    def found() -> bool:
        return any(words.encode() in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))

    with sqlite_store.transaction() as work:
        work.db.execute(insert(account), [{"id": 1, "openid": words, "is_subscribed": True, "created_at": work.now}])
    assert found()
    with sqlite_store.transaction() as work:
        work.db.execute(delete(account))
    assert found() == (journal_mode() == "WAL")
    sqlite_store.tidy()
    assert not found()


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "truncate"),
        ((3, 44, 5), "truncate"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "truncate"),
        ((3, 50, 6), "truncate"),
        ((3, 50, 7), "wal"),
        ((3, 51, 1), "truncate"),
        ((3, 51, 2), "truncate"),
        ((3, 51, 3), "wal"),
        ((3, 52, 0), "wal"),
        ((4, 0, 0), "wal"),
    ],
)
def test_sqlite_uses_wal_only_where_it_loses_nothing(
    sqlite_url: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], mode: str
) -> None:
    monkeypatch.setattr("models.engines.sqlite3.sqlite_version_info", version)
    with opened(sqlite_url, clock) as store, store.read() as work:
        assert pragma(work.db, "journal_mode") == mode


@pytest.mark.postgresql
def test_postgresql_is_told_how_long_to_wait(postgresql_url: str, clock: StillClock) -> None:
    store = Store.open(f"{postgresql_url}&options=-c%20work_mem%3D8MB", clock=clock, wait_s=1.5)
    with store.read() as work:
        shown = {
            name: work.db.execute(text(f"SHOW {name}")).scalar_one()
            for name in ("lock_timeout", "statement_timeout", "timezone", "transaction_isolation", "work_mem")
        }
    store.dispose()
    assert shown == {
        "lock_timeout": "1500ms",
        "statement_timeout": "6s",
        "timezone": "UTC",
        "transaction_isolation": "read committed",
        "work_mem": "8MB",
    }


# ---------------------------------------------------------------- ids and instants


def test_ids_rise_and_are_unique_over_threads(clock: StillClock) -> None:
    source = IdSource(clock, random.Random(1))

    def draw() -> list[int]:
        return [source() for _ in range(5000)]

    drawn = [ids for ids in at_once([draw] * 6) if isinstance(ids, list)]
    assert all(ids == sorted(ids) for ids in drawn)
    assert len({one for ids in drawn for one in ids}) == 30_000


def test_ids_are_ordered_by_time_and_fit_into_63_bits(clock: StillClock) -> None:
    source = IdSource(clock, random.Random(1))
    ids = [source()]
    for _ in range(50):
        clock.advance(milliseconds=1)
        ids.append(source())
    assert ids == sorted(ids)
    clock.set(datetime(2090, 1, 1, tzinfo=UTC))
    assert source() < 2**63


def test_ids_go_on_rising_when_the_clock_is_set_back(clock: StillClock) -> None:
    source = IdSource(clock, random.Random(1))
    before = source()
    clock.advance(hours=-1)
    after = [source() for _ in range(3)]
    assert [before, *after] == sorted({before, *after})


def test_a_millisecond_that_is_used_up_borrows_the_next(clock: StillClock) -> None:
    source = IdSource(clock, random.Random(1))
    first = source()
    left = (1 << 22) - 1 - (first & (1 << 22) - 1)
    source.block(left)
    second, third = source(), source()
    assert first < second < third
    assert second >> 22 == (first >> 22) + 1


def test_an_instant_comes_back_as_it_went_in(store: Store) -> None:
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2026, 5, 2, 20, 0, 0, 123_000, tzinfo=shanghai)
    with store.transaction() as work:
        work.db.execute(insert(account).values(id=1, openid="o_test_1", created_at=at))
        (found,) = work.db.execute(select(account.c.created_at)).scalars()
        raw = work.db.exec_driver_sql("SELECT created_at FROM account").scalar_one()
        assert work.db.execute(select(account.c.id).where(account.c.created_at == at)).scalar_one() == 1
        later = account.c.created_at < at + timedelta(milliseconds=1)
        assert work.db.execute(select(account.c.id).where(later)).scalar_one() == 1
    assert found == at
    assert found.tzinfo is UTC
    assert raw == 1_777_723_200_123


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    naive = datetime(2026, 5, 2, 20, 0)  # noqa: DTZ001 - that is the point
    with store.read() as work, pytest.raises(StatementError, match="time zone"):
        work.db.execute(insert(account).values(id=1, openid="o_test_1", created_at=naive))


def test_no_instant_is_no_instant() -> None:
    assert Instant().process_bind_param(None, None) is None
    assert Instant().process_result_value(None, None) is None
