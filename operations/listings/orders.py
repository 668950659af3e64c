"""Orders across leaders, and what happened to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, exists, or_, select

from models import (
    Work,
    account,
    leader,
    operator,
    order,
    order_event,
    order_line,
    payment,
    pickup_code,
    redemption,
    redemption_line,
    refund,
    resident,
    round_,
)
from models.joins import HOST_OF, host, points_to
from operations.errors import NotFound
from operations.listings.paging import Page, contains, page

STATES = ("placed", "confirmed", "ready", "partly", "picked_up", "no_show", "cancelled")
PAY_STATES = ("unpaid", "claimed", "paid", "part_refunded", "refunded", "nothing")

_due = order.c.total_fen - order.c.discount_fen - (order.c.paid_fen - order.c.refunded_fen)

# The same rule as models.views.OrderView.pay_state, for lists.
PAY_STATE = case(
    (and_(_due > 0, order.c.pay_claimed_at.is_not(None)), "claimed"),
    (_due > 0, "unpaid"),
    (and_(order.c.refunded_fen > 0, order.c.refunded_fen >= order.c.paid_fen), "refunded"),
    (order.c.refunded_fen > 0, "part_refunded"),
    (order.c.paid_fen > 0, "paid"),
    else_="nothing",
)

# A close books its orders one part after the other: shut is shut for all of them.
_STATE = case((and_(order.c.state == "placed", round_.c.booked_seq.is_not(None)), "confirmed"), else_=order.c.state)


SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "new": (order.c.changed_at.desc(), order.c.id.desc()),
    "old": (order.c.placed_at, order.c.id),
    "sum": ((order.c.total_fen - order.c.discount_fen).desc(), order.c.id.desc()),
    "seq": (order.c.round_id.desc(), order.c.seq),
}

# Orders of the shelf (现货): counted beside the group-buys, never among them.
OF_SHELF = exists().where(
    round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id, round_.c.kind == "shelf"
)

LISTED: Select[Any] = (
    select(
        *(column for column in order.c if column.name != "state"),
        _STATE.label("state"),
        PAY_STATE.label("pay_state"),
        (order.c.total_fen - order.c.discount_fen).label("payable_fen"),
        _due.label("due_fen"),
        round_.c.title.label("round_title"),
        round_.c.state.label("round_state"),
        leader.c.display_name.label("leader_name"),
        leader.c.number.label("leader_number"),
        resident.c.display_name.label("resident_name"),
        resident.c.phone,
        resident.c.room.label("resident_room"),
        host.c.display_name.label("host_name"),
        account.c.openid,
    )
    .join(round_, points_to(order.c.round_id, round_))
    .join(leader, leader.c.id == order.c.leader_id)
    .join(resident, points_to(order.c.resident_id, resident))
    .outerjoin(host, HOST_OF)
    .outerjoin(account, account.c.id == resident.c.account_id)
)


def search(
    work: Work,
    *,
    text: str = "",
    leader_number: int | None = None,
    round_id: int | None = None,
    state: str = "",
    pay: str = "",
    sort: str = "new",
    number: int = 1,
) -> Page:
    """Orders by neighbour's name, room, phone, order number or 接龙 number."""
    statement = LISTED
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    if round_id is not None:
        statement = statement.where(order.c.round_id == round_id)
    if state:
        statement = statement.where(order.c.state == state)
    if pay:
        statement = statement.where(PAY_STATE.in_([pay]))
    if text:
        statement = statement.where(_matches(text))
    return page(work, statement.order_by(*SORTS.get(sort, SORTS["new"])), number)


def _matches(text: str) -> ColumnElement[bool]:
    columns = (resident.c.display_name, order.c.room, resident.c.room, resident.c.phone, round_.c.title)
    found = [contains(column, text) for column in columns]
    if text.isdecimal() and len(text) < 19:
        found += [order.c.id == int(text)] if len(text) > 9 else [order.c.seq == int(text)]
    return or_(*found)


def detail(work: Work, *, leader_id: int, order_id: int) -> RowMapping:
    """One order's head as in the list. Raises NotFound."""
    statement = LISTED.where(order.c.leader_id == leader_id, order.c.id == order_id)
    row = work.db.execute(statement).mappings().first()
    if row is None:
        raise NotFound(what="order")
    return row


def events(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """What happened to an order, in order."""
    statement = (
        select(order_event, order_line.c.name, order_line.c.unit)
        .outerjoin(
            order_line,
            and_(
                order_line.c.leader_id == order_event.c.leader_id,
                order_line.c.order_id == order_event.c.order_id,
                order_line.c.offer_id == order_event.c.offer_id,
            ),
        )
        .where(order_event.c.leader_id == leader_id, order_event.c.order_id == order_id)
        .order_by(order_event.c.at, order_event.c.id)
    )
    return work.db.execute(statement).mappings().all()


def payments(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """Money that came for an order."""
    statement = (
        select(payment)
        .where(payment.c.leader_id == leader_id, payment.c.order_id == order_id)
        .order_by(payment.c.at, payment.c.id)
    )
    return work.db.execute(statement).mappings().all()


def refunds(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """Money that goes back."""
    statement = (
        select(refund)
        .where(refund.c.leader_id == leader_id, refund.c.order_id == order_id)
        .order_by(refund.c.at, refund.c.id)
    )
    return work.db.execute(statement).mappings().all()


def redemptions(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """Every try to hand out, refused or not."""
    statement = (
        select(redemption, operator.c.display_name.label("operator_name"))
        .outerjoin(operator, operator.c.id == redemption.c.operator_id)
        .where(redemption.c.leader_id == leader_id, redemption.c.order_id == order_id)
        .order_by(redemption.c.at, redemption.c.id)
    )
    return work.db.execute(statement).mappings().all()


def handed_out(work: Work, *, leader_id: int, order_id: int) -> Sequence[RowMapping]:
    """The lines of an order's redemptions."""
    statement = (
        select(redemption_line.c.redemption_id, redemption_line.c.quantity_milli, order_line.c.name, order_line.c.unit)
        .join(order_line, points_to(redemption_line.c.order_line_id, order_line))
        .where(order_line.c.leader_id == leader_id, order_line.c.order_id == order_id)
    )
    return work.db.execute(statement).mappings().all()


def by_token(work: Work, token: str) -> RowMapping | None:
    """The pickup code behind a QR's token."""
    statement = select(pickup_code).where(pickup_code.c.token == token)
    return work.db.execute(statement).mappings().first()
