"""The bot's webhook as the platform reaches it: over HTTP on this machine, or as a WSGI callable in this process."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode, urlsplit

from werkzeug.test import Client

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_ANSWER = 1_000_000


class Unanswered(Exception):
    """The attempt gave no complete answer in time."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    seconds: float


class Target(Protocol):
    path: str

    def send(self, method: str, query: Mapping[str, str], body: bytes, limit: float) -> Answer:
        """One request. Raises Unanswered when the connection fails or `limit` seconds pass."""


class HttpTarget:
    """A new connection per push, as the platform makes them. Only addresses of this machine are accepted."""

    def __init__(self, url: str, connection: type[http.client.HTTPConnection] = http.client.HTTPConnection) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOCAL_HOSTS:
            raise ValueError(f"the simulator pushes to http://127.0.0.1 only, not {url!r}")
        self.path = parts.path or "/"
        self._host, self._port, self._connection = parts.hostname, parts.port or 80, connection

    def send(self, method: str, query: Mapping[str, str], body: bytes, limit: float) -> Answer:
        started = time.monotonic()
        connection = self._connection(self._host, self._port, timeout=limit)
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"} if method == "POST" else {}
        try:
            connection.request(method, f"{self.path}?{urlencode(query)}", body or None, headers)
            response = connection.getresponse()
            content = response.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        seconds = time.monotonic() - started
        if seconds > limit:
            raise Unanswered(f"answered after {seconds:.1f} s")
        return Answer(response.status, content, seconds)


class WsgiTarget:
    """Calls the application directly. It cannot be cut off, so a late answer is thrown away instead.

    Late is judged in real time and on the simulation's clock, so a test can make a handler slow without sleeping.
    An exception that leaves the application is not hidden: it reaches the test.
    """

    def __init__(self, app: WSGIApplication, path: str, clock: Callable[[], float]) -> None:
        self.path = path
        self._app = app
        self._clock = clock

    def send(self, method: str, query: Mapping[str, str], body: bytes, limit: float) -> Answer:
        started, simulated = time.monotonic(), self._clock()
        response = Client(self._app).open(
            self.path, method=method, query_string=dict(query), data=body, content_type="text/xml"
        )
        content = response.get_data()
        seconds = max(time.monotonic() - started, self._clock() - simulated)
        if seconds > limit:
            raise Unanswered(f"answered after {seconds:.1f} s")
        return Answer(response.status_code, content, seconds)
