"""Phones that push to the product over HTTP as WeChat does, repeats of the same MsgId included."""

from __future__ import annotations

import http.client
import itertools
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator import Account, crypto, inbound, judge
from bot.simulator.clock import Clock, system_clock
from bot.simulator.target import HttpTarget, Target, Unanswered
from tests.support.patience import PATIENCE_S

WECHAT_WAITS_S = 5.0  # then it cuts the connection
BOOKED = "合计"
NOT_RECORDED = "没有记下"
HESITATES_S = 0.3


@dataclass(frozen=True)
class Message:
    """A text with its MsgId."""

    openid: str
    text: str
    msg_id: int
    sent_at: datetime

    @property
    def key(self) -> str:
        """What the product calls it."""
        return f"m:{self.msg_id}:{self.openid}"


@dataclass(frozen=True)
class Sealed:
    """One delivery of a message: signed, and encrypted where the account asks for it."""

    message: Message
    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """What a push was answered, after how many seconds of the last attempt and how many attempts; `cut` are those that
    ended without an answer before the platform had waited as long as it does."""

    text: str
    seconds: float
    attempts: int
    cut: int = 0

    @property
    def is_booked(self) -> bool:
        return BOOKED in self.text


@dataclass
class Phones:
    """The platform's sending half: envelopes, attempts, and what the phone shows. Threads may share one."""

    port: int
    account: Account
    clock: Clock = system_clock
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(24_000_000_000_000_000))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, openid: str, text: str) -> Message:
        """A new message, not sent yet."""
        with self._lock:
            return Message(openid, text, next(self._ids), self.clock())

    def push(self, message: Message) -> Told:
        """One attempt. Raises Unanswered when nothing came within WeChat's 5 seconds."""
        sealed, started = self.seal(message), time.monotonic()
        answer = self.target().send("POST", sealed.query, sealed.body, WECHAT_WAITS_S)
        took = time.monotonic() - started
        if answer.status != 200:
            raise judge.BadReply(f"HTTP status {answer.status}")
        return Told(self.read(sealed, answer.body), took, 1)

    def target(self) -> Target:
        """Where the next push goes."""
        return HttpTarget(f"http://127.0.0.1:{self.port}/wechat")

    def read(self, sealed: Sealed, body: bytes) -> str:
        """What the phone shows of an answer. Raises BadReply for what the platform would not accept."""
        context = judge.Context(self.account, sealed.message.openid, "text", self.account.mode, ())
        return judge.judge(200, body, context).text

    def push_until_answered(self, message: Message, *, patience_s: float = PATIENCE_S) -> Told:
        """The same message again and again, with the same MsgId, until something answers it."""
        deadline, cut = time.monotonic() + patience_s, 0
        for attempt in itertools.count(1):
            started = time.monotonic()
            try:
                told = self.push(message)
            except Unanswered:
                if time.monotonic() > deadline:
                    raise
                cut += time.monotonic() - started < WECHAT_WAITS_S
                time.sleep(0.05)
            else:
                return Told(told.text, told.seconds, attempt, cut)
        raise AssertionError("unreachable")

    def say(self, openid: str, text: str) -> Told:
        """A new message, sent once."""
        return self.push(self.write(openid, text))

    def seal(self, message: Message) -> Sealed:
        """Sign it anew, as the platform does for every attempt."""
        account, stamp, nonce = self.account, str(int(self.clock().timestamp())), str(secrets.randbelow(10**10))
        push = inbound.text(message.openid, message.text)
        fields = inbound.body(account.origin_id, push, int(message.sent_at.timestamp()), message.msg_id)
        xml = inbound.render(fields).encode()
        query = {"signature": crypto.signature(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        if account.mode == "plain":
            return Sealed(message, query, xml)
        sealed = crypto.encrypt(xml, account.appid, account.aes_key, secrets.token_bytes(16))
        query |= {"encrypt_type": "aes", "msg_signature": crypto.signature(account.token, stamp, nonce, sealed)}
        return Sealed(message, query, inbound.render([("ToUserName", account.origin_id), ("Encrypt", sealed)]).encode())


class _Hesitant(http.client.HTTPConnection):
    """Speaks a moment after it has connected, as on a real network."""

    def connect(self) -> None:
        super().connect()
        time.sleep(HESITATES_S)


@dataclass
class HesitantPhones(Phones):
    """Their connections are there before what they have to say."""

    def target(self) -> Target:
        return HttpTarget(f"http://127.0.0.1:{self.port}/wechat", _Hesitant)


@dataclass
class Crowd:
    """Residents who order all the time, each message delivered in `copies` at once, until told to stop."""

    phones: Phones
    openids: list[str]
    text: str
    writers: int = 4
    copies: int = 3
    pause_s: float = 0.05
    told: dict[Message, list[Told]] = field(default_factory=dict)
    under_way: set[Message] = field(default_factory=set)
    _stop: threading.Event = field(default_factory=threading.Event)
    _pools: list[ThreadPoolExecutor] = field(default_factory=list)
    _running: list[Callable[[], object]] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        pool = ThreadPoolExecutor(self.writers, thread_name_prefix="writer")
        self._pools.append(pool)
        people = itertools.cycle(self.openids)
        self._running = [pool.submit(self._write, people).result for _ in range(self.writers)]
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for pool in self._pools:
            pool.shutdown(wait=True)
        for result in self._running:
            result()  # raises what the writer raised

    def _write(self, people: itertools.cycle[str]) -> None:
        with ThreadPoolExecutor(self.copies, thread_name_prefix="copy") as pool:
            while not self._stop.is_set():
                message = self.phones.write(next(people), self.text)
                self.under_way.add(message)
                answers = [pool.submit(self.phones.push_until_answered, message) for _ in range(self.copies)]
                self.told[message] = [answer.result() for answer in answers]
                self.under_way.discard(message)
                self._stop.wait(self.pause_s)
