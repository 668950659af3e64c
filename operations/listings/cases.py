"""The after-sales queue and one case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, and_, case, cast, func, literal, or_, select, tuple_

from models import (
    Work,
    after_sales_case,
    case_event,
    case_line,
    leader,
    media,
    operator,
    order,
    order_line,
    resident,
    round_,
)
from models.joins import points_to
from operations.errors import NotFound
from operations.listings.paging import Page, contains, page

STATES = ("waiting", "open", "escalated", "resolved", "rejected", "cancelled")
WAITING = ("open", "escalated")

LISTED: Select[Any] = (
    select(
        after_sales_case,
        order.c.seq,
        order.c.room,
        order.c.round_id,
        order.c.resident_id,
        order.c.total_fen,
        order.c.discount_fen,
        order.c.paid_fen,
        order.c.refunded_fen,
        round_.c.title.label("round_title"),
        leader.c.display_name.label("leader_name"),
        leader.c.number.label("leader_number"),
        leader.c.account_id.label("leader_account_id"),
        resident.c.display_name.label("resident_name"),
        resident.c.room.label("resident_room"),
        resident.c.phone,
    )
    .join(order, points_to(after_sales_case.c.order_id, order))
    .join(round_, points_to(order.c.round_id, round_))
    .join(resident, points_to(order.c.resident_id, resident))
    .join(leader, leader.c.id == after_sales_case.c.leader_id)
)


def queue(
    work: Work,
    *,
    text: str = "",
    state: str = "waiting",
    reason: str = "",
    sort: str = "urgent",
    leader_number: int | None = None,
    leader_id: int | None = None,
    number: int = 1,
) -> Page:
    """Cases, of one leader or of all; those that wait first by the time that is left, escalated ones on top."""
    statement = LISTED
    if leader_id is not None:
        statement = statement.where(after_sales_case.c.leader_id == leader_id)
    if reason:
        statement = statement.where(after_sales_case.c.reason == reason)
    if state == "waiting":
        statement = statement.where(after_sales_case.c.state.in_(WAITING))
    elif state == "decided":
        statement = statement.where(after_sales_case.c.state.not_in(WAITING))
    elif state:
        statement = statement.where(after_sales_case.c.state == state)
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    if text:
        found = [contains(resident.c.display_name, text), contains(leader.c.display_name, text)]
        digits = text.upper().removeprefix("S")
        if digits.isdecimal() and len(digits) < 9:
            found.append(after_sales_case.c.number == int(digits))
        statement = statement.where(or_(*found))
    return page(work, statement.order_by(*SORTS.get(sort, _URGENCY)), number)


_URGENCY: tuple[ColumnElement[Any], ...] = (
    case((after_sales_case.c.state == "escalated", 0), (after_sales_case.c.state == "open", 1), else_=2),
    case((after_sales_case.c.due_at.is_(None), 1), else_=0),
    case((after_sales_case.c.state.in_(WAITING), after_sales_case.c.due_at), else_=None),
    after_sales_case.c.id.desc(),
)

SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "urgent": _URGENCY,
    "new": (after_sales_case.c.opened_at.desc(), after_sales_case.c.id.desc()),
    "sum": (after_sales_case.c.requested_fen.desc(), after_sales_case.c.id.desc()),
}


def goods(work: Work, rows: Sequence[RowMapping]) -> dict[int, list[RowMapping]]:
    """What the cases of a page are about, by case id: one statement for all of them."""
    statement = (
        select(case_line.c.case_id, case_line.c.quantity_milli, order_line.c.name, order_line.c.unit)
        .join(order_line, points_to(case_line.c.order_line_id, order_line))
        .where(tuple_(case_line.c.leader_id, case_line.c.case_id).in_([(row["leader_id"], row["id"]) for row in rows]))
        .order_by(case_line.c.case_id, order_line.c.id)
    )
    found: dict[int, list[RowMapping]] = {row["id"]: [] for row in rows}
    for line in work.db.execute(statement).mappings():
        found[line["case_id"]].append(line)
    return found


def detail(work: Work, *, leader_id: int, case_id: int) -> RowMapping:
    """One case with its order's head. Raises NotFound."""
    statement = LISTED.where(after_sales_case.c.leader_id == leader_id, after_sales_case.c.id == case_id)
    row = work.db.execute(statement).mappings().first()
    if row is None:
        raise NotFound(what="case")
    return row


def lines(work: Work, *, leader_id: int, case_id: int) -> Sequence[RowMapping]:
    """What one case is about, with prices."""
    statement = (
        select(case_line.c.quantity_milli, order_line.c.name, order_line.c.unit, order_line.c.unit_price_fen)
        .join(order_line, points_to(case_line.c.order_line_id, order_line))
        .where(case_line.c.leader_id == leader_id, case_line.c.case_id == case_id)
        .order_by(order_line.c.id)
    )
    return work.db.execute(statement).mappings().all()


def history(work: Work, *, leader_id: int, case_id: int) -> Sequence[RowMapping]:
    """Who said or did what, with the state of each photo."""
    statement = (
        select(case_event, media.c.state.label("media_state"), operator.c.display_name.label("operator_name"))
        .outerjoin(operator, case_event.c.actor == literal("operator:") + cast(operator.c.id, String))
        .outerjoin(media, points_to(case_event.c.media_id, media))
        .where(case_event.c.leader_id == leader_id, case_event.c.case_id == case_id)
        .order_by(case_event.c.at, case_event.c.id)
    )
    return work.db.execute(statement).mappings().all()


def photo(work: Work, *, leader_id: int, case_id: int, media_id: int) -> str:
    """Where a stored photo of this case lies in the media folder. Raises NotFound."""
    path: str | None = work.db.execute(
        select(media.c.path)
        .join(case_event, and_(case_event.c.leader_id == media.c.leader_id, case_event.c.media_id == media.c.id))
        .where(
            media.c.leader_id == leader_id,
            media.c.id == media_id,
            case_event.c.case_id == case_id,
            media.c.state == "stored",
        )
    ).scalar()
    if path is None:
        raise NotFound(what="photo")
    return path


def of_order(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """The cases of one order."""
    statement = (
        select(after_sales_case)
        .where(after_sales_case.c.leader_id == leader_id, after_sales_case.c.order_id == order_id)
        .order_by(after_sales_case.c.id)
    )
    return work.db.execute(statement).mappings().all()


def count_waiting(work: Work, *, leader_id: int) -> int:
    """How many cases of a leader wait for a decision."""
    statement = (
        select(func.count())
        .select_from(after_sales_case)
        .where(after_sales_case.c.leader_id == leader_id, after_sales_case.c.state.in_(WAITING))
    )
    return work.db.execute(statement).scalar_one()
