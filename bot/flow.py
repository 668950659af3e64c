"""How many messages one person may send in a minute before the database is spared."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from enum import Enum

from bot.inbound import Inbound

# Events nobody causes by hand must always get through: who left, what was delivered, which subscriptions ended.
_BY_HAND = frozenset({"click", "scan", "scancode_push", "scancode_waitmsg", "location_select"})


class Flow(Enum):
    """What to do with a message: handle it, say once that it is too fast, or say nothing."""

    HANDLE = "handle"
    TELL = "tell"
    QUIET = "quiet"


class FlowLimit:
    """A sliding window per person, in this process's memory; redeliveries of an admitted push count once."""

    def __init__(self, *, most: int = 20, per: timedelta = timedelta(minutes=1), people: int = 10_000) -> None:
        self._most, self._per, self._people = most, per, people
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, dict[str, datetime]] = OrderedDict()
        self._told: dict[str, datetime] = {}

    def check(self, inbound: Inbound, now: datetime) -> Flow:
        """Count one push of a person."""
        if inbound.kind == "event" and inbound.event not in _BY_HAND:
            return Flow.HANDLE
        with self._lock:
            recent = self._recent(inbound.openid, now)
            if inbound.key in recent:
                return Flow.HANDLE
            if len(recent) < self._most:
                recent[inbound.key] = now
                self._told.pop(inbound.openid, None)
                return Flow.HANDLE
            told = self._told.get(inbound.openid)
            if told is not None and now - told < self._per:
                return Flow.QUIET
            self._told[inbound.openid] = now
            return Flow.TELL

    def _recent(self, openid: str, now: datetime) -> dict[str, datetime]:
        recent = self._seen.setdefault(openid, {})
        self._seen.move_to_end(openid)
        for key in [key for key, at in recent.items() if now - at >= self._per]:
            del recent[key]
        while len(self._seen) > self._people:
            forgotten, _ = self._seen.popitem(last=False)
            self._told.pop(forgotten, None)
        return recent
