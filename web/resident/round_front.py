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
    """The round, who looks at it, and what the form is reckoned from."""

    round: RoundView
    leader: RowMapping
    front: RoundFront
    visitor: Visitor | None
    order: OrderView | None
    is_open: bool
    coupon: CouponView | None  # the one in the order


@dataclass(frozen=True, slots=True)
class Beside:
    """What else the page shows, once; the script that looks every few seconds needs none of it."""

    points: Sequence[RowMapping]
    coupons: Sequence[CouponView]
    served: Sequence[Community]  # 小区, where this neighbour may be asked
    usual: Usual  # what this neighbour usually takes; nothing once he has ordered
    popular: Sequence[Popular]  # what neighbours of this pickup point take
    shelf: Sequence[ShelfItem]  # 现货, on a page of their own


def gather(work: Work, code: str) -> Front:
    """Raises NotFound."""
    round_view = round_views.by_code(work, code)
    leader = leaders.card_of(work, leader_id=round_view.leader_id)
    visitor = known(work, round_view.leader_id)
    own, in_use = None, None
    if visitor and visitor.resident_id:
        own = order_views.load(
            work, leader_id=round_view.leader_id, round_id=round_view.id, resident_id=visitor.resident_id
        )
        if own and own.discount_fen:
            in_use = coupon_uses.in_order(work, leader_id=round_view.leader_id, order_id=own.id)
    return Front(
        round=round_view,
        leader=leader,
        front=shopfront.round_front(work, round_view),
        visitor=visitor,
        order=own if own and own.lines else None,
        is_open=_is_open(round_view, work.now) and leader["state"] == "active",
        coupon=in_use,
    )


def beside(work: Work, shown: Front) -> Beside:
    """The rest of the page."""
    leader_id, resident_id = shown.round.leader_id, shown.visitor.resident_id if shown.visitor else None
    usual = NOTHING_USUAL
    if resident_id and shown.is_open and shown.order is None:
        usual = regulars.usual(work, leader_id=leader_id, resident_id=resident_id, rounds=[shown.round])
    return Beside(
        points=leaders.pickup_points(work, leader_id=leader_id),
        coupons=coupons.usable(work, leader_id=leader_id, resident_id=resident_id) if resident_id else (),
        served=communities.of_leader(work, leader_id=leader_id) if shown.visitor else (),
        usual=usual,
        popular=shopfront.popular(work, leader_id=leader_id, place=shown.round.pickup_place),
        shelf=shelf.items(work, leader_id=leader_id),
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


def as_usual(usual: Usual) -> dict[str, str]:
    """The form filled with what he usually takes; he still sends it himself."""
    return {f"q_{offer.number}": quantity(milli) for offer, milli in usual.takes}


def asked(values: Mapping[str, str], number: int) -> int:
    try:
        return read_milli(values, f"q_{number}", "")
    except BadInput:
        return 0


def _is_open(round_view: RoundView, now: datetime) -> bool:
    return round_view.state == "open" and round_view.closes_at is not None and round_view.closes_at > now
