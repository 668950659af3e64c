"""Machines whose clocks differ by ten minutes, on one PostgreSQL: they go by the server's clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models import Clock, Store
from models.clocks import follow_server
from operations import outbox
from tests.faults.neighbourhood import announce, settle

pytestmark = pytest.mark.postgresql

LEASE = timedelta(seconds=60)
APART = timedelta(minutes=10)


def _running(apart: timedelta) -> Clock:
    return lambda: datetime.fromtimestamp(time.time(), UTC) + apart


@pytest.fixture
def machines(postgresql_url: str) -> Iterator[list[Store]]:
    """One that is right, one ten minutes behind, one ten minutes ahead."""
    stores = [Store.open(postgresql_url, clock=_running(apart)) for apart in (timedelta(0), -APART, APART)]
    yield stores
    for store in stores:
        store.dispose()


def claimed(store: Store) -> list[int]:
    """What this machine would send now."""
    return [one.id for one in store.run(lambda work: outbox.claim(work, limit=50, lease=LEASE))]


def test_control_by_its_own_clock_a_fast_machine_takes_what_another_sends(machines: list[Store]) -> None:
    right, _, fast = machines
    announce(settle(right, residents=5), 5)
    assert len(claimed(right)) == 5
    assert len(claimed(fast)) == 5, "its clock says that the lease is over"


def test_by_the_servers_clock_nothing_is_taken_twice(machines: list[Store]) -> None:
    right, slow, fast = machines
    for store in machines:
        follow_server(store)
    announce(settle(right, residents=5), 5)
    assert len(claimed(slow)) == 5, "a slow machine sees what is due"
    assert claimed(fast) == []
    assert claimed(right) == []


def test_a_deadline_is_the_same_instant_on_every_machine(machines: list[Store]) -> None:
    for store in machines:
        clock = follow_server(store)
        assert clock is not None
        with store.transaction() as before:
            told = before.db.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
        with store.read() as after:
            pass
        assert before.now.timestamp() - 1 < float(told) < after.now.timestamp() + 1


def test_it_is_asked_once_a_minute_and_not_for_every_message(machines: list[Store]) -> None:
    from tests.web.people import counting

    follow_server(machines[0])
    with counting(machines[0]) as count:
        for _ in range(5):
            with machines[0].read() as work:
                work.db.exec_driver_sql("SELECT 1")
    assert count.statements == 5, "the question goes beside the pool, and only the first time"


def test_sqlite_keeps_the_machines_own(sqlite_store: Store) -> None:
    assert follow_server(sqlite_store) is None
