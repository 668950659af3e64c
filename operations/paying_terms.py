"""How a leader is paid: on pickup, by transfer, or by WeChat Pay; and what becomes of orders nobody pays for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, update

from models import Work, leader, round_
from models.views import OrderView
from operations.audit import record
from operations.errors import BadAmount, NotFound

MODES = ("pickup", "transfer", "wechat")
MOST_HOURS = 24 * 14


@dataclass(frozen=True, slots=True)
class PayingTerms:
    """`payment_note` is how to pay in the leader's words; `cancel_unpaid_after_h` None: never by itself."""

    payment_mode: str
    payment_note: str | None
    cancel_unpaid_after_h: int | None


def get(work: Work, leader_id: int) -> PayingTerms:
    """Raises NotFound."""
    columns = [leader.c[column.name] for column in fields(PayingTerms)]
    row = work.db.execute(select(*columns).where(leader.c.id == leader_id)).first()
    if row is None:
        raise NotFound(what="leader")
    return PayingTerms(**row._mapping)


def set_mode(work: Work, *, leader_id: int, mode: str, note: str | None, actor: str) -> PayingTerms:
    """From now on she is paid so; a note that is not given stays. Raises NotFound, ValueError (no such mode)."""
    if mode not in MODES:
        raise ValueError(f"a mode is one of {', '.join(MODES)}")
    return _set(work, leader_id, actor, payment_mode=mode, **({"payment_note": note[:120]} if note else {}))


def set_auto_cancel(work: Work, *, leader_id: int, hours: int | None, actor: str) -> PayingTerms:
    """Cancel orders not paid so long after the close; None: never. Raises NotFound, BadAmount (no such time)."""
    if hours is not None and not 1 <= hours <= MOST_HOURS:
        raise BadAmount(amount_fen=hours)
    return _set(work, leader_id, actor, cancel_unpaid_after_h=hours)


def pay_note(round_code: str, seq: int) -> str:
    """What a resident writes beside a transfer, so that it can be told whose it is: short, and no name in it."""
    return f"{round_code[:3]}{seq}"


def note_of(work: Work, one: OrderView) -> str:
    """What is written beside a transfer for this order."""
    code = select(round_.c.code).where(round_.c.leader_id == one.leader_id, round_.c.id == one.round_id)
    return pay_note(work.db.execute(code).scalar_one(), one.seq)


def _set(work: Work, leader_id: int, actor: str, **values: Any) -> PayingTerms:
    before = get(work, leader_id)
    work.db.execute(update(leader).where(leader.c.id == leader_id).values(**values))
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="leader.paying",
        entity="leader",
        entity_id=leader_id,
        before={name: getattr(before, name) for name in values},
        after=values,
    )
    return get(work, leader_id)
