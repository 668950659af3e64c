"""Coupons and reviews of all leaders, for the console."""

from __future__ import annotations

from sqlalchemy import and_, func, select

from models import Work, coupon, coupon_use, leader, order, resident, review, round_
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
