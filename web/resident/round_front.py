"""What a round's page shows: the round, the leader, this neighbour's order, and what a form would come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from models import Work
from models.views import OfferView, OrderView, RoundView, ShelfItem
from operations import (
    communities,
    coupon_uses,
    coupons,
    order_fees,
    order_views,
    regulars,
    round_views,
    shelf,
    shopfront,
)
from operations.communities import Community
from operations.coupons import CouponView
from operations.listings import leaders
from operations.pricing import line_total
from operations.regulars import NOTHING_USUAL, Usual
from operations.shopfront import Popular, RoundFront
from operations.visitors import Visitor
from web.forms import BadInput, read_milli
from web.resident.identity import known
from web.show import quantity, yuan


@dataclass(frozen=True, slots=True)
class Front:
    """Everything the page shows."""

    round: RoundView
    leader: RowMapping
    points: list[RowMapping]
    front: RoundFront
    visitor: Visitor | None
    order: OrderView | None
    is_open: bool
    coupons: list[CouponView]
    coupon: CouponView | None  # the one in the order
    served: Sequence[Community]  # 小区, where this neighbour may be asked
    usual: Usual  # what this neighbour usually takes; nothing once he has ordered
    popular: Sequence[Popular]  # what neighbours of this pickup point take
    shelf: Sequence[ShelfItem] = ()  # 现货, on a page of their own


def gather(work: Work, code: str) -> Front:
    round_view = round_views.by_code(work, code)
    leader = leaders.card_of(work, leader_id=round_view.leader_id)
    visitor = known(work, round_view.leader_id)
    own, usable, in_use = None, [], None
    if visitor and visitor.resident_id:
        usable = coupons.usable(work, leader_id=round_view.leader_id, resident_id=visitor.resident_id)
        own = order_views.load(
            work, leader_id=round_view.leader_id, round_id=round_view.id, resident_id=visitor.resident_id
        )
        if own and own.discount_fen:
            in_use = coupon_uses.in_order(work, leader_id=round_view.leader_id, order_id=own.id)
    has_ordered = own is not None and bool(own.lines)
    is_open = _is_open(round_view, work.now) and leader["state"] == "active"
    return Front(
        round=round_view,
        leader=leader,
        points=list(leaders.pickup_points(work, leader_id=round_view.leader_id)),
        front=shopfront.round_front(work, round_view),
        visitor=visitor,
        order=own if has_ordered else None,
        is_open=is_open,
        coupons=usable,
        coupon=in_use,
        served=communities.of_leader(work, leader_id=round_view.leader_id) if visitor else (),
        usual=_usual(work, round_view, visitor) if is_open and not has_ordered else NOTHING_USUAL,
        popular=shopfront.popular(work, leader_id=round_view.leader_id, place=round_view.pickup_place),
        shelf=shelf.items(work, leader_id=round_view.leader_id),
    )


@dataclass(frozen=True, slots=True)
class Bill:
    """What quantities would come to, fees and coupon included, as the order will; and a remark on it."""

    total_fen: int
    remark: str


def bill_of(shown: Front, quantities: Mapping[int, int]) -> Bill:
    """As `orders.change` would book these thousandths, by offer id."""
    mine = {line.offer_id: line for line in shown.order.lines} if shown.order else {}
    goods = []
    for offer in shown.round.offers:
        line, milli = mine.get(offer.id), quantities.get(offer.id, 0)
        price, tiers = (line.unit_price_fen, line.tiers) if line else (offer.price_fen, offer.tiers)
        if milli:
            goods.append((line_total(milli, price, tiers), milli))
    worth_fen, terms = sum(fen for fen, _ in goods), shown.round.fees
    fee = order_fees.of_goods(terms, goods)
    off = 0
    if shown.coupon and worth_fen and worth_fen >= shown.coupon.min_spend_fen:
        off = coupons.worth(shown.coupon.kind, shown.coupon.value, worth_fen)
    remarks = [f"含配送等费用 {yuan(fee)}"] if fee else []
    remarks += [f"已减券 {yuan(off)}"] if off else []
    if 0 < worth_fen < terms.min_order_fen:
        remarks = [f"满 {yuan(terms.min_order_fen)} 起订，还差 {yuan(terms.min_order_fen - worth_fen)}"]
    return Bill(worth_fen + fee - off, "，".join(remarks))


def quantities_of(shown: Front, typed: Mapping[str, str] | None) -> dict[int, int]:
    """What stands in the form: what was typed, else what is ordered."""
    mine = {line.offer_id: line.quantity_milli for line in shown.order.lines} if shown.order else {}
    return {
        offer.id: mine.get(offer.id, 0) if typed is None or offer.is_withdrawn else asked(typed, offer.number)
        for offer in shown.round.offers
    }


def taken(shown: Front, offer: OfferView) -> str:
    """3 户订了 8盒: how many households, and how much in all."""
    households = shown.front.offers[offer.id].households
    return f"{households} 户订了 {quantity(offer.reserved_milli, offer.unit)}" if households else ""


def _usual(work: Work, round_view: RoundView, visitor: Visitor | None) -> Usual:
    """老样子, as far as this round has it."""
    if visitor is None or visitor.resident_id is None:
        return NOTHING_USUAL
    return regulars.usual(work, leader_id=round_view.leader_id, resident_id=visitor.resident_id, rounds=[round_view])


def as_usual(shown: Front) -> dict[str, str]:
    """The form filled with what he usually takes; he still sends it himself."""
    return {f"q_{offer.number}": quantity(milli) for offer, milli in shown.usual.takes}


def asked(values: Mapping[str, str], number: int) -> int:
    try:
        return read_milli(values, f"q_{number}", "")
    except BadInput:
        return 0


def _is_open(round_view: RoundView, now: datetime) -> bool:
    return round_view.state == "open" and round_view.closes_at is not None and round_view.closes_at > now
