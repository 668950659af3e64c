"""The short way to the webhook: WSGI without Flask, for pushes alone. It costs a third of what Flask's machinery does.

What it hands over and gives back is decided by the same `Webhook`; anything out of the ordinary goes on to Flask.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from bot.protocol import BODY_LIMIT
from bot.webhook import Webhook

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_LONGEST_LENGTH = 9  # digits of a Content-Length that can be meant


class Front:
    """A WSGI application that answers POSTs to the webhook's address and passes on the rest.

    `timed` is told the seconds that each took.
    """

    def __init__(
        self,
        webhook: Webhook,
        behind: Wsgi,
        path: str = "/wechat",
        timed: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._webhook, self._behind, self._path, self._timed = webhook, behind, path, timed

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        is_push = environ["PATH_INFO"] == self._path and environ["REQUEST_METHOD"] == "POST"
        if not is_push or not (length.isascii() and length.isdigit() and len(length) <= _LONGEST_LENGTH):
            return self._behind(environ, start_response)  # a body of unknown length among others
        started = time.perf_counter()

        def body() -> bytes | None:
            return environ["wsgi.input"].read(int(length)) if int(length) <= BODY_LIMIT else None

        given = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        status, content_type, answer = self._webhook.handle_push(dict(reversed(given)), body)  # of two, the first
        headers = [("Content-Type", content_type), ("Content-Length", str(len(answer)))]
        self._timed(time.perf_counter() - started)
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [answer]
