"""Running servers to measure, each with a neighbourhood of its own, and what must be true of them afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import requests
from sqlalchemy import func, insert, select, text

from benchmarks.load import Crowd, Phones, Push
from benchmarks.machine import cpu_s, tree
from bot.simulator import judge
from bot.texts.replies import RECEIVED
from migrations import upgrade
from models import Store, Work, account, account_binding, inbound_message, order_event, resident
from operations import leadership, people
from operations.offers import NewOffer
from operations.rounds import NewRound, publish
from tests.faults.product import ACCOUNT, ROOT, write_config
from tests.support.invariants import violations
from tests.support.ports import find_free_port, wait_until_listening

BOOKED, NOT_RECORDED = "合计", "没有记下"
WORDS = ("草莓1 鸡蛋1", "草莓2 鸡蛋1", "草莓3 鸡蛋2", "再加1份草莓")
_HONEST = (BOOKED, NOT_RECORDED, RECEIVED)
Mode = Literal["plain", "safe"]


def said(n: int, openids: Sequence[str]) -> tuple[str, str]:
    """Who writes the n-th message, and what. Nobody says the same twice in a row: each changes something."""
    turn, who = divmod(n, len(openids))
    return openids[who], WORDS[(who + turn) % len(WORDS)]


class Void(Exception):
    """The rows do not match the answers: the figures mean nothing."""


@dataclass
class Server:
    """A web server of the product, or the echo (`store` None), with its residents."""

    name: str
    mode: Mode
    port: int
    pids: list[int]
    openids: Sequence[str]
    store: Store | None
    sent: list[Push] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.phones = Phones(replace(ACCOUNT, mode=self.mode), self.port)
        self.crowd = Crowd(self.phones)

    def pushes(self, count: int) -> list[Push]:
        """New messages, each of the next resident: nobody sends more than one person may in a minute."""
        before = len(self.sent)
        made = [self.phones.write(*said(n, self.openids)) for n in range(before, before + count)]
        self.sent += made
        return made

    def closed(self, count: int, clients: int) -> tuple[float, float]:
        """Messages per second in a closed loop, and the server's CPU seconds per message."""
        pushes, before = self.pushes(count), cpu_s(self.pids)
        took = self.crowd.closed(pushes, clients)
        self.look_at(pushes)
        return count / took, (cpu_s(self.pids) - before) / count

    def look_at(self, pushes: Sequence[Push]) -> None:
        """Raises Void for an answer that is not the one to its message."""
        for push in pushes:
            said = self.words(push)
            if not any(word in said for word in _HONEST) if self.store else said != push.text:
                raise Void(f"{self.name}: {push.text!r} was answered {said!r}")

    def words(self, push: Push) -> str:
        """What the phone shows; raises Void when nothing came."""
        if not push.answer:
            raise Void(f"{self.name}: no answer to {push.text!r}")
        return judge.judge(
            200, push.answer, judge.Context(self.phones.account, push.openid, "text", self.mode, ())
        ).text

    def gather_statistics(self) -> None:
        """What PostgreSQL does by itself once a minute: before, it plans as if the tables were empty."""
        if self.store is not None and not self.store.is_sqlite:
            with self.store.transaction() as work:
                work.db.execute(text("ANALYZE"))

    def check(self) -> None:
        """Every message that was booked is in the database, done once, and the books are right."""
        if self.store is None:
            return
        with self.store.read() as work:
            done = set(work.db.scalars(select(inbound_message.c.dedupe_key).where(inbound_message.c.state == "done")))
            changed = work.db.scalar(select(func.count(order_event.c.source_key.distinct())))
        booked = {push.key for push in self.sent if push.answer and BOOKED in self.words(push)}
        if not booked <= done or not changed or changed > len(self.sent) or violations(self.store):
            raise Void(f"{self.name}: {len(booked - done)} booked messages are not recorded, or the books are wrong")


@contextmanager
def serving(
    name: str, folder: Path, url: str | None, *, mode: Mode = "plain", residents: int = 2000, alone: bool = False
) -> Iterator[Server]:
    """A server process on a fresh database; without one it is the signed echo. `alone`: a commit for every message."""
    port, openids = find_free_port(), [f"o_benchmark_resident_{n:07d}" for n in range(residents)]
    store = prepared(url, openids) if url else None
    config = write_config(folder, url or "sqlite://", port=port, api_base="http://127.0.0.1:9", mode=mode)
    command = [sys.executable, "-m", "benchmarks.server", "orders" if url else "echo", str(config)]
    environment = os.environ | {"LINTUAN_BENCHMARK_ALONE": "1"} if alone else None
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until_listening(port, timeout_s=60, is_alive=lambda: process.poll() is None)
        requests.get(f"http://127.0.0.1:{port}/", timeout=60)  # the socket listens before the worker is there
        yield Server(name, mode, port, tree(process.pid), openids, store)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        if store is not None:
            store.dispose()


def prepared(url: str, openids: Sequence[str]) -> Store:
    """A migrated database with a leader, an open round of five offers, and these residents; durability asserted."""
    upgrade(url)
    store = Store.open(url, wait_s=20)
    assert_durable(store)
    with store.transaction() as work:
        owner = people.recognise(work, "o_benchmark_leader_000000001").account_id
        leader_id = leadership.apply_as_leader(work, account_id=owner, name="小美", note=None, share_bps=1000)
        leadership.approve_leader(work, leader_id=leader_id, actor="system")
        publish(work, leader_id=leader_id, new=_round(work), actor="system")
        settle(work, leader_id, openids)
    return store


def settle(work: Work, leader_id: int, openids: Sequence[str]) -> None:
    """Residents of this leader, written in bulk."""
    first = work.new_id.block(2 * len(openids))
    ids = [(first + 2 * n, first + 2 * n + 1, openid) for n, openid in enumerate(openids)]
    mine = {"leader_id": leader_id}
    work.db.execute(insert(account), [{"id": a, "openid": o, "created_at": work.now} for a, _, o in ids])
    work.db.execute(
        insert(resident),
        [mine | {"id": r, "account_id": a, "room": "3-502", "created_at": work.now} for a, r, _ in ids],
    )
    work.db.execute(
        insert(account_binding),
        [
            mine | {"account_id": a, "resident_id": r, "is_current": True, "via": "code", "bound_at": work.now}
            for a, r, _ in ids
        ],
    )


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
