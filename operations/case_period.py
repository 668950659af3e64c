"""Until when a neighbour may complain: the after-sales period (售后期) of an order."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from models import Work, order, order_event, redemption, round_
from operations.errors import AfterSalesOver


def ends_at(work: Work, *, leader_id: int, order_id: int) -> datetime | None:
    """When the period of an order is over; None as long as nothing was handed out and the goods still wait.

    It runs for the round's `after_sales_hours` from the last time goods were handed out. Goods that nobody came for
    count from the end of the pickup day.
    """
    row = work.db.execute(
        select(round_.c.after_sales_hours, order.c.state)
        .join(order, and_(order.c.leader_id == round_.c.leader_id, order.c.round_id == round_.c.id))
        .where(order.c.leader_id == leader_id, order.c.id == order_id)
    ).one()
    begins = _handed_out_at(work, leader_id, order_id)
    if begins is None and row.state == "no_show":
        begins = _missed_at(work, leader_id, order_id)
    return None if begins is None else begins + timedelta(hours=row.after_sales_hours)


def check_period(work: Work, *, leader_id: int, order_id: int, title: str) -> None:
    """Raises AfterSalesOver when the period has passed."""
    until = ends_at(work, leader_id=leader_id, order_id=order_id)
    if until is not None and work.now > until:
        raise AfterSalesOver(title=title, until=until)


def _handed_out_at(work: Work, leader_id: int, order_id: int) -> datetime | None:
    found: datetime | None = work.db.execute(
        select(func.max(redemption.c.at)).where(
            redemption.c.leader_id == leader_id,
            redemption.c.order_id == order_id,
            redemption.c.ok,
            redemption.c.annulled_at.is_(None),
        )
    ).scalar()
    return found


def _missed_at(work: Work, leader_id: int, order_id: int) -> datetime | None:
    found: datetime | None = work.db.execute(
        select(func.max(order_event.c.at)).where(
            order_event.c.leader_id == leader_id, order_event.c.order_id == order_id, order_event.c.kind == "no_show"
        )
    ).scalar()
    return found
