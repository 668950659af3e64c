"""Savepoints: opened when something is written, one where nothing is written in between, undone as far as they go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, update

from models import Store, Work, counter
from models.prepared import Prepared, savepoint
from operations.errors import Refused

ADD = Prepared(insert(counter), columns=("scope", "value"))
RAISE = Prepared(
    update(counter).where(counter.c.scope == bindparam("name")).values(value=counter.c.value + 1).returning(
        counter.c.value
    )
)  # fmt: skip
LOOK = Prepared(select(counter.c.value).where(counter.c.scope == bindparam("name")))


def add(work: Work, name: str) -> None:
    ADD.send(work, {"scope": name, "value": 1})


@contextmanager
def refused() -> Iterator[None]:
    """What is inside must be refused, and the rest goes on."""
    with pytest.raises(Refused):
        yield


def refuse() -> None:
    raise Refused


def names(store: Store) -> set[str]:
    with store.read() as work:
        return set(work.db.scalars(select(counter.c.scope)))


@contextmanager
def savepoints(store: Store) -> Iterator[list[str]]:
    """What the database is told of savepoints in transactions that begin now."""
    told: list[str] = []

    def note(_db: Any, _cursor: Any, text: str, *_: Any) -> None:
        if "SAVEPOINT" in text:
            told.append(text)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def test_sqlite_hears_of_no_savepoint_in_which_nothing_is_written(sqlite_store: Store) -> None:
    with savepoints(sqlite_store) as told, sqlite_store.transaction() as work, savepoint(work), savepoint(work):
        assert LOOK.rows(work, name="a") == []
        assert work.db.execute(select(counter.c.value)).all() == []
    assert told == []


def test_sqlite_hears_of_it_before_the_first_statement_that_writes(sqlite_store: Store) -> None:
    with savepoints(sqlite_store) as told, sqlite_store.transaction() as work, savepoint(work):
        work.db.execute(insert(counter).values(scope="a", value=1))
        with savepoint(work):
            assert RAISE.first(work, name="a") == (2,)
    assert told == [
        "SAVEPOINT refusable_1",
        "SAVEPOINT refusable_2",
        "RELEASE SAVEPOINT refusable_2",
        "RELEASE SAVEPOINT refusable_1",
    ]


def test_two_with_nothing_written_between_them_are_one(store: Store) -> None:
    with savepoints(store) as told, store.transaction() as work, savepoint(work):
        LOOK.rows(work, name="a")
        with savepoint(work):
            add(work, "a")
        add(work, "b")
        with savepoint(work):
            add(work, "c")
    assert names(store) == {"a", "b", "c"}
    assert told == [
        "SAVEPOINT refusable_1",
        "SAVEPOINT refusable_2",
        "RELEASE SAVEPOINT refusable_2",
        *(["RELEASE SAVEPOINT refusable_1"] if store.is_sqlite else []),  # there the commit ends it
    ]


def test_postgresql_ends_the_outermost_before_the_next_begins(postgresql_store: Store) -> None:
    """Else a thousand of them, one after the other, would stand in one another."""
    with savepoints(postgresql_store) as told, postgresql_store.transaction() as work:
        for name in ("a", "b"):
            with savepoint(work):
                add(work, name)
        with refused(), savepoint(work):
            add(work, "c")
            refuse()
        add(work, "d")
    assert names(postgresql_store) == {"a", "b", "d"}
    one = ["SAVEPOINT refusable_1", "RELEASE SAVEPOINT refusable_1"]
    assert told == [*one, *one, "SAVEPOINT refusable_1", "ROLLBACK TO SAVEPOINT refusable_1", one[1]]


def test_what_is_refused_after_an_end_that_nobody_told_of_takes_nothing_with_it(postgresql_store: Store) -> None:
    with postgresql_store.transaction() as work:
        with savepoint(work):
            add(work, "kept")
        add(work, "between")
        with refused(), savepoint(work), savepoint(work):
            add(work, "refused")
            refuse()
    assert names(postgresql_store) == {"kept", "between"}


def test_what_fails_inside_takes_nothing_from_what_is_around(store: Store) -> None:
    with store.transaction() as work, savepoint(work):
        add(work, "before")
        with refused(), savepoint(work):
            add(work, "inside")
            refuse()
        add(work, "after")
    assert names(store) == {"before", "after"}


def test_what_fails_inside_one_that_is_the_same_as_the_one_around_it_leaves_that_whole(store: Store) -> None:
    with store.transaction() as work:
        add(work, "first")
        with savepoint(work):
            with refused(), savepoint(work):
                add(work, "inside")
                refuse()
            add(work, "after")
        with refused(), savepoint(work), savepoint(work):
            add(work, "last")
            refuse()
    assert names(store) == {"first", "after"}


def test_a_failure_around_undoes_what_ended_well_inside(store: Store) -> None:
    with store.transaction() as work:
        with refused(), savepoint(work):
            with savepoint(work):
                add(work, "shared")
            with savepoint(work):
                add(work, "own")
            refuse()
        add(work, "after")
    assert names(store) == {"after"}


def test_the_databases_own_savepoints_stand_inside_ours(store: Store) -> None:
    with store.transaction() as work, savepoint(work):
        inner = work.db.begin_nested()
        add(work, "undone")
        work.wire.flush()
        inner.rollback()
        with refused(), savepoint(work):
            work.db.execute(insert(counter).values(scope="inside", value=1))
            refuse()
        add(work, "kept")
    assert names(store) == {"kept"}


def test_what_was_sent_is_done_before_sqlalchemy_looks(store: Store) -> None:
    with store.transaction() as work:
        add(work, "a")
        assert work.db.scalars(select(counter.c.scope)).all() == ["a"]


def test_what_was_fetched_ahead_is_not_believed_once_a_savepoint_is_undone(store: Store) -> None:
    with store.transaction() as work:
        add(work, "a")
        inner = work.db.begin_nested()
        RAISE.send(work, {"name": "a"})
        LOOK.ahead(work, name="a")
        work.wire.flush()
        inner.rollback()
        assert LOOK.first(work, name="a") == (1,)


def test_a_lock_counts_as_writing(postgresql_store: Store) -> None:
    """Else the lock would outlive what was refused, and one taken in a savepoint that failed would be lost unseen."""
    lock = Prepared(select(counter.c.value).where(counter.c.scope == bindparam("name")).with_for_update())
    with savepoints(postgresql_store) as told, postgresql_store.transaction() as work, savepoint(work):
        lock.rows(work, name="a")
        with savepoint(work):
            LOOK.rows(work, name="a")
    assert told[:2] == ["SAVEPOINT refusable_1", "SAVEPOINT refusable_2"]


def test_control_a_name_that_the_statement_does_not_have_is_refused(store: Store) -> None:
    with store.read() as work, pytest.raises(KeyError, match="nobody"):
        LOOK.rows(work, name="a", nobody=1)
