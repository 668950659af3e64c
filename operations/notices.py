"""Notices: the outbox. Written in the transaction of the change they tell of, delivered later by a job.

`enqueue` is all the business needs. The rest is the life of a row afterwards:

    queued -> sending -> sent                  a channel took it
                      -> queued                try again at `next_at`
                      -> waiting -> shown      no channel may carry it: shown with the person's next message
                      -> held                  it may have arrived, and a repeat would mislead: an operator decides
                      -> failed | expired

A claim adds one to the row's `fence`; a result is written only where that fence still stands, so a worker that wakes
after its lease cannot overwrite what a later one did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select, update

from models import Work, account, notice
from models.prepared import Prepared
from operations.audit import record
from operations.upserts import upsert


@dataclass(frozen=True, slots=True)
class Addressed:
    """One person's copy of a notice that goes to many. `key` is its business meaning, unique per leader."""

    account_id: int
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    order_id: int | None = None


def enqueue(
    work: Work,
    *,
    leader_id: int,
    account_id: int,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    round_id: int | None = None,
    order_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Write one notice unless (leader_id, key) is there already; True when it was written.

    `key` (at most 160 characters) is the business meaning, such as `arrived:<round>:<order>`: one thing, told once.
    `payload` holds plain values (ids, names, milli, fen, ISO instants), never sentences: it is worded at delivery.
    """
    one = Addressed(account_id=account_id, key=key, payload=payload, order_id=order_id)
    written = enqueue_many(
        work,
        leader_id=leader_id,
        kind=kind,
        to=[one],
        round_id=round_id,
        not_before=not_before,
        expires_at=expires_at,
    )
    return written == 1


def enqueue_many(
    work: Work,
    *,
    leader_id: int,
    kind: str,
    to: Iterable[Addressed],
    round_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Write the same kind of notice for many people, in a few statements; returns how many were new."""
    common = {
        "leader_id": leader_id,
        "kind": kind,
        "round_id": round_id,
        "next_at": not_before or work.now,
        "expires_at": expires_at,
        "created_at": work.now,
    }
    rows = [
        common
        | {
            "id": work.new_id(),
            "account_id": one.account_id,
            "dedupe_key": one.key,
            "payload": dict(one.payload),
            "order_id": one.order_id,
        }
        for one in sorted(to, key=lambda one: one.key)  # one order for everybody: two such writers cannot deadlock
    ]
    return _insert_new(work, rows)


def client_msg_id(leader_id: int, key: str) -> str:
    """What WeChat recognises a repeat by: the same for every try of one notice (32 hex digits)."""
    return hashlib.sha256(f"{leader_id}:{key}".encode()).hexdigest()[:32]


def _insert_new(work: Work, rows: Sequence[Mapping[str, Any]]) -> int:
    statement = (
        upsert(work, notice).on_conflict_do_nothing(index_elements=["leader_id", "dedupe_key"]).returning(notice.c.id)
    )
    # Rows as parameters, not inside the statement: it is compiled once and sent in batches of many rows.
    return len(work.db.execute(statement, rows).all()) if rows else 0


# ---------------------------------------------------------------- shown with the person's next message


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that could not be pushed and belongs into the next reply to its person."""

    leader_id: int
    id: int
    kind: str
    payload: Mapping[str, Any] = field(repr=False)


@cache
def _waiting(limit: int) -> Prepared:
    return Prepared(
        select(notice.c.leader_id, notice.c.id, notice.c.kind, notice.c.payload)
        .where(notice.c.account_id == bindparam("account_id"), notice.c.state == "waiting")
        .where(or_(notice.c.expires_at.is_(None), notice.c.expires_at > bindparam("now")))
        .order_by(notice.c.id)
        .limit(limit)
    )


def waiting_for(work: Work, *, account_id: int, limit: int = 10) -> list[Waiting]:
    """What this person was to be told and no channel could carry, oldest first; what is out of date is left out."""
    return [Waiting(*row) for row in _waiting(limit).rows(work, account_id=account_id, now=work.now)]


def mark_shown(work: Work, shown: Iterable[Waiting]) -> None:
    """These stand in the reply that is stored in this transaction."""
    for one in shown:
        work.db.execute(
            update(notice)
            .where(notice.c.leader_id == one.leader_id, notice.c.id == one.id, notice.c.state == "waiting")
            .values(state="shown", channel="reply", sent_at=work.now)
        )


# ---------------------------------------------------------------- for the operator


def failed_list(work: Work, *, leader_id: int | None = None, limit: int = 100) -> list[Row[Any]]:
    """Notices that need a look, newest first: failed, held, or refused by WeChat and waiting for the person to write.

    Columns: those of `notice` except the payload, and the recipient's `nickname`. Without `leader_id`: all leaders'.
    """
    statement = (
        select(*(column for column in notice.c if column.name != "payload"), account.c.nickname)
        .join(account, account.c.id == notice.c.account_id)
        .where(
            or_(
                notice.c.state.in_(("failed", "held")),
                and_(notice.c.state == "waiting", notice.c.last_code.is_not(None)),
            )
        )
        .order_by(notice.c.id.desc())
        .limit(limit)
    )
    if leader_id is not None:
        statement = statement.where(notice.c.leader_id == leader_id)
    return list(work.db.execute(statement))


def release_held(work: Work, *, leader_id: int, notice_id: int, actor: str) -> bool:
    """Send a failed or held notice after all, as if it were new: a person decided. False when it is neither."""
    released = work.db.execute(
        update(notice)
        .where(notice.c.leader_id == leader_id, notice.c.id == notice_id, notice.c.state.in_(("failed", "held")))
        .values(state="queued", attempts=0, next_at=work.now, first_sent_at=None, channel=None, last_code=None)
    )
    return released.rowcount == 1 and _decided(work, leader_id, notice_id, actor, "notice.release")


def drop_held(work: Work, *, leader_id: int, notice_id: int, actor: str) -> bool:
    """Do not send a failed or held notice any more. False when it is neither."""
    dropped = work.db.execute(
        update(notice)
        .where(notice.c.leader_id == leader_id, notice.c.id == notice_id, notice.c.state.in_(("failed", "held")))
        .values(state="expired")
    )
    return dropped.rowcount == 1 and _decided(work, leader_id, notice_id, actor, "notice.drop")


def hold_unsent(work: Work) -> int:
    """Hold whatever is not sent yet: after a backup was restored nobody knows what went out since. Returns how many."""
    held = work.db.execute(
        update(notice)
        .where(notice.c.state.in_(("queued", "sending")))
        .values(state="held", fence=notice.c.fence + 1, lease_until=None)
    )
    return int(held.rowcount)


def _decided(work: Work, leader_id: int, notice_id: int, actor: str, action: str) -> bool:
    record(work, leader_id=leader_id, actor=actor, action=action, entity="notice", entity_id=notice_id)
    return True
