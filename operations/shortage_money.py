"""What fewer goods make of an order's money. Pure: rows in, values out.

A line keeps its own price and bundle prices; a discount on the order shrinks in proportion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from models.outcomes import ShortagePlan, ShortLine, ShortOffer
from models.views import Tier
from operations import order_fees
from operations.allocation import share_of, spread
from operations.pricing import line_total


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


def with_money(offers: Sequence[ShortOffer], lines: Sequence[Row[Any]], allocated: Mapping[int, int]) -> Reckoning:
    """The plan for these lines, each of which gets only what `allocated` says, by order line id."""
    by_order: dict[int, list[Row[Any]]] = defaultdict(list)
    for line in lines:
        by_order[line.order_id].append(line)
    line_fen = {line.id: _cost(line, allocated[line.id]) for line in lines}
    changes, short_lines = [], []
    for of_order in by_order.values():
        losses = [line.line_fen - line_fen[line.id] for line in of_order]
        missing = [line.entitled_milli - allocated[line.id] for line in of_order]
        change = _change_of(of_order[0], sum(losses), missing)
        changes.append(change)
        short_lines += [
            _short_line(line, allocated[line.id], -part)
            for line, part in zip(of_order, spread(-change.net_delta_fen, losses), strict=True)
        ]
    return Reckoning(
        plan=ShortagePlan(offers=tuple(offers), lines=tuple(short_lines)),
        line_fen=line_fen,
        line_delta_fen={line.id: line_fen[line.id] - line.line_fen for line in lines},
        line_ids={(line.order_id, line.offer_id): line.id for line in lines},
        orders=sorted(changes, key=lambda o: o.order_id),
    )


def _change_of(head: Row[Any], loss_fen: int, missing_milli: Sequence[int]) -> OrderChange:
    """What an order comes to whose lines cost `loss_fen` less; `head` is any of them, with the order's money."""
    before = head.total_fen - head.fee_fen - head.transport_fen
    goods = before - loss_fen
    discount = share_of(head.discount_fen, goods, before)
    fee = order_fees.after_shortage(head, goods, missing_milli)
    transport = head.transport_fen if goods else 0
    total = goods + fee + transport
    return OrderChange(
        order_id=head.order_id,
        resident_id=head.resident_id,
        total_fen=total,
        discount_fen=discount,
        discount_delta_fen=discount - head.discount_fen,
        net_delta_fen=(total - discount) - (head.total_fen - head.discount_fen),
        fee_fen=fee,
        transport_fen=transport,
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
