"""Several things at the same instant, each in its own thread with its own connection."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import text

from models.base import Store
from tests.support.clock import StillClock
from tests.support.databases import compile_once
from tests.support.patience import PATIENCE_S, until

T = TypeVar("T")


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all jobs at one moment; what each returned or raised, in the order of `jobs`."""
    outcomes: list[T | Exception] = [TimeoutError("never ended")] * len(jobs)
    barrier = threading.Barrier(len(jobs))

    def run(place: int, job: Callable[[], T]) -> None:
        try:
            barrier.wait(PATIENCE_S)
            outcomes[place] = job()
        except Exception as error:  # noqa: BLE001 - the test looks at what was raised
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return outcomes


def stands_in_line(store: Store, many: int = 1) -> None:
    """Return once so many connections of this PostgreSQL database wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def stand() -> bool:
        with store.read() as work:
            return int(work.db.execute(waiting).scalar_one()) == many

    until(stand, f"{many} in line")


@contextlib.contextmanager
def crowded(url: str, clock: StillClock, *, people: int) -> Iterator[Store]:
    """A store with a connection for each of `people` at once, and time enough for all of them."""
    store = Store.open(url, clock=clock, rng=random.Random(7), wait_s=PATIENCE_S * 0.8, pool_size=people)
    compile_once(store)
    try:
        yield store
    finally:
        store.dispose()
