"""What a settlement says, looked at beforehand or written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models import Work, round_
from operations import settlement_lines, settlement_orders, settlement_times
from operations.errors import NotFound
from operations.settlement_corrections import later_changes, later_orders, newly_returned, rounds_changed
from operations.settlement_lines import SettledLine
from operations.settlement_orders import SettledOrder
from operations.splitting import Parts, split


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a settlement stands on: its round, and (round, change) of rounds that were settled before."""

    lines: Sequence[SettledLine]
    orders: Sequence[SettledOrder]
    line_fixes: Sequence[tuple[int, SettledLine]]
    order_fixes: Sequence[tuple[int, SettledOrder]]
    returned: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Preview:
    """A round as it would be settled now. `due_at`: when its after-sales period ends, None while pickup goes on."""

    round_id: int
    title: str
    state: str
    gross_fen: int
    discount_fen: int
    refund_fen: int
    net_fen: int
    share_bps: int
    commission_fen: int
    supplier_fen: int
    platform_fen: int
    correction_fen: int
    collected_fen: int
    returned_fen: int
    fee_fen: int
    unpaid_fen: int
    due_at: datetime | None
    lines: tuple[SettledLine, ...]
    orders: tuple[SettledOrder, ...]


def due_to_leader_fen(row: Row[Any] | Preview) -> int:
    """What she is to get; below zero, what she hands over of the money she collected herself."""
    return int(row.commission_fen + row.correction_fen + row.fee_fen + row.returned_fen - row.collected_fen)


def preview(work: Work, *, leader_id: int, round_id: int) -> Preview:
    """What a round would come to if it were settled now; nothing is written. Raises NotFound."""
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    found = reckon(work, leader_id, round_id)
    return Preview(
        round_id=round_id,
        title=row.title,
        state="waiting",
        **sums(work, row, found, parts_of(found.lines)),
        due_at=settlement_times.due_at(work, row),
        lines=tuple(found.lines),
        orders=tuple(found.orders),
    )


def reckon(work: Work, leader_id: int, round_id: int) -> Reckoned:
    """Every row behind the settlement of a round, as things stand now. Raises NotFound."""
    rounds = [one for one in rounds_changed(work, leader_id) if one != round_id]
    return Reckoned(
        lines=settlement_lines.of_round(work, leader_id, round_id),
        orders=settlement_orders.of_round(work, leader_id, round_id),
        line_fixes=later_changes(work, leader_id, rounds),
        order_fixes=later_orders(work, leader_id, rounds),
        returned=newly_returned(work, leader_id),
    )


def parts_of(lines: Sequence[SettledLine]) -> Parts:
    """The parts of all lines together; what rounding leaves is the platform's."""
    return split(
        sum(line.net_fen for line in lines),
        leader_fen=sum(line.commission_fen for line in lines),
        supplier_fen=sum(line.supplier_fen for line in lines),
    )


def sums(work: Work, row: Row[Any], found: Reckoned, parts: Parts) -> dict[str, int]:
    """What a settlement of this round says, looked at beforehand or written down."""
    lines = found.lines
    fixes = [one for _, one in found.order_fixes]
    changed = sum(line.commission_fen for _, line in found.line_fixes) + sum(one.fee_fen for one in fixes)
    held = sum(one.collected_fen for one in (*found.orders, *fixes))
    return {
        "gross_fen": sum(line.gross_fen for line in lines),
        "discount_fen": sum(line.discount_fen for line in lines),
        "refund_fen": sum(line.refund_fen for line in lines),
        "net_fen": sum(line.net_fen for line in lines),
        "share_bps": row.share_bps,
        "commission_fen": parts.leader_fen,
        "supplier_fen": parts.supplier_fen,
        "platform_fen": parts.platform_fen,
        "correction_fen": changed,
        "collected_fen": held,
        "returned_fen": sum(one.amount_fen for one in found.returned),
        "fee_fen": sum(one.fee_fen for one in found.orders),
        "unpaid_fen": sum(one.unpaid_fen for one in found.orders),
    }
