"""How things go: orders by day, what is ordered most, how much is not collected. Three statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, RowMapping, case, func, literal, select, type_coerce

from models import Work, order, order_line
from models.joins import points_to
from operations.listings.orders import OF_SHELF
from operations.listings.paging import LOCAL, local_day, total

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Day:
    """Orders placed on one day in Shanghai that still stand, and what they come to."""

    day: date
    orders: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Week:
    """Of the orders whose goods came in the seven days from `day`: how many nobody came for."""

    day: date
    ready: int
    missed: int

    @property
    def missed_bps(self) -> int:
        """Basis points; 0 where nothing was ready."""
        return self.missed * 10_000 // self.ready if self.ready else 0


@dataclass(frozen=True, slots=True)
class Trends:
    """Days and weeks from old to new, without gaps; the most ordered goods first."""

    days: tuple[Day, ...]
    weeks: tuple[Week, ...]
    goods: Sequence[RowMapping]


def trends(work: Work, *, leader_id: int | None = None, days: int = 14, weeks: int = 8, goods: int = 8) -> Trends:
    """Of all leaders, or of one: what came of their rounds; days of the shelf are left out."""
    mine = [~OF_SHELF, *([order.c.leader_id == leader_id] if leader_id is not None else [])]
    return Trends(_days(work, mine, days), _weeks(work, mine, weeks), _goods(work, mine, goods))


def _days(work: Work, mine: list[ColumnElement[bool]], count: int) -> tuple[Day, ...]:
    start = local_day(work.now)[0] - timedelta(days=count - 1)
    bucket = _bucket(order.c.placed_at, start, 1)
    rows = work.db.execute(
        select(
            bucket.label("nth"),
            func.count().label("orders"),
            total(order.c.total_fen - order.c.discount_fen).label("total_fen"),
        )
        .where(*mine, order.c.placed_at >= start, order.c.state != "cancelled")
        .group_by("nth")
    )
    found = {row.nth: (row.orders, row.total_fen) for row in rows}
    return tuple(Day(_date(start, nth), *found.get(nth, (0, 0))) for nth in range(count))


def _weeks(work: Work, mine: list[ColumnElement[bool]], count: int) -> tuple[Week, ...]:
    """Goods of the last day may still be collected: the weeks end yesterday."""
    start = local_day(work.now)[0] - timedelta(weeks=count)
    rows = work.db.execute(
        select(
            _bucket(order.c.ready_at, start, 7).label("nth"),
            func.count().label("ready"),
            total(case((order.c.state == "no_show", 1), else_=0)).label("missed"),
        )
        .where(*mine, order.c.ready_at >= start, order.c.ready_at < local_day(work.now)[0])
        .where(order.c.state != "cancelled")
        .group_by("nth")
    )
    found = {row.nth: (row.ready, row.missed) for row in rows}
    return tuple(Week(_date(start, 7 * nth), *found.get(nth, (0, 0))) for nth in range(count))


def _goods(work: Work, mine: list[ColumnElement[bool]], limit: int) -> Sequence[RowMapping]:
    since = local_day(work.now)[0] - timedelta(days=29)
    sum_fen = total(order_line.c.line_fen)
    statement = (
        select(
            order_line.c.name,
            func.count().label("orders"),
            sum_fen.label("total_fen"),
        )
        .join(order, points_to(order_line.c.order_id, order))
        .where(*mine, order.c.placed_at >= since, order.c.state != "cancelled", order_line.c.quantity_milli > 0)
        .group_by(order_line.c.name)
        .order_by(sum_fen.desc(), order_line.c.name)
        .limit(limit)
    )
    return work.db.execute(statement).mappings().all()


def _bucket(column: ColumnElement[Any], start: datetime, days: int) -> ColumnElement[int]:
    """Which span of so many days since `start` an instant is in; instants are stored as milliseconds."""
    since = literal(int(start.timestamp() * 1000), BigInteger)
    return (type_coerce(column, BigInteger) - since) // literal(days * _DAY_MS, BigInteger)


def _date(start: datetime, days: int) -> date:
    return (start + timedelta(days=days)).astimezone(LOCAL).date()
