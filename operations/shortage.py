"""When less came than was ordered: who gets how much, what that changes in money, and writing it down.

First come, first served, by the time of each increase. A line keeps its own price and bundle prices; a discount on the
order shrinks in proportion. What was paid too much afterwards is owed back (`due_fen` below zero) until it is paid
back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, insert, select, update

from models import Work, offer, order, order_event, order_line, resident, round_
from models.outcomes import ShortagePlan, ShortLine, ShortOffer
from models.units import WEIGHT_UNITS
from models.views import Tier
from operations import coupon_uses, ledger, order_fees
from operations.allocation import allocate_by_increase, share_of, spread, standing_increases
from operations.errors import BadQuantity, NotFound
from operations.pricing import line_total

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


@dataclass(frozen=True, slots=True)
class OrderChange:
    """The new money of one order."""

    order_id: int
    resident_id: int
    total_fen: int
    discount_fen: int
    discount_delta_fen: int
    net_delta_fen: int
    fee_fen: int
    transport_fen: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A plan with everything needed to carry it out."""

    plan: ShortagePlan
    line_fen: Mapping[int, int]  # by order line id: what it costs then
    line_delta_fen: Mapping[int, int]  # by order line id: how that changes
    line_ids: Mapping[tuple[int, int], int]  # (order id, offer id) -> order line id
    orders: Sequence[OrderChange]


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


def write(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    reckoning: Reckoning,
    actor: str,
    source_key: str,
    reference: str = "allocate",
) -> None:
    """Carry a plan out: lines, orders, history, books. The caller holds the round, its offers and the orders.

    `reference` is what the books call it: one for each time that goods of a round are found short.
    """
    if not reckoning.plan.lines:
        return
    lines = [(line, reckoning.line_ids[line.order_id, line.offer_id]) for line in reckoning.plan.lines]
    work.db.execute(
        update(order_line)
        .where(order_line.c.leader_id == leader_id, order_line.c.id == bindparam("line_id"))
        .values(allocated_milli=bindparam("to_milli"), line_fen=bindparam("to_fen")),
        [{"line_id": i, "to_milli": line.allocated_milli, "to_fen": reckoning.line_fen[i]} for line, i in lines],
    )
    work.db.execute(
        update(order)
        .where(order.c.leader_id == leader_id, order.c.id == bindparam("of_order"))
        .values(
            total_fen=bindparam("to_total"),
            fee_fen=bindparam("to_fee"),
            transport_fen=bindparam("to_transport"),
            discount_fen=bindparam("to_discount"),
            version=order.c.version + 1,
            changed_at=work.now,
        ),
        [
            {
                "of_order": o.order_id,
                "to_total": o.total_fen,
                "to_discount": o.discount_fen,
                "to_fee": o.fee_fen,
                "to_transport": o.transport_fen,
            }
            for o in reckoning.orders
        ],
    )
    coupon_uses.follow(
        work, leader_id=leader_id, order_ids=[o.order_id for o in reckoning.orders if o.discount_delta_fen]
    )
    _write_events(work, leader_id, reckoning, actor, source_key)
    ledger.post_many(
        work,
        leader_id=leader_id,
        transfers=[
            ledger.Transfer(
                "sale_change",
                f"{reference}:{round_id}:{o.order_id}",
                ledger.of(o.resident_id),
                ledger.SALES,
                o.net_delta_fen,
                round_id,
                o.order_id,
            )
            for o in reckoning.orders
        ]
        + [
            ledger.discount(f"{reference}:{round_id}:{o.order_id}", o.discount_delta_fen, round_id, o.order_id)
            for o in reckoning.orders
        ],
    )


def _write_events(work: Work, leader_id: int, reckoning: Reckoning, actor: str, source_key: str) -> None:
    """A line's own history adds up to what it costs; a discount that shrank is a fact of the order."""
    common = {"leader_id": leader_id, "source_key": source_key, "actor": actor, "at": work.now}
    rows: list[dict[str, Any]] = []
    for line in reckoning.plan.lines:
        line_id = reckoning.line_ids[line.order_id, line.offer_id]
        rows.append(
            {
                "order_id": line.order_id,
                "offer_id": line.offer_id,
                "kind": "allocate",
                "delta_milli": line.allocated_milli - line.ordered_milli,
                "delta_fen": reckoning.line_delta_fen[line_id],
            }
        )
    for one in reckoning.orders:
        if one.discount_delta_fen:
            delta = {"delta_milli": 0, "delta_fen": one.discount_delta_fen}
            rows.append({"order_id": one.order_id, "offer_id": 0, "kind": "discount"} | delta)
    work.db.execute(insert(order_event), [common | {"id": work.new_id()} | row for row in rows])


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
        .join(offer, and_(offer.c.leader_id == order_line.c.leader_id, offer.c.id == order_line.c.offer_id))
        .join(order, and_(order.c.leader_id == order_line.c.leader_id, order.c.id == order_line.c.order_id))
        .join(resident, and_(resident.c.leader_id == order.c.leader_id, resident.c.id == order.c.resident_id))
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
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


def with_money(offers: Sequence[ShortOffer], lines: Sequence[Row[Any]], allocated: Mapping[int, int]) -> Reckoning:
    by_order: dict[int, list[Row[Any]]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    line_fen = {line.id: _cost(line, allocated[line.id]) for line in lines}
    changes, short_lines = [], []
    for order_id, of_order in by_order.items():
        head = of_order[0]
        losses = [line.line_fen - line_fen[line.id] for line in of_order]
        before = head.total_fen - head.fee_fen - head.transport_fen
        goods = before - sum(losses)
        discount = share_of(head.discount_fen, goods, before)
        missing = [line.entitled_milli - allocated[line.id] for line in of_order]
        fee = order_fees.after_shortage(head, goods, missing)
        transport = head.transport_fen if goods else 0
        total = goods + fee + transport
        lost = (head.total_fen - head.discount_fen) - (total - discount)
        less = discount - head.discount_fen
        changes.append(OrderChange(order_id, head.resident_id, total, discount, less, -lost, fee, transport))
        short_lines += [
            _short_line(line, allocated[line.id], -part)
            for line, part in zip(of_order, spread(lost, losses), strict=True)
        ]
    return Reckoning(
        plan=ShortagePlan(offers=tuple(offers), lines=tuple(short_lines)),
        line_fen=line_fen,
        line_delta_fen={line.id: line_fen[line.id] - line.line_fen for line in lines},
        line_ids={(line.order_id, line.offer_id): line.id for line in lines},
        orders=sorted(changes, key=lambda o: o.order_id),
    )


def _cost(line: Row[Any], quantity_milli: int) -> int:
    """What fewer units cost at the line's own price; never more than before, even where a bundle was dear.

    By the difference: after-sales may have taken something off the line already.
    """
    tiers = [Tier(quantity, fen) for quantity, fen in line.tiers or ()]
    cheaper = line_total(line.entitled_milli, line.unit_price_fen, tiers)
    cheaper -= line_total(quantity_milli, line.unit_price_fen, tiers)
    return max(0, int(line.line_fen) - max(0, cheaper))


def _short_line(line: Row[Any], allocated: int, delta_fen: int) -> ShortLine:
    return ShortLine(
        order_id=line.order_id,
        seq=line.seq,
        resident_id=line.resident_id,
        resident_name=line.resident_name,
        room=line.room or line.resident_room,
        offer_id=line.offer_id,
        number=line.number,
        name=line.name,
        unit=line.unit,
        ordered_milli=line.entitled_milli,
        allocated_milli=allocated,
        delta_fen=delta_fen,
    )
