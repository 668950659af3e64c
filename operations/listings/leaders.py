"""Leaders and their applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, func, or_, select

from models import Work, account, community, helper, leader, order, pickup_point, resident, round_
from operations.errors import NotFound
from operations.listings.paging import Page, contains, page, total

STATES = ("applied", "active", "suspended", "rejected", "closed")

_open_rounds = (
    select(func.count())
    .select_from(round_)
    .where(round_.c.leader_id == leader.c.id, round_.c.state == "open")
    .scalar_subquery()
)
_residents = (
    select(func.count())
    .select_from(resident)
    .where(
        resident.c.leader_id == leader.c.id, resident.c.state == "active", resident.c.account_id != leader.c.account_id
    )
    .scalar_subquery()
)

SORTS: dict[str, tuple[Any, ...]] = {
    "new": (),
    "name": (leader.c.display_name,),
    "residents": (_residents.desc(),),
    "open": (_open_rounds.desc(),),
}


def search(work: Work, *, text: str = "", state: str = "", sort: str = "new", number: int = 1) -> Page:
    """Leaders by name, phone or number (7, L7); applications come first, then as sorted."""
    statement = select(leader, _open_rounds.label("open_rounds"), _residents.label("residents"))
    if state:
        statement = statement.where(leader.c.state == state)
    if text:
        found = [contains(leader.c.display_name, text), contains(leader.c.phone, text)]
        digits = text.upper().removeprefix("L")
        if digits.isdecimal() and len(digits) < 9:
            found.append(leader.c.number == int(digits))
        statement = statement.where(or_(*found))
    by = SORTS.get(sort, SORTS["new"])
    return page(work, statement.order_by((leader.c.state == "applied").desc(), *by, leader.c.number.desc()), number)


def detail(work: Work, *, leader_id: int) -> RowMapping:
    """One leader with the account behind him. Raises NotFound."""
    row = (
        work.db.execute(
            select(
                leader,
                account.c.openid,
                account.c.nickname,
                account.c.is_subscribed,
                _open_rounds.label("open_rounds"),
                _residents.label("residents"),
            )
            .join(account, account.c.id == leader.c.account_id)
            .where(leader.c.id == leader_id)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound(what="leader")
    return row


def sums(work: Work, *, leader_id: int) -> RowMapping:
    """Orders and money of a leader over all rounds, cancelled orders left out."""
    return (
        work.db.execute(
            select(
                func.count().label("orders"),
                total(order.c.total_fen - order.c.discount_fen).label("total_fen"),
                total(order.c.refunded_fen).label("refunded_fen"),
            ).where(order.c.leader_id == leader_id, order.c.state != "cancelled")
        )
        .mappings()
        .one()
    )


def helpers(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """A leader's helpers."""
    statement = select(helper).where(helper.c.leader_id == leader_id).order_by(helper.c.created_at)
    return work.db.execute(statement).mappings().all()


def pickup_points(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """Where a leader hands out."""
    statement = (
        select(pickup_point)
        .where(pickup_point.c.leader_id == leader_id, pickup_point.c.is_active)
        .order_by(pickup_point.c.id)
    )
    return work.db.execute(statement).mappings().all()


def communities(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """The estates a leader serves."""
    statement = select(community).where(community.c.leader_id == leader_id).order_by(community.c.id)
    return work.db.execute(statement).mappings().all()


_CARD = select(
    leader.c.id,
    leader.c.number,
    leader.c.display_name,
    leader.c.intro,
    leader.c.photo_media_id,
    leader.c.rest_until,
    leader.c.after_sales_hours,
    leader.c.state,
)


def card(work: Work, *, leader_number: int) -> RowMapping:
    """What anybody may know of an active leader, by the number in L7. Raises NotFound."""
    row = work.db.execute(_CARD.where(leader.c.number == leader_number, leader.c.state == "active")).mappings().first()
    if row is None:
        raise NotFound(what="leader")
    return row


def card_of(work: Work, *, leader_id: int) -> RowMapping:
    """The same of a leader whose round somebody looks at, whatever his state. Raises NotFound."""
    row = work.db.execute(_CARD.where(leader.c.id == leader_id)).mappings().first()
    if row is None:
        raise NotFound(what="leader")
    return row


def of_round(work: Work, code: str) -> int | None:
    """The id of the leader whose round has this code."""
    found: int | None = work.db.execute(select(round_.c.leader_id).where(round_.c.code == code)).scalar()
    return found


def id_of(work: Work, *, number: int) -> int | None:
    """A leader's id by the number in L7, whatever his state: goods of a suspended leader are handed out too."""
    found: int | None = work.db.execute(select(leader.c.id).where(leader.c.number == number)).scalar()
    return found
