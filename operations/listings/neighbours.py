"""A leader's neighbours: who orders from him, how often, and who helps him."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, and_, case, func, or_, select

from models import Work, account, after_sales_case, helper, leader, order, resident, round_
from models.joins import HOST_OF, host, points_to
from operations import regulars
from operations.errors import NotFound
from operations.listings.orders import PAY_STATE
from operations.listings.paging import Page, contains, page

SORTS = ("recent", "orders", "room", "away")

_mine = and_(order.c.leader_id == resident.c.leader_id, order.c.resident_id == resident.c.id)
_kept = (_mine, order.c.state != "cancelled")
_orders = select(func.count()).select_from(order).where(*_kept).scalar_subquery()
_last = select(func.max(order.c.placed_at)).where(*_kept).scalar_subquery()
_missed = select(func.count()).select_from(order).where(_mine, order.c.state == "no_show").scalar_subquery()

_LISTED: Select[Any] = (
    select(
        resident.c.leader_id,
        resident.c.id,
        resident.c.account_id,
        resident.c.display_name,
        resident.c.room,
        resident.c.phone,
        resident.c.created_at,
        host.c.display_name.label("host_name"),
        (host.c.account_id == leader.c.account_id).label("is_own_guest"),
        account.c.is_subscribed,
        account.c.is_muted,
        (helper.c.id.is_not(None)).label("is_helper"),
        _orders.label("orders"),
        _last.label("last_at"),
        _missed.label("missed"),
    )
    .select_from(resident)
    .join(leader, leader.c.id == resident.c.leader_id)
    .outerjoin(host, HOST_OF)
    .outerjoin(account, account.c.id == resident.c.account_id)
    .outerjoin(
        helper,
        and_(
            helper.c.leader_id == resident.c.leader_id,
            helper.c.account_id == resident.c.account_id,
            helper.c.is_active,
        ),
    )
    .where(resident.c.state == "active")
)


def search(work: Work, *, leader_id: int, text: str = "", sort: str = "recent", number: int = 1) -> Page:
    """Neighbours by name, room or the end of a phone number (four digits and more); the leader is none of them.

    `sort` "away": only who has ordered in none of the last three rounds.
    """
    is_other = or_(resident.c.account_id.is_(None), resident.c.account_id != leader.c.account_id)
    statement = _LISTED.where(resident.c.leader_id == leader_id, is_other)
    if sort == "away":
        statement = statement.where(regulars.is_away(work, leader_id))
    said = unicodedata.normalize("NFKC", text).strip()
    if said:
        found = [contains(column, said) for column in (resident.c.display_name, resident.c.room, host.c.display_name)]
        if said.isdecimal() and 4 <= len(said) <= 11:
            found.append(resident.c.phone.endswith(said, autoescape=True))
        statement = statement.where(or_(*found))
    by: dict[str, tuple[Any, ...]] = {
        "recent": (case((_last.is_(None), 1), else_=0), _last.desc(), resident.c.id.desc()),
        "orders": (_orders.desc(), resident.c.id.desc()),
        "room": (case((resident.c.room.is_(None), 1), else_=0), resident.c.room, resident.c.id),
    }
    return page(work, statement.order_by(*by.get(sort, by["recent"])), number)


def detail(work: Work, *, leader_id: int, resident_id: int) -> RowMapping:
    """One neighbour. Raises NotFound."""
    statement = _LISTED.where(resident.c.leader_id == leader_id, resident.c.id == resident_id)
    row = work.db.execute(statement).mappings().first()
    if row is None:
        raise NotFound(what="resident")
    return row


def orders_of(work: Work, *, leader_id: int, resident_id: int, limit: int = 20) -> Sequence[RowMapping]:
    """His newest orders."""
    statement = (
        select(
            order.c.id,
            order.c.seq,
            order.c.state,
            order.c.placed_at,
            (order.c.total_fen - order.c.discount_fen).label("payable_fen"),
            PAY_STATE.label("pay_state"),
            round_.c.title,
        )
        .join(round_, points_to(order.c.round_id, round_))
        .where(order.c.leader_id == leader_id, order.c.resident_id == resident_id)
        .order_by(order.c.id.desc())
        .limit(limit)
    )
    return work.db.execute(statement).mappings().all()


def cases_of(work: Work, *, leader_id: int, resident_id: int, limit: int = 20) -> Sequence[RowMapping]:
    """His newest after-sales cases."""
    statement = (
        select(after_sales_case)
        .join(order, points_to(after_sales_case.c.order_id, order))
        .where(after_sales_case.c.leader_id == leader_id, order.c.resident_id == resident_id)
        .order_by(after_sales_case.c.id.desc())
        .limit(limit)
    )
    return work.db.execute(statement).mappings().all()


def helpers(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """Who helps the leader now."""
    statement = (
        select(helper)
        .where(helper.c.leader_id == leader_id, helper.c.is_active)
        .order_by(helper.c.created_at, helper.c.id)
    )
    return work.db.execute(statement).mappings().all()
