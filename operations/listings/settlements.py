"""Settlements for pages, chat and papers: a leader's own, and all of them. The rows behind one: `statements.py`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, select

from models import Work, leader, round_, settlement
from models.joins import points_to
from operations import profit_sharing
from operations.errors import NotFound
from operations.listings.paging import Page, page

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
    .join(round_, points_to(settlement.c.round_id, round_))
    .join(leader, leader.c.id == settlement.c.leader_id)
)


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


def totals(work: Work, *, leader_id: int) -> dict[str, int]:
    """What a leader's settlements come to by state: {state: fen due to her}."""
    statement = (
        select(settlement.c.state, func.sum(_DUE).label("fen"))
        .where(settlement.c.leader_id == leader_id, settlement.c.state != "void")
        .group_by(settlement.c.state)
    )
    return {row.state: int(row.fen) for row in work.db.execute(statement)}
