"""What WeChat Pay's bills and our books do not agree about, with the order it concerns where we know one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from models import Work, leader, order, pay_difference, pay_order, profit_share, refund, round_, share_return
from models.joins import points_to
from operations.listings.paging import Page, page

KINDS = (
    "unknown_payment", "missing_payment", "payment_amount", "unknown_refund", "missing_refund", "refund_amount",
    "missing_share", "share_amount", "missing_return", "return_amount",
)  # fmt: skip
STATES = ("open", "settled")


@dataclass(frozen=True, slots=True)
class Concerned:
    """The order behind a number."""

    leader_id: int
    order_id: int
    seq: int
    title: str
    leader_number: int
    leader_name: str


def search(work: Work, *, kind: str = "", state: str = "open", number: int = 1) -> Page:
    """Newest day first."""
    statement = select(pay_difference)
    if kind:
        statement = statement.where(pay_difference.c.kind == kind)
    if state:
        is_open = pay_difference.c.settled_at.is_(None)
        statement = statement.where(is_open if state == "open" else ~is_open)
    return page(work, statement.order_by(pay_difference.c.bill_on.desc(), pay_difference.c.reference), number)


def count_open(work: Work) -> int:
    """How many wait for somebody."""
    mine = select(func.count()).select_from(pay_difference).where(pay_difference.c.settled_at.is_(None))
    return int(work.db.execute(mine).scalar_one())


def concerned(work: Work, references: Iterable[str]) -> Mapping[str, Concerned]:
    """By number: whose order it is. Payments are LT…, refunds LR…, shares LS…, their returns LB…."""
    found: dict[str, Concerned] = {}
    for prefix, (number_of, statement) in _WAYS.items():
        ids = [int(one[2:]) for one in references if one.startswith(prefix) and one[2:].isdigit() and len(one) < 21]
        if ids:
            for row in work.db.execute(statement.where(number_of.in_(ids))):
                found[f"{prefix}{row.number}"] = Concerned(
                    row.leader_id, row.order_id, row.seq, row.title, row.leader_number, row.leader_name
                )
    return found


def _orders(number: ColumnElement[Any], *joins: tuple[Any, ColumnElement[bool]]) -> Select[Any]:
    statement = select(
        number.label("number"),
        order.c.leader_id,
        order.c.id.label("order_id"),
        order.c.seq,
        round_.c.title,
        leader.c.number.label("leader_number"),
        leader.c.display_name.label("leader_name"),
    ).select_from(order)
    for table, on in joins:
        statement = statement.join(table, and_(table.c.leader_id == order.c.leader_id, on))
    return statement.join(round_, points_to(order.c.round_id, round_)).join(leader, leader.c.id == order.c.leader_id)


_PAID = (pay_order, pay_order.c.order_id == order.c.id)
_SHARED = (profit_share, profit_share.c.pay_order_id == pay_order.c.id)
_WAYS: Mapping[str, tuple[ColumnElement[Any], Select[Any]]] = {
    "LT": (pay_order.c.id, _orders(pay_order.c.id, _PAID)),
    "LR": (refund.c.id, _orders(refund.c.id, (refund, refund.c.order_id == order.c.id))),
    "LS": (profit_share.c.id, _orders(profit_share.c.id, _PAID, _SHARED)),
    "LB": (
        share_return.c.id,
        _orders(share_return.c.id, _PAID, _SHARED, (share_return, share_return.c.share_id == profit_share.c.id)),
    ),
}
