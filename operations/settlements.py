"""Settlement: what a round brought in, whose it is, and that it was paid out. Published, then checked line by line.

    computed 待结算 -> confirmed 已结算 -> paid 已到账; void 作废: reversed in the books, the round may be settled anew

A round is settled once its pickup is over, its after-sales period has ended and no case is open. The parts are those
of the terms frozen in the round and its offers. What is refunded later does not touch the settlement: the difference
goes into the leader's next one as a correction. Lock order: leader, round, settlement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, and_, exists, func, insert, select, type_coerce, update

from models import (
    Work,
    after_sales_case,
    leader,
    order,
    round_,
    settlement,
    settlement_line,
)
from operations import ledger, settlement_lines
from operations.audit import record
from operations.errors import NotFound, SettlementState, TooEarlyToSettle, WrongState
from operations.notices import enqueue
from operations.receivers import owner_of
from operations.settlement_books import post, post_corrections, reverse
from operations.settlement_corrections import LIVE, later_changes, newly_collected_fen
from operations.settlement_lines import SettledLine
from operations.splitting import Parts, split
from operations.upserts import for_update


@dataclass(frozen=True, slots=True)
class Preview:
    """A round as it would be settled now. `due_at`: when its after-sales period ends, None while pickup goes on."""

    round_id: int
    title: str
    state: str
    gross_fen: int
    discount_fen: int
    refund_fen: int
    net_fen: int
    share_bps: int
    commission_fen: int
    supplier_fen: int
    platform_fen: int
    correction_fen: int
    collected_fen: int
    due_at: datetime | None
    lines: tuple[SettledLine, ...]


def settle_due(work: Work, *, limit: int = 5) -> int:
    """For the scheduler: settle rounds whose time has come; returns how many. Two callers never settle one twice."""
    due = (
        select(round_.c.leader_id, round_.c.id)
        .where(
            round_.c.state == "completed",
            round_.c.finished_at <= work.now,
            ~_has_open_case(),
            _period_over(work.now),
        )
        .order_by(round_.c.leader_id, round_.c.id)
        .limit(limit)
    )
    rows = work.db.execute(due).all()
    for row in rows:
        settle(work, leader_id=row.leader_id, round_id=row.id, actor="system")
    return len(rows)


def settle(work: Work, *, leader_id: int, round_id: int, actor: str) -> int:
    """Settle one round; returns the settlement's id, the same again when it was settled already.

    Raises NotFound, WrongState (pickup is not over), TooEarlyToSettle.
    """
    owner = _hold_leader(work, leader_id)
    row = _hold_round(work, leader_id, round_id)
    if (known := live_of_round(work, leader_id, round_id)) is not None:
        return known
    if row.state != "completed":
        raise WrongState(state=row.state, title=row.title)
    _check_period(work, row)
    lines = settlement_lines.of_round(work, leader_id, round_id)
    parts = parts_of(lines)
    fixes = later_changes(work, leader_id)
    settlement_id = _insert(work, row, lines, parts, fixes)
    post(work, leader_id, settlement_id, round_id, lines, parts)
    post_corrections(work, leader_id, settlement_id, fixes)
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(state="settled", version=round_.c.version + 1)
    )
    _record(work, leader_id, settlement_id, actor, "settlement.compute", None, "computed")
    facts = {"title": row.title, "net_fen": sum(line.net_fen for line in lines), "amount_fen": parts.leader_fen}
    enqueue(
        work,
        leader_id=leader_id,
        account_id=owner,
        kind="settlement_ready",
        key=f"settlement:{settlement_id}",
        payload=facts,
        round_id=round_id,
    )
    return settlement_id


def confirm(work: Work, *, leader_id: int, settlement_id: int, actor: str) -> bool:
    """已结算: looked at and found right. False when that was said already. Raises NotFound, SettlementState (void)."""
    return _move(work, leader_id, settlement_id, "computed", "confirmed", actor, confirmed_at=work.now)


def mark_paid(work: Work, *, leader_id: int, settlement_id: int, actor: str) -> bool:
    """已到账: the leader has her part (or has handed over the rest). False when that was said already.

    Raises NotFound, SettlementState (not confirmed yet, or void).
    """
    if not _move(work, leader_id, settlement_id, "confirmed", "paid", actor, paid_at=work.now):
        return False
    row = get(work, leader_id, settlement_id)
    ledger.post(
        work,
        leader_id=leader_id,
        kind="payout",
        reference=f"payout:{settlement_id}",
        source=ledger.LEADER,
        target=ledger.CASH,
        amount_fen=row.commission_fen + row.correction_fen,
        round_id=row.round_id,
    )
    account_id = owner_of(work, leader_id)
    enqueue(
        work,
        leader_id=leader_id,
        account_id=account_id,
        kind="settlement_paid",
        key=f"settlement_paid:{settlement_id}",
        payload={"title": row.title, "amount_fen": due_to_leader_fen(row)},
        round_id=row.round_id,
    )
    return True


def void(work: Work, *, leader_id: int, settlement_id: int, actor: str, reason: str) -> bool:
    """Take back a settlement that is wrong and not paid out yet: reversed in the books, the round can be settled anew.

    Only the leader's newest one, because later ones stand on it. False when it was void already. Raises NotFound,
    SettlementState.
    """
    _hold_leader(work, leader_id)
    row = get(work, leader_id, settlement_id)
    if row.state == "void":
        return False
    newest = select(func.max(settlement.c.id)).where(settlement.c.leader_id == leader_id, settlement.c.state.in_(LIVE))
    if row.state == "paid" or work.db.execute(newest).scalar() != settlement_id:
        raise SettlementState(state=row.state)
    _hold_round(work, leader_id, row.round_id)
    _set(work, leader_id, settlement_id, ("computed", "confirmed"), state="void")
    reverse(work, leader_id, settlement_id)
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == row.round_id)
        .values(state="completed", version=round_.c.version + 1)
    )
    _record(work, leader_id, settlement_id, actor, "settlement.void", row.state, "void", reason=reason)
    return True


def get(work: Work, leader_id: int, settlement_id: int) -> Row[Any]:
    """A settlement with its round's title and code. Raises NotFound."""
    row = work.db.execute(
        select(settlement, round_.c.title, round_.c.code, round_.c.finished_at)
        .join(round_, and_(round_.c.leader_id == settlement.c.leader_id, round_.c.id == settlement.c.round_id))
        .where(settlement.c.leader_id == leader_id, settlement.c.id == settlement_id)
    ).first()
    if row is None:
        raise NotFound(what="settlement")
    return row


def live_of_round(work: Work, leader_id: int, round_id: int) -> int | None:
    """The settlement of a round that stands."""
    mine = (settlement.c.leader_id == leader_id, settlement.c.round_id == round_id, settlement.c.state.in_(LIVE))
    return work.db.execute(select(settlement.c.id).where(*mine)).scalar()


def due_to_leader_fen(row: Row[Any] | Preview) -> int:
    """What she is to get; below zero, what she hands over of the money she collected herself."""
    return int(row.commission_fen + row.correction_fen - row.collected_fen)


def preview(work: Work, *, leader_id: int, round_id: int) -> Preview:
    """What a round would come to if it were settled now; nothing is written. Raises NotFound."""
    row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).first()
    if row is None:
        raise NotFound(what="round")
    lines = settlement_lines.of_round(work, leader_id, round_id)
    parts = parts_of(lines)
    fixes = later_changes(work, leader_id)
    return Preview(
        round_id=round_id,
        title=row.title,
        state="waiting",
        **_sums(work, row, lines, parts, fixes),
        due_at=due_at(row),
        lines=tuple(lines),
    )


def parts_of(lines: Sequence[SettledLine]) -> Parts:
    """The parts of all lines together; what rounding leaves is the platform's."""
    return split(
        sum(line.net_fen for line in lines),
        leader_fen=sum(line.commission_fen for line in lines),
        supplier_fen=sum(line.supplier_fen for line in lines),
    )


def due_at(row: Row[Any]) -> datetime | None:
    """When the after-sales period of a finished round ends."""
    return row.finished_at + timedelta(hours=row.after_sales_hours) if row.finished_at else None


def open_cases(work: Work, leader_id: int, round_id: int) -> int:
    """After-sales cases of a round that are not decided: until then it cannot be settled."""
    count = select(func.count()).select_from(after_sales_case)
    ours = and_(order.c.leader_id == after_sales_case.c.leader_id, order.c.id == after_sales_case.c.order_id)
    return int(
        work.db.execute(
            count.join(order, ours).where(
                order.c.leader_id == leader_id,
                order.c.round_id == round_id,
                after_sales_case.c.state.in_(("open", "escalated")),
            )
        ).scalar_one()
    )


def _period_over(now: datetime) -> Any:
    """finished_at + after_sales_hours <= now, in milliseconds as both databases keep instants."""
    hours = round_.c.after_sales_hours * 3_600_000
    return type_coerce(round_.c.finished_at, BigInteger) + hours <= round(now.timestamp() * 1000)


def _has_open_case() -> Any:
    return exists().where(
        after_sales_case.c.leader_id == round_.c.leader_id,
        after_sales_case.c.state.in_(("open", "escalated")),
        order.c.leader_id == after_sales_case.c.leader_id,
        order.c.id == after_sales_case.c.order_id,
        order.c.round_id == round_.c.id,
    )


def _check_period(work: Work, row: Row[Any]) -> None:
    until, cases = due_at(row), open_cases(work, row.leader_id, row.id)
    if cases or until is None or until > work.now:
        raise TooEarlyToSettle(title=row.title, until=until, cases=cases)


def _hold_leader(work: Work, leader_id: int) -> int:
    held = for_update(work, select(leader.c.account_id).where(leader.c.id == leader_id))
    account_id = work.db.execute(held).scalar()
    if account_id is None:
        raise NotFound(what="leader")
    return int(account_id)


def _hold_round(work: Work, leader_id: int, round_id: int) -> Row[Any]:
    mine = select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    row = work.db.execute(for_update(work, mine)).first()
    if row is None:
        raise NotFound(what="round")
    return row


def _sums(
    work: Work, row: Row[Any], lines: Sequence[SettledLine], parts: Parts, fixes: Sequence[tuple[int, SettledLine]]
) -> dict[str, int]:
    """What a settlement of this round says, looked at beforehand or written down."""
    return {
        "gross_fen": sum(line.gross_fen for line in lines),
        "discount_fen": sum(line.discount_fen for line in lines),
        "refund_fen": sum(line.refund_fen for line in lines),
        "net_fen": sum(line.net_fen for line in lines),
        "share_bps": row.share_bps,
        "commission_fen": parts.leader_fen,
        "supplier_fen": parts.supplier_fen,
        "platform_fen": parts.platform_fen,
        "correction_fen": sum(line.commission_fen for _, line in fixes),
        "collected_fen": newly_collected_fen(work, row.leader_id, row.id),
    }


def _insert(
    work: Work, row: Row[Any], lines: Sequence[SettledLine], parts: Parts, fixes: Sequence[tuple[int, SettledLine]]
) -> int:
    settlement_id = work.new_id()
    work.db.execute(
        insert(settlement).values(
            leader_id=row.leader_id,
            id=settlement_id,
            round_id=row.id,
            **_sums(work, row, lines, parts, fixes),
            correction_net_fen=sum(line.net_fen for _, line in fixes),
            correction_supplier_fen=sum(line.supplier_fen for _, line in fixes),
            computed_at=work.now,
        )
    )
    common = {"leader_id": row.leader_id, "settlement_id": settlement_id}
    rows = [common | {"id": work.new_id(), "is_correction": False} | asdict(line) for line in lines]
    rows += [common | {"id": work.new_id(), "is_correction": True} | asdict(line) for _, line in fixes]
    if rows:
        work.db.execute(insert(settlement_line), rows)
    return settlement_id


def _move(work: Work, leader_id: int, settlement_id: int, before: str, after: str, actor: str, **values: Any) -> bool:
    row = get(work, leader_id, settlement_id)
    if row.state == after or (after == "confirmed" and row.state == "paid"):
        return False
    if row.state != before or not _set(work, leader_id, settlement_id, (before,), state=after, **values):
        raise SettlementState(state=row.state)
    _record(work, leader_id, settlement_id, actor, f"settlement.{after}", before, after)
    return True


def _set(work: Work, leader_id: int, settlement_id: int, before: Sequence[str], **values: Any) -> bool:
    """By one conditional statement: of two who do the same, one has done it."""
    changed = work.db.execute(
        update(settlement)
        .where(settlement.c.leader_id == leader_id, settlement.c.id == settlement_id, settlement.c.state.in_(before))
        .values(**values)
    )
    return bool(changed.rowcount == 1)


def _record(
    work: Work,
    leader_id: int,
    settlement_id: int,
    actor: str,
    action: str,
    before: str | None,
    after: str,
    **facts: Any,
) -> None:
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action=action,
        entity="settlement",
        entity_id=settlement_id,
        before={"state": before} if before else None,
        after={"state": after} | facts,
    )
