"""Taking units of an offer, and giving them back: one conditional statement that holds deadline, cap and limit.

Lock order: round (only to draw a new 接龙 number), then offers by id.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from models import Work, offer, offer_tier, round_
from models.prepared import Prepared
from models.quick import quick
from models.units import WEIGHT_UNITS
from models.views import Tier
from operations.errors import (
    BadQuantity,
    NotFound,
    OfferWithdrawn,
    OverLimit,
    Refused,
    RoundClosed,
    SoldOut,
)
from operations.pricing import MOST_MILLI


@quick
@dataclass(frozen=True, slots=True)
class Wish:
    """One offer of an order: how much of it the order had and is to have, in thousandths of its unit."""

    leader_id: int
    round_id: int
    offer_id: int
    had: int
    wanted: int
    is_kept: bool = False  # nothing about the order changes here: it is enough to look whether one may still order


_TERMS = (offer.c.id, offer.c.number, offer.c.name, offer.c.unit, offer.c.spec, offer.c.price_fen, offer.c.is_cold)


def _taking(*, grows: bool, in_parts: bool) -> Prepared:
    """The one conditional statement by which units are taken or given back."""
    delta = bindparam("b_delta", type_=offer.c.reserved_milli.type)
    wanted = bindparam("b_wanted", type_=offer.c.limit_milli.type)
    conditions: list[ColumnElement[bool]] = [
        offer.c.leader_id == bindparam("b_leader_id"),
        offer.c.id == bindparam("b_offer_id"),
        offer.c.round_id == bindparam("b_round_id"),
        offer.c.is_open,
        offer.c.closes_at > bindparam("b_now"),
    ]
    if grows:
        conditions += [
            or_(offer.c.capacity_milli.is_(None), offer.c.reserved_milli + delta <= offer.c.capacity_milli),
            or_(offer.c.limit_milli.is_(None), offer.c.limit_milli >= wanted),
            offer.c.is_withdrawn.is_(False),
        ]
    if in_parts:
        conditions.append(offer.c.unit.in_(WEIGHT_UNITS))
    taken = update(offer).where(*conditions).values(reserved_milli=offer.c.reserved_milli + delta)
    return Prepared(taken.returning(*_TERMS))


# By whether the quantity grows and whether it is a fraction: every line of every order runs one of them.
_TAKING = {
    (grows, in_parts): _taking(grows=grows, in_parts=in_parts) for grows in (False, True) for in_parts in (False, True)
}
_KEPT = Prepared(
    select(*_TERMS).where(
        offer.c.leader_id == bindparam("b_leader_id"),
        offer.c.id == bindparam("b_offer_id"),
        offer.c.round_id == bindparam("b_round_id"),
        offer.c.is_open,
        offer.c.closes_at > bindparam("b_now"),
    )
)
_NEXT_SEQ = Prepared(
    update(round_)
    .where(round_.c.leader_id == bindparam("b_leader_id"), round_.c.id == bindparam("b_round_id"))
    .values(last_seq=round_.c.last_seq + 1)
    .returning(round_.c.last_seq)
)
_TIERS = Prepared(
    select(offer_tier.c.quantity_milli, offer_tier.c.bundle_fen).where(
        offer_tier.c.leader_id == bindparam("leader_id"), offer_tier.c.offer_id == bindparam("offer_id")
    )
)


def ahead(work: Work, wishes: Sequence[Wish], *, draws_seq: bool, known: Container[int]) -> None:
    """All of these will be taken, in this order, and `tiers` asked for those that are not `known`."""
    if not work.wire.is_remote:
        return
    if draws_seq and wishes:
        _NEXT_SEQ.ahead(work, b_leader_id=wishes[0].leader_id, b_round_id=wishes[0].round_id)
    for wish in wishes:
        if _is_sane(wish):
            _statement(wish).ahead(work, **_facts(work, wish))
    for wish in wishes:
        if wish.offer_id not in known:
            _TIERS.ahead(work, leader_id=wish.leader_id, offer_id=wish.offer_id)


def draw_seq(work: Work, leader_id: int, round_id: int) -> int:
    """The next 接龙 number. Taken before the offers: rounds come first in the lock order. Raises NotFound."""
    drawn = _NEXT_SEQ.first(work, b_leader_id=leader_id, b_round_id=round_id)
    if drawn is None:
        raise NotFound(what="round")
    return int(drawn.last_seq)


def tiers(work: Work, leader_id: int, offer_id: int) -> tuple[Tier, ...]:
    """The bundle prices of an offer. Read while its row is held, so that they belong to the price we took."""
    return tuple([Tier(*row) for row in _TIERS.rows(work, leader_id=leader_id, offer_id=offer_id)])


def take(work: Work, wish: Wish) -> Any:
    """Take or give back units of one offer; returns its terms. Raises why it could not be."""
    if not _is_sane(wish):
        raise BadQuantity(offer_id=wish.offer_id, quantity_milli=wish.wanted)
    row = _statement(wish).first(work, **_facts(work, wish))
    if row is not None:
        return row
    reason = _why_not(work, wish)
    if reason is None:
        return take(work, wish)
    raise reason


def _is_sane(wish: Wish) -> bool:
    return 0 <= wish.wanted <= MOST_MILLI


def _statement(wish: Wish) -> Prepared:
    return _KEPT if wish.is_kept else _TAKING[wish.wanted > wish.had, wish.wanted % 1000 != 0]


def _facts(work: Work, wish: Wish) -> dict[str, Any]:
    facts = {
        "b_leader_id": wish.leader_id,
        "b_offer_id": wish.offer_id,
        "b_round_id": wish.round_id,
        "b_now": work.now,
    }
    if wish.is_kept:
        return facts
    facts["b_delta"] = wish.wanted - wish.had
    return facts | {"b_wanted": wish.wanted} if wish.wanted > wish.had else facts


def _why_not(work: Work, wish: Wish) -> Refused | None:
    """The conditional statement met no row: say why. None when, on PostgreSQL, the obstacle has gone in between."""
    mine = (offer.c.leader_id == wish.leader_id, offer.c.id == wish.offer_id, offer.c.round_id == wish.round_id)
    row = work.db.execute(select(offer).where(*mine)).first()
    if row is None:
        return NotFound(what="offer")
    if not row.is_open or row.closes_at <= work.now:
        title = work.db.execute(
            select(round_.c.title).where(round_.c.leader_id == wish.leader_id, round_.c.id == wish.round_id)
        ).scalar()
        return RoundClosed(title=title)
    if wish.wanted % 1000 and row.unit not in WEIGHT_UNITS:
        return BadQuantity(offer_id=row.id, name=row.name, unit=row.unit, quantity_milli=wish.wanted)
    if row.is_withdrawn:
        return OfferWithdrawn(offer_id=row.id, name=row.name)
    if row.limit_milli is not None and wish.wanted > row.limit_milli:
        left = row.limit_milli if row.capacity_milli is None else row.capacity_milli - row.reserved_milli + wish.had
        return OverLimit(
            offer_id=row.id,
            name=row.name,
            unit=row.unit,
            limit_milli=row.limit_milli,
            wanted_milli=wish.wanted,
            had_milli=wish.had,
            most_milli=min(row.limit_milli, left),
        )
    if row.capacity_milli is None or row.reserved_milli + wish.wanted - wish.had <= row.capacity_milli:
        return None
    return SoldOut(
        name=row.name,
        unit=row.unit,
        remaining_milli=row.capacity_milli - row.reserved_milli,
        wanted_milli=wish.wanted,
        had_milli=wish.had,
        offer_id=row.id,
    )
