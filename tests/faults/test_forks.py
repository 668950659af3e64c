"""Web workers are forks of a process that has made their application: what they share with it, and what they do not."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path

import pytest
import requests

from bot.simulator.clock import ShiftedClock
from models import Store
from tests.faults.conftest import Platform
from tests.faults.neighbourhood import ONE, WORDS, Neighbourhood, looking_at, settle
from tests.faults.phones import Phones
from tests.faults.product import ACCOUNT, Product, write_config
from tests.support.patience import until
from tests.support.ports import find_free_port
from tests.support.postgres import PostgresServer
from tests.support.processes import children, is_alive

BUYERS = 24


@pytest.fixture(scope="module")
def wide(
    postgresql_server: PostgresServer,
    migrated_postgresql: str,
    platform: Platform,
    clock_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Product, Store]]:
    """The product with two web workers and metrics, on a PostgreSQL database of its own."""
    folder, port = tmp_path_factory.mktemp("wide"), find_free_port()
    url = postgresql_server.url(postgresql_server.create_database(migrated_postgresql))
    path = write_config(folder, url, port=port, api_base=platform.sim.base_url, clock_file=clock_file)
    text = path.read_text("utf-8").replace("[server]\n", "[server]\nworkers = 2\n")
    path.write_text(f"{text}\n[metrics]\nenabled = true\n", "utf-8")
    product = Product(path, port)
    try:
        product.start()
        with looking_at(url, ShiftedClock(clock_file)) as store:
            yield product, store
    finally:
        product.stop()


@pytest.mark.postgresql
@pytest.mark.timeout(300)
def test_two_workers_count_together_and_share_no_connection(wide: tuple[Product, Store], clock: ShiftedClock) -> None:
    """Both answer, each over connections of its own; one dies, and another comes that does the same."""
    product, phones, place = crowd(wide, clock)
    apart(product)
    assert counted(product) == BUYERS
    dead = max(workers(product))
    with unusable(product.config):
        product.kill(dead)
        until(lambda: dead not in workers(product) and len(workers(product)) == 2, "another worker has come")
        orders(phones, place, product)
    apart(product)
    assert counted(product) == 2 * BUYERS, "what the dead one counted is still there, and the new one counts from zero"
    assert place.booked() == dict.fromkeys(place.openids, 2 * ONE)


@pytest.mark.soak
@pytest.mark.postgresql
@pytest.mark.timeout(300)
def test_a_renewal_of_two_workers_goes_on_counting(wide: tuple[Product, Store], clock: ShiftedClock) -> None:
    """The new program builds its own application; old and new have no connection in common."""
    product, phones, place = crowd(wide, clock)
    before, old = counted(product), {product.scheduler, *workers(product)}
    os.kill(product.main, signal.SIGHUP)
    until(lambda: not any(is_alive(pid) for pid in old), "the old workers and scheduler have ended", seconds=150)
    orders(phones, place, product)
    apart(product)
    assert len(workers(product)) == 2
    assert counted(product) == before + BUYERS
    assert place.booked() == dict.fromkeys(place.openids, 2 * ONE)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_worker_that_comes_later_is_as_the_first_was(product: Product, clock: ShiftedClock, store: Store) -> None:
    """The configuration is that of the start, whatever the file says by then; only a renewal reads it again."""
    place = settle(store, residents=1)
    phones = Phones(product.port, ACCOUNT, clock)
    with unusable(product.config):
        product.kill(product.web)
        product.wait_until_up()
        assert phones.push_until_answered(phones.write(place.openids[0], WORDS)).is_booked
    assert place.booked() == {place.openids[0]: ONE}
    assert not [name for name in opened(product.main) if "lintuan.db" in name], "the main process has the database open"
    assert [name for name in opened(product.web) if "lintuan.db" in name], "the check can see an open database"


def crowd(wide: tuple[Product, Store], clock: ShiftedClock) -> tuple[Product, Phones, Neighbourhood]:
    """The product, and people who have ordered from it once."""
    product, store = wide
    place, phones = settle(store, residents=BUYERS), Phones(product.port, ACCOUNT, clock)
    orders(phones, place, product)
    return product, phones, place


def orders(phones: Phones, place: Neighbourhood, product: Product) -> None:
    """Everybody orders one more, until every worker is connected to the database."""
    with ThreadPoolExecutor(8) as pool:
        said = Counter(
            pool.map(lambda who: phones.push_until_answered(phones.write(who, WORDS)).is_booked, place.openids)
        )
    assert said == {True: BUYERS}

    def are_all_connected() -> bool:
        requests.get(f"http://127.0.0.1:{product.port}/healthz", timeout=30)  # a new connection: to whoever is free
        return all(sockets(pid) - sockets(product.main) for pid in workers(product))

    until(are_all_connected, "every worker has asked the database")


def apart(product: Product) -> None:
    """No two processes have a connection in common; the main process has nothing but the listening socket."""
    (listener,) = sockets(product.main)
    processes = [product.main, product.scheduler, *workers(product)]
    for one, other in combinations(processes, 2):
        assert sockets(one) & sockets(other) <= {listener}


def counted(product: Product) -> int:
    """Text messages that were handled, as /metrics tells of all workers."""
    text = requests.get(f"http://127.0.0.1:{product.port}/metrics", timeout=30).text
    return sum(
        int(float(n)) for n in re.findall(r'^lintuan_messages_total{kind="text",outcome="handled"} (\S+)$', text, re.M)
    )


def workers(product: Product) -> list[int]:
    """The web workers that run."""
    return [pid for pid in children(product.main) if pid != product.scheduler]


def sockets(pid: int) -> set[str]:
    """The sockets that a process has open, by number."""
    return {name for name in opened(pid) if name.startswith("socket:")}


def opened(pid: int) -> set[str]:
    """Everything that a process has open."""
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(str(entry.readlink()))
    return found


@contextmanager
def unusable(config: Path) -> Iterator[None]:
    """Meanwhile the file cannot be loaded."""
    text = config.read_text("utf-8")
    config.write_text(text.replace("[wechat]", "[wechat]\ncolour = 1"), "utf-8")
    try:
        yield
    finally:
        config.write_text(text, "utf-8")
