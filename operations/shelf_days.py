"""What is sold of the shelf on one day is a round of its own kind: its goods are there from the beginning.

So the shelf's orders have their own numbers, papers, settlement and statistics, day by day, and no group-buy round has
any of them. Lock order: round, its orders by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, leader, offer, order, pickup_point, round_
from models.units import SHELF_DAY
from models.views import ShelfItem
from operations.pickup_days import no_shows
from operations.quiet_hours import SHANGHAI
from operations.round_codes import draw_code
from operations.upserts import for_update, upsert

KIND = "shelf"
_UNTIL = time(22, 0)  # of the following day: so long goods are kept for who has ordered them
_OPEN_FOR = timedelta(days=365)  # no deadline shuts a day, but the job that ends it, however late that runs


def of_today(work: Work, *, leader_id: int) -> int:
    """The day's round, opened with its first order. Two who open it at once get the same."""
    local = work.now.astimezone(SHANGHAI)
    day = local.date().isoformat()
    if (known := _of_day(work, leader_id, day)) is not None:
        return known
    owner = work.db.execute(select(leader).where(leader.c.id == leader_id)).one()
    until = kept_until(work.now)
    work.db.execute(
        upsert(work, round_)
        .values(
            leader_id=leader_id,
            id=work.new_id(),
            code=draw_code(work),
            kind=KIND,
            shelf_day=day,
            title=SHELF_DAY.format(month=local.month, day=local.day),
            state="arrived",
            opens_at=work.now,
            opened_at=work.now,
            arrived_at=work.now,
            closes_at=until + _OPEN_FOR,
            pickup_until=until,
            pickup_place=place_of(work, leader_id=leader_id),
            share_bps=owner.share_bps,
            after_sales_hours=owner.after_sales_hours,
            created_at=work.now,
        )
        .on_conflict_do_nothing(index_elements=["leader_id", "shelf_day"])
    )
    found = _of_day(work, leader_id, day)
    assert found is not None  # somebody's insert has been committed  # noqa: S101
    return found


def kept_until(at: datetime) -> datetime:
    """Until when goods ordered at this instant are kept: ten in the evening of the next day, Shanghai time."""
    tomorrow = at.astimezone(SHANGHAI).date() + timedelta(days=1)
    return datetime.combine(tomorrow, _UNTIL, SHANGHAI)


def list_offers(work: Work, *, leader_id: int, round_id: int, goods: Mapping[int, ShelfItem]) -> dict[int, int]:
    """The offers of a day for these items (by item id), made when they are first sold on it; ids by item id.

    What is ordered from now on costs what the item costs now.
    """
    rows = [_offer_row(work, leader_id, round_id, item) for item in sorted(goods.values(), key=lambda one: one.id)]
    if not rows:
        return {}
    work.db.execute(
        upsert(work, offer).on_conflict_do_nothing(index_elements=["leader_id", "round_id", "number"]), rows
    )
    mine = (offer.c.leader_id == leader_id, offer.c.round_id == round_id)
    found = {
        row.shelf_item_id: row
        for row in work.db.execute(
            select(offer.c.id, offer.c.shelf_item_id, offer.c.price_fen, offer.c.unit).where(
                *mine, offer.c.shelf_item_id.in_(goods)
            )
        )
    }
    for item_id in sorted(found, key=lambda key: int(found[key].id)):
        item, row = goods[item_id], found[item_id]
        if (row.price_fen, row.unit) != (item.price_fen, item.unit):
            work.db.execute(
                update(offer).where(*mine, offer.c.id == row.id).values(price_fen=item.price_fen, unit=item.unit)
            )
    return {item_id: row.id for item_id, row in found.items()}


def due(work: Work, *, limit: int = 20) -> list[Row[Any]]:
    """Days whose goods are no longer kept, oldest first; what another process holds is left out."""
    over = (
        select(round_)
        .where(round_.c.kind == KIND, round_.c.state == "arrived", round_.c.pickup_until <= work.now)
        .order_by(round_.c.leader_id, round_.c.id)
        .limit(limit)
    )
    return list(work.db.execute(for_update(work, over, skip_locked=True)))


def unpaid_waiting(work: Work, *, leader_id: int, round_id: int) -> list[Row[Any]]:
    """Orders of a day that nobody came for and nobody has paid anything for: (id, resident_id), oldest first."""
    waiting = select(order.c.id, order.c.resident_id).where(
        order.c.leader_id == leader_id,
        order.c.round_id == round_id,
        order.c.state == "ready",
        order.c.is_current,
        order.c.paid_fen == order.c.refunded_fen,
        order.c.pay_claimed_at.is_(None),
    )
    return list(work.db.execute(waiting.order_by(order.c.id)))


def finish(work: Work, *, leader_id: int, round_id: int) -> int:
    """Pickup of a day is over, as of any round; nothing more is sold on it. Returns how many nobody came for."""
    mine = (offer.c.leader_id == leader_id, offer.c.round_id == round_id)
    work.db.execute(update(offer).where(*mine).values(is_open=False))
    return no_shows(work, leader_id=leader_id, round_id=round_id)


def _of_day(work: Work, leader_id: int, day: str) -> int | None:
    mine = (round_.c.leader_id == leader_id, round_.c.shelf_day == day)
    found: int | None = work.db.execute(select(round_.c.id).where(*mine)).scalar()
    return found


def place_of(work: Work, *, leader_id: int) -> str | None:
    """Where the shelf is: the leader's first pickup point, else where the last round was handed out."""
    mine = (pickup_point.c.leader_id == leader_id, pickup_point.c.is_active)
    first = select(pickup_point.c.name).where(*mine).order_by(pickup_point.c.id).limit(1)
    rounds = (round_.c.leader_id == leader_id, round_.c.kind != KIND, round_.c.pickup_place.is_not(None))
    last = select(round_.c.pickup_place).where(*rounds).order_by(round_.c.id.desc()).limit(1)
    return work.db.execute(first).scalar() or work.db.execute(last).scalar()


def _offer_row(work: Work, leader_id: int, round_id: int, item: ShelfItem) -> dict[str, Any]:
    return {
        "leader_id": leader_id,
        "id": work.new_id(),
        "round_id": round_id,
        "number": item.number,
        "name": item.name,
        "spec": item.spec,
        "unit": item.unit,
        "price_fen": item.price_fen,
        "is_cold": item.is_cold,
        "is_open": True,
        "closes_at": work.now + _OPEN_FOR,
        "shelf_item_id": item.id,
    }
