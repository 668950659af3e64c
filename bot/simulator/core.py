"""The simulation's shared ground: state, time, random values, the log. API, pushes and control all stand on it."""

from __future__ import annotations

import random
import secrets
import string
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .clock import Clock, system_clock
from .faults import Faults
from .inbound import Inbound
from .state import Account, Bubble, Failure, LogEntry, Media, State, User

SECRET_KEYS = frozenset({"access_token", "refresh_token", "secret", "appsecret", "code"})
LOGGED_TEXT = 4096
_ALNUM = string.ascii_letters + string.digits


@dataclass
class Settings:
    """Limits of the simulated platform; tests shorten or tighten them. Times in seconds."""

    attempt_seconds: float = 5.0
    attempts: int = 3
    never_answer_seconds: float = 30.0
    template_per_second: int = 400
    template_per_openid_per_minute: int = 100
    daily_limits: dict[str, int] = field(default_factory=dict)
    minute_limits: dict[str, int] = field(default_factory=dict)
    log_limit: int = 20_000
    background_events: bool = False


class UnknownUser(LookupError):
    """No phone has this openid."""


class Core:
    """Holds the state under one lock. The lock is never held while the bot is being called."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        account: Account | None = None,
        settings: Settings | None = None,
        base_url: str = "http://127.0.0.1:8000",
    ) -> None:
        self.clock: Clock = clock or system_clock
        self.account = account or Account()
        self.settings = settings or Settings()
        self.base_url = base_url
        self.lock = threading.RLock()
        self.released = threading.Event()
        self.faults = Faults()
        self.pending: list[Inbound] = []
        self.on_restart: Callable[[], None] = lambda: None
        self.after_call: Callable[[], None] = lambda: None
        self._seed = seed
        self._start()

    def _start(self) -> None:
        self.state = State()
        self.skew = timedelta(0)
        self.random = random.Random(self._seed)
        # Tells an open phones page that everything began anew; not seeded, or a restart would go unnoticed.
        self.epoch = secrets.token_hex(8)
        self.pending.clear()
        self.faults.clear()

    def reset(self) -> None:
        """Back to an empty platform: no users, media, tokens, faults, log; the account and its settings stay."""
        with self.lock:
            self._start()

    # --- time and random values ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The platform's time; the clock_skew fault sets it apart from the bot's."""
        return self.clock() + self.skew

    def stamp(self) -> int:
        return int(self.now().timestamp())

    def letters(self, count: int) -> str:
        with self.lock:
            return "".join(self.random.choices(_ALNUM, k=count))

    def digits(self, count: int) -> str:
        with self.lock:
            return "".join(self.random.choices(string.digits, k=count))

    def message_id(self) -> int:
        """A growing 64-bit number."""
        with self.lock:
            step = self.random.randint(1, 5000)
            self.state.last_message_id = (self.state.last_message_id or 24_000_000_000_000_000) + step
            return self.state.last_message_id

    def rid(self) -> str:
        with self.lock:
            return f"{self.stamp():08x}-{self.random.getrandbits(32):08x}-{self.random.getrandbits(32):08x}"

    # --- people and what they see -------------------------------------------------------------------------------

    def user(self, openid: str) -> User:
        """Raises UnknownUser."""
        try:
            return self.state.users[openid]
        except KeyError:
            raise UnknownUser(f"no phone with openid {openid!r}; add_user() or subscribe() first") from None

    def show(
        self,
        openid: str,
        kind: str,
        channel: str,
        text: str = "",
        *,
        mine: bool = False,
        attempt: int = 0,
        data: Mapping[str, Any] | None = None,
    ) -> Bubble:
        """Put something in a phone's chat window. `channel`: user, reply, custom, template, subscribe or notice."""
        with self.lock:
            self.state.seq += 1
            bubble = Bubble(self.state.seq, self.now(), openid, mine, kind, channel, text, attempt, dict(data or {}))
            self.state.timeline.append(bubble)
            if not mine:
                self.user(openid).inbox.append(bubble)
            return bubble

    def add_media(self, kind: str, content: bytes, mime: str, filename: str) -> Media:
        with self.lock:
            media = Media(self.letters(64), kind, content, mime, filename, self.now())
            self.state.media[media.media_id] = media
            return media

    def media_alive(self, media_id: str) -> Media | None:
        """Temporary media live for 3 days."""
        media = self.state.media.get(media_id)
        if media is None or self.now() >= media.created + timedelta(days=3):
            return None
        return media

    def media_url(self, media_id: str) -> str:
        return f"{self.base_url.rstrip('/')}/__sim__/media/{media_id}"

    # --- log ----------------------------------------------------------------------------------------------------

    def record(
        self,
        side: str,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any,
        status: int,
        answer: Any,
        *,
        fault: str = "",
        openid: str = "",
        rid: str = "",
    ) -> LogEntry:
        with self.lock:
            self.state.log_count += 1
            hide = self._hidden()
            entry = LogEntry(
                self.state.log_count,
                self.now(),
                side,
                method,
                path,
                masked(dict(query), hide),
                masked(body, hide),
                status,
                masked(answer, hide),
                fault,
                openid,
                rid,
            )
            self.state.log.append(entry)
            if len(self.state.log) > self.settings.log_limit:
                del self.state.log[: self.settings.log_limit // 10]
            return entry

    def _hidden(self) -> list[str]:
        account = self.account
        values = [account.secret, account.token, account.aes_key, account.prev_aes_key]
        return [value for value in [*values, *(token.value for token in self.state.tokens[-20:])] if value]

    def fail(self, openid: str, attempt: int, reason: str, detail: str = "") -> None:
        with self.lock:
            self.state.failures.append(Failure(self.now(), openid, attempt, reason, detail[:LOGGED_TEXT]))

    @contextmanager
    def locked(self) -> Iterator[State]:
        with self.lock:
            yield self.state


def masked(value: Any, hide: list[str]) -> Any:
    """A copy fit for the log: secret keys blanked, known secret values replaced, long texts cut."""
    if isinstance(value, Mapping):
        return {key: "***" if key in SECRET_KEYS and part else masked(part, hide) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [masked(part, hide) for part in value]
    if not isinstance(value, str):
        return value
    for secret in hide:
        value = value.replace(secret, "***")
    return value if len(value) <= LOGGED_TEXT else f"{value[:LOGGED_TEXT]}… ({len(value)} characters)"
