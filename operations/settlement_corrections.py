"""What has changed in rounds that were settled already: it goes into the leader's next settlement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Table, and_, func, select, type_coerce

from models import Work, order, order_event, settlement, settlement_line, settlement_order, share_return
from models.joins import points_to
from operations import settlement_lines, settlement_orders
from operations.settlement_lines import SettledLine
from operations.settlement_orders import SettledOrder

LIVE = ("computed", "confirmed", "paid")
# A payment that was begun before a settlement and ended after it bears an earlier time. What did not change is no
# correction, however often it is compared.
_SLACK_MS = 600_000
_SUMS = ("kept_milli", "gross_fen", "discount_fen", "refund_fen", "unpaid_fen", "commission_fen", "supplier_fen")
_OF_ORDER = ("fee_fen", "collected_fen", "unpaid_fen")


def rounds_changed(work: Work, leader_id: int) -> list[int]:
    """Settled rounds in which something was paid, paid back or given up since."""
    changed = (
        select(settlement.c.round_id)
        .join(order, and_(order.c.leader_id == settlement.c.leader_id, order.c.round_id == settlement.c.round_id))
        .join(order_event, and_(order_event.c.leader_id == order.c.leader_id, order_event.c.order_id == order.c.id))
        .where(
            settlement.c.leader_id == leader_id,
            settlement.c.state.in_(LIVE),
            order_event.c.kind.in_(("refund", "pay")),
            type_coerce(order_event.c.at, BigInteger) >= type_coerce(settlement.c.computed_at, BigInteger) - _SLACK_MS,
        )
        .distinct()
        .order_by(settlement.c.round_id)
    )
    return list(work.db.execute(changed).scalars())


def later_changes(work: Work, leader_id: int, rounds: Sequence[int]) -> list[tuple[int, SettledLine]]:
    """(round, what a line changed by) since it was settled: after-sales, or money, that came later."""
    found: list[tuple[int, SettledLine]] = []
    for round_id in rounds:
        before = _settled_before(work, leader_id, round_id, settlement_line, "order_line_id", _SUMS)
        for now in settlement_lines.of_round(work, leader_id, round_id):
            change = {name: getattr(now, name) - before[now.order_line_id][name] for name in _SUMS}
            if any(change.values()):
                found.append((round_id, SettledLine(now.order_id, now.order_line_id, **change)))
    return found


def later_orders(work: Work, leader_id: int, rounds: Sequence[int]) -> list[tuple[int, SettledOrder]]:
    """(round, what an order changed by beside its goods) since it was settled."""
    found: list[tuple[int, SettledOrder]] = []
    for round_id in rounds:
        before = _settled_before(work, leader_id, round_id, settlement_order, "order_id", _OF_ORDER)
        now = {one.order_id: one for one in settlement_orders.of_round(work, leader_id, round_id)}
        for order_id in sorted(now.keys() | before.keys()):
            one = now.get(order_id, SettledOrder(order_id, 0, 0, 0))
            change = {name: getattr(one, name) - before[order_id][name] for name in _OF_ORDER}
            if any(change.values()):
                found.append((round_id, SettledOrder(order_id, **change)))
    return found


def _settled_before(
    work: Work, leader_id: int, round_id: int, table: Table, of: str, names: Sequence[str]
) -> dict[int, dict[str, int]]:
    """By the id in the column `of`: what settlements that stand, corrections with them, have counted of it."""
    rows = work.db.execute(
        select(table.c[of].label("of"), *(func.sum(table.c[name]).label(name) for name in names))
        .join(settlement, points_to(table.c.settlement_id, settlement))
        .join(order, points_to(table.c.order_id, order))
        .where(settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE), order.c.round_id == round_id)
        .group_by(table.c[of])
    )
    counted: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for row in rows:
        counted[row.of] = {name: int(row._mapping[name]) for name in names}
    return counted


def newly_returned(work: Work, leader_id: int) -> list[Row[Any]]:
    """What came back out of the leader's 分账 and no settlement has made good yet: it is owed to her anew."""
    open_ = (share_return.c.state == "done", share_return.c.made_good_in.is_(None))
    mine = select(share_return.c.id, share_return.c.amount_fen).where(share_return.c.leader_id == leader_id, *open_)
    return list(work.db.execute(mine))
