"""The complete order message over HTTP: signed push in, understanding, guarded stock, durable commit, reply out.

Contenders run in turn within every round, so that a busy minute of the machine meets all of them; what is compared are
medians of per-round ratios to the signed echo. Each push is a new connection, as the platform makes them. A run in
which the rows do not match the answers is void and raises.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import requests
from sqlalchemy import func, select, text

from benchmarks.machine import cpu_s, fsync_ms, tree
from bot.simulator.target import HttpTarget
from migrations import upgrade
from models import Store, Work, inbound_message, order_event
from operations import people
from operations.offers import NewOffer
from operations.rounds import NewRound, publish
from tests.faults.phones import BOOKED, NOT_RECORDED, WECHAT_WAITS_S, Phones, Sealed
from tests.faults.product import ACCOUNT, ROOT, write_config
from tests.support.invariants import violations
from tests.support.ports import find_free_port, wait_until_listening
from tests.support.postgres import PostgresServer

ROUNDS = 5
MESSAGES = {1: 25, 2: 40, 16: 80}  # per client count and round
RESIDENTS = 400  # so many that nobody sends more than the twenty messages a minute one person may


class Void(Exception):
    """The rows do not match the answers: the figures mean nothing."""


@dataclass
class Contender:
    """A running server. `taken` has, by client count and round: messages/s, CPU s per message, latencies in s."""

    name: str
    mode: Literal["plain", "safe"]
    phones: Phones
    pids: list[int]
    openids: list[str]
    store: Store | None = None
    taken: dict[int, list[tuple[float, float, list[float]]]] = field(default_factory=dict)
    sent: int = 0
    refused: int = 0

    def run(self, clients: int, number: int) -> None:
        """Send one round's messages from so many clients in a closed loop."""
        wanted = itertools.cycle(("草莓1 鸡蛋1", "草莓2 鸡蛋1", "草莓3 鸡蛋2", "再加1份草莓"))
        people_ = itertools.islice(itertools.cycle(self.openids), self.sent % len(self.openids), None)
        sealed = [self.phones.seal(self.phones.write(next(people_), next(wanted))) for _ in range(MESSAGES[clients])]
        self.sent += len(sealed)
        before, started = cpu_s(self.pids), time.perf_counter()
        with ThreadPoolExecutor(clients) as pool:
            answers = list(pool.map(self._push, sealed))
        took, cpu = time.perf_counter() - started, cpu_s(self.pids) - before
        for message, (body, _) in zip(sealed, answers, strict=True):
            words = self.phones.read(message, body)
            if self.store and NOT_RECORDED in words:  # an honest answer: the machine was too busy for it
                self.refused += 1
            elif BOOKED not in words if self.store else words != message.message.text:
                raise Void(f"{self.name}: {message.message.text!r} was answered {words!r}")
        if number:  # the first round warms up
            figures = (len(sealed) / took, cpu / len(sealed), [seconds for _, seconds in answers])
            self.taken.setdefault(clients, []).append(figures)

    def _push(self, sealed: Sealed) -> tuple[bytes, float]:
        started = time.perf_counter()
        answer = HttpTarget(f"http://127.0.0.1:{self.phones.port}/wechat").send(
            "POST", sealed.query, sealed.body, WECHAT_WAITS_S
        )
        return answer.body, time.perf_counter() - started

    def check(self) -> None:
        """Every message is in the database, handled once, and the books are right."""
        if self.store is None:
            return
        with self.store.read() as work:
            done = work.db.scalar(select(func.count()).where(inbound_message.c.state == "done"))
            changed = work.db.scalar(select(func.count(order_event.c.source_key.distinct())))
        answered = self.sent - self.refused
        if done != answered or not changed or changed > answered or violations(self.store):
            raise Void(f"{self.name}: {answered} were booked, {done} are recorded, {changed} changed an order")


@dataclass(frozen=True)
class Row:
    """One line of the table: medians over the rounds. `of_echo` is that of the ratios to the echo in the same mode."""

    name: str
    mode: str
    clients: int
    per_second: float
    of_echo: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Table:
    """All lines, how many messages were refused as busy, and the fsync probe of every round in milliseconds."""

    rows: list[Row]
    refused: int
    fsync_ms: list[float]


def measure(folder: Path, server: PostgresServer | None) -> Table:
    """Run all contenders on databases in `folder` and on `server`."""
    probes = []
    with ExitStack() as stack:
        contenders = [stack.enter_context(one) for one in _contenders(folder, server)]
        for number in range(ROUNDS + 1):
            probes.append(fsync_ms(folder))
            for clients in MESSAGES:
                for contender in contenders:
                    contender.run(clients, number)
        for contender in contenders:
            contender.check()
    return Table(_rows(contenders), sum(one.refused for one in contenders), probes)


def _contenders(folder: Path, server: PostgresServer | None) -> Iterator[AbstractContextManager[Contender]]:
    modes: tuple[Literal["plain", "safe"], ...] = ("plain", "safe")
    for mode in modes:
        yield _serving("signed echo", "echo", mode, folder, None, [])
        yield _serving("SQLite", "orders", mode, folder, f"sqlite:///{folder / f'{mode}.db'}", [])
        if server is not None:
            url = server.url(server.create_database())
            yield _serving("PostgreSQL", "orders", mode, folder, url, tree_of_postgres(server))


def _rows(contenders: Sequence[Contender]) -> list[Row]:
    rows = []
    for contender in contenders:
        echo = next(one for one in contenders if one.store is None and one.mode == contender.mode)
        for clients, rounds in contender.taken.items():
            ratios = [mine[0] / theirs[0] for mine, theirs in zip(rounds, echo.taken[clients], strict=True)]
            times = sorted(seconds for _, _, latencies in rounds for seconds in latencies)
            rows.append(
                Row(
                    contender.name,
                    "AES" if contender.mode == "safe" else "plain",
                    clients,
                    statistics.median(rate for rate, _, _ in rounds),
                    statistics.median(ratios),
                    1000 * statistics.median(cpu for _, cpu, _ in rounds),
                    1000 * times[len(times) // 2],
                    1000 * times[int(len(times) * 0.99)],
                )
            )
    return rows


@contextmanager
def _serving(
    name: str, kind: str, mode: Literal["plain", "safe"], folder: Path, url: str | None, database_pids: list[int]
) -> Iterator[Contender]:
    port = find_free_port()
    store = _prepared(url) if url else None
    config = write_config(folder, url or "sqlite://", port=port, api_base="http://127.0.0.1:9", mode=mode)
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.server", kind, str(config)], cwd=ROOT)
    try:
        wait_until_listening(port, timeout_s=60, is_alive=lambda: process.poll() is None)
        requests.get(f"http://127.0.0.1:{port}/", timeout=60)  # the socket listens before the worker is there
        phones = Phones(port, replace(ACCOUNT, mode=mode))
        yield Contender(name, mode, phones, [*tree(process.pid), *database_pids], _openids(), store)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        if store is not None:
            store.dispose()


def tree_of_postgres(server: PostgresServer) -> list[int]:
    """The server's main process; its connections come and go, so their CPU is counted when they have ended."""
    return [int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])]


def _openids() -> list[str]:
    return [f"o_benchmark_resident_{n:07d}" for n in range(RESIDENTS)]


def _prepared(url: str) -> Store:
    upgrade(url)
    store = Store.open(url)
    assert_durable(store)
    with store.transaction() as work:
        account_id = people.recognise(work, "o_benchmark_leader_000000001").account_id
        leader_id = people.apply_as_leader(work, account_id=account_id, name="小美", note=None, share_bps=1000)
        people.approve_leader(work, leader_id=leader_id, actor="system")
        publish(work, leader_id=leader_id, new=_round(work), actor="system")
        for openid in _openids():
            account_id = people.recognise(work, openid).account_id
            people.bind(work, account_id=account_id, leader_id=leader_id, via="code")
    return store


def _round(work: Work) -> NewRound:
    names = ("红颜草莓", "土鸡蛋", "鲜牛奶", "五常大米", "花生油")
    offers = tuple(NewOffer(name, 1500 + 100 * n, "份", capacity_milli=10**9) for n, name in enumerate(names))
    return NewRound("测速团", offers, closes_at=work.now + timedelta(days=1))


def assert_durable(store: Store) -> None:
    """A commit is on the disk when it returns. Raises Void otherwise."""
    with store.engine.connect() as db:
        if store.is_sqlite:
            found = {"synchronous": db.execute(text("PRAGMA synchronous")).scalar_one()}
            wanted: dict[str, object] = {"synchronous": 2}  # FULL
        else:
            wanted = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on")
            found = {name: db.execute(text(f"SHOW {name}")).scalar_one() for name in wanted}
    if found != wanted:
        raise Void(f"not durable: {found}")
