"""Throwing away what nobody needs any more. Bounded work per call: call again until it returns 0."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, case, delete, null, or_, select, tuple_, update

from models import (
    Work,
    attempt,
    channel_pause,
    conversation,
    inbound_message,
    login_link,
    media,
    message_window,
    notice,
    relay,
    web_session,
)
from operations.keeping import KEPT, Kept

QUESTIONS_KEPT = timedelta(days=1)  # after their end
ATTEMPTS_KEPT = timedelta(days=1)
_NAMED = ("case", "delivery")  # cases and delivery notes name their pictures, also when those are gone
LINKS_KEPT = timedelta(days=1)  # after their end, so that a late tap is told what happened


_TOLD = ("sent", "shown", "expired", "failed")
_FORGOTTEN = "-"


def sweep(work: Work, *, kept: Kept = KEPT, limit: int = 500) -> int:
    """Delete up to `limit` rows of each kind that is over; how many rows went or were emptied."""
    now = work.now
    unlocked = or_(attempt.c.locked_until.is_(None), attempt.c.locked_until <= now)
    over = {
        inbound_message: inbound_message.c.received_at <= now - kept.messages,
        web_session: web_session.c.expires_at <= now,
        login_link: login_link.c.expires_at <= now - LINKS_KEPT,
        attempt: and_(attempt.c.window_from <= now - ATTEMPTS_KEPT, unlocked),
        message_window: message_window.c.closes_at <= now,
        channel_pause: channel_pause.c.until <= now,
        notice: and_(notice.c.state.in_(_TOLD), notice.c.next_at <= now - kept.notices),
        media: and_(media.c.purpose.not_in(_NAMED), media.c.expires_at <= now),  # looked at for a code, never kept
    }
    return sum(_delete(work, table, what, limit) for table, what in over.items()) + _empty(work, kept, limit)


def expire_questions(work: Work) -> int:
    """Forget questions nobody answered. A late 「1」 or 「确认」 is still told, for a day, that its time is over."""
    forgotten = work.db.execute(
        update(conversation)
        .where(conversation.c.pending_until <= work.now - QUESTIONS_KEPT)
        .values(pending_kind=None, pending=null(), pending_until=None, changed_at=work.now)
    )
    return int(forgotten.rowcount)


def _delete(work: Work, table: Table, over: ColumnElement[bool], limit: int) -> int:
    key = tuple_(*table.primary_key)
    gone = work.db.execute(delete(table).where(key.in_(select(*table.primary_key).where(over).limit(limit)), over))
    return int(gone.rowcount)


def _empty(work: Work, kept: Kept, limit: int) -> int:
    """Stored replies that no redelivery asks for any more, the rest of long replies, notices that came too late, and
    what neighbours asked their leader long ago."""
    old = and_(inbound_message.c.received_at <= work.now - kept.replies, inbound_message.c.reply.is_not(None))
    keys = select(inbound_message.c.dedupe_key).where(old).limit(limit)
    asked = and_(relay.c.asked_at <= work.now - kept.questions, relay.c.question != _FORGOTTEN)
    relays = select(relay.c.leader_id, relay.c.id).where(asked).limit(limit)
    emptied = [
        update(relay)
        .where(tuple_(relay.c.leader_id, relay.c.id).in_(relays))
        .values(question=_FORGOTTEN, answer=case((relay.c.answer.is_(None), null()), else_=_FORGOTTEN)),
        update(inbound_message).where(inbound_message.c.dedupe_key.in_(keys)).values(reply=None),
        update(conversation).where(conversation.c.rest_until <= work.now).values(rest=None, rest_until=None),
        update(notice).where(notice.c.state == "waiting", notice.c.expires_at <= work.now).values(state="expired"),
    ]
    return sum(work.db.execute(statement).rowcount for statement in emptied)
