"""Short-lived tokens, fetched once however many threads ask, and renewed without ever running away.

For the access token the endpoint is `cgi-bin/stable_token`: it gives every process the same token, so that none of
them has to share a cache with another (developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.wechat_errors import Category, SendError

MARGIN_S = 60.0
FORCE_EVERY_S = 30.0  # the platform's own bounds on forced renewals
FORCES_A_DAY = 20
DAY_S = 86_400.0

Fetch = Callable[[bool], tuple[str, float]]  # force -> token, lifetime in seconds


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    until: float


class TokenCache:
    """One token, kept in memory until shortly before its end. `monotonic` gives seconds that never jump back."""

    def __init__(self, fetch: Fetch, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._monotonic = fetch, monotonic
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._fetches = 0
        self._last_error: SendError | None = None
        self._forced: deque[float] = deque(maxlen=FORCES_A_DAY)

    def get(self) -> str:
        """The token, fetched when there is none that still lives. Raises SendError."""
        held = self._held
        if held is not None and self._monotonic() < held.until:
            return held.token
        fetches = self._fetches
        with self._lock:
            if self._held is not None and self._monotonic() < self._held.until:
                return self._held.token
            self._raise_if_failed_since(fetches)
            return self._fetched(force=False)

    def renew(self, refused: str) -> str:
        """A token to try once more after `refused` was turned down.

        Somebody may have renewed it already; else ask once; and only if that gives the refused one again, force a new
        one, at most every 30 s and 20 times a day. Raises SendError, of category TOKEN when none of it helps.
        """
        fetches = self._fetches
        with self._lock:
            if self._held is not None and self._held.token != refused:
                return self._held.token
            self._raise_if_failed_since(fetches)
            token = self._fetched(force=False)
            if token != refused:
                return token
            if not self._may_force():
                raise SendError(Category.TOKEN, detail="the token is refused and was renewed a moment ago")
            self._forced.append(self._monotonic())
            return self._fetched(force=True)

    def _raise_if_failed_since(self, fetches: int) -> None:
        """A fetch failed while we waited in line: twenty threads must not wait for twenty time-outs in turn."""
        if self._fetches != fetches and self._last_error is not None:
            raise self._last_error.copy()

    def _may_force(self) -> bool:
        now = self._monotonic()
        if self._forced and now - self._forced[-1] < FORCE_EVERY_S:
            return False
        return len(self._forced) < FORCES_A_DAY or now - self._forced[0] >= DAY_S

    def _fetched(self, *, force: bool) -> str:
        self._fetches += 1
        try:
            token, lifetime = self._fetch(force)
        except SendError as error:
            self._last_error = error
            raise
        self._last_error = None
        # A platform that hands out seconds must still not be asked before every call.
        self._held = _Held(token, self._monotonic() + lifetime - min(MARGIN_S, lifetime / 2))
        return token
