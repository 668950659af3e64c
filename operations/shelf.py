"""货架 (现货): goods that lie at the leader's between rounds. What there is, what it costs, how much is left.

The stock is the shelf's own: no round's offer counts it. `leader.shelf_version` rises with every change of names and
prices, so that a process knows whether what it has read still stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models import Work, leader, shelf_item
from models.views import ShelfItem
from operations.audit import record
from operations.errors import BadQuantity, LeaderInactive, NotFound
from operations.pricing import MOST_MILLI


@dataclass(frozen=True, slots=True)
class Goods:
    """What a leader puts on the shelf; `stock_milli` is all that lies there then."""

    name: str
    price_fen: int
    unit: str
    stock_milli: int
    spec: str = ""
    is_cold: bool = False


def items(work: Work, *, leader_id: int, with_off: bool = False) -> list[ShelfItem]:
    """What is on the shelf, by number; `with_off`: what was taken off too."""
    mine = select(shelf_item).where(shelf_item.c.leader_id == leader_id).order_by(shelf_item.c.number)
    return [item_of(row) for row in work.db.execute(mine if with_off else mine.where(shelf_item.c.is_on))]


def get(work: Work, *, leader_id: int, number: int) -> ShelfItem:
    """Raises NotFound."""
    mine = (shelf_item.c.leader_id == leader_id, shelf_item.c.number == number)
    row = work.db.execute(select(shelf_item).where(*mine)).first()
    if row is None:
        raise NotFound(what="shelf_item", typed=str(number))
    return item_of(row)


def put(work: Work, *, leader_id: int, goods: Sequence[Goods], actor: str) -> list[ShelfItem]:
    """上架: put these there; what was there before gets this price and stock. Raises LeaderInactive, BadQuantity."""
    for one in goods:
        _check_stock(one)
    _touch(work, leader_id, must_be_active=True)
    found = []
    for one in goods:
        known = _known(work, leader_id, one)
        item_id = _insert(work, leader_id, one) if known is None else _again(work, leader_id, known, one)
        _log(work, leader_id, actor, "shelf.put", item_id, price_fen=one.price_fen, stock_milli=one.stock_milli)
        found.append(item_id)
    by_id = {item.id: item for item in items(work, leader_id=leader_id)}
    return [by_id[item_id] for item_id in dict.fromkeys(found)]


def set_price(work: Work, *, leader_id: int, number: int, price_fen: int, actor: str) -> ShelfItem:
    """New orders cost this; what is ordered keeps its price. Raises NotFound."""
    return _change(work, leader_id, number, actor, "shelf.price", price_fen=price_fen)


def set_stock(work: Work, *, leader_id: int, number: int, left_milli: int, actor: str) -> ShelfItem:
    """So much may still be ordered; what stands in orders lies there beside it. Raises NotFound, BadQuantity."""
    if not 0 <= left_milli <= MOST_MILLI:
        raise BadQuantity(quantity_milli=left_milli)
    put_milli = shelf_item.c.taken_milli + left_milli
    return _change(work, leader_id, number, actor, "shelf.stock", put_milli=put_milli)


def add_stock(work: Work, *, leader_id: int, number: int, more_milli: int, actor: str) -> ShelfItem:
    """加量. Raises NotFound, BadQuantity."""
    if not 0 < more_milli <= MOST_MILLI:
        raise BadQuantity(quantity_milli=more_milli)
    return _change(work, leader_id, number, actor, "shelf.stock", put_milli=shelf_item.c.put_milli + more_milli)


def set_on(work: Work, *, leader_id: int, number: int, is_on: bool, actor: str) -> ShelfItem:
    """下架 / 上架: what is ordered stays ordered. Raises NotFound."""
    return _change(work, leader_id, number, actor, "shelf.on" if is_on else "shelf.off", is_on=is_on)


def describe(
    work: Work, *, leader_id: int, number: int, words: str | None, media_id: int | None, actor: str
) -> ShelfItem:
    """The leader's own words beside it, and a picture; the picture stays where `media_id` is None. Raises NotFound."""
    values: dict[str, Any] = {"words": words[:300] if words else None}
    if media_id is not None:
        values["photo_media_id"] = media_id
    return _change(work, leader_id, number, actor, "shelf.describe", **values)


def _check_stock(one: Goods) -> None:
    if not 0 < one.stock_milli <= MOST_MILLI:
        raise BadQuantity(name=one.name, unit=one.unit, quantity_milli=one.stock_milli)


def _touch(work: Work, leader_id: int, *, must_be_active: bool = False) -> None:
    """A new version; it holds the leader's row, so that two who put goods there draw different numbers."""
    row = work.db.execute(
        update(leader)
        .where(leader.c.id == leader_id)
        .values(shelf_version=leader.c.shelf_version + 1)
        .returning(leader.c.state, leader.c.display_name)
    ).one()
    if must_be_active and row.state != "active":
        raise LeaderInactive(name=row.display_name)


def _known(work: Work, leader_id: int, one: Goods) -> int | None:
    mine = (shelf_item.c.leader_id == leader_id, shelf_item.c.name == one.name[:80])
    found: int | None = work.db.execute(
        select(shelf_item.c.id).where(*mine, shelf_item.c.spec == one.spec[:60])
    ).scalar()
    return found


def _insert(work: Work, leader_id: int, one: Goods) -> int:
    last = select(func.coalesce(func.max(shelf_item.c.number), 0)).where(shelf_item.c.leader_id == leader_id)
    item_id = work.new_id()
    work.db.execute(
        insert(shelf_item).values(
            leader_id=leader_id,
            id=item_id,
            number=work.db.execute(last).scalar_one() + 1,
            name=one.name[:80],
            spec=one.spec[:60],
            unit=one.unit[:16],
            price_fen=one.price_fen,
            put_milli=one.stock_milli,
            is_cold=one.is_cold,
            created_at=work.now,
        )
    )
    return item_id


def _again(work: Work, leader_id: int, item_id: int, one: Goods) -> int:
    work.db.execute(
        update(shelf_item)
        .where(shelf_item.c.leader_id == leader_id, shelf_item.c.id == item_id)
        .values(
            unit=one.unit[:16],
            price_fen=one.price_fen,
            put_milli=shelf_item.c.taken_milli + one.stock_milli,
            is_cold=one.is_cold,
            is_on=True,
        )
    )
    return item_id


def _change(work: Work, leader_id: int, number: int, actor: str, action: str, **values: Any) -> ShelfItem:
    _touch(work, leader_id)
    row = work.db.execute(
        update(shelf_item)
        .where(shelf_item.c.leader_id == leader_id, shelf_item.c.number == number)
        .values(**values)
        .returning(*shelf_item.c)
    ).first()
    if row is None:
        raise NotFound(what="shelf_item", typed=str(number))
    after = item_of(row)
    _log(work, leader_id, actor, action, after.id, price_fen=after.price_fen, left_milli=after.left_milli)
    return after


def item_of(row: Row[Any]) -> ShelfItem:
    """A row of the table as everybody reads it."""
    return ShelfItem(
        leader_id=row.leader_id,
        id=row.id,
        number=row.number,
        name=row.name,
        spec=row.spec,
        unit=row.unit,
        price_fen=row.price_fen,
        put_milli=row.put_milli,
        taken_milli=row.taken_milli,
        is_on=row.is_on,
        is_cold=row.is_cold,
        words=row.words,
        photo_id=row.photo_media_id,
    )


def _log(work: Work, leader_id: int, actor: str, action: str, item_id: int, **after: int) -> None:
    record(work, leader_id=leader_id, actor=actor, action=action, entity="shelf_item", entity_id=item_id, after=after)
