"""What every order of a round brings beside its goods: the fees that came in, what the leader holds, what is owed.

A leader is paid out of what was collected. What an order still owes is missing from its fees first and from its goods
after that (`owed_goods_fen`), so that nobody's part is reckoned on money that nobody paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, func, select

from models import Work, order, payment, refund


@dataclass(frozen=True, slots=True)
class SettledOrder:
    """One order. `fee_fen`: of its fees and transport, what was paid; `unpaid_fen`: what it still owes.

    `collected_fen`: paid into the leader's own hands, less what she gave back.
    """

    order_id: int
    fee_fen: int
    collected_fen: int
    unpaid_fen: int


def of_round(work: Work, leader_id: int, round_id: int) -> list[SettledOrder]:
    """Orders of a round that have any of these, by 接龙 number. A cancelled one may still have money with her."""
    rows = work.db.execute(
        select(
            order.c.id,
            order.c.state,
            (order.c.fee_fen + order.c.transport_fen).label("fee_fen"),
            (order.c.total_fen - order.c.discount_fen - order.c.paid_fen + order.c.refunded_fen).label("due_fen"),
            _by_hand(payment, payment.c.state == "confirmed", payment.c.method != "wechat").label("came_fen"),
            _by_hand(refund, refund.c.state == "done", refund.c.payment_id.is_(None)).label("gone_fen"),
        )
        .where(order.c.leader_id == leader_id, order.c.round_id == round_id)
        .order_by(order.c.seq)
    )
    found = []
    for row in rows:
        is_sold = row.state != "cancelled"
        unpaid = max(0, int(row.due_fen)) if is_sold else 0
        fee = max(0, int(row.fee_fen) - unpaid) if is_sold else 0
        found.append(SettledOrder(row.id, fee, int(row.came_fen) - int(row.gone_fen), unpaid))
    return [one for one in found if one.fee_fen or one.collected_fen or one.unpaid_fen]


def owed_goods_fen(due_fen: int, fee_fen: int) -> int:
    """What of an order's goods nobody has paid, when it owes so much and has such fees."""
    return max(0, due_fen - fee_fen)


def _by_hand(table: Any, *which: Any) -> ScalarSelect[Any]:
    """The sum of an order's payments or refunds that did not go through WeChat Pay."""
    mine = (table.c.leader_id == order.c.leader_id, table.c.order_id == order.c.id)
    return select(func.coalesce(func.sum(table.c.amount_fen), 0)).where(*mine, *which).scalar_subquery()
