"""What needs an operator's eyes today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select

from models import Work, after_sales_case, inbound_message, job_run, leader, notice, order, pay_difference, round_
from operations.listings import cases, rounds, traffic
from operations.listings.orders import OF_SHELF, PAY_STATE
from operations.listings.paging import local_day, total
from operations.listings.traffic import TROUBLE

SOON = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Today:
    """Numbers and short lists of one day in Shanghai."""

    rounds: Sequence[RowMapping]
    money: Sequence[RowMapping]
    cases: Sequence[RowMapping]
    notices: Sequence[RowMapping]  # that did not arrive, the newest
    orders: int
    orders_fen: int
    shelf_orders: int  # 现货, beside the group-buys
    shelf_fen: int
    applications: int
    open_rounds: int
    waiting_cases: int
    urgent_cases: int
    troubled_notices: int
    messages: int
    unread_messages: int
    differences: int


def today(work: Work) -> Today:
    """The dashboard: a handful of statements, whatever the number of rows."""
    start, end = local_day(work.now)
    head = work.db.execute(_heads(start, end, work.now)).mappings().one()
    return Today(
        rounds=_rounds(work, start, end),
        money=_money(work, start, end),
        cases=_cases(work),
        notices=traffic.notices(work).rows[:5],
        **head,
    )


def _heads(start: datetime, end: datetime, now: datetime) -> Select[Any]:
    today = and_(order.c.placed_at >= start, order.c.placed_at < end, order.c.state != "cancelled")
    placed, taken = and_(today, ~OF_SHELF), and_(today, OF_SHELF)
    received = and_(inbound_message.c.received_at >= start, inbound_message.c.received_at < end)
    waiting = after_sales_case.c.state.in_(cases.WAITING)
    urgent = or_(after_sales_case.c.state == "escalated", after_sales_case.c.due_at <= now + SOON)
    counts = {
        "orders": (order, placed),
        "shelf_orders": (order, taken),
        "applications": (leader, leader.c.state == "applied"),
        "open_rounds": (round_, round_.c.state == "open"),
        "waiting_cases": (after_sales_case, waiting),
        "urgent_cases": (after_sales_case, and_(waiting, urgent)),
        "troubled_notices": (notice, notice.c.state.in_(TROUBLE)),
        "differences": (pay_difference, pay_difference.c.settled_at.is_(None)),
        "messages": (inbound_message, received),
        "unread_messages": (inbound_message, and_(received, inbound_message.c.reading.in_(("unclear", "unknown")))),
    }
    sum_fen = total(order.c.total_fen - order.c.discount_fen)
    return select(
        select(sum_fen).where(placed).scalar_subquery().label("orders_fen"),
        select(sum_fen).where(taken).scalar_subquery().label("shelf_fen"),
        *(
            select(func.count()).select_from(table).where(condition).scalar_subquery().label(name)
            for name, (table, condition) in counts.items()
        ),
    )


def _rounds(work: Work, start: datetime, end: datetime) -> Sequence[RowMapping]:
    """Open rounds that close within two days, and those that are handed out or were closed today."""
    statement = rounds.LISTED.where(
        round_.c.kind == "presale",
        or_(
            and_(round_.c.state == "open", round_.c.closes_at < end + timedelta(days=1)),
            and_(round_.c.state == "closed", round_.c.closed_at >= start - timedelta(days=1)),
            round_.c.state == "arrived",
        ),
    )
    return work.db.execute(statement.order_by(round_.c.closes_at).limit(12)).mappings().all()


def _money(work: Work, start: datetime, end: datetime) -> Sequence[RowMapping]:
    """Today's orders of rounds by state of payment."""
    due = order.c.total_fen - order.c.discount_fen
    statement = (
        select(PAY_STATE.label("pay_state"), func.count().label("orders"), total(due).label("total_fen"))
        .where(order.c.placed_at >= start, order.c.placed_at < end, order.c.state != "cancelled", ~OF_SHELF)
        .group_by("pay_state")
        .order_by(total(due).desc())
    )
    return work.db.execute(statement).mappings().all()


def _cases(work: Work) -> Sequence[RowMapping]:
    return cases.queue(work).rows[:6]


def heartbeat(work: Work) -> datetime | None:
    """When a scheduled job last began; None before the first."""
    return work.db.execute(select(func.max(job_run.c.started_at))).scalar()
