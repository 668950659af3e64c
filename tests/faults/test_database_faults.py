"""A database that is locked, loses its connections, or has no room left, while people order."""

from __future__ import annotations

import itertools
import random
import re
import resource
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.simulator.clock import ShiftedClock
from bot.texts.replies import RECEIVED
from models import Store
from models.sqlite import sqlite3
from tests.faults.neighbourhood import WORDS, Neighbourhood, put_off, settle
from tests.faults.phones import NOT_RECORDED, WECHAT_WAITS_S, Crowd, Message, Phones, Told
from tests.faults.product import ACCOUNT, Product
from tests.support.invariants import violations
from tests.support.patience import until
from tests.support.processes import is_alive

IN_TIME_S = WECHAT_WAITS_S - 0.5
INCIDENT = re.compile(r"编号 [2-9A-HJ-NP-Z]{6}")


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Nobody else can write: SQLite's one write lock, or on PostgreSQL the table every message goes into."""
    engine = create_engine(url)
    is_sqlite = engine.dialect.name == "sqlite"
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            db.execute(text("BEGIN IMMEDIATE" if is_sqlite else "BEGIN"))
            if not is_sqlite:
                db.execute(text("LOCK TABLE inbound_message IN ACCESS EXCLUSIVE MODE"))
            yield
            db.execute(text("ROLLBACK"))
    finally:
        engine.dispose()


def order_for(phones: Phones, place: Neighbourhood, stop: threading.Event, people: int) -> dict[Message, Told]:
    """So many people write, each again once answered, until `stop`; an answer later than 5 s raises Unanswered."""
    told: dict[Message, Told] = {}

    def write(openids: Iterator[str]) -> None:
        while not stop.is_set():
            message = phones.write(next(openids), WORDS)
            told[message] = phones.push(message)
            stop.wait(0.2)

    with ThreadPoolExecutor(people) as pool:
        writers = [pool.submit(write, itertools.cycle(place.openids[n::people])) for n in range(people)]
        for writer in writers:
            writer.result()
    return told


def test_a_briefly_locked_database_is_waited_for(
    product: Product, store: Store, database: str, clock: ShiftedClock
) -> None:
    """Locked for 1 s: every message is recorded."""
    order_while_locked(product, store, database, clock, seconds=1, writers=8)


@pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgresql", marks=(pytest.mark.soak, pytest.mark.postgresql))],
    indirect=True,
)
def test_a_locked_database_is_waited_for_or_the_person_is_told(
    product: Product, store: Store, database: str, clock: ShiftedClock
) -> None:
    """Locked for 8 s: each message is answered within WeChat's 5 s: booked, or stored and booked afterwards, or told
    with a number that it was not recorded; exactly the others are in the database, once; then all is as before.
    """
    order_while_locked(product, store, database, clock, seconds=8, writers=30)


def order_while_locked(
    product: Product, store: Store, database: str, clock: ShiftedClock, *, seconds: float, writers: int
) -> None:
    """So many people write while the database is locked for so long."""
    place, phones, stop = settle(store, residents=160), Phones(product.port, ACCOUNT, clock), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ordering = pool.submit(order_for, phones, place, stop, writers)
        time.sleep(0.3)
        with locked(database):
            time.sleep(seconds)
        time.sleep(0.3)
        stop.set()
        told = ordering.result(60)
    assert max(one.seconds for one in told.values()) < IN_TIME_S
    later = {message for message, one in told.items() if one.text == RECEIVED}  # waited three seconds before us
    refused = {message for message, one in told.items() if not one.is_booked} - later
    until(lambda: put_off(store) == 0, "what was only stored is done")
    assert bool(refused) == (seconds > 2.5), "the wait of the web processes for a lock"
    assert all(NOT_RECORDED in told[m].text and INCIDENT.search(told[m].text) for m in refused)
    assert place.sources() == Counter(message.key for message in told.keys() - refused)
    late = phones.push(next(iter(refused)) if refused else phones.write(place.openids[0], WORDS))
    assert late.is_booked, "the same message, sent again, is recorded now"
    assert violations(store) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_terminated_connections_lose_and_double_nothing(
    product: Product, store: Store, database: str, clock: ShiftedClock
) -> None:
    """Every connection of the product is cut again and again, each time once those that met the last cut are answered.

    So a message meets two cuts at the most (a connection that lay idle, and its own), and its third try is booked. When
    cuts come faster than a message takes, three tries are not enough and it is refused: on a busy machine most were.
    """
    place = settle(store, residents=160)
    store.dispose()  # our own connections are cut too
    crowd, chance = Crowd(Phones(product.port, ACCOUNT, clock), place.openids, WORDS, copies=1), random.Random(3)
    admin = create_engine(make_url(database).set(database="postgres"), isolation_level="AUTOCOMMIT")
    # Not those that are only being opened: such a one is not tried again.
    cut = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = :name AND state IN ('idle', 'active', 'idle in transaction')"
    )
    cuts, struck = 0, 0
    with crowd, admin.connect() as db:
        while struck <= 25:
            time.sleep(chance.uniform(0, 0.1))
            cuts += db.execute(cut, {"name": make_url(database).database}).scalar_one()
            met = frozenset(crowd.under_way)
            struck += len(met)
            until(lambda met=met: met <= crowd.told.keys(), "those under way are answered")  # type: ignore[misc]
    admin.dispose()
    assert cuts > 25
    texts = [answers[0].text for answers in crowd.told.values() if not answers[0].is_booked]
    assert set(texts) <= {RECEIVED}, "nothing is refused; on a slow machine something may be stored and done after"
    until(lambda: put_off(store) == 0, "what was only stored is done")
    assert place.sources() == Counter(message.key for message in crowd.told)
    assert violations(store) == []


@contextmanager
def no_room(pids: list[int], path: Path) -> Iterator[None]:
    """These processes cannot make any file larger than the database is now: what a full disk is to SQLite."""
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            if is_alive(pid):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_and_recovers(product: Product, store: Store, database: str, clock: ShiftedClock) -> None:
    """With no room left every message is answered at once that it was not recorded, and it is not; nothing recorded
    before is harmed; the processes live on, and with room again the very same messages are recorded.
    """
    path = Path(make_url(database).database or "")
    place, phones = settle(store, residents=400), Phones(product.port, ACCOUNT, clock)
    web, scheduler = product.web, product.scheduler
    told: dict[Message, Told] = {}
    with no_room([web, scheduler], path):
        for openid in place.openids:
            message = phones.write(openid, WORDS)
            told[message] = phones.push(message)
            if sum(not one.is_booked for one in told.values()) == 20:
                break
        time.sleep(2.5)  # long enough for the scheduler's jobs to meet it too
    refused = [message for message, one in told.items() if not one.is_booked]
    assert len(refused) == 20, "the limit was never met: the test tested nothing"
    assert all(NOT_RECORDED in told[message].text for message in refused)
    assert place.sources() == Counter(message.key for message in told.keys() - set(refused))
    assert (product.web, product.scheduler) == (web, scheduler)
    again = [phones.push(message) for message in refused]
    assert all(one.is_booked for one in again)
    assert place.sources() == Counter(message.key for message in told)
    until(lambda: bool(product.health()["ok"]), "the scheduler ticks again")
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert violations(store) == []
