"""Settlement: what a round brought in, whose it is, and that it was paid out. Published, then checked line by line.

    computed 待结算 -> confirmed 已结算 -> paid 已到账; void 作废: reversed in the books, the round may be settled anew

A round is settled once its pickup is over, its after-sales period has ended and no case is open. The parts are those
of the terms frozen in the round and its offers. What is refunded later does not touch the settlement: the difference
goes into the leader's next one as a correction. Lock order: leader, round, settlement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from models import Work, leader, round_, settlement, settlement_line, settlement_order, share_return
from models.joins import points_to
from operations import ledger, profit_sharing, settlement_times
from operations.audit import record
from operations.errors import NotFound, SettlementState, WrongState
from operations.notices import enqueue
from operations.offers import lock_round
from operations.receivers import tell_leader
from operations.settlement_books import post, post_corrections, reverse
from operations.settlement_corrections import LIVE
from operations.settlement_sums import Reckoned, due_to_leader_fen, parts_of, reckon, sums
from operations.splitting import Parts
from operations.upserts import for_update


def settle_due(work: Work, *, limit: int = 5) -> int:
    """For the scheduler: settle rounds whose time has come; returns how many. Two callers never settle one twice."""
    due = (
        select(round_.c.leader_id, round_.c.id)
        .where(
            round_.c.state == "completed",
            *settlement_times.is_due(work.now),
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
    row = lock_round(work, leader_id, round_id)
    if (known := live_of_round(work, leader_id, round_id)) is not None:
        return known
    if row.state != "completed":
        raise WrongState(state=row.state, title=row.title)
    settlement_times.check(work, row)
    found = reckon(work, leader_id, round_id)
    parts = parts_of(found.lines)
    settlement_id = _insert(work, row, found, parts)
    post(work, leader_id, settlement_id, round_id, parts, sum(one.fee_fen for one in found.orders))
    post_corrections(work, leader_id, settlement_id, found)
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(state="settled", version=round_.c.version + 1)
    )
    _record(work, leader_id, settlement_id, actor, "settlement.compute", None, "computed")
    facts = {"title": row.title, "net_fen": sum(line.net_fen for line in found.lines), "amount_fen": parts.leader_fen}
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
    """已结算: looked at and found right; what can be paid by 分账 is planned. False when that was said already.

    Raises NotFound, SettlementState (void), TooEarlyToSettle (somebody has just fetched his goods).
    """
    row = get(work, leader_id, settlement_id)
    if row.state == "computed":
        settlement_times.check(work, lock_round(work, leader_id, row.round_id))
    if not _move(work, leader_id, settlement_id, "computed", "confirmed", actor, confirmed_at=work.now):
        return False
    profit_sharing.plan(work, row, due_to_leader_fen(row))
    return True


def mark_paid(work: Work, *, leader_id: int, settlement_id: int, actor: str) -> bool:
    """已到账: the leader has her part (or has handed over the rest). False when that was said already.

    Raises NotFound, SettlementState (not confirmed yet, void, or parts are on their way by 分账).
    """
    if profit_sharing.is_under_way(work, leader_id, settlement_id):
        raise SettlementState(state="sharing")
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
        amount_fen=due_to_leader_fen(row) + row.collected_fen - row.shared_fen,
        round_id=row.round_id,
    )
    tell_leader(
        work,
        leader_id=leader_id,
        kind="settlement_paid",
        key=f"settlement_paid:{settlement_id}",
        payload={"title": row.title, "amount_fen": due_to_leader_fen(row), "shared_fen": row.shared_fen},
        round_id=row.round_id,
    )
    return True


def close_shared(work: Work, *, leader_id: int, settlement_id: int) -> bool:
    """A settlement all of which was paid by 分账 is paid; nobody has to say so. False when something is left."""
    row = get(work, leader_id, settlement_id)
    due = due_to_leader_fen(row)
    if row.state != "confirmed" or not 0 < due == row.shared_fen:
        return False
    if profit_sharing.is_under_way(work, leader_id, settlement_id):
        return False
    return mark_paid(work, leader_id=leader_id, settlement_id=settlement_id, actor="system")


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
    if row.shared_fen or profit_sharing.is_under_way(work, leader_id, settlement_id):
        raise SettlementState(state="sharing")
    lock_round(work, leader_id, row.round_id)
    _set(work, leader_id, settlement_id, ("computed", "confirmed"), state="void")
    reverse(work, leader_id, settlement_id)
    made_good = (share_return.c.leader_id == leader_id, share_return.c.made_good_in == settlement_id)
    work.db.execute(update(share_return).where(*made_good).values(made_good_in=None))
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
        .join(round_, points_to(settlement.c.round_id, round_))
        .where(settlement.c.leader_id == leader_id, settlement.c.id == settlement_id)
    ).first()
    if row is None:
        raise NotFound(what="settlement")
    return row


def live_of_round(work: Work, leader_id: int, round_id: int) -> int | None:
    """The settlement of a round that stands."""
    mine = (settlement.c.leader_id == leader_id, settlement.c.round_id == round_id, settlement.c.state.in_(LIVE))
    return work.db.execute(select(settlement.c.id).where(*mine)).scalar()


def _hold_leader(work: Work, leader_id: int) -> int:
    held = for_update(work, select(leader.c.account_id).where(leader.c.id == leader_id))
    account_id = work.db.execute(held).scalar()
    if account_id is None:
        raise NotFound(what="leader")
    return int(account_id)


def _insert(work: Work, row: Row[Any], found: Reckoned, parts: Parts) -> int:
    settlement_id = work.new_id()
    work.db.execute(
        insert(settlement).values(
            leader_id=row.leader_id,
            id=settlement_id,
            round_id=row.id,
            **sums(work, row, found, parts),
            correction_net_fen=sum(line.net_fen for _, line in found.line_fixes),
            correction_supplier_fen=sum(line.supplier_fen for _, line in found.line_fixes),
            computed_at=work.now,
        )
    )
    common = {"leader_id": row.leader_id, "settlement_id": settlement_id}
    rows = [common | {"id": work.new_id(), "is_correction": False} | asdict(line) for line in found.lines]
    rows += [common | {"id": work.new_id(), "is_correction": True} | asdict(line) for _, line in found.line_fixes]
    if rows:
        work.db.execute(insert(settlement_line), rows)
    orders = [common | {"is_correction": False} | asdict(one) for one in found.orders]
    orders += [common | {"is_correction": True} | asdict(one) for _, one in found.order_fixes]
    if orders:
        work.db.execute(insert(settlement_order), orders)
    theirs = (share_return.c.leader_id == row.leader_id, share_return.c.id.in_([one.id for one in found.returned]))
    work.db.execute(update(share_return).where(*theirs).values(made_good_in=settlement_id))
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
