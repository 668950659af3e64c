"""WeChat Pay's bill of a day against our books: every payment and refund that only one side has, or has otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, RowMapping, select, update

from models import Work, job_run, pay_difference, pay_order, refund
from operations.audit import PLATFORM, record
from operations.job_runs import once
from operations.online_refunds import refund_number
from operations.quiet_hours import SHANGHAI
from operations.upserts import upsert

JOB = "bill"


@dataclass(frozen=True, slots=True)
class Entry:
    """A payment, or a refund (then `out_refund_no` is set), in fen."""

    out_trade_no: str
    transaction_id: str
    amount_fen: int
    out_refund_no: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """`reference` is the payment's or the refund's own number; None: that side does not have it."""

    kind: str
    reference: str
    ours_fen: int | None
    theirs_fen: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """A share or its return that we hold for done, and what WeChat Pay says of it; None: it does not say done."""

    what: Literal["share", "return"]
    number: str
    ours_fen: int
    theirs_fen: int | None


def compare(work: Work, *, day: date, theirs: Iterable[Entry], parts: Iterable[Part] = ()) -> list[Difference]:
    """Write down what differs, once per day and thing; returns it. The day counts as done."""
    entries = list(theirs)
    payments = {entry.out_trade_no: entry.amount_fen for entry in entries if not entry.out_refund_no}
    refunds = {entry.out_refund_no: entry.amount_fen for entry in entries if entry.out_refund_no}
    found = _differences("payment", _our_payments(work, day, set(payments)), payments)
    found += _differences("refund", _our_refunds(work, day, set(refunds)), refunds)
    for one in parts:
        if one.ours_fen != one.theirs_fen:
            kind = f"missing_{one.what}" if one.theirs_fen is None else f"{one.what}_amount"
            found.append(Difference(kind, one.number, one.ours_fen, one.theirs_fen))
    rows = [
        {
            "bill_on": day.isoformat(),
            "kind": one.kind,
            "reference": one.reference[:64],
            "ours_fen": one.ours_fen,
            "theirs_fen": one.theirs_fen,
            "found_at": work.now,
        }
        for one in found
    ]
    if rows:
        new = upsert(work, pay_difference).on_conflict_do_nothing(index_elements=["bill_on", "kind", "reference"])
        work.db.execute(new, rows)
    once(work, job=JOB, slot=day.isoformat())
    return found


def is_done(work: Work, day: date) -> bool:
    """Whether the day's bill was compared."""
    mine = (job_run.c.job == JOB, job_run.c.slot == day.isoformat())
    return work.db.execute(select(job_run.c.job).where(*mine)).first() is not None


def unsettled(work: Work, *, limit: int = 200) -> list[RowMapping]:
    """Differences nobody has dealt with yet, newest first."""
    mine = select(pay_difference).where(pay_difference.c.settled_at.is_(None))
    rows = work.db.execute(mine.order_by(pay_difference.c.bill_on.desc(), pay_difference.c.reference).limit(limit))
    return list(rows.mappings())


def is_known(work: Work, *, bill_on: str, kind: str, reference: str) -> bool:
    """Whether there is such a difference, settled or not."""
    return work.db.execute(select(pay_difference.c.kind).where(*_named(bill_on, kind, reference))).first() is not None


def settle(work: Work, *, bill_on: str, kind: str, reference: str, note: str, actor: str) -> bool:
    """Somebody has looked at it and put it right, as the note says; False when that was said already."""
    said = {"settled_at": work.now, "settled_by": actor[:40], "note": note[:200]}
    mine = (*_named(bill_on, kind, reference), pay_difference.c.settled_at.is_(None))
    done = work.db.execute(update(pay_difference).where(*mine).values(**said))
    if done.rowcount != 1:
        return False
    record(
        work, leader_id=PLATFORM, actor=actor, action="bill.settle", entity="bill", entity_id=0,
        after={"bill_on": bill_on, "kind": kind, "reference": reference, "note": note[:200]},
    )  # fmt: skip
    return True


def _named(bill_on: str, kind: str, reference: str) -> tuple[ColumnElement[bool], ...]:
    return (
        pay_difference.c.bill_on == bill_on,
        pay_difference.c.kind == kind,
        pay_difference.c.reference == reference,
    )


def _differences(what: str, ours: dict[str, int], theirs: dict[str, int]) -> list[Difference]:
    found = []
    for number in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(number), theirs.get(number)
        if mine == other:
            continue
        kind = f"unknown_{what}" if mine is None else f"missing_{what}" if other is None else f"{what}_amount"
        found.append(Difference(kind, number, mine, other))
    return found


def _our_payments(work: Work, day: date, named: set[str]) -> dict[str, int]:
    """Those of the day, and those the bill names: minutes around midnight may be another day there."""
    start, end = span(day)
    on_day = (pay_order.c.state == "paid") & (pay_order.c.paid_at >= start) & (pay_order.c.paid_at < end)
    return _fen(work, pay_order.c.out_trade_no, pay_order.c.amount_fen, on_day, pay_order.c.state == "paid", named)


def _our_refunds(work: Work, day: date, named: set[str]) -> dict[str, int]:
    start, end = span(day)
    sent = refund.c.payment_id.is_not(None) & refund.c.state.in_(("transit", "done"))
    rows = work.db.execute(
        select(refund.c.id, refund.c.amount_fen, refund.c.at).where(sent, refund.c.at >= start, refund.c.at < end)
    ).all()
    ours = {refund_number(row.id): int(row.amount_fen) for row in rows}
    ids = [int(number[2:]) for number in named if number.startswith("LR") and number[2:].isdigit()]
    for row in work.db.execute(select(refund.c.id, refund.c.amount_fen).where(sent, refund.c.id.in_(ids))).all():
        ours[refund_number(row.id)] = int(row.amount_fen)
    return ours


def _fen(work: Work, number: Any, fen: Any, on_day: Any, is_ours: Any, named: set[str]) -> dict[str, int]:
    ours: dict[str, int] = {}
    for where in (on_day, is_ours & number.in_(named)):
        ours |= {row[0]: int(row[1]) for row in work.db.execute(select(number, fen).where(where))}
    return ours


def span(day: date) -> tuple[datetime, datetime]:
    """A day in Shanghai."""
    start = datetime.combine(day, time(), SHANGHAI)
    return start, start + timedelta(days=1)
