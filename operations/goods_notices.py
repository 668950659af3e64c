"""Who is told what when goods have come: one notice per person, with his own order and those of his guests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, notice
from models.outcomes import ShortagePlan, Turn
from models.views import OrderView
from operations import batches
from operations.batches import Wish
from operations.notices import Addressed, enqueue_many
from operations.receivers import receivers
from operations.upserts import for_update


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
        "claimed": one.pay_state == "claimed",
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


def tell_ready(work: Work, row: Row[Any], orders: Sequence[OrderView], wish: Wish | None = None) -> int:
    """One notice per person, with his own order and those of his guests: to all at once, or building by building."""
    to = receivers(work, row.leader_id, row.id)
    by_person: dict[int, list[OrderView]] = defaultdict(list)
    for one in orders:
        if one.state == "ready" and one.id in to:
            by_person[to[one.id]].append(one)
    if wish is None:
        return _tell(work, row, by_person)
    homes = batches.buildings_of_people((one for his in by_person.values() for one in his), to)
    found = batches.turns(work, row, homes, wish)
    of_turn: dict[Turn, dict[int, list[OrderView]]] = defaultdict(dict)
    for account_id, his in by_person.items():
        of_turn[batches.turn_of(homes[account_id], found)][account_id] = his
    return sum(_tell(work, row, of_turn[turn], turn) for turn in found)


def _tell(work: Work, row: Row[Any], people: Mapping[int, list[OrderView]], turn: Turn | None = None) -> int:
    when = {"turn": {"building": turn.building, "at": turn.at.isoformat()}} if turn else {}
    return enqueue_many(
        work,
        leader_id=row.leader_id,
        kind="arrived",
        round_id=row.id,
        not_before=batches.not_before(turn, work.now) if turn else None,
        to=[
            Addressed(
                account_id=account_id,
                key=f"arrived:{row.id}:{account_id}",
                order_id=his[0].id if len(his) == 1 else None,
                payload={**pickup_facts(row), **when, "orders": [order_facts(one) for one in his]},
            )
            for account_id, his in people.items()
        ],
    )


def correct_untold(work: Work, row: Row[Any], orders: Sequence[OrderView], changed: Collection[int]) -> None:
    """Where the news of the goods has not gone out yet, it says what there is now; for who gets nothing, nothing."""
    to = receivers(work, row.leader_id, row.id)
    concerned = {to[order_id] for order_id in changed if order_id in to}
    untold = select(notice.c.id, notice.c.account_id, notice.c.payload).where(
        notice.c.leader_id == row.leader_id,
        notice.c.round_id == row.id,
        notice.c.kind == "arrived",
        notice.c.state.in_(("queued", "waiting")),
        notice.c.account_id.in_(concerned),
    )
    for one in work.db.execute(for_update(work, untold.order_by(notice.c.id))).all():
        his = [x for x in orders if to.get(x.id) == one.account_id and x.state in {"ready", "partly"}]
        values: dict[str, Any] = {"payload": {**one.payload, "orders": [order_facts(x) for x in his]}}
        mine = (notice.c.leader_id == row.leader_id, notice.c.id == one.id)
        work.db.execute(update(notice).where(*mine).values(values if his else {"state": "expired"}))


def tell_short(
    work: Work, row: Row[Any], orders: Sequence[OrderView], found: ShortagePlan, *, again: str = "", why: str = ""
) -> int:
    """One notice per order that gets less; returns what is owed back to all of them, in fen.

    `again` names a shortage that was found after the goods had been announced; `why` "cases": the last case was not
    full.
    """
    lines = _short_lines(found)
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
                key=f"shortage:{row.id}:{one.id}{again and ':'}{again}"[:160],
                order_id=one.id,
                payload={
                    "title": row.title,
                    "seq": one.seq,
                    "guest": one.resident_name if one.account_id is None else None,
                    "lines": lines[one.id],
                    "is_late": bool(again),
                    "why": why,
                    "total_fen": one.total_fen - one.discount_fen,
                    "owed_fen": max(0, -one.due_fen),
                },
            )
            for one in concerned
            if one.id in to
        ],
    )
    return sum(max(0, -one.due_fen) for one in concerned)


def _short_lines(found: ShortagePlan) -> dict[int, list[dict[str, Any]]]:
    """By order id: what is less than ordered, as plain values."""
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
    return lines
