"""Writing an order once its units are taken: head, lines, events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, order, order_event, order_line
from models.views import LineView, OrderView
from operations.coupon_uses import rediscount
from operations.order_views import view


@dataclass(frozen=True, slots=True)
class Booking:
    """What was taken, on its way into the order's rows."""

    leader_id: int
    round_id: int
    resident_id: int
    before: OrderView | None
    seq: int
    lines: dict[int, LineView]
    moved: list[tuple[int, int, int]]
    actor: str
    source_key: str


def write_head(work: Work, booking: Booking, *, room: str | None, note: str | None) -> OrderView:
    before = booking.before
    live = tuple(sorted((x for x in booking.lines.values() if x.quantity_milli), key=lambda x: x.number))
    state = _state(before, booking, is_live=bool(live))
    total = sum(x.line_fen for x in live)
    said = {"room": room, "note": note[:200] if note else None}
    extra = {column: value for column, value in said.items() if value}
    if before is None:
        order_id = work.new_id()
        work.db.execute(
            insert(order).values(
                leader_id=booking.leader_id,
                id=order_id,
                round_id=booking.round_id,
                resident_id=booking.resident_id,
                seq=booking.seq,
                state=state,
                total_fen=total,
                placed_at=work.now,
                changed_at=work.now,
                **extra,
            )
        )
        return replace(view(work, leader_id=booking.leader_id, order_id=order_id), lines=live)
    discount = before.discount_fen
    if discount and booking.moved:
        discount = rediscount(work, before, total, actor=booking.actor, source_key=booking.source_key)
    if booking.moved or extra:
        work.db.execute(
            update(order)
            .where(order.c.leader_id == booking.leader_id, order.c.id == before.id)
            .values(
                state=state,
                total_fen=total,
                discount_fen=discount,
                changed_at=work.now,
                version=order.c.version + 1,
                **extra,
            )
        )
    return replace(
        before,
        state=state,
        lines=live,
        total_fen=total,
        discount_fen=discount,
        room=room or before.room,
        note=extra.get("note", before.note),
        changed_at=work.now,
    )


def _state(before: OrderView | None, booking: Booking, *, is_live: bool) -> str:
    """Words alone (a room, a note) move no order; goods that stand ready (现货) stay so when there are more of them."""
    if before is not None and not booking.moved:
        return before.state
    if not is_live:
        return "cancelled"
    return "ready" if before is not None and before.state == "ready" else "placed"


def _line_upsert(statement: Any) -> Any:
    columns = ("quantity_milli", "line_fen", "unit_price_fen", "name", "tiers")
    return statement.on_conflict_do_update(
        index_elements=["leader_id", "order_id", "offer_id"],
        set_={column: statement.excluded[column] for column in columns},
    )


# Built once: this is on the path of every order.
_LINES = {"postgresql": _line_upsert(postgresql.insert(order_line)), "sqlite": _line_upsert(sqlite.insert(order_line))}
_EVENTS = insert(order_event)


def write_lines(work: Work, booking: Booking, order_id: int) -> None:
    if not booking.moved:
        return
    work.db.execute(
        _LINES[work.db.dialect.name],
        [_line_row(booking.leader_id, order_id, booking.lines[offer_id]) for offer_id, _, _ in booking.moved],
    )


def _line_row(leader_id: int, order_id: int, line: LineView) -> dict[str, Any]:
    return {
        "leader_id": leader_id,
        "id": line.id,
        "order_id": order_id,
        "offer_id": line.offer_id,
        "name": line.name,
        "unit": line.unit,
        "unit_price_fen": line.unit_price_fen,
        "quantity_milli": line.quantity_milli,
        "line_fen": line.line_fen,
        "tiers": [[tier.quantity_milli, tier.bundle_fen] for tier in line.tiers] or None,
    }


def write_events(work: Work, booking: Booking, order_id: int) -> None:
    if not booking.moved:
        return
    paid = {line.offer_id: line.line_fen for line in booking.before.lines} if booking.before else {}
    work.db.execute(
        _EVENTS,
        [
            {
                "leader_id": booking.leader_id,
                "id": work.new_id(),
                "order_id": order_id,
                "offer_id": offer_id,
                "kind": "place" if had == 0 else "cancel" if has == 0 else "change",
                "delta_milli": has - had,
                "delta_fen": booking.lines[offer_id].line_fen - paid.get(offer_id, 0),
                "source_key": booking.source_key,
                "actor": booking.actor,
                "at": work.now,
            }
            for offer_id, had, has in booking.moved
        ],
    )
