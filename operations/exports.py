"""Rows of the order export: one per order line, money of the order split over its lines so that columns add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select

from models import (
    Work,
    delivery_note,
    helper,
    leader,
    operator,
    order,
    pickup_point,
    redemption,
    round_,
    route,
    route_stop,
)
from models.joins import points_to
from models.views import LineView, OrderView
from operations.allocation import spread
from operations.audit import record
from operations.errors import NotFound
from operations.order_views import of_round
from operations.settlement_lines import dropped_milli, refunded_milli
from operations.settlement_lines import of_round as of_round_now


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One line of one order. Money in fen, quantities in thousandths; `picked` is yes, part or no."""

    order_id: int
    seq: int
    placed_at: datetime
    route: str
    name: str
    spec: str
    unit: str
    unit_price_fen: int
    quantity_milli: int
    picked_milli: int
    pickup_point: str
    customer: str
    room: str
    phone: str
    paid_fen: int
    note: str
    order_state: str
    pay_state: str
    code: str
    picked: str
    clerk: str
    picked_at: datetime | None
    refunded_milli: int
    refunded_fen: int
    commission_fen: int
    fee_fen: int = 0  # fees and transport of the order, on its first row


@dataclass(frozen=True, slots=True)
class Export:
    """A round's rows, with what its file is called after."""

    title: str
    code: str
    rows: Iterator[OrderRow]


def order_rows(work: Work, *, leader_id: int, round_id: int) -> Export:
    """All orders of a round, cancelled ones too, by 接龙 number. A dozen statements. Raises NotFound."""
    head = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if head is None:
        raise NotFound(what="round")
    orders = of_round(work, leader_id, round_id, with_cancelled=True)
    context = _Context(
        head=head,
        points=points_of(work, leader_id, round_id, head.pickup_point_id),
        routes=routes_of(work, leader_id, round_id),
        clerks=_clerks(work, leader_id, round_id),
        refunded=refunded_milli(work, leader_id, round_id),
        dropped=dropped_milli(work, leader_id, round_id),
        commissions={line.order_line_id: line.commission_fen for line in of_round_now(work, leader_id, round_id)},
    )
    rows = (row for one in orders for row in _order_rows(one, context))
    return Export(title=head.title, code=head.code, rows=rows)


def note(work: Work, *, leader_id: int, round_id: int, actor: str) -> None:
    """Names and phone numbers leave the house: say so in the action log."""
    record(work, leader_id=leader_id, actor=actor, action="export.orders", entity="round", entity_id=round_id)


_NOTHING = LineView(
    id=0,
    offer_id=0,
    number=0,
    name="",
    unit="",
    spec="",
    unit_price_fen=0,
    quantity_milli=0,
    allocated_milli=None,
    picked_milli=0,
    line_fen=0,
)


@dataclass(frozen=True, slots=True)
class _Context:
    head: Row[Any]
    points: Mapping[int, tuple[int, str]]  # by order: pickup point and its name
    routes: Mapping[int, str]  # by pickup point
    clerks: Mapping[int, tuple[str, datetime]]  # by order: who handed out last, and when
    refunded: Mapping[int, int]  # by order line, thousandths
    dropped: Mapping[tuple[int, int], int]  # by order and offer: refunded before it was handed out
    commissions: Mapping[int, int]  # by order line


def _order_rows(one: OrderView, context: _Context) -> Iterator[OrderRow]:
    """An order without lines (all taken back) keeps a row for its money."""
    lines = one.lines or (_NOTHING,)
    # What was ordered, not what it is worth now: a line that was refunded whole still had its money.
    paid = spread(one.paid_fen, _ordered_fen(one) or [1])
    refunds = _refunds(one, context) or [one.refunded_fen]
    point_id, point = context.points.get(one.id, (0, context.head.pickup_place or ""))
    clerk, picked_at = context.clerks.get(one.id, ("", None))
    fee_fen = one.fee_fen + one.transport_fen
    for line, paid_fen, refunded_fen in zip(lines, paid, refunds, strict=True):
        yield OrderRow(
            order_id=one.id,
            seq=one.seq,
            placed_at=one.placed_at,
            route=context.routes.get(point_id, ""),
            name=line.name,
            spec=line.spec,
            unit=line.unit,
            unit_price_fen=line.unit_price_fen,
            quantity_milli=line.quantity_milli,
            picked_milli=line.picked_milli,
            pickup_point=point,
            customer=one.resident_name or one.host_name or "",
            room=one.room or "",
            phone=one.phone or "",
            paid_fen=paid_fen,
            note=one.note or "",
            order_state=one.state,
            pay_state=one.pay_state,
            code=one.code or "",
            picked="no" if not line.picked_milli else "yes" if line.left_milli <= 0 else "part",
            clerk=clerk,
            picked_at=picked_at,
            refunded_milli=_refunded_milli(one, line, context),
            refunded_fen=refunded_fen,
            commission_fen=context.commissions.get(line.id, 0),
            fee_fen=fee_fen if line is lines[0] else 0,
        )


def _ordered_fen(one: OrderView) -> list[int]:
    return [line.quantity_milli * line.unit_price_fen for line in one.lines]


def _refunded_milli(one: OrderView, line: LineView, context: _Context) -> int:
    """What after-sales paid back for, and what was paid but did not come; goods both touched count once."""
    missing = line.quantity_milli - line.due_milli - context.dropped.get((one.id, line.offer_id), 0)
    claimed = context.refunded.get(line.id, 0)
    return min(line.quantity_milli, claimed + (max(0, missing) if one.paid_fen else 0))


def _refunds(one: OrderView, context: _Context) -> list[int]:
    """The money given back, on the lines it was given back for; without such lines on all of them."""
    named = [_refunded_milli(one, line, context) * line.unit_price_fen for line in one.lines]
    return spread(one.refunded_fen, named if any(named) else _ordered_fen(one))


def points_of(work: Work, leader_id: int, round_id: int, usual_point_id: int | None) -> dict[int, tuple[int, str]]:
    statement = (
        select(order.c.id.label("order_id"), pickup_point.c.id, pickup_point.c.name)
        .join(
            pickup_point,
            and_(
                pickup_point.c.leader_id == order.c.leader_id,
                or_(
                    pickup_point.c.id == order.c.pickup_point_id,
                    and_(order.c.pickup_point_id.is_(None), pickup_point.c.id == usual_point_id),
                ),
            ),
        )
        .where(order.c.leader_id == leader_id, order.c.round_id == round_id)
    )
    return {row.order_id: (row.id, row.name) for row in work.db.execute(statement)}


def routes_of(work: Work, leader_id: int, round_id: int) -> dict[int, str]:
    """The number of the route that stops at a pickup point with this round's goods."""
    statement = (
        select(route_stop.c.pickup_point_id, route.c.number)
        .select_from(delivery_note)
        .join(route, route.c.run_id == delivery_note.c.run_id)
        .join(
            route_stop,
            and_(
                route_stop.c.leader_id == delivery_note.c.leader_id,
                route_stop.c.route_id == route.c.id,
                route_stop.c.pickup_point_id == delivery_note.c.pickup_point_id,
            ),
        )
        .where(delivery_note.c.leader_id == leader_id, delivery_note.c.round_id == round_id)
    )
    return {row.pickup_point_id: str(row.number) for row in work.db.execute(statement)}


def _clerks(work: Work, leader_id: int, round_id: int) -> dict[int, tuple[str, datetime]]:
    """Who handed out last; redemptions that were annulled do not count."""
    statement = (
        select(
            redemption.c.order_id,
            redemption.c.at,
            operator.c.display_name.label("operator_name"),
            helper.c.display_name.label("helper_name"),
            leader.c.display_name.label("leader_name"),
        )
        .join(order, points_to(redemption.c.order_id, order))
        .join(leader, leader.c.id == redemption.c.leader_id)
        .outerjoin(operator, operator.c.id == redemption.c.operator_id)
        .outerjoin(
            helper,
            and_(helper.c.leader_id == redemption.c.leader_id, helper.c.account_id == redemption.c.redeemed_by),
        )
        .where(
            redemption.c.leader_id == leader_id,
            order.c.round_id == round_id,
            redemption.c.ok,
            redemption.c.annulled_at.is_(None),
        )
        .order_by(redemption.c.at, redemption.c.id)
    )
    rows = work.db.execute(statement)
    return {row.order_id: (row.operator_name or row.helper_name or row.leader_name, row.at) for row in rows}
