"""The complete order message over HTTP: signed push in, understanding, guarded stock, durable commit, reply out.

Contenders run in turn within every round, so that a busy minute of the machine meets all of them; what is compared are
medians of per-round ratios. A run in which the rows do not match the answers is void and raises.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import fsync_times
from benchmarks.replay import Replay, record_postgresql, record_sqlite
from benchmarks.servers import Server, serving
from tests.support.postgres import PostgresServer

ROUNDS = 5
MESSAGES = {1: 120, 2: 160, 16: 400, 32: 400}  # per client count and round
REPLAYED = 300
HALF_LOAD_S, HALF_LOADS = 4, 3


@dataclass
class Rounds:
    """What every round measured: messages per second by (contender, clients), CPU seconds per message, fsyncs in ms."""

    rate: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    cpu: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    probes: list[float] = field(default_factory=list)

    def add(self, name: str, clients: int, rate: float, cpu: float = 0.0) -> None:
        self.rate.setdefault((name, clients), []).append(rate)
        self.cpu.setdefault((name, clients), []).append(cpu)

    def median(self, name: str, clients: int) -> float:
        return statistics.median(self.rate[name, clients])

    def ratio(self, one: tuple[str, int], other: tuple[str, int]) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(a / b for a, b in zip(self.rate[one], self.rate[other], strict=True))


@dataclass(frozen=True)
class Latency:
    """At half of the saturation load, arrivals fixed: milliseconds over all messages; the probe's slowest fsync."""

    name: str
    per_second: float
    p50_ms: float
    p99_ms: float
    slowest_fsync_ms: float


def measure(folder: Path, postgres: PostgresServer | None) -> tuple[Rounds, list[Latency]]:
    """All contenders on databases in `folder` and on `postgres`."""
    found, wanted = Rounds(), (ROUNDS + 1) * REPLAYED
    with ExitStack() as stack:
        echo = stack.enter_context(serving("echo", folder, None))
        sqlite = stack.enter_context(serving("SQLite", folder, f"sqlite:///{folder / 'plain.db'}"))
        sealed = stack.enter_context(serving("SQLite, AES", folder, f"sqlite:///{folder / 'aes.db'}", mode="safe"))
        alone = stack.enter_context(
            serving("SQLite, a commit each", folder, f"sqlite:///{folder / 'alone.db'}", alone=True)
        )
        replays, orders = [record_sqlite(folder, wanted)], [sqlite]
        if postgres is not None:
            replays.append(record_postgresql(postgres, wanted))
            url = postgres.url(postgres.create_database())
            orders.append(stack.enter_context(serving("PostgreSQL", folder, url)))
        turns = _turns(found, echo, orders, sealed, alone, replays)
        for number in range(ROUNDS + 1):
            if number == 1:  # the first warms up
                found.rate.clear()
                found.cpu.clear()
                found.probes.clear()
                for server in orders:
                    server.gather_statistics()
            found.probes += fsync_times(folder)
            for turn in turns:
                turn()
        latencies = [_half_load(one, found, folder) for one in orders]
        for server in (*orders, sealed, alone):
            server.check()
    return found, latencies


def _turns(
    found: Rounds, echo: Server, orders: list[Server], sealed: Server, alone: Server, replays: list[Replay]
) -> list[Callable[[], None]]:
    """What each round does, one after the other."""

    def push(server: Server, clients: int) -> Callable[[], None]:
        return lambda: found.add(server.name, clients, *server.closed(MESSAGES[clients], clients))

    def limit(replay: Replay) -> Callable[[], None]:
        return lambda: found.add(f"{replay.name}, its SQL alone", 1, replay.run(REPLAYED))

    # What is compared is measured one right after the other: minutes of this machine differ by half.
    sqlite, *others = orders
    turns = [push(server, clients) for clients in (1, 2) for server in (echo, *orders)]
    turns += [push(server, 16) for server in (echo, sqlite, sealed, *others)]
    turns += [limit(replay) for replay in replays]
    return [*turns, push(sqlite, 32), push(alone, 32)]


def _half_load(server: Server, found: Rounds, folder: Path) -> Latency:
    per_second = found.median(server.name, 16) / 2
    seconds: list[float] = []
    slowest = 0.0
    for _ in range(HALF_LOADS):
        slowest = max(slowest, *fsync_times(folder, 50))
        pushes = server.pushes(int(per_second * HALF_LOAD_S))
        server.crowd.on_time(pushes, per_second=per_second)
        server.look_at(pushes)
        seconds += [push.seconds for push in pushes]
        slowest = max(slowest, *fsync_times(folder, 50))
    seconds.sort()
    middle, late = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    return Latency(server.name, per_second, 1000 * middle, 1000 * late, slowest)
