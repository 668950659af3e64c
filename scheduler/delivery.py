"""Delivering notices: claim, choose a channel, send, write down the result.

The chain for each person: one customer-service message inside a window, else template messages, else subscription
messages, else nothing is pushed and the notices are shown with the person's next message.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby

import structlog

from bot.messenger import Messenger
from bot.paging import TEXT_LIMIT, clean, fit, size
from bot.wechat_errors import Category, SendError
from models import Store, Work
from operations import outbox, windows
from operations.outbox import Claimed
from scheduler.channels import CUSTOMER, SUBSCRIBE, TEMPLATE, Channels, Renderer, Template, fill
from scheduler.outcomes import NO_OPT_IN, Outcomes, Parcel
from scheduler.pacing import Pacer
from scheduler.qr import PICTURES, picture

log = structlog.get_logger(__name__)

BATCH = 20
LEASE = timedelta(seconds=60)
# The longest a call can take: connecting, waiting, renewing the token and once more. No call starts with less left.
LEASE_KEPT = timedelta(seconds=36)
RUN_S = 30.0
BETWEEN = "\n\n"


class Deliverer:
    """Delivers what is due. One instance per process; `deliver_due` is for one thread at a time."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        renderer: Renderer,
        channels: Channels,
        *,
        pacer: Pacer,
        stop: threading.Event,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._messenger, self._renderer, self._channels = store, messenger, renderer, channels
        self._pacer, self._stop, self._monotonic = pacer, stop, monotonic
        self._outcomes = Outcomes(store)

    def deliver_due(self) -> int:
        """Deliver until nothing is due, for half a minute at most; returns how many notices were dealt with."""
        count, until = 0, self._monotonic() + RUN_S
        while not self._stop.is_set() and self._monotonic() < until:
            batch = self._claim()
            if not batch:
                break
            count += len(batch)
            for _, group in groupby(batch, key=lambda claimed: claimed.account_id):
                self._deliver(list(group))
        return count

    def _claim(self) -> list[Claimed]:
        return self._store.run(self._claimed)

    def _claimed(self, work: Work) -> list[Claimed]:
        self._outcomes.pauses = outbox.pauses(work)
        usable = self._channels.usable()
        if usable and all(self._outcomes.is_short_pause(channel) for channel in usable):
            return []  # the platform is away: leave the queue as it is
        return outbox.claim(work, limit=BATCH, lease=LEASE)

    def _deliver(self, group: Sequence[Claimed]) -> None:
        """All that one person is to be told now."""
        parcels = [parcel for claimed in group if (parcel := self._prepare(claimed)) is not None]
        if self._stop.is_set() or (parcels and self._lease_is_short(parcels[0])):
            self._outcomes.put_back(parcels)
            return
        now = self._store.clock()
        repeats = [parcel for parcel in parcels if parcel.is_deduped_at(now)]  # only a template recognises them
        for parcel in self._by_template(repeats):
            self._outcomes.give_up(parcel, "held" if parcel.is_misleading_twice else "waiting")
        left = self._by_customer_message([parcel for parcel in parcels if parcel not in repeats])
        left = self._by_template(left)
        for parcel in self._by_subscription(left):
            if parcel.png is not None:  # it belonged to a reply that is long read
                self._outcomes.give_up(parcel, "expired")
            elif parcel.wait_until is not None:
                self._outcomes.put_back([parcel], parcel.wait_until)
            else:
                self._outcomes.give_up(parcel, "waiting")

    def _prepare(self, claimed: Claimed) -> Parcel | None:
        """The notice with its words, or None when it must not be sent again or cannot be worded."""
        parcel = Parcel(claimed, "")
        may_have_arrived = claimed.first_sent_at is not None and not parcel.is_deduped_at(self._store.clock())
        if may_have_arrived and parcel.is_misleading_twice:
            self._outcomes.give_up(parcel, "held")
            return None
        try:
            if claimed.kind in PICTURES and claimed.payload:
                parcel.png = picture(self._messenger, claimed.kind, claimed.payload)
                return parcel
            parcel.text = clean(self._renderer.text(claimed.kind, claimed.payload)).strip()
        except SendError as error:
            self._outcomes.no_picture(parcel, error)
            return None
        except Exception:
            log.exception("notice_without_words", notice=claimed.id, kind=claimed.kind)
            self._outcomes.give_up(parcel, "failed")
            return None
        if not parcel.text:  # its person was erased, or there is nothing to say any more
            self._outcomes.give_up(parcel, "expired")
            return None
        return parcel

    def _lease_is_short(self, parcel: Parcel) -> bool:
        return parcel.claimed.lease_until - self._store.clock() < LEASE_KEPT

    # ---------------------------------------------------------------- customer-service messages

    def _by_customer_message(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        if not parcels or not self._channels.customer:
            return list(parcels)
        left: list[Parcel] = []
        for digest in _digests(parcels):
            if self._outcomes.is_closed(CUSTOMER):
                left += self._outcomes.closed(digest, CUSTOMER)
            else:
                left += self._one_customer_message(digest)
        return left

    def _one_customer_message(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        """Several notices in one message: one person is not rung at several times in a row."""
        account_id, openid = parcels[0].claimed.account_id, parcels[0].claimed.openid

        def begin(work: Work) -> tuple[str | None, list[Parcel]]:
            window = windows.take(work, account_id=account_id)
            return window, _begun(work, parcels, CUSTOMER) if window else []

        window, ours = self._outcomes.write(begin)
        if window is None:
            return list(parcels)
        try:
            if ours:
                self._pacer.wait()
                self._send(openid, ours)
        except SendError as error:
            if not error.maybe_done:
                self._outcomes.write(partial(windows.put_back, account_id=account_id, kind=window))
            if error.category is Category.PAYLOAD and len(ours) > 1:  # one of them: find out which
                return [parcel for one in ours for parcel in self._one_customer_message([one])]
            return self._outcomes.refused(ours, CUSTOMER, error)
        self._outcomes.sent(ours, CUSTOMER)
        return []

    def _send(self, openid: str, parcels: Sequence[Parcel]) -> None:
        png = parcels[0].png
        if png is not None:
            self._messenger.send_image(openid, png)
        else:
            self._messenger.send_text(openid, fit(BETWEEN.join(parcel.text for parcel in parcels)))

    # ---------------------------------------------------------------- template and subscription messages

    def _by_template(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        return self._one_by_one(parcels, TEMPLATE, self._channels.templates.get, self._send_template)

    def _by_subscription(self, parcels: Sequence[Parcel]) -> list[Parcel]:
        return self._one_by_one(parcels, SUBSCRIBE, self._channels.subscriptions.get, self._send_subscription)

    def _one_by_one(
        self,
        parcels: Sequence[Parcel],
        channel: str,
        template_for: Callable[[str], Template | None],
        send: Callable[[Parcel, Template], list[Parcel]],
    ) -> list[Parcel]:
        left: list[Parcel] = []
        for parcel in parcels:
            template = template_for(parcel.claimed.kind)
            if template is None:
                left.append(parcel)
            elif self._outcomes.is_closed(channel):
                left += self._outcomes.closed([parcel], channel)
            elif self._lease_is_short(parcel):
                self._outcomes.put_back([parcel])
            else:
                left += send(parcel, template)
        return left

    def _send_template(self, parcel: Parcel, template: Template) -> list[Parcel]:
        fields = self._fields(parcel, template)
        if fields is None:
            return [parcel]
        if not self._outcomes.write(lambda work: _begun(work, [parcel], TEMPLATE)):
            return []
        claimed = parcel.claimed
        self._pacer.wait()
        try:
            msgid = self._messenger.send_template(
                claimed.openid, template.id, fields, url=template.url, client_msg_id=claimed.client_msg_id
            )
        except SendError as error:
            return self._outcomes.refused([parcel], TEMPLATE, error)
        self._outcomes.sent([parcel], TEMPLATE, msgid)
        return []

    def _send_subscription(self, parcel: Parcel, template: Template) -> list[Parcel]:
        fields = self._fields(parcel, template)
        if fields is None:
            return [parcel]
        account_id = parcel.claimed.account_id

        def begin(work: Work) -> tuple[bool, bool]:
            agreed = windows.consumed(work, account_id=account_id, template_id=template.id)
            return agreed, agreed and bool(_begun(work, [parcel], SUBSCRIBE))

        agreed, is_ours = self._outcomes.write(begin)
        if not agreed:
            return [parcel]
        if not is_ours:
            return []
        self._pacer.wait()
        try:
            self._messenger.send_subscribe(parcel.claimed.openid, template.id, fields, page=template.url)
        except SendError as error:
            give_back = windows.rejected if error.code == NO_OPT_IN else windows.returned
            if not error.maybe_done:
                self._outcomes.write(partial(give_back, account_id=account_id, template_id=template.id))
            return self._outcomes.refused([parcel], SUBSCRIBE, error)
        self._outcomes.sent([parcel], SUBSCRIBE)
        return []

    def _fields(self, parcel: Parcel, template: Template) -> dict[str, str] | None:
        """The template's fields, or None when this notice cannot fill it: then another channel may still do."""
        claimed = parcel.claimed
        try:
            return fill(template, self._renderer.facts(claimed.kind, claimed.payload))
        except Exception:
            log.exception("template_not_filled", notice=claimed.id, kind=claimed.kind, template=template.id)
            return None


def _begun(work: Work, parcels: Iterable[Parcel], channel: str) -> list[Parcel]:
    """Those that are still ours, noted as about to be sent."""
    return [parcel for parcel in parcels if outbox.begin_sending(work, parcel.claimed, channel=channel)]


def _digests(parcels: Sequence[Parcel]) -> list[list[Parcel]]:
    """As few messages as the size limit allows, in order; a picture is a message of its own."""
    digests: list[list[Parcel]] = []
    room = 0
    for parcel in parcels:
        needed = size(BETWEEN + parcel.text)
        if needed > room or parcel.png is not None:
            digests.append([])
            room = TEXT_LIMIT + size(BETWEEN) if parcel.png is None else 0
        digests[-1].append(parcel)
        room -= needed
    return digests
