"""Who is told what when goods have come: one notice per person, with his own order and those of his guests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from models import Work
from models.outcomes import ShortagePlan
from models.views import OrderView
from operations.notices import Addressed, enqueue_many
from operations.receivers import receivers


def pickup_facts(row: Row[Any]) -> dict[str, Any]:
    """When and where, as plain values of a notice."""
    return {
        "title": row.title,
        "pickup_from": row.pickup_from.isoformat() if row.pickup_from else None,
        "pickup_until": row.pickup_until.isoformat() if row.pickup_until else None,
        "pickup_text": row.pickup_text,
        "pickup_place": row.pickup_place,
    }


def order_facts(one: OrderView) -> dict[str, Any]:
    """An order to be picked up, as plain values of a notice."""
    return {
        "order_id": one.id,
        "seq": one.seq,
        "guest": one.resident_name if one.account_id is None else None,
        "code": one.code,
        "due_fen": one.due_fen,
        "lines": [
            {
                "number": line.number,
                "name": line.name,
                "unit": line.unit,
                "quantity_milli": line.left_milli,
                "is_cold": line.is_cold,
            }
            for line in one.lines
            if line.left_milli > 0
        ],
    }


def tell_ready(work: Work, row: Row[Any], orders: Sequence[OrderView]) -> int:
    """One notice per person, with his own order and those of his guests."""
    to = receivers(work, row.leader_id, row.id)
    by_person: dict[int, list[OrderView]] = defaultdict(list)
    for one in orders:
        if one.state == "ready" and one.id in to:
            by_person[to[one.id]].append(one)
    return enqueue_many(
        work,
        leader_id=row.leader_id,
        kind="arrived",
        round_id=row.id,
        to=[
            Addressed(
                account_id=account_id,
                key=f"arrived:{row.id}:{account_id}",
                order_id=his[0].id if len(his) == 1 else None,
                payload={**pickup_facts(row), "orders": [order_facts(one) for one in his]},
            )
            for account_id, his in by_person.items()
        ],
    )


def tell_short(work: Work, row: Row[Any], orders: Sequence[OrderView], found: ShortagePlan) -> int:
    """One notice per order that gets less; returns what is owed back to all of them, in fen."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in found.lines:
        lines[line.order_id].append(
            {
                "number": line.number,
                "name": line.name,
                "unit": line.unit,
                "wanted_milli": line.ordered_milli,
                "allocated_milli": line.allocated_milli,
                "delta_fen": line.delta_fen,
            }
        )
    concerned = [one for one in orders if one.id in lines]
    to = receivers(work, row.leader_id, row.id) if concerned else {}
    enqueue_many(
        work,
        leader_id=row.leader_id,
        kind="shortage",
        round_id=row.id,
        to=[
            Addressed(
                account_id=to[one.id],
                key=f"shortage:{row.id}:{one.id}",
                order_id=one.id,
                payload={
                    "title": row.title,
                    "seq": one.seq,
                    "guest": one.resident_name if one.account_id is None else None,
                    "lines": lines[one.id],
                    "total_fen": one.total_fen - one.discount_fen,
                    "owed_fen": max(0, -one.due_fen),
                },
            )
            for one in concerned
            if one.id in to
        ],
    )
    return sum(max(0, -one.due_fen) for one in concerned)
