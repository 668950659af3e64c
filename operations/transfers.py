"""Transfers that a leader's WeChat bill tells of: kept once, matched with orders, entered as payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, order, payer_alias, resident, round_, transfer_in
from models.joins import points_to
from operations import proofs
from operations.audit import record
from operations.errors import NotFound, TransferDone
from operations.matching import Owing, Proposal, Transfer, propose
from operations.paying_terms import pay_note
from operations.payments import PaidOrder, mark_paid
from operations.upserts import upsert

_LOOKED_BACK = timedelta(days=60)
MOST_OPEN = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that came in, as a bill has it."""

    transaction_no: str
    paid_at: datetime
    payer: str
    note: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload brought: lines that are new, and those that were there already."""

    new: int
    known: int


def upload(work: Work, *, leader_id: int, lines: Iterable[Incoming], actor: str) -> Uploaded:
    """Keep every line once: the same bill again, or one that overlaps, doubles nothing."""
    rows = [
        {
            "leader_id": leader_id,
            "id": work.new_id(),
            "uploaded_at": work.now,
        }
        | asdict(line)
        for line in lines
    ]
    if not rows:
        return Uploaded(0, 0)
    statement = upsert(work, transfer_in).on_conflict_do_nothing(index_elements=["leader_id", "transaction_no"])
    new = len(work.db.execute(statement.returning(transfer_in.c.id), rows).all())
    if new:
        proofs.look_again(work, leader_id=leader_id)
    record(
        work, leader_id=leader_id, actor=actor, action="transfers.upload", entity="leader", entity_id=leader_id,
        after={"new": new, "known": len(rows) - new},
    )  # fmt: skip
    return Uploaded(new, len(rows) - new)


def proposals(work: Work, *, leader_id: int) -> list[Proposal]:
    """Open transfers, newest first, with the orders they may be for."""
    open_rows = work.db.execute(
        select(transfer_in)
        .where(transfer_in.c.leader_id == leader_id, transfer_in.c.state == "open")
        .order_by(transfer_in.c.paid_at.desc(), transfer_in.c.id)
        .limit(MOST_OPEN)
    ).all()
    found = [Transfer(row.id, row.payer, row.note, row.amount_fen, row.paid_at) for row in open_rows]
    return propose(found, _owing(work, leader_id), _aliases(work, leader_id, {one.payer for one in found}))


def confirm(work: Work, *, leader_id: int, transfer_id: int, order_id: int, actor: str) -> PaidOrder:
    """This money is for this order: entered as its payment, and the payer's name is remembered.

    Too much or too little is kept and shown like any payment. Raises NotFound, TransferDone (decided otherwise before;
    the same again is a repeat).
    """
    row = _get(work, leader_id, transfer_id)
    if row.state == "matched" and row.order_id == order_id:
        return _pay(work, row, order_id, actor)
    _decide(work, row, state="matched", order_id=order_id)
    paid = _pay(work, row, order_id, actor)
    _remember(work, row, paid.order.resident_id)
    return paid


def confirm_sure(work: Work, *, leader_id: int, actor: str) -> list[PaidOrder]:
    """All that are sure, together."""
    sure = [one for one in proposals(work, leader_id=leader_id) if one.is_sure]
    # In the lock order of orders.
    sure.sort(key=lambda one: one.matches[0].order_id)
    return [
        confirm(work, leader_id=leader_id, transfer_id=one.transfer.id, order_id=one.matches[0].order_id, actor=actor)
        for one in sure
    ]


def ignore(work: Work, *, leader_id: int, transfer_id: int, actor: str) -> None:
    """It has nothing to do with orders. Raises NotFound, TransferDone."""
    row = _get(work, leader_id, transfer_id)
    if row.state != "ignored":
        _decide(work, row, state="ignored", order_id=None)
        record(
            work, leader_id=leader_id, actor=actor, action="transfers.ignore", entity="transfer",
            entity_id=transfer_id, after={"amount_fen": row.amount_fen},
        )  # fmt: skip


def _pay(work: Work, row: Row[Any], order_id: int, actor: str) -> PaidOrder:
    entered = mark_paid(
        work, leader_id=row.leader_id, order_ids=[order_id], amount_fen=row.amount_fen, method="transfer",
        external_ref=row.transaction_no, actor=actor, source_key=f"transfer:{row.transaction_no}",
    )  # fmt: skip
    return entered.orders[0]


def _get(work: Work, leader_id: int, transfer_id: int) -> Row[Any]:
    mine = (transfer_in.c.leader_id == leader_id, transfer_in.c.id == transfer_id)
    row = work.db.execute(select(transfer_in).where(*mine)).first()
    if row is None:
        raise NotFound(what="transfer")
    return row


def _decide(work: Work, row: Row[Any], *, state: str, order_id: int | None) -> None:
    """By one conditional statement: of two who tap, one has decided."""
    decided = work.db.execute(
        update(transfer_in)
        .where(transfer_in.c.leader_id == row.leader_id, transfer_in.c.id == row.id, transfer_in.c.state == "open")
        .values(state=state, order_id=order_id, decided_at=work.now)
    )
    if decided.rowcount != 1:
        raise TransferDone(amount_fen=row.amount_fen)


def _remember(work: Work, row: Row[Any], resident_id: int) -> None:
    if not row.payer or row.payer == "/":
        return
    work.db.execute(
        upsert(work, payer_alias)
        .values(leader_id=row.leader_id, payer=row.payer, resident_id=resident_id, times=1, last_at=work.now)
        .on_conflict_do_update(
            index_elements=["leader_id", "payer", "resident_id"],
            set_={"times": payer_alias.c.times + 1, "last_at": work.now},
        )
    )


def _owing(work: Work, leader_id: int) -> list[Owing]:
    due = order.c.total_fen - order.c.discount_fen - order.c.paid_fen + order.c.refunded_fen
    statement = (
        select(
            order.c.id, order.c.resident_id, order.c.seq, order.c.placed_at, order.c.room, due.label("due_fen"),
            resident.c.display_name, resident.c.room.label("resident_room"), round_.c.code,
        )
        .join(round_, points_to(order.c.round_id, round_))
        .join(resident, points_to(order.c.resident_id, resident))
        .where(
            order.c.leader_id == leader_id, due > 0, order.c.state != "cancelled",
            order.c.placed_at >= work.now - _LOOKED_BACK,
        )
        .order_by(order.c.id)
    )  # fmt: skip
    return [
        Owing(
            order_id=row.id,
            resident_id=row.resident_id,
            name=row.display_name or "",
            room=row.room or row.resident_room or "",
            pay_note=pay_note(row.code, row.seq),
            due_fen=int(row.due_fen),
            placed_at=row.placed_at,
        )
        for row in work.db.execute(statement)
    ]


def _aliases(work: Work, leader_id: int, payers: set[str]) -> dict[str, Sequence[int]]:
    """Who paid under which name: names of several neighbours count for all of them, so none is sure by it alone."""
    known: dict[str, list[int]] = defaultdict(list)
    rows = work.db.execute(
        select(payer_alias.c.payer, payer_alias.c.resident_id)
        .where(payer_alias.c.leader_id == leader_id, payer_alias.c.payer.in_(payers))
        .order_by(payer_alias.c.times.desc(), payer_alias.c.resident_id)
    )
    for row in rows:
        known[row.payer].append(row.resident_id)
    return dict(known)
