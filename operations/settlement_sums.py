"""What a settlement says, looked at beforehand or written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models import Work, round_
from operations import order_fees, settlement_lines, settlement_times
from operations.errors import NotFound
from operations.settlement_corrections import later_changes, newly_collected_fen, newly_returned_fen
from operations.settlement_lines import SettledLine
from operations.splitting import Parts, split


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
    due_at: datetime | None
    lines: tuple[SettledLine, ...]


def due_to_leader_fen(row: Row[Any] | Preview) -> int:
    """What she is to get; below zero, what she hands over of the money she collected herself."""
    return int(row.commission_fen + row.correction_fen + row.fee_fen + row.returned_fen - row.collected_fen)


def preview(work: Work, *, leader_id: int, round_id: int) -> Preview:
    """What a round would come to if it were settled now; nothing is written. Raises NotFound."""
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    lines = settlement_lines.of_round(work, leader_id, round_id)
    parts = parts_of(lines)
    fixes = later_changes(work, leader_id)
    return Preview(
        round_id=round_id,
        title=row.title,
        state="waiting",
        **sums(work, row, lines, parts, fixes),
        due_at=settlement_times.due_at(work, row),
        lines=tuple(lines),
    )


def parts_of(lines: Sequence[SettledLine]) -> Parts:
    """The parts of all lines together; what rounding leaves is the platform's."""
    return split(
        sum(line.net_fen for line in lines),
        leader_fen=sum(line.commission_fen for line in lines),
        supplier_fen=sum(line.supplier_fen for line in lines),
    )


def sums(
    work: Work, row: Row[Any], lines: Sequence[SettledLine], parts: Parts, fixes: Sequence[tuple[int, SettledLine]]
) -> dict[str, int]:
    """What a settlement of this round says, looked at beforehand or written down."""
    return {
        "gross_fen": sum(line.gross_fen for line in lines),
        "discount_fen": sum(line.discount_fen for line in lines),
        "refund_fen": sum(line.refund_fen for line in lines),
        "net_fen": sum(line.net_fen for line in lines),
        "share_bps": row.share_bps,
        "commission_fen": parts.leader_fen,
        "supplier_fen": parts.supplier_fen,
        "platform_fen": parts.platform_fen,
        "correction_fen": sum(line.commission_fen for _, line in fixes),
        "collected_fen": newly_collected_fen(work, row.leader_id, row.id),
        "returned_fen": newly_returned_fen(work, row.leader_id),
        "fee_fen": order_fees.of_round(work, row.leader_id, row.id),
    }
