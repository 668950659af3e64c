"""What a leader asks all day: how much of what, money by state, what is missing for a full case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from models import Work, offer, order, order_line
from models.prepared import Prepared
from operations.demand import missing_for_cases


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """Sum of one offer over all orders. `to_full_case_milli` is None when it is not bought by the case."""

    offer_id: int
    number: int
    name: str
    unit: str
    quantity_milli: int
    due_milli: int  # less where goods were short
    orders: int
    sum_fen: int
    capacity_milli: int | None
    to_full_case_milli: int | None
    picked_milli: int
    is_supplied: bool = False  # a product of a supplier: what is missing is counted over all leaders


@dataclass(frozen=True, slots=True)
class RoundTotals:
    """Totals of one round; money in fen by payment state."""

    items: tuple[ItemTotal, ...]
    orders: int
    total_fen: int
    paid_orders: int
    paid_fen: int
    claimed_orders: int
    claimed_fen: int
    unpaid_orders: int
    unpaid_fen: int
    picked_up: int
    waiting: int


def _sum(value: ColumnElement[Any], only: ColumnElement[bool] | None) -> ColumnElement[Any]:
    counted = value if only is None else case((only, value), else_=0)
    return func.coalesce(func.sum(counted), 0)


def _count(only: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((only, 1), else_=0)), 0)


_DUE = order.c.total_fen - order.c.discount_fen
_GOT = order.c.paid_fen - order.c.refunded_fen
_IS_CLAIMED = and_(_GOT < _DUE, order.c.pay_claimed_at.is_not(None))
_IS_UNPAID = and_(_GOT < _DUE, order.c.pay_claimed_at.is_(None))
_MONEY = Prepared(
    select(
        func.count().label("orders"),
        _sum(_DUE, None).label("total_fen"),
        _count(and_(_GOT >= _DUE, _GOT > 0)).label("paid_orders"),
        _sum(_GOT, None).label("paid_fen"),
        _count(_IS_CLAIMED).label("claimed_orders"),
        _sum(_DUE - _GOT, _IS_CLAIMED).label("claimed_fen"),
        _count(_IS_UNPAID).label("unpaid_orders"),
        _sum(_DUE - _GOT, _IS_UNPAID).label("unpaid_fen"),
        _count(order.c.state == "picked_up").label("picked_up"),
        _count(order.c.state.in_(("ready", "partly"))).label("waiting"),
    ).where(
        order.c.leader_id == bindparam("leader_id"),
        order.c.round_id == bindparam("round_id"),
        order.c.state != "cancelled",
    )
)
_LINE = and_(
    order_line.c.leader_id == offer.c.leader_id, order_line.c.offer_id == offer.c.id, order_line.c.quantity_milli > 0
)
_TERMS = (
    offer.c.id,
    offer.c.number,
    offer.c.name,
    offer.c.unit,
    offer.c.capacity_milli,
    offer.c.case_milli,
    offer.c.product_id,
)
_ITEMS = Prepared(
    select(
        *_TERMS,
        func.coalesce(func.sum(order_line.c.quantity_milli), 0).label("quantity_milli"),
        func.coalesce(func.sum(func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)), 0).label(
            "due_milli"
        ),
        func.coalesce(func.sum(order_line.c.picked_milli), 0).label("picked_milli"),
        func.coalesce(func.sum(order_line.c.line_fen), 0).label("sum_fen"),
        func.count(order_line.c.id).label("orders"),
    )
    .outerjoin(order_line, _LINE)
    .where(offer.c.leader_id == bindparam("leader_id"), offer.c.round_id == bindparam("round_id"))
    .group_by(*_TERMS)
    .order_by(offer.c.number)
)


def of_round(work: Work, leader_id: int, round_id: int) -> RoundTotals:
    """Totals in two statements and one round trip (goods of a supplier need more), whatever the number of orders."""
    key = {"leader_id": leader_id, "round_id": round_id}
    _ITEMS.ahead(work, **key)
    (head,) = _MONEY.rows(work, **key)
    money = {name: int(value) for name, value in head._asdict().items()}
    rows = _ITEMS.rows(work, **key)
    pooled: dict[int, int] = {}
    if any(row.product_id is not None for row in rows):
        pooled = missing_for_cases(work, leader_id=leader_id, round_id=round_id)
    return RoundTotals(items=tuple([_item(row, pooled) for row in rows]), **money)


def _item(row: Any, pooled: Mapping[int, int]) -> ItemTotal:
    """`pooled`: what is missing for a full case over all leaders, by offer."""
    own = to_full_case(int(row.quantity_milli), row.case_milli)
    return ItemTotal(
        offer_id=row.id,
        number=row.number,
        name=row.name,
        unit=row.unit,
        quantity_milli=int(row.quantity_milli),
        due_milli=int(row.due_milli),
        orders=row.orders,
        sum_fen=int(row.sum_fen),
        capacity_milli=row.capacity_milli,
        to_full_case_milli=own if row.product_id is None else pooled.get(row.id),
        picked_milli=int(row.picked_milli),
        is_supplied=row.product_id is not None,
    )


def to_full_case(quantity_milli: int, case_milli: int | None) -> int | None:
    """还差几盒凑整箱; 0 when the last case is full (or nothing is ordered), None when there are no cases."""
    return None if case_milli is None else -quantity_milli % case_milli
