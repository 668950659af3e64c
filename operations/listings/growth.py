"""Coupons, reviews, announcements and questions to leaders, of all leaders, for the console."""

from __future__ import annotations

from sqlalchemy import and_, func, select

from models import Work, announcement, coupon, coupon_use, leader, order, relay, resident, review, round_
from operations.listings.paging import Page, page

_saved = (
    select(func.coalesce(func.sum(coupon_use.c.amount_fen), 0))
    .where(
        coupon_use.c.leader_id == coupon.c.leader_id,
        coupon_use.c.coupon_id == coupon.c.id,
        coupon_use.c.released_at.is_(None),
    )
    .scalar_subquery()
)


def coupons(work: Work, *, leader_number: int | None = None, number: int = 1) -> Page:
    """The newest first; `saved_fen` is what orders save by it now, `owner` the neighbour a personal one belongs to."""
    statement = (
        select(
            coupon,
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
            resident.c.display_name.label("owner"),
            _saved.label("saved_fen"),
        )
        .join(leader, leader.c.id == coupon.c.leader_id)
        .outerjoin(
            resident, and_(resident.c.leader_id == coupon.c.leader_id, resident.c.id == coupon.c.owner_resident_id)
        )
    )
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(coupon.c.id.desc()), number)


def reviews(work: Work, *, leader_number: int | None = None, number: int = 1) -> Page:
    """The newest first, with the order each is about."""
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
        .join(order, and_(order.c.leader_id == review.c.leader_id, order.c.id == review.c.order_id))
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
        .join(resident, and_(resident.c.leader_id == review.c.leader_id, resident.c.id == review.c.resident_id))
    )
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(review.c.id.desc()), number)


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
    """Questions to leaders: unanswered ones first, the oldest of them on top."""
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
        .join(resident, and_(resident.c.leader_id == relay.c.leader_id, resident.c.id == relay.c.resident_id))
        .outerjoin(order, and_(order.c.leader_id == relay.c.leader_id, order.c.id == relay.c.order_id))
        .outerjoin(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
    )
    if state in _RELAY_STATES:
        statement = statement.where(_RELAY_STATES[state])
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(relay.c.answered_at.is_not(None), relay.c.asked_at.desc()), number)
