"""Which pushes were handled already, and what they were answered: a repeat gets the same reply and does nothing.

Keys stay for at least 7 days and in the same transaction as the work, so a key is there exactly when the work is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbound import Inbound
from bot.paging import clean
from bot.protocol import Image, Reply
from models.base import Work
from models.messages import inbound_message as table

# A control character, so that no cleaned text can be taken for a picture.
_IMAGE = "\x1fimage:"
_LONGEST_EVENT = 200

# Built once: this is the path of every message.
_CLAIM = {
    dialect.__name__.rpartition(".")[2]: dialect.insert(table).on_conflict_do_nothing().returning(table.c.dedupe_key)
    for dialect in (postgresql, sqlite)
}
_OF_KEY = table.c.dedupe_key == bindparam("key")
_REPLY = select(table.c.reply).where(_OF_KEY)
_DONE = update(table).where(_OF_KEY).values(reply=bindparam("text"), state="done")


@dataclass(frozen=True, slots=True)
class Remembered:
    """The reply a push got the first time; None means it got none."""

    reply: Reply


def recall(work: Work, inbound: Inbound) -> Remembered | None:
    """What this push was answered, or None when it is new and now ours to handle.

    The key is inserted before anything is done: on PostgreSQL a delivery that overlaps another one waits here until
    that one has ended (on SQLite, at the start of the transaction), and then finds its reply.
    """
    row = {
        "dedupe_key": inbound.key,
        "openid": inbound.openid,
        "kind": inbound.kind,
        "content": _content(inbound),
        "state": "received",
        "received_at": work.now,
    }
    if work.db.execute(_CLAIM[work.db.dialect.name], row).first() is not None:
        return None
    return Remembered(_loaded(work.db.scalar(_REPLY, {"key": inbound.key})))


def remember(work: Work, inbound: Inbound, reply: Reply) -> None:
    """Store the reply of a push that `recall` gave us."""
    work.db.execute(_DONE, {"key": inbound.key, "text": _stored(reply)})


_WHOSE = update(table).where(_OF_KEY).values(leader_id=bindparam("whose"), reading=bindparam("read_as"))


def annotate(work: Work, inbound: Inbound, *, leader_id: int | None = None, reading: str | None = None) -> None:
    """Say whose message it was and what it was read as, for the lists of leader and operator."""
    work.db.execute(_WHOSE, {"key": inbound.key, "whose": leader_id, "read_as": reading})


def forget(work: Work, *, contents_before: datetime, keys_before: datetime) -> None:
    """Empty the words of older messages and drop the oldest keys.

    A redelivery comes within seconds; the caller keeps keys for 7 days at least, against captured requests.
    """
    words = update(table).where(table.c.received_at < contents_before, table.c.content.is_not(None))
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
