"""What has changed in rounds that were settled already: it goes into the leader's next settlement."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from models import Work, order, order_event, payment, refund, settlement, settlement_line, share_return
from operations import settlement_lines
from operations.settlement_lines import SettledLine

LIVE = ("computed", "confirmed", "paid")
_SUMS = ("kept_milli", "gross_fen", "discount_fen", "refund_fen", "commission_fen", "supplier_fen")


def later_changes(work: Work, leader_id: int) -> list[tuple[int, SettledLine]]:
    """(round, what a line changed by) since it was settled: after-sales that came later."""
    changed = (
        select(settlement.c.round_id)
        .join(order, and_(order.c.leader_id == settlement.c.leader_id, order.c.round_id == settlement.c.round_id))
        .join(order_event, and_(order_event.c.leader_id == order.c.leader_id, order_event.c.order_id == order.c.id))
        .where(
            settlement.c.leader_id == leader_id,
            settlement.c.state.in_(LIVE),
            order_event.c.kind == "refund",
            order_event.c.at >= settlement.c.computed_at,
        )
        .distinct()
        .order_by(settlement.c.round_id)
    )
    found: list[tuple[int, SettledLine]] = []
    for round_id in work.db.execute(changed).scalars().all():
        before = settled_before(work, leader_id, round_id)
        for now in settlement_lines.of_round(work, leader_id, round_id):
            change = {name: getattr(now, name) - before[now.order_line_id][name] for name in _SUMS}
            if any(change.values()):
                found.append((round_id, SettledLine(now.order_id, now.order_line_id, **change)))
    return found


def settled_before(work: Work, leader_id: int, round_id: int) -> dict[int, dict[str, int]]:
    """By order line: what settlements that stand, corrections with them, have counted of it."""
    rows = work.db.execute(
        select(settlement_line.c.order_line_id, *(func.sum(settlement_line.c[name]).label(name) for name in _SUMS))
        .join(
            settlement,
            and_(
                settlement.c.leader_id == settlement_line.c.leader_id,
                settlement.c.id == settlement_line.c.settlement_id,
            ),
        )
        .join(order, and_(order.c.leader_id == settlement_line.c.leader_id, order.c.id == settlement_line.c.order_id))
        .where(settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE), order.c.round_id == round_id)
        .group_by(settlement_line.c.order_line_id)
    )
    counted: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_SUMS, 0))
    for row in rows:
        counted[row.order_line_id] = {name: int(row._mapping[name]) for name in _SUMS}
    return counted


def newly_collected_fen(work: Work, leader_id: int, round_id: int) -> int:
    """What the leader holds in her own hands of this round, and what changed in that of earlier ones: paid not through
    WeChat Pay, less what she gave back.
    """
    earlier = select(settlement.c.round_id).where(settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE))
    counted = select(func.coalesce(func.sum(settlement.c.collected_fen), 0)).where(
        settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE)
    )
    mine = and_(order.c.leader_id == leader_id, or_(order.c.round_id == round_id, order.c.round_id.in_(earlier)))
    came = _by_hand(payment).where(mine, payment.c.state == "confirmed", payment.c.method != "wechat")
    gone = _by_hand(refund).where(mine, refund.c.state == "done", refund.c.payment_id.is_(None))
    return sum(int(work.db.execute(one).scalar_one()) * sign for one, sign in ((came, 1), (gone, -1), (counted, -1)))


def newly_returned_fen(work: Work, leader_id: int) -> int:
    """What came back out of the leader's 分账 and no settlement has made good yet: it is owed to her anew."""
    mine = (share_return.c.leader_id == leader_id, share_return.c.state == "done")
    came_back = select(func.coalesce(func.sum(share_return.c.amount_fen), 0)).where(*mine)
    counted = select(func.coalesce(func.sum(settlement.c.returned_fen), 0)).where(
        settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE)
    )
    return int(work.db.execute(came_back).scalar_one()) - int(work.db.execute(counted).scalar_one())


def _by_hand(table: Any) -> Select[Any]:
    joined = and_(order.c.leader_id == table.c.leader_id, order.c.id == table.c.order_id)
    return select(func.coalesce(func.sum(table.c.amount_fen), 0)).join(order, joined)
