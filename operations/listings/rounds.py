"""Rounds and what was ordered in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, and_, case, func, or_, select

from models import Work, leader, offer, order, order_line, round_, round_move
from operations.errors import NotFound
from operations.listings.orders import PAY_STATE
from operations.listings.paging import Page, contains, page, total

KINDS = ("presale", "shelf")
STATES = ("open", "closed", "arrived", "completed", "settled", "cancelled", "draft")

_live = and_(order.c.leader_id == round_.c.leader_id, order.c.round_id == round_.c.id, order.c.state != "cancelled")
_orders = select(func.count()).select_from(order).where(_live).scalar_subquery()
_total = select(total(order.c.total_fen - order.c.discount_fen)).where(_live).scalar_subquery()
_picked = select(func.count()).select_from(order).where(_live, order.c.state == "picked_up").scalar_subquery()

LISTED = select(
    round_,
    leader.c.display_name.label("leader_name"),
    leader.c.number.label("leader_number"),
    _orders.label("orders"),
    _total.label("total_fen"),
    _picked.label("picked_up"),
).join(leader, leader.c.id == round_.c.leader_id)


SORTS: dict[str, tuple[Any, ...]] = {
    "new": (),
    "closes": (case((round_.c.closes_at.is_(None), 1), else_=0), round_.c.closes_at.desc()),
    "orders": (_orders.desc(),),
    "sum": (_total.desc(),),
}


def search(
    work: Work,
    *,
    text: str = "",
    leader_number: int | None = None,
    state: str = "",
    kind: str = "presale",
    sort: str = "new",
    number: int = 1,
) -> Page:
    """Rounds of a kind (`shelf`: days of the shelf) by title, code or leader's name, newest first or as sorted."""
    statement = LISTED.where(round_.c.kind == kind)
    if state:
        statement = statement.where(round_.c.state == state)
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    if text:
        statement = statement.where(
            or_(contains(round_.c.title, text), round_.c.code == text, contains(leader.c.display_name, text))
        )
    return page(work, statement.order_by(*SORTS.get(sort, ()), round_.c.id.desc()), number)


def detail(work: Work, *, leader_id: int, round_id: int) -> RowMapping:
    """One round with its leader and sums. Raises NotFound."""
    statement = LISTED.where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(statement).mappings().first()
    if row is None:
        raise NotFound(what="round")
    return row


def offers(work: Work, *, leader_id: int, round_id: int) -> Sequence[RowMapping]:
    """The items of a round with what was ordered, allocated, handed out and what it comes to."""
    lines = order_line.join(
        order,
        and_(
            order.c.leader_id == order_line.c.leader_id,
            order.c.id == order_line.c.order_id,
            order.c.state != "cancelled",
        ),
    )
    ordered = (
        select(
            order_line.c.offer_id,
            func.count().label("orders"),
            total(order_line.c.quantity_milli).label("quantity_milli"),
            total(func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)).label("due_milli"),
            total(order_line.c.picked_milli).label("picked_milli"),
            total(order_line.c.line_fen).label("line_fen"),
        )
        .select_from(lines)
        .where(order_line.c.leader_id == leader_id, order.c.round_id == round_id, order_line.c.quantity_milli > 0)
        .group_by(order_line.c.offer_id)
        .subquery()
    )
    statement = (
        select(
            offer,
            *(func.coalesce(ordered.c[name], 0).label(name) for name in _SUMS),
        )
        .outerjoin(ordered, ordered.c.offer_id == offer.c.id)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id)
        .order_by(offer.c.number)
    )
    return work.db.execute(statement).mappings().all()


_SUMS = ("orders", "quantity_milli", "due_milli", "picked_milli", "line_fen")


def money(work: Work, *, leader_id: int, round_id: int) -> Sequence[RowMapping]:
    """Orders and sums by state of payment, cancelled orders left out."""
    due = order.c.total_fen - order.c.discount_fen
    statement = (
        select(PAY_STATE.label("pay_state"), func.count().label("orders"), total(due).label("total_fen"))
        .where(order.c.leader_id == leader_id, order.c.round_id == round_id, order.c.state != "cancelled")
        .group_by("pay_state")
        .order_by(total(due).desc())
    )
    return work.db.execute(statement).mappings().all()


def of_leader(
    work: Work, *, leader_id: int, states: Sequence[str] = (), kind: str = "presale", limit: int = 20
) -> Sequence[RowMapping]:
    """A leader's own rounds of a kind, newest first."""
    statement = LISTED.where(round_.c.leader_id == leader_id, round_.c.kind == kind)
    if states:
        statement = statement.where(round_.c.state.in_(states))
    return work.db.execute(statement.order_by(round_.c.id.desc()).limit(limit)).mappings().all()


def moves(work: Work, *, leader_id: int, round_id: int) -> Sequence[RowMapping]:
    """When pickup was moved and what it had been, the latest first."""
    mine = (round_move.c.leader_id == leader_id, round_move.c.round_id == round_id)
    return work.db.execute(select(round_move).where(*mine).order_by(round_move.c.id.desc()).limit(20)).mappings().all()
