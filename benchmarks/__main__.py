"""Run all measurements and write docs/benchmarks.md with machine, versions and date: `make bench`."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import closing, exporting, machine, order_message, startup, understanding
from migrations import upgrade
from models import Store
from tests.support.postgres import PostgresServer, PostgresUnavailable, running_server

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BUSY = 0.5  # processes of others that wanted to run when we began

WRITTEN = "Written by `make bench`. Quote ratios, not seconds: one machine differs from another, and from hour to hour."
SHARED = """**The machine was shared**: {load:.1f} processes of others wanted to run when this began. Compare ratios;
the seconds are better on a quiet machine."""
ORDERS = """## The complete order message

Over real HTTP, a connection per push, granian with one worker as in production; clients in a closed loop on the same
machine. Signed push in, understanding, guarded stock of one or two offers, order, events, durable commit, reply out.
The signed echo is the same server and the same protocol code without database and business.

{rounds} rounds in which all contenders take turns; the share is the median of the rounds' ratios. Durability is
asserted (SQLite `synchronous=FULL`; PostgreSQL `fsync`, `synchronous_commit`, `full_page_writes`), and every answer is
compared with its row: a run in which they differ is void. CPU is the web server's; PostgreSQL's own processes are not
in it. Refused as busy: {refused}. fsync of 4 KiB during the run: median {probe}.

| contender, mode | clients | messages/s | share of the echo's rate | CPU per message | p50 ms | p99 ms |
|---|---|---|---|---|---|---|"""
CLOSING = """## Closing a round

{orders:,} orders: offers shut, totals, {orders:,} sales in the ledger and {orders:,} notices in one durable commit;
median of {rounds}: {said}.

"""
EXPORTING = """## The order export

{found.lines:,} lines of a round read from SQLite and written as .xlsx of {found.size_kb:.0f} KB: {found.seconds:.1f} s,
{found.cpu_s:.1f} s of it CPU. The process held {found.before_mb:.0f} MB before and {found.peak_mb:.0f} MB at most.

"""
STARTING = """## Starting, and memory

`make run` until `/healthz` is green, which takes the web worker and the scheduler: {found.first_s:.1f} s with an empty
folder, {found.again_s:.1f} s the next time. {found.processes} processes hold {found.memory_mb:.0f} MB together, shared
pages counted once.
"""


def main() -> None:
    """Measure, print, write."""
    load = machine.load()
    with tempfile.TemporaryDirectory() as folder, _postgres() as server:
        parts = [
            _understanding(),
            _orders(Path(folder), server),
            _closing(Path(folder), server),
            _exporting(Path(folder)),
            _startup(Path(folder)),
        ]
    text = "\n".join([*_head(load), *(line for part in parts for line in part)]) + "\n"
    print(text)
    REPORT.write_text(text, encoding="utf-8")


def _head(load: float) -> list[str]:
    shared = SHARED.format(load=load) if load > BUSY else "The machine had nothing else to do."
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {machine.describe()}"
    return ["# Benchmarks", "", WRITTEN, "", when, "", shared, ""]


def _understanding() -> list[str]:
    found = understanding.measure()
    said = (
        f"{found.messages} annotated messages, the parser alone: p50 {found.p50_us:.0f} µs, p99 {found.p99_us:.0f} µs."
    )
    return ["## Understanding one message (CPU)", "", said, ""]


def _orders(folder: Path, server: PostgresServer | None) -> list[str]:
    table = order_message.measure(folder, server)
    probe = f"{statistics.median(table.fsync_ms):.2f} ms, {min(table.fsync_ms):.2f} to {max(table.fsync_ms):.2f}"
    rows = [
        f"| {row.name}, {row.mode} | {row.clients} | {row.per_second:.0f} | {100 * row.of_echo:.0f} % "
        f"| {row.cpu_ms:.1f} ms | {row.p50_ms:.1f} | {row.p99_ms:.1f} |"
        for row in table.rows
    ]
    return [*ORDERS.format(rounds=order_message.ROUNDS, probe=probe, refused=table.refused).splitlines(), *rows, ""]


def _closing(folder: Path, server: PostgresServer | None) -> list[str]:
    urls = {"SQLite": f"sqlite:///{folder / 'closing.db'}"}
    if server is not None:
        urls["PostgreSQL"] = server.url(server.create_database())
    for url in urls.values():
        upgrade(url)
    stores = [Store.open(url, wait_s=60) for url in urls.values()]
    taken = closing.measure(stores)
    for store in stores:
        store.dispose()
    said = ", ".join(f"{name} {ms:.0f} ms" for name, ms in zip(urls, taken, strict=True))
    return CLOSING.format(orders=closing.ORDERS, rounds=closing.ROUNDS, said=said).splitlines()


def _exporting(folder: Path) -> list[str]:
    url = f"sqlite:///{folder / 'exporting.db'}"
    upgrade(url)
    store = Store.open(url, wait_s=60)
    found = exporting.measure(store)
    store.dispose()
    return EXPORTING.format(found=found).splitlines()


def _startup(folder: Path) -> list[str]:
    found = startup.measure(folder)
    return STARTING.format(found=found).splitlines()


@contextmanager
def _postgres() -> Iterator[PostgresServer | None]:
    """A durable server where one can be had."""
    with ExitStack() as stack:
        server = None
        try:
            server = stack.enter_context(running_server(durable=True))
        except PostgresUnavailable as error:
            print(f"PostgreSQL is left out: {error}", file=sys.stderr)
        yield server


if __name__ == "__main__":
    main()
