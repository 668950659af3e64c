"""Connections that stay out of the pool: used again, given back when something was the matter or they are old."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models import Store, spare
from models.spare import Spare

_PID = text("SELECT pg_backend_pid()")


@pytest.fixture
def kept(postgresql_store: Store) -> Spare:
    return Spare(postgresql_store.engine.connect, 2)


def pid(kept: Spare) -> int:
    with kept.connection() as db, db.begin():
        return int(db.execute(_PID).scalar_one())


def checked_out(store: Store) -> int:
    return int(store.engine.pool.checkedout())  # type: ignore[attr-defined]


def test_it_is_used_again_without_going_to_the_pool(postgresql_store: Store, kept: Spare) -> None:
    assert pid(kept) == pid(kept)
    assert checked_out(postgresql_store) == 1
    kept.clear()
    assert checked_out(postgresql_store) == 0


def test_no_more_are_kept_than_allowed(postgresql_store: Store, kept: Spare) -> None:
    with kept.connection(), kept.connection(), kept.connection():
        assert checked_out(postgresql_store) == 3
    assert checked_out(postgresql_store) == 2
    kept.clear()


def test_after_an_error_none_is_kept(postgresql_store: Store, kept: Spare) -> None:
    with kept.connection(), kept.connection():
        pass
    with pytest.raises(ZeroDivisionError), kept.connection():
        raise ZeroDivisionError
    assert checked_out(postgresql_store) == 0


def test_one_that_was_out_while_all_were_given_back_is_not_kept(postgresql_store: Store, kept: Spare) -> None:
    with kept.connection():
        kept.clear()
    assert checked_out(postgresql_store) == 0


def test_one_that_the_server_ended_is_not_given_out(postgresql_store: Store, kept: Spare) -> None:
    ended = pid(kept)
    with postgresql_store.engine.connect() as db:
        db.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    assert pid(kept) != ended
    assert checked_out(postgresql_store) == 1
    kept.clear()


def test_an_old_one_goes_back(postgresql_store: Store, kept: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    pid(kept)
    monkeypatch.setattr(spare, "_MOST_S", -1.0)
    pid(kept)
    assert checked_out(postgresql_store) == 0


def test_a_store_leaves_connections_to_whoever_asks_the_pool(postgresql_url: str) -> None:
    for size in (1, 2):
        store = Store.open(postgresql_url, pool_size=size, wait_s=0.5)
        with store.transaction() as work:
            work.db.execute(_PID)
        with store.engine.connect() as db:
            db.execute(_PID)
        store.dispose()


def test_reading_leaves_nothing_behind(postgresql_store: Store) -> None:
    with postgresql_store.read() as work:
        work.db.execute(text("CREATE TABLE left_behind (n INTEGER)"))
    with postgresql_store.transaction() as work:
        assert work.db.execute(text("SELECT to_regclass('left_behind')")).scalar_one() is None


def test_a_database_that_was_away_is_met_with_new_connections(postgresql_store: Store) -> None:
    """All that were kept are lost with it: trying again must not meet one after the other."""
    with postgresql_store.transaction() as work, postgresql_store.transaction() as other:
        pids = [int(one.db.execute(_PID).scalar_one()) for one in (work, other)]
    with postgresql_store.engine.connect() as db:
        for one in pids:
            db.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": one})
    assert postgresql_store.run(lambda work: int(work.db.execute(_PID).scalar_one()), tries=2) not in pids
