"""One sentence carried over a redirect, in a signed cookie that the next page takes away."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, g, request
from itsdangerous import BadSignature, URLSafeSerializer

from web.settings import WebSettings

_NAME = "lintuan_said"
_MAX_CHARS = 400  # a cookie has 4 KB, and Chinese is escaped in it


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` is good or bad."""

    kind: str
    text: str


class Flash:
    """Reads and writes the cookie; the sentence is shown once."""

    def __init__(self, settings: WebSettings) -> None:
        self._serializer = URLSafeSerializer(settings.secret, salt="said")
        self._is_https = settings.is_https

    def say(self, kind: str, text: str) -> None:
        """Show this on the next page."""
        g.say_next = Said(kind, text[:_MAX_CHARS])

    def take(self) -> Said | None:
        """What the page before had to say."""
        cookie = request.cookies.get(_NAME)
        if not cookie:
            return None
        g.said_taken = True
        try:
            kind, text = self._serializer.loads(cookie)
        except (BadSignature, ValueError, TypeError):
            return None
        return Said(str(kind), str(text))

    def write(self, response: Response) -> Response:
        """Set or take away the cookie."""
        said: Said | None = g.get("say_next")
        if said is not None:
            value = self._serializer.dumps([said.kind, said.text])
            response.set_cookie(
                _NAME, str(value), max_age=120, httponly=True, secure=self._is_https, samesite="Lax", path="/"
            )
        elif g.get("said_taken"):
            response.delete_cookie(_NAME, path="/", httponly=True, secure=self._is_https, samesite="Lax")
        return response
