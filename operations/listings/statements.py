"""The rows behind a settlement: order lines, orders, and what went out and came back by 分账."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import RowMapping, Select, Table, or_, select

from models import (
    Work,
    offer,
    order,
    order_line,
    pay_order,
    profit_share,
    resident,
    round_,
    settlement_line,
    settlement_order,
    share_return,
)
from models.joins import points_to
from operations.listings.settlements import detail
from operations.settlement_lines import SettledLine
from operations.settlement_orders import SettledOrder


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One order line behind a sum. `title` is the round it was sold in: a correction belongs to an earlier one."""

    title: str
    seq: int
    resident_name: str | None
    room: str | None
    name: str
    unit: str
    is_correction: bool
    settled: SettledLine


@dataclass(frozen=True, slots=True)
class StatementOrder:
    """What one order adds beside its goods; `title` as in StatementLine."""

    title: str
    seq: int
    resident_name: str | None
    room: str | None
    is_correction: bool
    settled: SettledOrder


@dataclass(frozen=True, slots=True)
class Statement:
    """A settlement with every row behind every sum of it."""

    head: RowMapping
    lines: Sequence[StatementLine]
    orders: Sequence[StatementOrder]
    shares: Sequence[RowMapping]
    returned: Sequence[RowMapping]


_OF_ORDER = tuple(column.name for column in fields(SettledOrder))


def statement(work: Work, *, leader_id: int, settlement_id: int) -> Statement:
    """All of one settlement. Raises NotFound."""
    mine = {"leader_id": leader_id, "settlement_id": settlement_id}
    return Statement(
        head=detail(work, **mine),
        lines=lines(work, **mine),
        orders=orders(work, **mine),
        shares=shares(work, **mine),
        returned=returned(work, **mine),
    )


def shares(work: Work, *, leader_id: int, settlement_id: int) -> Sequence[RowMapping]:
    """What of it was or is to be paid by 分账, payment by payment."""
    statement = (
        select(profit_share, order.c.seq, pay_order.c.order_id, pay_order.c.amount_fen.label("paid_fen"))
        .join(pay_order, points_to(profit_share.c.pay_order_id, pay_order))
        .join(order, points_to(pay_order.c.order_id, order))
        .where(profit_share.c.leader_id == leader_id, profit_share.c.settlement_id == settlement_id)
        .where(or_(profit_share.c.amount_fen > 0, profit_share.c.problem.is_not(None)))
    )
    return work.db.execute(statement.order_by(order.c.seq, profit_share.c.id)).mappings().all()


def returned(work: Work, *, leader_id: int, settlement_id: int) -> Sequence[RowMapping]:
    """What came back of earlier shares and is made good by this settlement."""
    statement = (
        select(share_return.c.id, share_return.c.share_id, share_return.c.amount_fen, order.c.seq, round_.c.title)
        .join(profit_share, points_to(share_return.c.share_id, profit_share))
        .join(pay_order, points_to(profit_share.c.pay_order_id, pay_order))
        .join(order, points_to(pay_order.c.order_id, order))
        .join(round_, points_to(order.c.round_id, round_))
        .where(share_return.c.leader_id == leader_id, share_return.c.made_good_in == settlement_id)
    )
    return work.db.execute(statement.order_by(share_return.c.id)).mappings().all()


def lines(work: Work, *, leader_id: int, settlement_id: int) -> list[StatementLine]:
    """Every order line behind a settlement, corrections last."""
    statement = _named(
        select(
            settlement_line.c.order_id,
            settlement_line.c.order_line_id,
            settlement_line.c.kept_milli,
            settlement_line.c.gross_fen,
            settlement_line.c.discount_fen,
            settlement_line.c.refund_fen,
            settlement_line.c.unpaid_fen,
            settlement_line.c.commission_fen,
            settlement_line.c.supplier_fen,
            settlement_line.c.is_correction,
        )
        .select_from(settlement_line)
        .join(order_line, points_to(settlement_line.c.order_line_id, order_line))
    ).where(settlement_line.c.leader_id == leader_id, settlement_line.c.settlement_id == settlement_id)
    rows = work.db.execute(statement.order_by(settlement_line.c.is_correction, order.c.seq, offer.c.number))
    return [
        StatementLine(
            row.title, row.seq, row.display_name, row.room or row.resident_room, row.name, row.unit, row.is_correction,
            SettledLine(
                row.order_id, row.order_line_id, row.kept_milli, row.gross_fen, row.discount_fen, row.refund_fen,
                row.unpaid_fen, row.commission_fen, row.supplier_fen,
            ),
        )
        for row in rows
    ]  # fmt: skip


def orders(work: Work, *, leader_id: int, settlement_id: int) -> list[StatementOrder]:
    """Every order behind a settlement's fees, money in the leader's hands and money nobody paid; corrections last."""
    its = settlement_order.c
    statement = (
        _whose(select(*(its[name] for name in _OF_ORDER), its.is_correction), settlement_order)
        .where(its.leader_id == leader_id, its.settlement_id == settlement_id)
        .order_by(its.is_correction, round_.c.id, order.c.seq)
    )
    return [
        _of_order(row, SettledOrder(*(getattr(row, name) for name in _OF_ORDER)), is_correction=row.is_correction)
        for row in work.db.execute(statement)
    ]


def preview_lines(work: Work, *, leader_id: int, round_id: int, settled: Sequence[SettledLine]) -> list[StatementLine]:
    """The same of a round that is not settled yet."""
    by_id = {line.order_line_id: line for line in settled}
    statement = _named(select(order_line.c.id).select_from(order_line)).where(
        order_line.c.leader_id == leader_id, order.c.round_id == round_id
    )
    rows = work.db.execute(statement.order_by(order.c.seq, offer.c.number)).all()
    return [
        StatementLine(
            row.title, row.seq, row.display_name, row.room or row.resident_room, row.name, row.unit,
            is_correction=False, settled=by_id[row.id],
        )
        for row in rows
        if row.id in by_id
    ]  # fmt: skip


def preview_orders(
    work: Work, *, leader_id: int, round_id: int, settled: Sequence[SettledOrder]
) -> list[StatementOrder]:
    """The same of the orders."""
    by_id = {one.order_id: one for one in settled}
    statement = select(order.c.id, *_WHOSE).select_from(order).join(round_, _ITS_ROUND).join(resident, _WHO)
    rows = work.db.execute(statement.where(order.c.leader_id == leader_id, order.c.round_id == round_id))
    return [_of_order(row, by_id[row.id], is_correction=False) for row in rows if row.id in by_id]


@dataclass(frozen=True, slots=True)
class OfOrder:
    """What a settlement says of one order; a line or the order's own money may be missing. `head` names it."""

    head: StatementLine | StatementOrder
    lines: list[StatementLine]
    money: StatementOrder | None


def by_order(found: Sequence[StatementLine], money: Sequence[StatementOrder]) -> list[OfOrder]:
    """Lines and money under their order, in the order they came."""
    own = {(one.is_correction, one.settled.order_id): one for one in money}
    groups: dict[tuple[bool, int], list[StatementLine]] = {}
    for line in found:
        groups.setdefault((line.is_correction, line.settled.order_id), []).append(line)
    of_lines = [OfOrder(lines[0], lines, own.pop(key, None)) for key, lines in groups.items()]
    return of_lines + [OfOrder(one, [], one) for one in own.values()]


def _of_order(row: Any, settled: SettledOrder, *, is_correction: bool) -> StatementOrder:
    room = row.room or row.resident_room
    return StatementOrder(row.title, row.seq, row.display_name, room, is_correction, settled)


_WHOSE = (round_.c.title, order.c.seq, order.c.room, resident.c.display_name, resident.c.room.label("resident_room"))
_ITS_ROUND = points_to(order.c.round_id, round_)
_WHO = points_to(order.c.resident_id, resident)


def _whose(statement: Select[Any], of: Table) -> Select[Any]:
    """With whose order it is, in which round; `of` has its number."""
    its = points_to(of.c.order_id, order)
    return statement.add_columns(*_WHOSE).join(order, its).join(round_, _ITS_ROUND).join(resident, _WHO)


def _named(statement: Select[Any]) -> Select[Any]:
    """With whose order it is, in which round, and of what."""
    return (
        _whose(statement, order_line)
        .add_columns(order_line.c.name, order_line.c.unit)
        .join(offer, points_to(order_line.c.offer_id, offer))
    )
