"""The address the platform pushes to: verification, one transaction per push, and an answer whatever happens.

Rules of delivery (developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html): an
answer within 5 s or the push is cut off and repeated, three attempts in all, possibly overlapping; anything but a
well-formed reply, "success" or nothing shows the person the platform's own failure notice.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot import inbox
from bot.flow import Flow, FlowLimit
from bot.inbound import Forbidden, Inbound, Malformed
from bot.incidents import new_incident
from bot.late import Latecomers
from bot.pace import Pace
from bot.protocol import (
    BODY_LIMIT,
    NOTHING,
    Args,
    Body,
    Credentials,
    Reply,
    check_credentials,
    read_echo,
    read_inbound,
    write_reply,
)
from models.base import Busy, Clock, Store, Work
from models.lanes import Alone, Joint

log = structlog.get_logger(__name__)

Answered = tuple[int, str, bytes]  # status, content type, body
Answer = Callable[[Work, Inbound], Reply]
Do = Callable[[Work], tuple[str, Answered]]
Share = Callable[[Inbound, Callable[[Work], None], Do], Joint[tuple[str, Answered]] | None]

_TEXT, _XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"
# The platform waits 5 s. Its time stamp is cut to the second: the true wait is between one and two.
_LATE_S = 2.0
# Whoever finds the line in front of the server full is not let in and tries again seconds later. A fast server's is
# full before anybody has waited two seconds (docs/benchmarks.md, "Overload").
_CROWDED = 0.3
# Once somebody waited for the database in vain, those behind him in the queue for a thread must not wait as long again:
# two such waits in a row are more than the platform's 5 s.
_IMPATIENT_FOR_S, _SHORT_WAIT_S = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Texts:
    """The sentences the webhook itself says, given the number of the incident or nothing."""

    busy: Callable[[str], str]
    too_fast: Callable[[], str]
    received: Callable[[], str] = str  # stored, and done as soon as there is time


class Webhook:
    """Turns pushes into answers. Knows HTTP only as a status, a content type and bytes.

    `answer` is called inside the transaction and makes its own savepoints. `log_key` keys the short hash that stands
    for an openid in the log. `limit` None lets everybody send as fast as they like. `count` is told one word per
    push: "handled", "repeated", "deferred", "slowed", "ignored", "refused", "busy" (the database) or "failed"; before
    it, `seen` is given the push, if it could be read. With `late`, a message that has waited so long that its answer
    might come too late is stored and done afterwards; `line` tells how much of the line in front of the server is
    taken, from 0 to 1. `ahead` may say what the answer is going to read, and `share`
    how it may be given together with others.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        store: Store,
        clock: Clock,
        answer: Answer,
        texts: Texts,
        log_key: bytes,
        limit: FlowLimit | None,
        count: Callable[[str], None] = lambda word: None,
        seen: Callable[[Inbound], None] = lambda inbound: None,
        incident: Callable[[], str] = new_incident,
        late: Latecomers | None = None,
        line: Callable[[], float] = lambda: 0.0,
        ahead: Callable[[Work, Inbound], None] = lambda work, inbound: None,
        share: Share = lambda inbound, ahead, do: None,
    ) -> None:
        check_credentials(credentials)
        self._credentials, self._store, self._clock = credentials, store, clock
        self._answer, self._texts, self._log_key = answer, texts, log_key[:32]
        self._limit, self._count, self._seen, self._incident = limit, count, seen, incident
        self._late, self._ahead, self._share, self._pace, self._line = late, ahead, share, Pace(), line
        self._impatient_until = float("-inf")

    def verify(self, args: Args) -> Answered:
        """Answer the console's check of the address: the echo string, or 403."""
        try:
            return 200, _TEXT, read_echo(args, self._credentials, self._clock())
        except Forbidden as refusal:
            return self._refused(refusal)

    def handle_push(self, args: Args, body: Body) -> Answered:
        """Answer one push; `body` as `read_inbound` takes it. Never raises, never answers 5xx.

        403 for what is not provably the platform's; 200 and a valid answer for everything that is.
        """
        now = self._clock()
        try:
            inbound = read_inbound(args, body, self._credentials, now)
        except Forbidden as refusal:
            return self._refused(refusal)
        except Malformed as damage:
            self._count("ignored")
            log.warning("webhook.unreadable", reason=damage.reason)
            return 200, _TEXT, NOTHING
        self._seen(inbound)
        flow = self._limit.check(inbound, now) if self._limit else Flow.HANDLE
        if flow is not Flow.HANDLE:
            self._count("slowed")
            return self._written(inbound, self._texts.too_fast() if flow is Flow.TELL else None)
        try:
            wait_s = _SHORT_WAIT_S if time.monotonic() < self._impatient_until else None
            put_off = self._is_late(args, now) and inbox.can_wait(inbound)
            word, answered = (self._store_it if put_off else self._handle)(inbound, wait_s)
        except Exception as error:  # noqa: BLE001 - the person must be told that it was not recorded
            return self._failed(inbound, error)
        self._count(word)
        if word == "deferred" and self._late is not None:
            self._late.wake()
        return answered

    def _is_late(self, args: Args, now: datetime) -> bool:
        """Whether its answer, or those behind it, might come too late if all of it were done now."""
        if self._late is None:
            return False
        waited_s = self._pace.waited_s(args, now)  # asked in any case: it learns from every push
        return waited_s > _LATE_S or self._line() > _CROWDED

    def _store_it(self, inbound: Inbound, wait_s: float | None) -> tuple[str, Answered]:
        return self._store.run_together(lambda work: self._stored(work, inbound), wait_s=wait_s)

    def _handle(self, inbound: Inbound, wait_s: float | None) -> tuple[str, Answered]:
        def ahead(work: Work) -> None:
            inbox.ahead(work, inbound)
            self._ahead(work, inbound)

        def do(work: Work) -> tuple[str, Answered]:
            return self._handled(work, inbound)

        joint = self._share(inbound, ahead, do)
        if joint is not None:
            return self._store.run_jointly(joint, wait_s=wait_s)

        def whole(work: Work) -> tuple[str, Answered]:
            ahead(work)
            return do(work)

        return self._store.run_together(whole, wait_s=wait_s)

    def _stored(self, work: Work, inbound: Inbound) -> tuple[str, Answered]:
        """Inside the transaction: kept for later, so that everybody behind in the queue is answered in time."""
        known = inbox.recall(work, inbound)
        if known is not None:
            return "repeated", self._written(inbound, known.reply)
        reply = self._texts.received()
        inbox.defer(work, inbound, reply)
        return "deferred", self._written(inbound, reply)

    def _handled(self, work: Work, inbound: Inbound) -> tuple[str, Answered]:
        """Inside the transaction. The reply is written out before the commit, so a reply that fails undoes the work."""
        known = inbox.recall(work, inbound)
        if known is not None:
            return "repeated", self._written(inbound, known.reply)
        if self._late is not None:
            if work.is_joint and inbox.deferred_of(work, inbound.openid):
                raise Alone
            self._late.settle(work, inbound.openid)
        reply = self._answer(work, inbound)
        inbox.remember(work, inbound, reply)
        return "handled", self._written(inbound, reply)

    def _written(self, inbound: Inbound, reply: Reply) -> Answered:
        rng = self._store.rng
        nonce = str(rng.randrange(10**10)) if inbound.encrypted else ""
        body = write_reply(inbound, reply, self._credentials, self._clock(), nonce, lambda: rng.randbytes(16))
        return 200, (_TEXT if body == NOTHING else _XML), body

    def _refused(self, refusal: Forbidden) -> Answered:
        self._count("refused")
        log.info("webhook.refused", reason=refusal.reason)
        return 403, _TEXT, b""

    def _failed(self, inbound: Inbound, error: Exception) -> Answered:
        """Everything was rolled back, the key too, so sending it again will be handled."""
        incident = self._incident()
        self._count("busy" if isinstance(error, Busy) else "failed")
        if isinstance(error, Busy):
            self._impatient_until = time.monotonic() + _IMPATIENT_FOR_S
        report = log.warning if isinstance(error, Busy) else log.error
        report(
            "webhook.failed",
            incident=incident,
            push=inbound.event or inbound.kind,
            person=blake2s(inbound.openid.encode(), key=self._log_key, digest_size=6).hexdigest(),
            error=type(error).__name__,
            # Where, and not the message: an exception's text carries names, addresses and SQL parameters.
            where=[f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)],
        )
        return self._written(inbound, self._texts.busy(incident))


def create_blueprint(webhook: Webhook, path: str = "/wechat") -> Blueprint:
    """The Flask routes of the webhook. Nothing here decides anything."""
    blueprint = Blueprint("wechat", __name__)

    @blueprint.get(path)
    def verify() -> Response:
        return _response(webhook.verify(request.args))

    @blueprint.post(path)
    def receive() -> Response:
        return _response(webhook.handle_push(request.args, _body))

    return blueprint


def _body() -> bytes | None:
    """The body, or None without having read it when it is over the limit."""
    request.max_content_length = BODY_LIMIT
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None


def _response(answered: Answered) -> Response:
    status, content_type, body = answered
    return Response(body, status=status, content_type=content_type)
