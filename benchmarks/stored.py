"""What grows with the years: a leader's totals and the order message beside 10,000, 100,000 and 1,000,000 orders."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import text

from benchmarks.servers import WORDS, prepared
from bot import inbox
from bot.inbound import Inbound
from handlers import Crowds, Settings, create_answer
from models import Store, Work
from operations import round_views, totals

SIZES, ORDERS_IN_ROUND = (10_000, 100_000, 1_000_000), 500
LOOKS, MESSAGES = 100, 100
RESIDENTS = 2000


@dataclass(frozen=True)
class Figure:
    """Milliseconds with so many orders stored: a leader's totals of his newest round, and one whole order message."""

    name: str
    orders: int
    totals_p50_ms: float
    totals_p99_ms: float
    message_p50_ms: float


def measure(urls: dict[str, str]) -> Iterator[Figure]:
    """On fresh databases, which grow."""
    for name, url in urls.items():
        openids = [f"o_benchmark_resident_{n:07d}" for n in range(RESIDENTS)]
        store = prepared(url, openids)
        here, say = 0, _speaker(store, openids)
        for size in SIZES:
            here = _grow(store, here, size)
            looks, messages = _times(LOOKS, partial(_look, store)), _times(MESSAGES, say)
            yield Figure(name, size, looks[LOOKS // 2], looks[int(LOOKS * 0.99)], messages[MESSAGES // 2])
        store.dispose()


def _times(times: int, job: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        job()
        taken.append(1000 * (time.perf_counter() - started))
    return sorted(taken)


def _look(store: Store) -> None:
    with store.read() as work:
        leader_id = work.db.execute(text("SELECT max(leader_id) FROM round")).scalar_one()
        (newest,) = round_views.latest(work, leader_id, ("closed",))
        if totals.of_round(work, leader_id, newest.id).orders != ORDERS_IN_ROUND:
            raise ValueError("not the totals of a whole round")


def _speaker(store: Store, openids: list[str]) -> Callable[[], object]:
    crowds = Crowds()
    answer, numbers = create_answer(Settings("http://127.0.0.1"), crowds=crowds), count()

    def handle(work: Work) -> None:
        n = next(numbers)
        openid = openids[n % len(openids)]
        inbound = Inbound(
            f"m:{n}:{openid}", openid, "gh_benchmark", "text", "text", work.now, text=WORDS[n % len(WORDS)]
        )
        inbox.ahead(work, inbound)
        crowds.look_ahead(work, inbound)
        if inbox.recall(work, inbound) is None:
            inbox.remember(work, inbound, answer(work, inbound))

    return lambda: store.run_together(handle)


def _grow(store: Store, here: int, there: int) -> int:
    """Closed rounds of 500 orders of two lines each, until so many orders are stored; the database writes them."""
    with store.transaction() as work:
        leader_id = work.db.execute(text("SELECT max(leader_id) FROM round")).scalar_one()
        rounds = (there - here) // ORDERS_IN_ROUND
        first = work.new_id.block(4 * (there - here) + 4 * rounds)
        facts: dict[str, Any] = {"leader": leader_id, "first": first, "rounds": rounds, "orders": there - here}
        facts |= {"now": round(work.now.timestamp() * 1000), "per_round": ORDERS_IN_ROUND, "here": here}
        if not store.is_sqlite:
            work.db.execute(text("SET LOCAL session_replication_role = replica"))  # rows are right by construction
            work.db.execute(text("SET LOCAL statement_timeout = 0"))
        for statement, many in _ROWS:
            series = (_SERIES_SQLITE if store.is_sqlite else _SERIES_POSTGRESQL).replace("COUNT", many)
            work.db.execute(text(statement.replace("SERIES", series)), facts)
    if store.is_sqlite:
        store.tidy()
    else:
        with store.engine.connect() as db:
            db.execution_options(isolation_level="AUTOCOMMIT").execute(text("SET statement_timeout = 0"))
            db.execute(text("ANALYZE"))
    return there


_SERIES_SQLITE = "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < COUNT) SELECT n FROM s)"
_SERIES_POSTGRESQL = "(SELECT generate_series(0, COUNT - 1) AS n)"
_DAY_MS = int(timedelta(days=1) / timedelta(milliseconds=1))
_ROUND = f"""INSERT INTO round (leader_id, id, code, title, state, opens_at, closes_at, share_bps, last_seq, created_at)
SELECT :leader, :first + n, 'g' || (:here / :per_round + n), '旧团', 'closed', :now - 2 * {_DAY_MS}, :now - {_DAY_MS},
1000, :per_round, :now FROM SERIES AS s"""
_OFFER = """INSERT INTO offer (leader_id, id, round_id, number, name, unit, price_fen, reserved_milli)
SELECT :leader, :first + 2 * :rounds + n, :first + n / 2, 1 + n % 2, '草莓', '盒', 4500, 1000 * :per_round
FROM SERIES AS s"""
_ORDER = """INSERT INTO orders (leader_id, id, round_id, resident_id, seq, state, total_fen, placed_at, changed_at)
SELECT :leader, :first + 4 * :rounds + n, :first + n / :per_round, r.id, 1 + n % :per_round, 'confirmed', 9000, :now,
:now FROM SERIES AS s JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS nth FROM resident
WHERE leader_id = :leader) AS r ON r.nth = n % :per_round + 1"""
_LINE = """INSERT INTO order_line
(leader_id, id, order_id, offer_id, name, unit, unit_price_fen, quantity_milli, line_fen)
SELECT :leader, :first + 4 * :rounds + :orders + n, :first + 4 * :rounds + n / 2,
:first + 2 * :rounds + 2 * (n / (2 * :per_round)) + n % 2, '草莓', '盒', 4500, 1000, 4500 FROM SERIES AS s"""
_ROWS = ((_ROUND, ":rounds"), (_OFFER, "2 * :rounds"), (_ORDER, ":orders"), (_LINE, "2 * :orders"))
