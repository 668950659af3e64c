"""A crowd of phones in one thread: pushes over real connections, a new one for each, as the platform makes them.

Sockets and prepared bytes only, so that the client takes as little of the machine as it can: what it takes, it takes
from the server that is measured.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bot.simulator import Account, crypto, inbound

WAITS_S, TRIES = 5.0, 3  # then the platform cuts the connection and sends again
MOST_LINES = 15_000  # open at once, of those a process may have; who comes then is timed from when he was due


@dataclass(slots=True)
class Push:
    """One message, with what became of it."""

    openid: str
    text: str
    msg_id: int
    due: float = 0.0  # by the performance counter; closed loops leave it
    tries: int = 0
    answer: bytes = b""
    seconds: float = 0.0  # of the try that was answered, from when it was due or begun
    is_failed: bool = False  # no try was answered
    written: tuple[bytes, str] | None = None  # the body, and of an encrypted one what its signature covers

    @property
    def key(self) -> str:
        """What the product calls it."""
        return f"m:{self.msg_id}:{self.openid}"


@dataclass
class Phones:
    """Writes messages and signs each try anew, as the platform does."""

    account: Account
    port: int
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(25_000_000_000_000_000))
    _signed: tuple[int, dict[str, str]] = (0, {})

    def write(self, openid: str, text: str) -> Push:
        """A new message."""
        return Push(openid, text, next(self._ids))

    def prepare(self, push: Push) -> tuple[bytes, str]:
        """Its body, written and encrypted once: what the phones' side costs is not what is measured."""
        if push.written is None:
            fields = inbound.body(
                self.account.origin_id, inbound.text(push.openid, push.text), int(time.time()), push.msg_id
            )
            body, sealed = inbound.render(fields).encode(), ""
            if self.account.mode != "plain":
                sealed = crypto.encrypt(body, self.account.appid, self.account.aes_key, secrets.token_bytes(16))
                body = inbound.render([("ToUserName", self.account.origin_id), ("Encrypt", sealed)]).encode()
            push.written = body, sealed
        return push.written

    def request(self, push: Push) -> bytes:
        """The bytes of one try."""
        body, sealed = self.prepare(push)
        query = self._query(int(time.time()))
        if sealed:
            signature = crypto.signature(self.account.token, query["timestamp"], query["nonce"], sealed)
            query = query | {"encrypt_type": "aes", "msg_signature": signature}
        head = f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body

    def _query(self, now: int) -> dict[str, str]:
        if self._signed[0] != now:
            stamp, nonce = str(now), str(secrets.randbelow(10**10))
            signature = crypto.signature(self.account.token, stamp, nonce)
            self._signed = now, {"signature": signature, "timestamp": stamp, "nonce": nonce}
        return self._signed[1]


@dataclass(slots=True)
class _Line:
    """One connection."""

    push: Push
    begun: float
    left: bytes
    got: bytearray = field(default_factory=bytearray)


class Crowd:
    """Sends pushes and waits for the answers."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self._selector = selectors.DefaultSelector()
        self._lines: dict[socket.socket, _Line] = {}
        self._looked = 0.0

    def closed(self, pushes: Sequence[Push], clients: int) -> float:
        """So many clients, each sending its next when its last is answered; seconds that it took."""
        for push in pushes:
            self._phones.prepare(push)
        waiting, started = iter(pushes), time.perf_counter()
        for push in itertools.islice(waiting, clients):
            self._begin(push, time.perf_counter())

        def over(_push: Push) -> None:
            following = next(waiting, None)
            if following is not None:
                self._begin(following, time.perf_counter())

        while self._lines:
            self._turn(0.5, over)
        return time.perf_counter() - started

    def on_time(self, pushes: Sequence[Push], *, per_second: float, resends: bool = False) -> None:
        """Each begins when it is due, whatever became of those before; timed from that moment."""
        start = time.perf_counter() + 0.05
        due = [(start + n / per_second, n, push) for n, push in enumerate(pushes)]
        numbers = itertools.count(len(due))

        def over(push: Push) -> None:
            if not push.answer and resends and push.tries < TRIES:
                heapq.heappush(due, (time.perf_counter(), next(numbers), push))
            elif not push.answer:
                push.is_failed = True

        while due or self._lines:
            now = time.perf_counter()
            while due and due[0][0] <= now and len(self._lines) < MOST_LINES:
                at, _, push = heapq.heappop(due)
                self._begin(push, at)
            self._turn(max(0.0, min(0.2, due[0][0] - now)) if due else 0.2, over)

    def _begin(self, push: Push, at: float) -> None:
        push.tries += 1
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex(("127.0.0.1", self._phones.port))
        self._lines[line] = _Line(push, at, self._phones.request(push))
        self._selector.register(line, selectors.EVENT_WRITE)

    def _turn(self, wait_s: float, over: Callable[[Push], None]) -> None:
        for key, mask in self._selector.select(wait_s):
            line: socket.socket = key.fileobj  # type: ignore[assignment]
            try:
                is_over = self._write(line) if mask & selectors.EVENT_WRITE else self._read(line)
            except OSError:
                is_over = True
            if is_over:
                over(self._end(line))
        now = time.perf_counter()
        if now > self._looked + 0.05:
            self._looked = now
            for line in [line for line, one in self._lines.items() if one.begun < now - WAITS_S]:
                over(self._end(line))

    def _write(self, line: socket.socket) -> bool:
        one = self._lines[line]
        one.left = one.left[line.send(one.left) :]
        if not one.left:
            self._selector.modify(line, selectors.EVENT_READ)
        return False

    def _read(self, line: socket.socket) -> bool:
        one = self._lines[line]
        part = line.recv(65536)
        one.got += part
        head, gap, body = bytes(one.got).partition(b"\r\n\r\n")
        if gap and len(body) >= _length(head):
            one.push.answer, one.push.seconds = body, time.perf_counter() - one.begun
            return True
        return not part

    def _end(self, line: socket.socket) -> Push:
        self._selector.unregister(line)
        line.close()
        return self._lines.pop(line).push


def _length(head: bytes) -> int:
    for field_ in head.lower().split(b"\r\n"):
        if field_.startswith(b"content-length:"):
            return int(field_.partition(b":")[2])
    return 1 << 30  # until the connection ends
