"""What became of a message: written down at once, one transaction each, and what a refusal means for its channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import TypeVar

import structlog

from bot.wechat_errors import Category, SendError, category_of
from models import Busy, Store, Work
from operations import outbox, people, windows
from operations.outbox import Claimed
from operations.quiet_hours import SHANGHAI
from scheduler.channels import ALL, CUSTOMER, TEMPLATE

T = TypeVar("T")
log = structlog.get_logger(__name__)

NO_CODE = 0  # a refusal without an errcode
_PASSING = frozenset({Category.RETRY, Category.SLOW_DOWN, Category.TOKEN})
NOT_FOLLOWING, NO_OPT_IN, TOO_OFTEN_FOR_PERSON = 43004, 43101, 43117

# A second "refunded 12.00" reads like a second refund, a second car like another one: they are never sent on a guess.
MISLEADING_TWICE = frozenset({"refund", "shortage", "case_decided", "car_near"})
# `client_msg_id` is honoured for 10 minutes after the first try; some of them are kept for the request itself.
# developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md
DEDUPED_FOR = timedelta(minutes=9, seconds=30)

UNREACHABLE_PAUSE = timedelta(seconds=30)
SLOW_DOWN_PAUSE = timedelta(seconds=60)
TOKEN_PAUSE = timedelta(minutes=5)
CONFIGURATION_PAUSE = timedelta(hours=1)
FAILURES_IN_A_ROW = 3
_WRITES = 3


@dataclass(slots=True)
class Parcel:
    """A claimed notice on its way through the channels."""

    claimed: Claimed
    text: str
    png: bytes | None = None  # instead of the text
    code: int | None = None  # what the last channel answered
    wait_until: datetime | None = None  # a channel that could carry it is closed until then

    @property
    def is_misleading_twice(self) -> bool:
        return self.claimed.kind in MISLEADING_TWICE

    def is_deduped_at(self, now: datetime) -> bool:
        """Whether WeChat still recognises a repeat of the earlier try."""
        first, channel = self.claimed.first_sent_at, self.claimed.channel
        return first is not None and channel == TEMPLATE and now - first <= DEDUPED_FOR


class Outcomes:
    """Writes results, and keeps track of which channels have to be left alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._failures = 0
        self.pauses: dict[str, outbox.Pause] = {}

    def write(self, job: Callable[[Work], T]) -> T:
        """A short transaction that must not be lost to a busy database: the message is out already."""
        for _ in range(_WRITES - 1):
            try:
                return self._store.run(job)
            except Busy:
                log.warning("outcome_write_waits")
        return self._store.run(job)

    def sent(self, parcels: Sequence[Parcel], channel: str, wx_msgid: str | None = None) -> None:
        """WeChat accepted the message that held these."""
        self._failures = 0

        def write(work: Work) -> None:
            for parcel in parcels:
                outbox.finish_sent(work, parcel.claimed, channel=channel, wx_msgid=wx_msgid)

        self.write(write)

    def put_back(self, parcels: Sequence[Parcel], until: datetime | None = None) -> None:
        """Not their fault: again at `until`, and the try does not count."""

        def write(work: Work) -> None:
            for parcel in parcels:
                outbox.put_back(work, parcel.claimed, until=until, code=parcel.code)

        self.write(write)

    def give_up(self, parcel: Parcel, state: str) -> None:
        """`waiting`, `held`, `failed` or `expired`."""
        self.write(partial(outbox.give_up, claimed=parcel.claimed, state=state, code=parcel.code))
        if state in {"held", "failed"}:
            log.error("notice_given_up", state=state, notice=parcel.claimed.id, kind=parcel.claimed.kind)

    def no_picture(self, parcel: Parcel, error: SendError) -> None:
        """The platform made no QR code; the reply before it has the address in words."""
        parcel.code = error.code
        log.warning("no_qr_code", notice=parcel.claimed.id, error=str(error))
        if error.category in _PASSING or error.category is Category.UNKNOWN:
            self.write(partial(outbox.retry_later, claimed=parcel.claimed, code=error.code))
        else:
            self.give_up(parcel, "expired")

    def refused(self, parcels: Sequence[Parcel], channel: str, error: SendError) -> list[Parcel]:
        """Deal with a failed send; returns those that the next channel should try."""
        for parcel in parcels:
            parcel.code = error.code if error.code is not None else parcel.code
        log.warning("send_failed", channel=channel, error=str(error), notices=[p.claimed.id for p in parcels])
        match error.category:
            case Category.DUPLICATE_OK:
                self.sent(parcels, channel)
            case Category.RECIPIENT:
                self._unreachable_person(parcels[0], channel, error.code)
                return list(parcels)
            case Category.CONFIGURATION:
                self.pause([channel], CONFIGURATION_PAUSE, error)
                return list(parcels)
            case Category.QUOTA:
                self.pause([channel], _until_midnight(self._store.clock()), error)
                return self.closed(parcels, channel)
            case Category.SLOW_DOWN if error.code == TOO_OFTEN_FOR_PERSON:
                self.put_back(parcels, self._store.clock() + SLOW_DOWN_PAUSE)
            case Category.SLOW_DOWN:
                self.pause([channel], SLOW_DOWN_PAUSE, error)
                self.put_back(parcels, self.pauses[channel].until)
            case Category.TOKEN:
                self.pause(ALL, TOKEN_PAUSE, error)
                self.put_back(parcels, self.pauses[channel].until)
            case Category.PAYLOAD:
                for parcel in parcels:
                    self.give_up(parcel, "failed")
            case _:
                self._trouble(parcels, channel, error)
        return []

    def closed(self, parcels: Sequence[Parcel], channel: str) -> list[Parcel]:
        """Pass a paused channel by; returns those that the next channel should try.

        A short pause is waited for. After a longer one they come back, unless another channel takes them first.
        """
        pause = self.pauses[channel]
        if self.is_short_pause(channel):
            self.put_back(parcels, pause.until)
            return []
        if category_of(pause.code) is Category.QUOTA:
            for parcel in parcels:
                parcel.wait_until, parcel.code = pause.until, pause.code
        return list(parcels)

    def is_closed(self, channel: str) -> bool:
        """Whether the channel is to be left alone now."""
        pause = self.pauses.get(channel)
        return pause is not None and pause.until > self._store.clock()

    def is_short_pause(self, channel: str) -> bool:
        """Whether the channel is closed for a moment, and not because of the account or its quota."""
        return self.is_closed(channel) and category_of(self.pauses[channel].code) in _PASSING

    def pause(self, channels: Sequence[str], length: timedelta, error: SendError) -> None:
        """Leave channels alone for a while, here and in every other process; an operator sees it."""
        code = error.code if error.code is not None else NO_CODE if error.category is Category.CONFIGURATION else -1
        until = self._store.clock() + length
        for channel in channels:
            self.write(partial(outbox.pause, channel=channel, until=until, code=code))
            self.pauses[channel] = outbox.Pause(until=until, code=code)
        alert = log.warning if error.category in {Category.RETRY, Category.UNKNOWN, Category.SLOW_DOWN} else log.error
        alert("channel_paused", channels=list(channels), error=str(error), until=until.isoformat())

    def _unreachable_person(self, parcel: Parcel, channel: str, code: int | None) -> None:
        account_id = parcel.claimed.account_id

        def write(work: Work) -> None:
            if code == NOT_FOLLOWING:
                people.set_subscribed(work, account_id=account_id, is_subscribed=False, at=work.now)
            if channel == CUSTOMER or code == NOT_FOLLOWING:
                windows.close_all(work, account_id=account_id)

        self.write(write)

    def _trouble(self, parcels: Sequence[Parcel], channel: str, error: SendError) -> None:
        """The platform is busy, away, or silent after it got the message."""
        if error.code is None and not error.maybe_done:  # no connection: says nothing about these notices
            self.pause(ALL, UNREACHABLE_PAUSE, error)
            self.put_back(parcels, self.pauses[channel].until)
            return
        for parcel in parcels:
            if error.maybe_done and not self._may_repeat(parcel, channel):
                self.give_up(parcel, "held")
            else:
                self._again(parcel, error)
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self.pause(ALL, SLOW_DOWN_PAUSE, error)

    def _again(self, parcel: Parcel, error: SendError) -> None:
        retry = partial(outbox.retry_later, claimed=parcel.claimed, code=parcel.code, maybe_arrived=error.maybe_done)
        self.write(retry)

    def _may_repeat(self, parcel: Parcel, channel: str) -> bool:
        """Whether to send again what may have arrived: where WeChat drops the repeat, else a harmless one, once."""
        claimed, now = parcel.claimed, self._store.clock()
        if channel == TEMPLATE:
            again_at = now + outbox.RETRY_AFTER[min(claimed.attempts, len(outbox.RETRY_AFTER)) - 1]
            return not parcel.is_misleading_twice or again_at - (claimed.first_sent_at or now) <= DEDUPED_FOR
        return not parcel.is_misleading_twice and claimed.first_sent_at is None


def _until_midnight(now: datetime) -> timedelta:
    """Daily quotas start anew at midnight in China."""
    local = now.astimezone(SHANGHAI)
    return datetime.combine(local.date() + timedelta(days=1), time(), SHANGHAI) - local
