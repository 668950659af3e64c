"""Several machines: three web processes and two schedulers, nothing shared but a PostgreSQL."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from sqlalchemy import func, select, update

from bot.simulator import Sim, create_simulator, serve
from bot.simulator.clock import ShiftedClock
from bot.simulator.target import Answer, HttpTarget, Unanswered
from bot.texts.replies import RECEIVED
from config import load
from demo.day import Day, play
from demo.people import simulated
from models import Store, job_run, offer
from tests.faults.neighbourhood import WORDS, looking_at, put_off, settle
from tests.faults.phones import Crowd, Phones, Told
from tests.faults.product import ACCOUNT, Product, start_scheduler, write_config
from tests.support.invariants import violations
from tests.support.patience import until
from tests.support.ports import find_free_port
from tests.support.postgres import PostgresServer

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(300)]

WEB, SCHEDULERS, BUYERS, UNITS = 3, 2, 200, 10


class InTurn:
    """A load balancer: each push goes to the next web process, and on to the one after where nobody listens."""

    path = "/wechat"

    def __init__(self, ports: list[int]) -> None:
        self._next = itertools.cycle([HttpTarget(f"http://127.0.0.1:{port}/wechat") for port in ports])
        self._lock = threading.Lock()

    def send(self, method: str, query: Mapping[str, str], body: bytes, limit: float) -> Answer:
        for _ in range(WEB):
            with self._lock:
                target = next(self._next)
            try:
                return target.send(method, query, body, limit)
            except Unanswered as error:
                if not isinstance(error.__cause__, ConnectionRefusedError):
                    raise
        raise Unanswered("nobody listens")


@dataclass
class Balanced(Phones):
    """Phones whose pushes go through the balancer."""

    balancer: InTurn = field(default_factory=lambda: InTurn([]))

    def target(self) -> InTurn:
        return self.balancer


@dataclass
class Cluster:
    """What runs, the simulated platform in front of it, and the database behind."""

    sim: Sim
    base: str  # of the platform
    ports: list[int]
    webs: list[Product]
    store: Store
    clock: ShiftedClock


@pytest.fixture(scope="module")
def cluster(
    postgresql_server: PostgresServer, migrated_postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """The web processes, started once for all tests."""
    folder = tmp_path_factory.mktemp("cluster")
    url = postgresql_server.url(postgresql_server.create_database(migrated_postgresql))
    ports = [find_free_port() for _ in range(WEB)]
    platform, clock_file = find_free_port(), folder / "clock"
    api_base = f"http://127.0.0.1:{platform}"
    paths = [write_config(folder, url, port=port, api_base=api_base, clock_file=clock_file) for port in ports]
    for path in paths:  # the day hears by customer-service messages
        path.write_text(path.read_text("utf-8").replace("customer = false", "customer = true"), "utf-8")
    clock = ShiftedClock(clock_file)
    sim = simulated(load(paths[0]), clock)
    sim.base_url, sim.control_token = api_base, None
    sim.attach(InTurn(ports))
    with ExitStack() as running:
        running.enter_context(serve(create_simulator(sim), platform))
        webs = [Product(path, port, has_scheduler=False) for path, port in zip(paths, ports, strict=True)]
        for product in webs:
            running.callback(product.stop)
            product.start()
        store = running.enter_context(looking_at(url, clock))
        yield Cluster(sim, api_base, ports, webs, store, clock)


@pytest.fixture(scope="module")
def schedulers(cluster: Cluster) -> Iterator[list[int]]:
    """Beside them, for the tests of `make soak`."""
    with ExitStack() as running:
        started = [start_scheduler(cluster.webs[0].config) for _ in range(SCHEDULERS)]
        for scheduler in started:
            running.callback(scheduler.wait, 60)
            running.callback(scheduler.terminate)
        yield [one.pid for one in started]


def test_two_hundred_buyers_of_ten_units_over_three_processes(cluster: Cluster) -> None:
    """Exactly ten are sold; everybody else is told that there is none left, on a slow machine some of them later."""
    place = settle(cluster.store, residents=BUYERS)
    with cluster.store.transaction() as work:
        work.db.execute(update(offer).where(offer.c.leader_id == place.leader_id).values(capacity_milli=UNITS * 1000))
    phones = [
        Phones(port, ACCOUNT, cluster.clock, itertools.count(n * 10**9 + 1)) for n, port in enumerate(cluster.ports)
    ]

    def say(n: int) -> Told:
        phone = phones[n % WEB]
        return phone.push_until_answered(phone.write(place.openids[n], "草莓1"))

    with ThreadPoolExecutor(24) as pool:
        told = list(pool.map(say, range(BUYERS)))
    until(lambda: put_off(cluster.store) == 0, "what was only stored is done")
    assert place.total_milli() == UNITS * 1000
    later = sum(one.text == RECEIVED for one in told)
    assert UNITS - later <= sum(one.is_booked for one in told) <= UNITS
    refused = [one.text for one in told if not one.is_booked and one.text != RECEIVED]
    assert all("没有" in text or "只剩" in text or "完" in text for text in refused)
    assert violations(cluster.store) == []


@pytest.mark.soak
def test_a_whole_day_over_three_web_processes_and_two_schedulers(cluster: Cluster, schedulers: list[int]) -> None:
    """The scripted day, each message to another process than the one before; every expected answer and push comes."""
    seen: set[str] = set()

    def all_work() -> bool:
        seen.update(workers(cluster.store))
        return {f":{pid}" for pid in schedulers} <= {worker[worker.rindex(":") :] for worker in seen}

    until(all_work, "both schedulers do jobs")
    day = Day(cluster.base, "")
    day.begin_at(hour=10)
    play(day)
    assert cluster.sim.failures == []
    pushes = [entry for entry in cluster.sim.state.log if entry.side == "push"]
    assert len(pushes) > 30
    assert violations(cluster.store) == []


@pytest.mark.soak
@pytest.mark.usefixtures("schedulers")
def test_machines_are_stopped_and_started_one_after_the_other(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody notices: what meets a machine that is just ending is answered at WeChat's second or third attempt."""
    place = settle(cluster.store, residents=500)
    phones = Balanced(0, ACCOUNT, cluster.clock, balancer=InTurn(cluster.ports))
    crowd = Crowd(phones, place.openids, WORDS, copies=1)
    with crowd:
        for web in cluster.webs:
            answered = len(crowd.told)
            until(lambda answered=answered: len(crowd.told) > answered + 20, "people order")  # type: ignore[misc]
            web.stop()
            web.start()
    told = {message: answers[0] for message, answers in crowd.told.items()}
    assert max(one.attempts for one in told.values()) <= 3
    assert {one.text for one in told.values() if not one.is_booked} <= {RECEIVED}
    until(lambda: put_off(cluster.store) == 0, "what was only stored is done")
    assert place.sources() == Counter(message.key for message in told)
    assert violations(cluster.store) == []
    again = sum(one.attempts > 1 for one in told.values())
    with capsys.disabled():
        print(f"\n{WEB} machines renewed; {len(told)} messages, {again} of them at a second attempt")  # noqa: T201


def workers(store: Store) -> set[str]:
    """The schedulers that have written that they run."""
    with store.read() as work:
        return set(work.db.execute(select(job_run.c.worker).where(func.length(job_run.c.worker) > 0)).scalars())
