"""Which pushes were handled already, and what they were answered: a repeat gets the same reply and does nothing.

Keys stay for at least 7 days and in the same transaction as the work, so a key is there exactly when the work is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, cast, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Inbound
from bot.paging import clean
from bot.protocol import Image, Reply
from models.base import Work
from models.messages import inbound_message as table
from models.prepared import Prepared

# A control character, so that no cleaned text can be taken for a picture.
_IMAGE = "\x1fimage:"
_LONGEST_EVENT = 200

_DEFERRED = table.c.state == literal_column("'deferred'")  # word for word as in the index
_other = table.alias("other")
_BEFORE = exists().where(_other.c.state == literal_column("'deferred'"), _other.c.openid == bindparam("sender"))
_OF_KEY = table.c.dedupe_key == bindparam("key")
_CLAIMED = ("dedupe_key", "openid", "kind", "content", "state", "received_at")
# Only PostgreSQL has more than one that writes: whoever holds the key's lock handles the push, the others wait for him.
_LOCK = Prepared(select(func.pg_advisory_xact_lock(cast(bindparam("number"), BigInteger))))
_LOCK_ALL = Prepared(
    select(
        func.pg_advisory_xact_lock(func.unnest(cast(bindparam("numbers"), ARRAY(BigInteger))).column_valued("number"))
    )
)  # one after the other, as they stand there
_KNOWN = Prepared(select(_BEFORE.label("has_deferred"), exists().where(_OF_KEY).label("is_known")))
_RECEIVED = Prepared(insert(table), columns=_CLAIMED)
_REPLY = Prepared(select(table.c.reply).where(_OF_KEY))
_ANSWERED = ("state", "reply", "leader_id", "reading")


def _whole(statement: Any) -> Any:
    """The row as it stands when its reply is known, whether it has been written before or not."""
    answered = {name: statement.excluded[name] for name in _ANSWERED}
    return statement.on_conflict_do_update(index_elements=["dedupe_key"], set_=answered)


_WHOLE = Prepared(
    {"postgresql": _whole(postgresql.insert(table)), "sqlite": _whole(sqlite.insert(table))},
    columns=(*_CLAIMED, *_ANSWERED[1:]),
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The reply a push got the first time; None means it got none."""

    reply: Reply


def ahead(work: Work, inbound: Inbound) -> None:
    """`recall` will be asked for this push."""
    if work.wire.is_remote:
        lock(work, inbound)
        _KNOWN.ahead(work, key=inbound.key, sender=inbound.openid)


def lock(work: Work, inbound: Inbound) -> None:
    """Wait for whoever handles this push now, on PostgreSQL; had once. Of several, by rising `number`."""
    if work.wire.is_remote and work.notes.get((_LOCK, inbound.key)) != work.wire.undone:
        work.notes[_LOCK, inbound.key] = work.wire.undone
        _LOCK.send(work, {"number": number(inbound)})


def lock_all(company: Sequence[tuple[Work, Inbound]]) -> None:
    """The same for several that share a transaction, at once."""
    (work, _), *_ = company
    if work.wire.is_remote:
        for one, inbound in company:
            one.notes[_LOCK, inbound.key] = work.wire.undone
        _LOCK_ALL.send(work, {"numbers": sorted(number(inbound) for _, inbound in company)})


def recall(work: Work, inbound: Inbound) -> Remembered | None:
    """What this push was answered, or None when it is new and now ours to handle.

    A delivery that overlaps another one waits until that one has ended, and then finds its reply: on SQLite at the
    start of the transaction, on PostgreSQL here, for a lock that is there before the row is. The row is written once,
    when all of it is known, or when something else is going to look at the table.
    """
    lock(work, inbound)
    found = _KNOWN.first(work, key=inbound.key, sender=inbound.openid)
    if found is None or not found.is_known:
        work.notes[_BEFORE, inbound.openid] = found is not None and found.has_deferred
        _RECEIVED.hold(work, **_row(work, inbound))
        return None
    stored = _REPLY.first(work, key=inbound.key)
    return Remembered(_loaded(stored.reply if stored else None))


def number(inbound: Inbound) -> int:
    """What PostgreSQL locks for a key. Two that share one by chance wait for each other, and nothing else."""
    return int.from_bytes(blake2s(inbound.key.encode(), digest_size=8, person=b"inbound").digest(), signed=True)


def _row(work: Work, inbound: Inbound) -> dict[str, Any]:
    return {
        "dedupe_key": inbound.key,
        "openid": inbound.openid,
        "kind": inbound.kind,
        "content": _content(inbound),
        "state": "received",
        "received_at": work.now,
    }


def remember(work: Work, inbound: Inbound, reply: Reply) -> None:
    """Store the reply of a push that `recall` gave us, and what `annotate` was told of it."""
    leader_id, reading = work.notes.pop((table, inbound.key), (None, None))
    _store(work, inbound, "done", reply, leader_id, reading)


def _store(
    work: Work, inbound: Inbound, state: str, reply: Reply, leader_id: int | None = None, reading: str | None = None
) -> None:
    work.wire.let_go()
    answered = {"state": state, "reply": _stored(reply), "leader_id": leader_id, "reading": reading}
    _WHOLE.send(work, _row(work, inbound) | answered)


def annotate(work: Work, inbound: Inbound, *, leader_id: int | None = None, reading: str | None = None) -> None:
    """Say whose message it was and what it was read as, for the lists of leader and operator: before `remember`."""
    work.notes[table, inbound.key] = leader_id, reading


# ---------------------------------------------------------------- stored now, done later

_DEFERRED_OF = Prepared(
    select(table.c.dedupe_key)
    .where(_DEFERRED, table.c.openid == bindparam("openid"))
    .order_by(table.c.received_at, table.c.dedupe_key)
)
_RESUMED = Prepared(
    update(table)
    .where(_OF_KEY, _DEFERRED)
    .values(state="received")
    .returning(table.c.openid, table.c.kind, table.c.content, table.c.received_at)
)


def can_wait(inbound: Inbound) -> bool:
    """Whether the stored row holds all of it: words do, events and pictures do not."""
    return inbound.kind == "text" and bool(inbound.text)


def defer(work: Work, inbound: Inbound, reply: Reply) -> None:
    """Leave a push that `recall` gave us for later; a repeat meanwhile gets this reply."""
    work.notes.pop((_BEFORE, inbound.openid), None)
    _store(work, inbound, "deferred", reply)


def deferred_of(work: Work, openid: str) -> list[str]:
    """The keys of what this person sent and nobody has done yet, oldest first. `recall` saw whether there are any."""
    if work.notes.get((_BEFORE, openid)) is False:
        return []
    return [row.dedupe_key for row in _DEFERRED_OF.rows(work, openid=openid)]


def deferred(work: Work, *, limit: int) -> list[str]:
    """The keys of the oldest that nobody has done yet, whoever sent them."""
    oldest = select(table.c.dedupe_key).where(_DEFERRED).order_by(table.c.received_at, table.c.dedupe_key)
    return list(work.db.execute(oldest.limit(limit)).scalars())


def resume(work: Work, key: str) -> Inbound | None:
    """A push that was left for later and is now ours to handle; None where somebody else has it."""
    row = _RESUMED.first(work, key=key)
    if row is None:
        return None
    return Inbound(key, row.openid, "", row.kind, row.kind, row.received_at, text=row.content or "")


def forget(work: Work, *, contents_before: datetime, keys_before: datetime) -> None:
    """Empty the words of older messages and drop the oldest keys.

    A redelivery comes within seconds; the caller keeps keys for 7 days at least, against captured requests.
    """
    words = update(table).where(table.c.received_at < contents_before, table.c.content.is_not(None), ~_DEFERRED)
    work.db.execute(words.values(content=None))
    work.db.execute(delete(table).where(table.c.received_at < keys_before))


def _content(inbound: Inbound) -> str | None:
    """What the operator's list may show: words and menu choices, never a position or somebody's pictures."""
    if inbound.kind == "event":
        return f"{inbound.event} {inbound.event_key}".strip()[:_LONGEST_EVENT]
    return inbound.text or None


def _stored(reply: Reply) -> str | None:
    if isinstance(reply, Image):
        return f"{_IMAGE}{clean(reply.media_id)}"
    return clean(reply) if reply else None


def _loaded(stored: str | None) -> Reply:
    if stored is not None and stored.startswith(_IMAGE):
        return Image(stored.removeprefix(_IMAGE))
    return stored
