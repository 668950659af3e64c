"""When a round may be settled: pickup is over, every after-sales period has ended, and no case is open.

The round's own period runs from the end of its pickup; who came later has his own, from the moment he got his goods.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, and_, exists, func, select, type_coerce

from models import Work, after_sales_case, order, redemption, round_
from models.joins import points_to
from operations.errors import TooEarlyToSettle

_HOUR_MS = 3_600_000
_THEIRS = and_(order.c.leader_id == round_.c.leader_id, order.c.round_id == round_.c.id)
_HANDED_OUT = and_(
    redemption.c.leader_id == order.c.leader_id,
    redemption.c.order_id == order.c.id,
    redemption.c.ok,
    redemption.c.annulled_at.is_(None),
)


def due_at(work: Work, row: Row[Any]) -> datetime | None:
    """When the last after-sales period of a finished round ends; None while its pickup goes on."""
    if not row.finished_at:
        return None
    mine = (order.c.leader_id == row.leader_id, order.c.round_id == row.id)
    latest = select(func.max(redemption.c.at)).select_from(order).join(redemption, _HANDED_OUT).where(*mine)
    begins: datetime | None = work.db.execute(latest).scalar()
    last: datetime = row.finished_at if begins is None else max(row.finished_at, begins)
    return last + timedelta(hours=row.after_sales_hours)


def open_cases(work: Work, leader_id: int, round_id: int) -> int:
    """After-sales cases of a round that are not decided: until then it cannot be settled."""
    count = select(func.count()).select_from(after_sales_case)
    ours = points_to(after_sales_case.c.order_id, order)
    return int(
        work.db.execute(
            count.join(order, ours).where(
                order.c.leader_id == leader_id,
                order.c.round_id == round_id,
                after_sales_case.c.state.in_(("open", "escalated")),
            )
        ).scalar_one()
    )


def check(work: Work, row: Row[Any]) -> None:
    """Raises TooEarlyToSettle."""
    until, cases = due_at(work, row), open_cases(work, row.leader_id, row.id)
    if cases or until is None or until > work.now:
        raise TooEarlyToSettle(title=row.title, until=until, cases=cases)


def is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The same as conditions on `round_`, in milliseconds as both databases keep instants."""
    now_ms, hours = round(now.timestamp() * 1000), round_.c.after_sales_hours * _HOUR_MS
    case = exists().where(
        after_sales_case.c.leader_id == round_.c.leader_id,
        after_sales_case.c.state.in_(("open", "escalated")),
        order.c.leader_id == after_sales_case.c.leader_id,
        order.c.id == after_sales_case.c.order_id,
        order.c.round_id == round_.c.id,
    )
    came_late = exists().where(_THEIRS, _HANDED_OUT, type_coerce(redemption.c.at, BigInteger) + hours > now_ms)
    period_over = type_coerce(round_.c.finished_at, BigInteger) + hours <= now_ms
    return round_.c.finished_at <= now, period_over, ~case, ~came_late
