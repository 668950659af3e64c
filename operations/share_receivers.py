"""Into which merchant account a leader is given her part by 分账. WeChat Pay has to know it first: a job tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, tuple_, update

from models import Work, leader, share_receiver
from operations import asking
from operations.asking import pause
from operations.audit import record
from operations.errors import BadReceiver, NotFound
from operations.upserts import upsert

_MERCHANT_ID = re.compile(r"[0-9]{8,16}")


@dataclass(frozen=True, slots=True)
class Receiver:
    """An account that WeChat Pay is to be told of."""

    leader_id: int
    id: int
    merchant_id: str
    name: str
    attempts: int


def of(work: Work, leader_id: int) -> Row[Any] | None:
    """What was entered for a leader."""
    return work.db.execute(select(share_receiver).where(share_receiver.c.leader_id == leader_id)).first()


def ready(work: Work, leader_id: int) -> str | None:
    """The merchant account that may be given parts."""
    row = of(work, leader_id)
    return row.merchant_id if row is not None and row.state == "ready" else None


def enter(work: Work, *, leader_id: int, merchant_id: str, name: str, actor: str) -> None:
    """From the next payment on her part goes there, once WeChat Pay has taken it. Raises NotFound, BadReceiver."""
    if work.db.execute(select(leader.c.id).where(leader.c.id == leader_id)).first() is None:
        raise NotFound(what="leader")
    if not _MERCHANT_ID.fullmatch(merchant_id) or not 0 < len(name) <= 100:
        raise BadReceiver
    before = of(work, leader_id)
    said: dict[str, Any] = {"merchant_id": merchant_id, "name": name, "state": "wanted", "problem": None}
    said |= {"attempts": 0, "next_at": work.now, "changed_at": work.now}
    new = upsert(work, share_receiver).values(leader_id=leader_id, id=work.new_id(), **said)
    work.db.execute(new.on_conflict_do_update(index_elements=["leader_id"], set_=said))
    _record(work, leader_id, actor, before, {"merchant_id": merchant_id, "name": name})


def drop(work: Work, *, leader_id: int, actor: str) -> bool:
    """She is paid by hand again; what is on its way arrives. False when there was none."""
    before = of(work, leader_id)
    if before is None:
        return False
    work.db.execute(delete(share_receiver).where(share_receiver.c.leader_id == leader_id))
    _record(work, leader_id, actor, before, {"merchant_id": None})
    return True


def claim(work: Work, *, limit: int = 10) -> list[Receiver]:
    """Accounts that WeChat Pay does not know of yet. Two callers never claim one."""
    keys = asking.claim(work, share_receiver, share_receiver.c.state == "wanted", limit=limit)
    mine = tuple_(share_receiver.c.leader_id, share_receiver.c.id).in_(keys)
    rows = work.db.execute(select(share_receiver).where(mine))
    return [Receiver(row.leader_id, row.id, row.merchant_id, row.name, row.attempts) for row in rows]


def note(work: Work, one: Receiver, *, problem: str | None = None, may_repeat: bool = False) -> None:
    """WeChat Pay has taken the account, or not; one that was changed meanwhile is asked about anew."""
    values: dict[str, Any] = {"state": "failed" if problem else "ready", "problem": problem, "next_at": None}
    if problem and may_repeat:
        values = {"problem": problem, "next_at": work.now + pause(one.attempts)}
    work.db.execute(update(share_receiver).where(*_same(one)).values(**values))


def _same(one: Receiver) -> tuple[ColumnElement[bool], ...]:
    return (
        share_receiver.c.leader_id == one.leader_id,
        share_receiver.c.id == one.id,
        share_receiver.c.merchant_id == one.merchant_id,
        share_receiver.c.name == one.name,
        share_receiver.c.state == "wanted",
    )


def _record(work: Work, leader_id: int, actor: str, before: Row[Any] | None, after: dict[str, Any]) -> None:
    record(
        work, leader_id=leader_id, actor=actor, action="leader.share_receiver", entity="leader", entity_id=leader_id,
        before={"merchant_id": before.merchant_id} if before is not None else None, after=after,
    )  # fmt: skip
