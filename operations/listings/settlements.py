"""Settlements for pages, chat and papers: a leader's own, all of them, and the order lines behind one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, or_, select

from models import (
    Work,
    leader,
    offer,
    order,
    order_line,
    pay_order,
    profit_share,
    resident,
    round_,
    settlement,
    settlement_line,
)
from operations import profit_sharing
from operations.errors import NotFound
from operations.listings.paging import Page, page
from operations.settlement_lines import SettledLine

STATES = ("computed", "confirmed", "paid", "void")
_DUE = (
    settlement.c.commission_fen
    + settlement.c.correction_fen
    + settlement.c.fee_fen
    + settlement.c.returned_fen
    - settlement.c.collected_fen
)

LISTED = (
    select(
        settlement,
        _DUE.label("due_fen"),
        (_DUE - settlement.c.shared_fen).label("left_fen"),  # to be paid out by hand
        profit_sharing.under_way().label("is_sharing"),
        round_.c.title,
        round_.c.code,
        leader.c.display_name.label("leader_name"),
        leader.c.number.label("leader_number"),
    )
    .join(round_, and_(round_.c.leader_id == settlement.c.leader_id, round_.c.id == settlement.c.round_id))
    .join(leader, leader.c.id == settlement.c.leader_id)
)


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


def search(work: Work, *, state: str = "", leader_number: int | None = None, number: int = 1) -> Page:
    """Settlements of all leaders, newest first."""
    statement = LISTED
    if state:
        statement = statement.where(settlement.c.state == state)
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement.order_by(settlement.c.computed_at.desc(), settlement.c.id.desc()), number)


def detail(work: Work, *, leader_id: int, settlement_id: int) -> RowMapping:
    """One settlement with its round and leader. Raises NotFound."""
    mine = LISTED.where(settlement.c.leader_id == leader_id, settlement.c.id == settlement_id)
    row = work.db.execute(mine).mappings().first()
    if row is None:
        raise NotFound(what="settlement")
    return row


def of_leader(work: Work, *, leader_id: int, limit: int = 20) -> Sequence[RowMapping]:
    """A leader's settlements that stand, newest first."""
    mine = LISTED.where(settlement.c.leader_id == leader_id, settlement.c.state != "void")
    return work.db.execute(mine.order_by(settlement.c.id.desc()).limit(limit)).mappings().all()


def waiting(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """Rounds whose pickup is over and that are not settled yet: the after-sales period runs, or a case is open."""
    mine = select(round_).where(round_.c.leader_id == leader_id, round_.c.state == "completed")
    return work.db.execute(mine.order_by(round_.c.id.desc())).mappings().all()


def to_pay_out(work: Work) -> Sequence[RowMapping]:
    """Confirmed and not paid out yet, by leader: the batch payout list. What 分账 may still pay is not in it."""
    statement = LISTED.where(settlement.c.state == "confirmed", ~profit_sharing.under_way())
    return work.db.execute(statement.order_by(leader.c.number, settlement.c.id)).mappings().all()


def shares(work: Work, *, leader_id: int, settlement_id: int) -> Sequence[RowMapping]:
    """What of it was or is to be paid by 分账, payment by payment."""
    statement = (
        select(profit_share, order.c.seq, pay_order.c.order_id, pay_order.c.amount_fen.label("paid_fen"))
        .join(
            pay_order,
            and_(pay_order.c.leader_id == profit_share.c.leader_id, pay_order.c.id == profit_share.c.pay_order_id),
        )
        .join(order, and_(order.c.leader_id == pay_order.c.leader_id, order.c.id == pay_order.c.order_id))
        .where(profit_share.c.leader_id == leader_id, profit_share.c.settlement_id == settlement_id)
        .where(or_(profit_share.c.amount_fen > 0, profit_share.c.problem.is_not(None)))
    )
    return work.db.execute(statement.order_by(order.c.seq, profit_share.c.id)).mappings().all()


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
            settlement_line.c.commission_fen,
            settlement_line.c.supplier_fen,
            settlement_line.c.is_correction,
        )
        .select_from(settlement_line)
        .join(
            order_line,
            and_(
                order_line.c.leader_id == settlement_line.c.leader_id,
                order_line.c.id == settlement_line.c.order_line_id,
            ),
        )
    ).where(settlement_line.c.leader_id == leader_id, settlement_line.c.settlement_id == settlement_id)
    rows = work.db.execute(statement.order_by(settlement_line.c.is_correction, order.c.seq, offer.c.number))
    return [
        StatementLine(
            row.title, row.seq, row.display_name, row.room or row.resident_room, row.name, row.unit, row.is_correction,
            SettledLine(
                row.order_id, row.order_line_id, row.kept_milli, row.gross_fen, row.discount_fen, row.refund_fen,
                row.commission_fen, row.supplier_fen,
            ),
        )
        for row in rows
    ]  # fmt: skip


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


def by_order(found: Sequence[StatementLine]) -> list[tuple[StatementLine, list[StatementLine]]]:
    """Lines under the first line of their order, in the order they came."""
    groups: dict[tuple[bool, int], list[StatementLine]] = {}
    for line in found:
        groups.setdefault((line.is_correction, line.settled.order_id), []).append(line)
    return [(of_order[0], of_order) for of_order in groups.values()]


def totals(work: Work, *, leader_id: int) -> dict[str, int]:
    """What a leader's settlements come to by state: {state: fen due to her}."""
    statement = (
        select(settlement.c.state, func.sum(_DUE).label("fen"))
        .where(settlement.c.leader_id == leader_id, settlement.c.state != "void")
        .group_by(settlement.c.state)
    )
    return {row.state: int(row.fen) for row in work.db.execute(statement)}


def _named(statement: Select[Any]) -> Select[Any]:
    """With whose order it is, in which round, and of what."""
    return (
        statement.add_columns(
            round_.c.title,
            order.c.seq,
            order.c.room,
            resident.c.display_name,
            resident.c.room.label("resident_room"),
            order_line.c.name,
            order_line.c.unit,
        )
        .join(order, and_(order.c.leader_id == order_line.c.leader_id, order.c.id == order_line.c.order_id))
        .join(round_, and_(round_.c.leader_id == order.c.leader_id, round_.c.id == order.c.round_id))
        .join(resident, and_(resident.c.leader_id == order.c.leader_id, resident.c.id == order.c.resident_id))
        .join(offer, and_(offer.c.leader_id == order_line.c.leader_id, offer.c.id == order_line.c.offer_id))
    )
