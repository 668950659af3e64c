"""Coupons, reviews, announcements and questions to leaders, of all leaders, for the console."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, select

from models import Work, announcement, coupon, coupon_use, leader, order, relay, resident, review, round_
from models.joins import points_to
from operations.listings.paging import Page, page, total

_saved = (
    select(total(coupon_use.c.amount_fen))
    .where(
        coupon_use.c.leader_id == coupon.c.leader_id,
        coupon_use.c.coupon_id == coupon.c.id,
        coupon_use.c.released_at.is_(None),
    )
    .scalar_subquery()
)


COUPON_SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "new": (),
    "used": (coupon.c.used.desc(),),
    "saved": (_saved.desc(),),
}
REVIEW_SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "new": (),
    "worst": (review.c.stars,),
}


def coupons(work: Work, *, leader_number: int | None = None, sort: str = "new", number: int = 1) -> Page:
    """The newest first, or as sorted.

    `saved_fen` is what orders save by it now, `owner` the neighbour a personal one belongs to.
    """
    statement = (
        select(
            coupon,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            resident.c.display_name.label("owner"),
            _saved.label("saved_fen"),
        )
        .join(leader, leader.c.id == coupon.c.leader_id)
        .outerjoin(resident, points_to(coupon.c.owner_resident_id, resident))
    )
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(*COUPON_SORTS.get(sort, ()), coupon.c.id.desc()), number)


def reviews(work: Work, *, leader_number: int | None = None, sort: str = "new", number: int = 1) -> Page:
    """The newest first, or as sorted, with the order each is about."""
    statement = (
        select(
            review,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            order.c.seq,
            round_.c.title.label("round_title"),
            resident.c.display_name.label("name"),
        )
        .join(leader, leader.c.id == review.c.leader_id)
        .join(order, points_to(review.c.order_id, order))
        .join(round_, points_to(order.c.round_id, round_))
        .join(resident, points_to(review.c.resident_id, resident))
    )
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(*REVIEW_SORTS.get(sort, ()), review.c.id.desc()), number)


def news(work: Work, *, leader_number: int | None = None, number: int = 1) -> Page:
    """Announcements, the newest first."""
    statement = select(
        announcement, leader.c.display_name.label("leader_name"), leader.c.number.label("leader_number")
    ).join(leader, leader.c.id == announcement.c.leader_id)
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(announcement.c.id.desc()), number)


_RELAY_STATES = {
    "escalated": and_(relay.c.escalated_at.is_not(None), relay.c.answered_at.is_(None)),
    "open": and_(relay.c.escalated_at.is_(None), relay.c.answered_at.is_(None)),
    "answered": relay.c.answered_at.is_not(None),
}


def relays(work: Work, *, state: str = "", leader_number: int | None = None, number: int = 1) -> Page:
    """Questions to leaders: unanswered ones first, the oldest of them on top; then the others, newest first."""
    statement = (
        select(
            relay,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            resident.c.display_name.label("name"),
            order.c.seq,
            round_.c.title.label("round_title"),
        )
        .join(leader, leader.c.id == relay.c.leader_id)
        .join(resident, points_to(relay.c.resident_id, resident))
        .outerjoin(order, points_to(relay.c.order_id, order))
        .outerjoin(round_, points_to(order.c.round_id, round_))
    )
    if state in _RELAY_STATES:
        statement = statement.where(_RELAY_STATES[state])
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    oldest_unanswered = case((relay.c.answered_at.is_(None), relay.c.asked_at))
    first = (relay.c.answered_at.is_not(None), oldest_unanswered, relay.c.asked_at.desc())
    return page(work, statement.order_by(*first), number)
