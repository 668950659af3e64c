"""What a person's next short answer settles, and the rest of a reply that was too long. One row per person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from models import Work, conversation

ANSWER_WITHIN = timedelta(minutes=10)
KEEP_REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that waits for an answer: `confirm`, `choose`, `doubts` or `draft`, with what the answer needs."""

    kind: str
    data: dict[str, Any]
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one person's talk."""

    account_id: int
    pending: Pending | None
    rest: str | None
    is_stored: bool


_LOAD = select(conversation).where(conversation.c.account_id == bindparam("account_id"))  # built once: every text asks


def load(work: Work, account_id: int) -> Conversation:
    """Where the conversation stands."""
    row = work.db.execute(_LOAD, {"account_id": account_id}).first()
    if row is None:
        return Conversation(account_id, None, None, is_stored=False)
    pending = None
    if row.pending_kind and row.pending_until:
        pending = Pending(row.pending_kind, row.pending, is_expired=row.pending_until <= work.now)
    rest = row.rest if row.rest_until and row.rest_until > work.now else None
    return Conversation(account_id, pending, rest, is_stored=True)


def wait_for(work: Work, account_id: int, kind: str, data: dict[str, Any]) -> None:
    """Keep a question open for ten minutes; it replaces an older one."""
    _write(work, account_id, pending_kind=kind, pending=data, pending_until=work.now + ANSWER_WITHIN)


def settle(work: Work, account_id: int) -> None:
    """The question is answered or dropped."""
    _write(work, account_id, pending_kind=None, pending=None, pending_until=None)


def keep_rest(work: Work, account_id: int, rest: str | None) -> None:
    """What 更多 will show."""
    _write(work, account_id, rest=rest or None, rest_until=work.now + KEEP_REST if rest else None)


def _write(work: Work, account_id: int, **values: Any) -> None:
    values["changed_at"] = work.now
    changed = work.db.execute(update(conversation).where(conversation.c.account_id == account_id).values(**values))
    if not changed.rowcount:
        work.db.execute(insert(conversation).values(account_id=account_id, **values))
