"""Writing an order once its units are taken: head, lines, events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, order, order_event, order_line
from models.prepared import Prepared
from models.quick import quick
from models.views import LineView, OrderView
from operations import order_fees
from operations.coupon_uses import rediscount
from operations.errors import BelowMinimum


@quick
@dataclass(frozen=True, slots=True)
class Booking:
    """What was taken, on its way into the order's rows."""

    leader_id: int
    round_id: int
    resident_id: int
    stands: OrderView  # before; with the id 0 where there was no order
    seq: int
    lines: dict[int, LineView]
    moved: list[tuple[int, int, int]]
    actor: str
    source_key: str


def write_head(work: Work, booking: Booking, *, room: str | None, note: str | None) -> OrderView:
    stands = booking.stands
    live = tuple(sorted((x for x in booking.lines.values() if x.quantity_milli), key=lambda x: x.number))
    goods = sum(x.line_fen for x in live)
    fee = order_fees.of_order(stands.fees, live) if booking.moved else stands.fee_fen
    if booking.moved and 0 < goods < stands.fees.min_order_fen:
        raise BelowMinimum(min_fen=stands.fees.min_order_fen, goods_fen=goods, title=stands.round_title)
    discount = stands.discount_fen
    if discount and booking.moved:
        discount = rediscount(work, stands, goods, actor=booking.actor, source_key=booking.source_key)
    after = replace(
        stands,
        id=stands.id or work.new_id(),
        seq=booking.seq,
        state=_state(booking, is_live=bool(live)),
        lines=live,
        total_fen=goods + fee + stands.transport_fen,
        discount_fen=discount,
        fee_fen=fee,
        room=room or stands.room,
        note=note[:200] if note else stands.note,
        changed_at=work.now,
    )
    if not stands.id:
        _PLACED.send(work, _head_row(after) | {"room": room or None, "note": after.note})
    elif booking.moved or room or note:
        _CHANGED.send(
            work,
            {
                "b_leader_id": booking.leader_id,
                "b_order_id": stands.id,
                "new_state": after.state,
                "new_total_fen": after.total_fen,
                "new_fee_fen": fee,
                "new_discount_fen": after.discount_fen,
                "new_changed_at": work.now,
                "new_room": room or None,
                "new_note": after.note if note else None,
            },
        )
    return after


def _head_row(after: OrderView) -> dict[str, Any]:
    return {
        "leader_id": after.leader_id,
        "id": after.id,
        "round_id": after.round_id,
        "resident_id": after.resident_id,
        "seq": after.seq,
        "state": after.state,
        "total_fen": after.total_fen,
        "fee_fen": after.fee_fen,
        "placed_at": after.placed_at,
        "changed_at": after.changed_at,
    }


_HEAD = (
    "leader_id", "id", "round_id", "resident_id", "seq", "state", "total_fen", "fee_fen", "placed_at",
    "changed_at",
)  # fmt: skip
_PLACED = Prepared(insert(order), columns=(*_HEAD, "room", "note"))
_CHANGED = Prepared(
    update(order)
    .where(order.c.leader_id == bindparam("b_leader_id"), order.c.id == bindparam("b_order_id"))
    .values(
        state=bindparam("new_state"),
        total_fen=bindparam("new_total_fen"),
        fee_fen=bindparam("new_fee_fen"),
        discount_fen=bindparam("new_discount_fen"),
        changed_at=bindparam("new_changed_at"),
        room=func.coalesce(bindparam("new_room", type_=order.c.room.type), order.c.room),
        note=func.coalesce(bindparam("new_note", type_=order.c.note.type), order.c.note),
        version=order.c.version + 1,
    )
)


def _state(booking: Booking, *, is_live: bool) -> str:
    """Words alone (a room, a note) move no order; goods that stand ready (现货) stay so when there are more of them."""
    if booking.stands.id and not booking.moved:
        return booking.stands.state
    if not is_live:
        return "cancelled"
    return "ready" if booking.stands.state == "ready" else "placed"


def _line_upsert(statement: Any) -> Any:
    columns = ("quantity_milli", "line_fen", "unit_price_fen", "name", "tiers")
    return statement.on_conflict_do_update(
        index_elements=["leader_id", "order_id", "offer_id"],
        set_={column: statement.excluded[column] for column in columns},
    )


_LINES = Prepared(
    {"postgresql": _line_upsert(postgresql.insert(order_line)), "sqlite": _line_upsert(sqlite.insert(order_line))},
    columns=(
        "leader_id", "id", "order_id", "offer_id", "name", "unit", "unit_price_fen", "quantity_milli", "line_fen",
        "tiers",
    ),
)  # fmt: skip
_EVENTS = Prepared(
    insert(order_event),
    columns=(
        "leader_id", "id", "order_id", "offer_id", "kind", "delta_milli", "delta_fen", "source_key", "actor", "at",
    ),
)  # fmt: skip


def write_lines(work: Work, booking: Booking, order_id: int) -> None:
    rows = [_line_row(booking.leader_id, order_id, booking.lines[offer_id]) for offer_id, _, _ in booking.moved]
    _LINES.send(work, *rows)


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
    paid = {line.offer_id: line.line_fen for line in booking.stands.lines}
    _EVENTS.send(
        work,
        *(
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
        ),
    )
