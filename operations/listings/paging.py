"""One page of a list, and how search words become conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, RowMapping, Select, cast, func, select

from models import Work

SIZE = 30
LAST = 2_000  # nobody turns so many pages; an OFFSET beyond it only costs time
LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; `number` counts from 1."""

    rows: Sequence[RowMapping]
    total: int
    number: int
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; one when the list is empty."""
        return max(1, -(-self.total // self.size))


def page(work: Work, statement: Select[Any], number: int, *, size: int = SIZE) -> Page:
    """One page of an ordered statement: two statements, whatever its length."""
    number = min(max(1, number), LAST)
    total = work.db.execute(select(func.count()).select_from(statement.order_by(None).subquery())).scalar_one()
    rows = work.db.execute(statement.limit(size).offset((number - 1) * size)).mappings().all()
    return Page(rows=rows, total=total, number=number, size=size)


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """A case-blind search in which % and _ mean themselves."""
    return column.icontains(text, autoescape=True)


def total(value: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that is 0 where there is nothing; PostgreSQL would make a decimal number of it."""
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def local_day(now: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of today in Shanghai."""
    start = now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    return start, start + timedelta(days=1)
