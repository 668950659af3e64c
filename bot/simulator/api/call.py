"""One call of the bot to the platform, and the error it may get."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Response

from bot.simulator.core import Core
from bot.simulator.state import User

_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}")


class ApiError(Exception):
    """An errcode answer. HTTP status stays 200, as on the platform."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Upload:
    filename: str
    mime: str
    content: bytes


@dataclass
class Call:
    """A request, read leniently: the body is UTF-8 JSON whatever its Content-Type says."""

    core: Core
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    address: str = "127.0.0.1"
    files: Mapping[str, Upload] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The JSON object of the body. Raises ApiError 44002 (empty) or 47001 (not a JSON object)."""
        if not self.body:
            raise ApiError(44002, "empty post data")
        try:
            value = json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise ApiError(47001, "data format error") from error
        if not isinstance(value, dict):
            raise ApiError(47001, "data format error")
        return value

    def refuse_escapes(self) -> None:
        r"""Menus and messages must be real UTF-8: `\uXXXX` escapes are refused."""
        if _ESCAPE.search(self.body):
            raise ApiError(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")

    def text(self, name: str, code: int = 47001, message: str | None = None) -> str:
        """A required non-empty string of the body."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            raise ApiError(code, message or f"{name} is missing")
        return value

    def require(self, feature: str) -> None:
        """The account must have been granted the feature."""
        if not self.core.account.may(feature):
            raise ApiError(48001, "api unauthorized")

    def known_user(self, openid: Any) -> User:
        user = self.core.state.users.get(openid) if isinstance(openid, str) else None
        if user is None:
            raise ApiError(40003, "invalid openid")
        return user

    def follower(self, openid: Any) -> User:
        user = self.known_user(openid)
        if not user.subscribed:
            raise ApiError(43004, "require subscribe")
        return user

    def log_body(self) -> Any:
        """What the log keeps of the body."""
        if self.files:
            return {name: f"{file.filename} ({len(file.content)} bytes)" for name, file in self.files.items()}
        try:
            return json.loads(self.body) if self.body else ""
        except ValueError:
            return self.body[:4096].decode("utf-8", "replace")


Answer = dict[str, Any] | Response
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """`methods` the path takes, whether a token is needed, and the quota it counts against (default: its path)."""

    path: str
    handler: Handler
    methods: tuple[str, ...] = ("POST",)
    token: bool = True
    feature: str | None = None


def ok(**values: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", **values}
