"""When less came than was ordered: who gets how much. First come, first served, by the time of each increase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from models import Work, offer, order, order_event, order_line, resident, round_
from models.joins import points_to
from models.outcomes import ShortagePlan, ShortOffer
from models.units import WEIGHT_UNITS
from operations.allocation import allocate_by_increase, standing_increases
from operations.errors import BadQuantity, NotFound
from operations.shortage_money import Reckoning, with_money

BEFORE_PICKUP = ("placed", "confirmed")


@dataclass(frozen=True, slots=True)
class Goods:
    """What came, by offer id, in thousandths of its unit. An offer that is not named came in full.

    `received` says how much came, `short` how much less than ordered; `damaged` is broken and not handed out.
    """

    received: Mapping[int, int] | None = None
    short: Mapping[int, int] | None = None
    damaged: Mapping[int, int] | None = None

    @property
    def offer_ids(self) -> list[int]:
        return sorted({*(self.received or ()), *(self.short or ()), *(self.damaged or ())})


def plan_shortage(work: Work, *, leader_id: int, round_id: int, goods: Goods) -> ShortagePlan:
    """Who would get less. Changes nothing. Raises NotFound (round, offer), BadQuantity (more missing than ordered)."""
    found = select(round_.c.id).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    if work.db.execute(found).first() is None:
        raise NotFound(what="round")
    return reckon(work, leader_id, round_id, goods).plan


def reckon(work: Work, leader_id: int, round_id: int, goods: Goods) -> Reckoning:
    """The plan and its money."""
    offers = offers_of(work, leader_id, round_id, goods.offer_ids)
    lines = lines_of(work, leader_id, [row.id for row in offers])
    short_offers: list[ShortOffer] = []
    allocated: dict[int, int] = {}  # by order line id, only where it is less than ordered
    for row in offers:
        of_offer = [line for line in lines if line.offer_id == row.id]
        one = _short_offer(row, sum(line.entitled_milli for line in of_offer), goods)
        if one.missing_milli:
            short_offers.append(one)
            allocated |= _allocate(work, leader_id, row, of_offer, one.ordered_milli - one.missing_milli)
    return with_money(short_offers, [line for line in lines if line.id in allocated], allocated)


def offers_of(work: Work, leader_id: int, round_id: int, offer_ids: Sequence[int]) -> Sequence[Row[Any]]:
    if not offer_ids:
        return []
    rows = work.db.execute(
        select(offer)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, offer.c.id.in_(offer_ids))
        .order_by(offer.c.number)
    ).all()
    if len(rows) != len(offer_ids):
        raise NotFound(what="offer")
    return rows


def lines_of(
    work: Work, leader_id: int, offer_ids: Sequence[int], states: Sequence[str] = BEFORE_PICKUP
) -> Sequence[Row[Any]]:
    """What is due of these offers to orders in these states, by 接龙 number, with the order's money and its holder."""
    if not offer_ids:
        return []
    return work.db.execute(
        select(
            order_line,
            func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli).label("entitled_milli"),
            offer.c.number,
            order.c.seq,
            order.c.total_fen,
            order.c.discount_fen,
            order.c.fee_fen,
            order.c.transport_fen,
            round_.c.unit_fee_fen,
            order.c.resident_id,
            resident.c.display_name.label("resident_name"),
            order.c.room,
            resident.c.room.label("resident_room"),
        )
        .join(offer, points_to(order_line.c.offer_id, offer))
        .join(order, points_to(order_line.c.order_id, order))
        .join(resident, points_to(order.c.resident_id, resident))
        .join(round_, points_to(order.c.round_id, round_))
        .where(
            order_line.c.leader_id == leader_id,
            order_line.c.offer_id.in_(offer_ids),
            order_line.c.quantity_milli > 0,
            order.c.state.in_(states),
        )
        .order_by(order.c.seq, offer.c.number)
    ).all()


def _short_offer(row: Row[Any], ordered: int, goods: Goods) -> ShortOffer:
    short = (goods.short or {}).get(row.id, 0)
    damaged = (goods.damaged or {}).get(row.id, 0)
    received = (goods.received or {}).get(row.id, ordered - short)
    if short < 0 or damaged < 0 or received < 0 or damaged > max(received, ordered):
        raise BadQuantity(name=row.name, unit=row.unit, quantity_milli=max(short, damaged), ordered_milli=ordered)
    usable = max(0, received - damaged)
    if row.unit not in WEIGHT_UNITS:
        usable -= usable % 1000  # half a pack is handed to nobody
    return ShortOffer(
        offer_id=row.id,
        number=row.number,
        name=row.name,
        unit=row.unit,
        ordered_milli=ordered,
        received_milli=received,
        damaged_milli=damaged,
        missing_milli=max(0, ordered - usable),
    )


def _allocate(work: Work, leader_id: int, row: Row[Any], lines: Sequence[Row[Any]], available: int) -> dict[int, int]:
    got, _ = allocate_by_increase(increases_of(work, leader_id, row, lines), available)
    return {line.id: got[line.order_id] for line in lines if got[line.order_id] < line.entitled_milli}


def increases_of(work: Work, leader_id: int, row: Row[Any], lines: Sequence[Row[Any]]) -> list[tuple[int, int]]:
    """(order id, thousandths) in the order in which people stand in line for an offer."""
    history = work.db.execute(
        select(order_event.c.order_id, order_event.c.delta_milli)
        .where(
            order_event.c.leader_id == leader_id,
            order_event.c.offer_id == row.id,
            order_event.c.order_id.in_(
                select(order.c.id).where(order.c.leader_id == leader_id, order.c.round_id == row.round_id)
            ),
            order_event.c.delta_milli != 0,
        )
        .order_by(order_event.c.at, order_event.c.id)
    )
    now = {line.order_id: line.entitled_milli for line in lines}
    return standing_increases([(e.order_id, e.delta_milli) for e in history], now)
