"""Run all measurements and write docs/benchmarks.md with machine, versions and date."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import order_message, understanding
from migrations import upgrade
from models import Store
from tests.support.postgres import PostgresUnavailable, running_server

REPORT = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print, write."""
    lines = [*_head(), *_understanding(), *_orders()]
    text = "\n".join(lines) + "\n"
    print(text)
    REPORT.write_text(text, encoding="utf-8")


def _head() -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("SQLAlchemy", "Flask", "wechatpy", "psycopg"))
    return [
        "# Benchmarks",
        "",
        "Written by `make bench`. Quote ratios, not seconds: machines differ.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {os.cpu_count()} cores · {platform.machine()} · Python "
        f"{platform.python_version()} · SQLite {sqlite3.sqlite_version} · {libraries}",
        "",
    ]


def _understanding() -> list[str]:
    figure = understanding.measure()
    return [
        "## Understanding one message (CPU)",
        "",
        f"{figure.messages} annotated messages: p50 {figure.p50_us:.0f} µs, p99 {figure.p99_us:.0f} µs.",
        "",
    ]


def _orders() -> list[str]:
    lines = [
        "## The complete order message",
        "",
        "Signed push in, durable commit, reply out; in process, one client. The echo is the same webhook with its dedupe"
        " row and commit, without business.",
        "",
        "| database, mode | orders/s | p50 ms | p99 ms | share of the echo's rate |",
        "|---|---|---|---|---|",
    ]
    with _databases() as databases:
        for name, url, is_encrypted in databases:
            upgrade(url)
            store = Store.open(url)
            figure = order_message.measure(store, is_encrypted=is_encrypted)
            store.dispose()
            lines.append(
                f"| {name}, {'AES' if is_encrypted else 'plain'} | {figure.per_second:.0f} | {figure.p50_ms:.1f} "
                f"| {figure.p99_ms:.1f} | {100 * figure.of_echo:.0f} % |"
            )
    return lines


@contextmanager
def _databases() -> Iterator[Iterator[tuple[str, str, bool]]]:
    """(name, URL of an empty database, encrypted?) for each row of the table; PostgreSQL where a server can be had."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        rows = [("SQLite", f"sqlite:///{folder / f'{aes}.db'}", aes) for aes in (False, True)]
        try:
            server = stack.enter_context(running_server())
            made = [(aes, server.url(server.create_database())) for aes in (False, True)]
            rows += [("PostgreSQL (fsync off)", url, aes) for aes, url in made]
        except PostgresUnavailable as error:
            print(f"PostgreSQL is left out: {error}", file=sys.stderr)
        yield iter(rows)


if __name__ == "__main__":
    main()
