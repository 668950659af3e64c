"""What a person's next short answer settles, and the rest of a reply that was too long. One row per person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from models import Work, conversation
from models.prepared import Prepared
from models.quick import quick

ANSWER_WITHIN = timedelta(minutes=10)
KEEP_REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that waits for an answer: `confirm`, `choose`, `doubts` or `draft`, with what the answer needs."""

    kind: str
    data: dict[str, Any]
    is_expired: bool


@quick
@dataclass(frozen=True, slots=True)
class Conversation:
    """The state of one person's talk."""

    account_id: int
    pending: Pending | None
    rest: str | None
    is_stored: bool


_PENDING, _REST = ("pending_kind", "pending", "pending_until"), ("rest", "rest_until")


def _keeps(*columns: str) -> Prepared:
    """Writes these columns of a person's row, which is made on first sight."""
    written = (*columns, "changed_at")

    def upsert(insert: Any) -> Any:
        values = {name: insert.excluded[name] for name in written}
        return insert.on_conflict_do_update(index_elements=["account_id"], set_=values)

    each = {"postgresql": upsert(postgresql.insert(conversation)), "sqlite": upsert(sqlite.insert(conversation))}
    return Prepared(each, columns=("account_id", *written))


_ASKED, _KEPT = _keeps(*_PENDING), _keeps(*_REST)
_LOAD = Prepared(select(conversation).where(conversation.c.account_id == bindparam("account_id")))


def ahead(work: Work, account_id: int) -> None:
    """`load` will be asked for this person."""
    _LOAD.ahead(work, account_id=account_id)


def load(work: Work, account_id: int, *, is_open: bool = True) -> Conversation:
    """Where the conversation stands. `is_open` False: somebody has seen that nothing waits; it is not looked at."""
    row = _LOAD.first(work, account_id=account_id) if is_open else None
    if row is None:
        return Conversation(account_id, None, None, is_stored=False)
    pending = None
    if row.pending_kind and row.pending_until:
        pending = Pending(row.pending_kind, row.pending, is_expired=row.pending_until <= work.now)
    rest = row.rest if row.rest_until and row.rest_until > work.now else None
    return Conversation(account_id, pending, rest, is_stored=True)


def wait_for(work: Work, account_id: int, kind: str, data: dict[str, Any]) -> None:
    """Keep a question open for ten minutes; it replaces an older one."""
    asked = {"pending_kind": kind, "pending": data, "pending_until": work.now + ANSWER_WITHIN}
    _ASKED.send(work, {"account_id": account_id, "changed_at": work.now} | asked)


def settle(work: Work, account_id: int) -> None:
    """The question is answered or dropped."""
    nothing = dict.fromkeys(_PENDING)
    _ASKED.send(work, {"account_id": account_id, "changed_at": work.now} | nothing)


def keep_rest(work: Work, account_id: int, rest: str | None) -> None:
    """What 更多 will show."""
    kept = {"rest": rest or None, "rest_until": work.now + KEEP_REST if rest else None}
    _KEPT.send(work, {"account_id": account_id, "changed_at": work.now} | kept)
