"""Measure and write docs/benchmarks.md: `make bench`, or `python -m benchmarks orders closing` for single sections."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from benchmarks import (
    closing,
    documents,
    exporting,
    first_paint,
    machine,
    order_message,
    outbox,
    overload,
    routing,
    startup,
    stored,
    understanding,
)
from benchmarks.servers import Server, serving
from migrations import upgrade
from models import Store
from operations import after_close
from tests.support.postgres import PostgresServer, PostgresUnavailable, running_server

T = TypeVar("T")


def main() -> None:
    """Measure, print, write."""
    sections = "\n".join(f"  {name:14}{title}" for name, title in documents.TITLES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure, and write what was found to docs/benchmarks.md.",
        epilog=f"sections:\n{sections}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("section", nargs="*", help="what to measure; nothing named: all, which takes an hour")
    wanted = parser.parse_args().section or list(SECTIONS)
    if unknown := [name for name in wanted if name not in SECTIONS]:
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    with tempfile.TemporaryDirectory() as folder, _postgres() as server:
        for name in wanted:
            load = machine.load()
            place = Path(folder) / name
            place.mkdir()
            text = documents.dated(load, SECTIONS[name](place, server))
            print(f"## {documents.TITLES[name]}\n\n{text}", flush=True)
            documents.write(name, text)


def _paint(folder: Path, _server: PostgresServer | None) -> list[str]:
    lines = [
        "First contentful paint in a real Chromium with an empty cache, as a neighbour who is known there, on the line",
        "that Lighthouse calls slow 4G, once “3G fast” (1.6 Mbit/s, 150 ms, a processor four times slower).",
        "To be had within 1 s and 150 KB.",
        "",
        "| page | median | worst | transferred | in time |",
        "|---|---|---|---|---|",
    ]
    for one in first_paint.measure(folder):
        median, worst = statistics.median(one.paints_ms), max(one.paints_ms)
        size, verdict = f"{one.transferred / 1000:.0f} KB", "yes" if one.is_soon else "**no**"
        lines.append(f"| {one.name} | {median:.0f} ms | {worst:.0f} ms | {size} | {verdict} |")
    return lines


def _understanding(_folder: Path, _server: PostgresServer | None) -> list[str]:
    found = understanding.measure()
    return [
        (
            f"{found.messages} annotated messages, the parser alone (CPU): p50 {found.p50_us:.0f} µs, "
            f"p99 {found.p99_us:.0f} µs."
        )
    ]


def _orders(folder: Path, server: PostgresServer | None) -> list[str]:
    found, latencies = order_message.measure(folder, server)
    names = list(dict.fromkeys(name for name, _ in found.rate))
    lines = [
        "Over real HTTP, a connection per push, granian with one worker as in production, clients on the same machine.",
        f"{order_message.ROUNDS} rounds in which all take turns; shares are medians of the rounds' ratios. The echo is",
        "the same server and protocol code without database and business; “its SQL alone” is the same statements with",
        "the same values by the bare driver, one connection on SQLite, four pipelined ones on PostgreSQL. CPU is the",
        f"web server's. fsync of 4 KiB during the run: {min(found.probes):.2f} to {max(found.probes):.2f} ms.",
        "",
        "| contender | clients | messages/s | of the echo | of its SQL alone | CPU per message |",
        "|---|---|---|---|---|---|",
    ]
    for name, clients in found.rate:
        echo, limit = ("echo", clients), (f"{name.split(',')[0]}, its SQL alone", 1)
        of_echo = f"{100 * found.ratio((name, clients), echo):.0f} %" if echo in found.rate and name in _OURS else ""
        of_limit = f"{100 * found.ratio((name, clients), limit):.0f} %" if limit in found.rate and name in _OURS else ""
        cpu = sorted(found.cpu[name, clients])[len(found.cpu[name, clients]) // 2]
        lines.append(
            f"| {name} | {clients} | {found.median(name, clients):.0f} | {of_echo} | {of_limit} "
            f"| {f'{1000 * cpu:.2f} ms' if cpu else ''} |"
        )
    grouped = found.ratio(("SQLite", 32), ("SQLite, a commit each", 32))
    sealed = found.ratio(("SQLite, AES", 16), ("SQLite", 16))
    lines += ["", f"Group commit: {grouped:.1f} times one commit per message, at 32 clients. AES: {100 * sealed:.0f} %"]
    lines += [
        f"of plain. {len(names)} contenders. At half of the saturation rate, arrivals fixed and timed from when",
        "due:",
    ]
    lines += [
        f"{one.name} at {one.per_second:.0f}/s p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms (slowest fsync "
        f"{one.slowest_fsync_ms:.1f} ms)."
        for one in latencies
    ]
    return lines


_OURS = {"SQLite", "PostgreSQL", "SQLite, AES", "SQLite, a commit each"}


def _overload(folder: Path, server: PostgresServer | None) -> list[str]:
    lines = [
        f"Twice the saturation rate for {overload.SECONDS} s, each message sent again when it is not answered within",
        "5 s, three times in all. “Taken over”: booked, or durably stored with the answer that it will be;",
        "“booked meanwhile” only what was booked before the minute was over.",
        "",
        (
            "| | saturation/s | offered/s | answered at the first try | booked at once | stored for later | refused "
            "| taken over / saturation | booked meanwhile / saturation | p99 s | caught up after s |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in _on_each(folder, server, overload.measure, residents=12_000):
        shares = (one.first_try, one.booked_at_once, one.stored_for_later, one.refused, one.goodput, one.done_in_time)
        percent = " | ".join(f"{100 * share:.1f} %" for share in shares)
        lines.append(
            f"| {one.name} | {one.saturation:.0f} | {one.offered:.0f} | {percent} | {one.p99_s:.2f} "
            f"| {one.caught_up_s:.0f} |"
        )
    return [*lines, "", "Nothing was lost or doubled: every message has one row that is done, and the books are right."]


def _closing(folder: Path, server: PostgresServer | None) -> list[str]:
    with ExitStack() as stack:
        found = closing.measure([stack.enter_context(one) for one in _servers(folder, server)])
    lines = [
        f"{closing.ORDERS:,} orders; median of {closing.ROUNDS}. Closed: the offers are shut and the total stands,",
        "durably; nobody orders after that. Whole: every sale is in the ledger and every notice in the outbox too; the",
        f"scheduler books them {after_close.PART} at a time and pauses in between. The webhook meanwhile:",
        f"{closing.PER_SECOND:.0f} orders a second while one such round after the other closes.",
        "",
        "| | closed ms | whole ms | webhook p99 ms in ordinary times | while rounds close | closes in that time |",
        "|---|---|---|---|---|---|",
    ]
    return lines + [
        f"| {one.name} | {one.close_ms:.0f} | {one.whole_ms:.0f} | {one.usual_p99_ms:.0f} "
        f"| {one.meanwhile_p99_ms:.0f} | {one.closes_meanwhile} |"
        for one in found
    ]


def _outbox(folder: Path, server: PostgresServer | None) -> list[str]:
    found = _on_each(folder, server, outbox.measure)
    return [
        f"With {outbox.NOTICES:,} notices due, one job, the network left out: claim, begin and result, each committed.",
        "",
        *(f"- {one.name}: {one.per_second:.0f} a second; written in {one.written_ms:.0f} ms." for one in found),
    ]


def _stored(folder: Path, server: PostgresServer | None) -> list[str]:
    urls = {"SQLite": f"sqlite:///{folder / 'stored.db'}"}
    if server is not None:
        urls["PostgreSQL"] = server.url(server.create_database())
    lines = [
        "One leader's orders, 500 in a round, two lines each. Totals: those of the newest round, as 「统计」 asks for",
        "them. The message: a whole order, in the process.",
        "",
        "| | orders stored | totals p50 ms | totals p99 ms | order message p50 ms |",
        "|---|---|---|---|---|",
    ]
    return lines + [
        f"| {one.name} | {one.orders:,} | {one.totals_p50_ms:.1f} | {one.totals_p99_ms:.1f} "
        f"| {one.message_p50_ms:.1f} |"
        for one in stored.measure(urls)
    ]


def _exporting(folder: Path, _server: PostgresServer | None) -> list[str]:
    url = f"sqlite:///{folder / 'exporting.db'}"
    upgrade(url)
    store = Store.open(url, wait_s=60)
    found = exporting.measure(store)
    store.dispose()
    said = f"""{found.lines:,} lines of a round read from SQLite and written as .xlsx of {found.size_kb:.0f} KB:
{found.seconds:.1f} s, {found.cpu_s:.1f} s of it CPU. The process held {found.before_mb:.0f} MB before and
{found.peak_mb:.0f} MB at most."""
    return said.splitlines()


def _startup(folder: Path, _server: PostgresServer | None) -> list[str]:
    found = startup.measure(folder)
    said = f"""`make run` until `/healthz` is green, which takes the web worker and the scheduler: {found.first_s:.1f} s
with an empty folder, {found.again_s:.1f} s the next time. {found.processes} processes hold
{found.memory_mb:.0f} MB together, shared pages counted once."""
    return said.splitlines()


def _routing(_folder: Path, _server: PostgresServer | None) -> list[str]:
    """The known instances are not ours to ship: they lie where CVRPLIB says, else only generated ones are planned."""
    folder = os.environ.get("CVRPLIB")
    return list(routing.report(Path(folder) if folder else None, [10.0, 30.0]))


SECTIONS: dict[str, Callable[[Path, PostgresServer | None], list[str]]] = {
    "understanding": _understanding,
    "orders": _orders,
    "overload": _overload,
    "closing": _closing,
    "outbox": _outbox,
    "stored": _stored,
    "exporting": _exporting,
    "paint": _paint,
    "startup": _startup,
    "routing": _routing,
}


def _servers(
    folder: Path, server: PostgresServer | None, residents: int = 2000
) -> Iterator[AbstractContextManager[Server]]:
    yield serving("SQLite", folder, f"sqlite:///{folder / 'orders.db'}", residents=residents)
    if server is not None:
        yield serving("PostgreSQL", folder, server.url(server.create_database()), residents=residents)


def _on_each(
    folder: Path, server: PostgresServer | None, measure: Callable[[Server], T], residents: int = 2000
) -> list[T]:
    """One after the other, with nothing else running."""
    found = []
    for one in _servers(folder, server, residents):
        with one as running:
            found.append(measure(running))
    return found


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
