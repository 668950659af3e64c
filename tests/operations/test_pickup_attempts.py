"""Wrong tries are counted in the database, before anything is looked at."""

from __future__ import annotations

from datetime import timedelta

from models.base import Store
from operations.attempts import Limit, Tally, allowed, clear, forgive, locked_until, note_failure, purge
from tests.support.clock import StillClock

LIMIT = Limit(tries=3, window=timedelta(minutes=10), lock=timedelta(minutes=15))


def fail(store: Store, subject: str = "account:1") -> Tally:
    with store.transaction() as work:
        return note_failure(work, "test", subject, LIMIT)


def is_allowed(store: Store, subject: str = "account:1") -> bool:
    with store.read() as work:
        return allowed(work, "test", subject)


def test_the_try_that_fills_the_limit_locks(store: Store, clock: StillClock) -> None:
    assert [fail(store).is_allowed for _ in range(2)] == [True, True]
    assert is_allowed(store)
    third = fail(store)
    assert third.is_allowed
    assert third.locked_until == clock() + timedelta(minutes=15)
    assert not is_allowed(store)
    refused = fail(store)
    assert not refused.is_allowed
    assert refused.locked_until == third.locked_until


def test_a_lock_ends_and_the_count_begins_anew(store: Store, clock: StillClock) -> None:
    for _ in range(3):
        fail(store)
    clock.advance(minutes=14, seconds=59)
    assert not fail(store).is_allowed
    clock.advance(seconds=1)
    assert fail(store) == Tally(is_allowed=True, failures=1, locked_until=None)


def test_old_failures_are_forgotten(store: Store, clock: StillClock) -> None:
    fail(store)
    fail(store)
    clock.advance(minutes=10)
    assert fail(store).failures == 1


def test_a_right_try_is_taken_back_with_the_lock_it_set(store: Store) -> None:
    fail(store)
    fail(store)
    with store.transaction() as work:
        assert note_failure(work, "test", "account:1", LIMIT).locked_until is not None
        forgive(work, "test", "account:1")
    assert is_allowed(store)
    assert fail(store).failures == 3


def test_subjects_and_scopes_do_not_mix(store: Store) -> None:
    for _ in range(3):
        fail(store)
    assert fail(store, "account:2").failures == 1
    with store.transaction() as work:
        assert note_failure(work, "login", "account:1", LIMIT).failures == 1


def test_clear_and_purge(store: Store, clock: StillClock) -> None:
    for _ in range(3):
        fail(store)
    with store.transaction() as work:
        assert purge(work, older_than=timedelta()) == 0, "a running lock is kept"
        clear(work, "test", "account:1")
        assert locked_until(work, "test", "account:1") is None
    fail(store)
    clock.advance(hours=1)
    with store.transaction() as work:
        assert purge(work, older_than=timedelta(minutes=30)) == 1


def test_a_limit_of_one_locks_at_once(store: Store) -> None:
    one = Limit(tries=1, window=timedelta(minutes=1), lock=timedelta(minutes=1))
    with store.transaction() as work:
        assert note_failure(work, "test", "a", one).locked_until is not None
        assert not note_failure(work, "test", "a", one).is_allowed
