"""A leader changes a neighbour's order: whom she means by a name or a room, and that he hears of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models import Work, order, resident
from models.joins import points_to
from models.views import OrderView
from operations.order_views import of_ids
from operations.pick_lists import numbers_in
from operations.receivers import tell


def orders_of(
    work: Work, *, leader_id: int, round_ids: Sequence[int], name: str | None, room: str | None
) -> list[OrderView]:
    """Orders in these rounds whose holder is called so and lives there, as far as both is known and said.

    Guests count under their own name. Rooms are compared by their numbers: 3-502 is 3号楼502. Without a name and a
    room: nobody.
    """
    if not round_ids or not (name or room):
        return []
    rows = work.db.execute(
        select(order.c.id, order.c.room, resident.c.room.label("home"), resident.c.display_name)
        .join(resident, points_to(order.c.resident_id, resident))
        .where(order.c.leader_id == leader_id, order.c.round_id.in_(round_ids), order.c.state != "cancelled")
        .where(*([resident.c.display_name == name] if name else []))
    )
    found = [row.id for row in rows if not room or _lives_at(row.room or row.home, room, is_named=bool(name))]
    return of_ids(work, leader_id, found)


def tell_changed(work: Work, one: OrderView, *, source_key: str) -> None:
    """The holder of an order that the leader changed hears how it stands now. `source_key`: of her message."""
    lines = [{"name": x.name, "quantity_milli": x.quantity_milli, "unit": x.unit} for x in one.lines]
    tell(
        work,
        leader_id=one.leader_id,
        round_id=one.round_id,
        order_id=one.id,
        kind="order_changed",
        key=f"order_changed:{one.id}:{source_key}",
        payload={
            "title": one.round_title,
            "seq": one.seq,
            "guest": one.resident_name if one.account_id is None else None,
            "total_fen": one.total_fen - one.discount_fen,
            "lines": lines,
        },
    )


def _lives_at(known: str | None, said: str, *, is_named: bool) -> bool:
    """Who is named and whose room nobody knows may live anywhere."""
    return is_named if known is None else known == said or numbers_in(known) == numbers_in(said)
