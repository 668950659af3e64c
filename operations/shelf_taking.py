"""The scarce counter of the shelf: taken by one conditional statement for each item, as `taking` does for offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update

from models import Work, shelf_item
from models.units import WEIGHT_UNITS
from models.views import ShelfItem
from operations import shelf
from operations.errors import BadQuantity, NotFound, OfferWithdrawn, Refused, SoldOut
from operations.pricing import MOST_MILLI


@dataclass(frozen=True, slots=True)
class Taken:
    """An item of the shelf, and how much of it the order had and has now, in thousandths of its unit."""

    item: ShelfItem
    had_milli: int
    now_milli: int


def take(
    work: Work, *, leader_id: int, had: Mapping[int, int], targets: Mapping[int, int], is_all_or_nothing: bool
) -> tuple[dict[int, Taken], list[Refused]]:
    """Take what can be taken or give it back, items by id; and why of the others nothing could be.

    `had` and `targets` are thousandths by item id. Raises the first refusal where all or nothing is wanted.
    """
    took: dict[int, Taken] = {}
    refused: list[Refused] = []
    for item_id in sorted(targets):
        was, now = had.get(item_id, 0), targets[item_id]
        try:
            took[item_id] = Taken(_take_one(work, leader_id, item_id, was, now), was, now)
        except Refused as refusal:
            if is_all_or_nothing:
                raise
            refused.append(refusal)
    return took, refused


def _take_one(work: Work, leader_id: int, item_id: int, was: int, now: int) -> ShelfItem:
    """Raises why it could not be."""
    if not 0 <= now <= MOST_MILLI:
        raise BadQuantity(offer_id=item_id, quantity_milli=now)
    taken = shelf_item.c.taken_milli + (now - was)
    conditions: list[ColumnElement[bool]] = [shelf_item.c.leader_id == leader_id, shelf_item.c.id == item_id]
    if now > was:
        conditions += [shelf_item.c.is_on, taken <= shelf_item.c.put_milli]
    if now % 1000:
        conditions.append(shelf_item.c.unit.in_(WEIGHT_UNITS))
    row = work.db.execute(
        update(shelf_item).where(*conditions).values(taken_milli=taken).returning(*shelf_item.c)
    ).first()
    if row is not None:
        return shelf.item_of(row)
    reason = _why_not(work, leader_id, item_id, was, now)
    if reason is None:  # on PostgreSQL the obstacle has gone in between
        return _take_one(work, leader_id, item_id, was, now)
    raise reason


def _why_not(work: Work, leader_id: int, item_id: int, was: int, now: int) -> Refused | None:
    mine = (shelf_item.c.leader_id == leader_id, shelf_item.c.id == item_id)
    row = work.db.execute(select(shelf_item).where(*mine)).first()
    if row is None:
        return NotFound(what="shelf_item")
    item = shelf.item_of(row)
    if now % 1000 and item.unit not in WEIGHT_UNITS:
        return BadQuantity(offer_id=item.id, name=item.name, unit=item.unit, quantity_milli=now)
    if not item.is_on:
        return OfferWithdrawn(offer_id=item.id, name=item.name)
    if now - was <= item.left_milli:
        return None
    return SoldOut(
        name=item.name,
        unit=item.unit,
        remaining_milli=item.left_milli,
        wanted_milli=now,
        had_milli=was,
        offer_id=item.id,
    )
