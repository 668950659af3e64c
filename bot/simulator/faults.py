"""Faults a test or a person can order: what is broken, where, how often.

This module only keeps the orders and hands them out; `api.transport` and `push_faults` carry them out.
"""

from __future__ import annotations

import math
import re
import threading
from dataclasses import dataclass, field
from typing import Any

# errcode faults are given as their number: fault("/cgi-bin/message/custom/send", "45015").
ERRCODES: dict[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40014: "invalid access_token",
    42001: "access_token expired",
    40164: "invalid ip 127.0.0.1, not in whitelist",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    48001: "api unauthorized",
    48002: "user reject message",
    50002: "user limited",
    41030: "invalid page",
    47003: "argument invalid! data.thing1.value is empty",
}

TRANSPORT_BEFORE = frozenset({"refuse", "reset_before", "delay", "never_answer", "html", "500", "502", "503"})
TRANSPORT_AFTER = frozenset(
    {
        "reset_after",
        "truncated_json",
        "gzip_garbage",
        "wrong_charset",
        "string_errcode",
        "missing_errmsg",
        "extra_fields",
    }
)
TOKEN_NOW = frozenset({"revoke_token", "rotate_token"})
TOKEN = frozenset({"dead_token", "expires_in_30", "clock_skew"}) | TOKEN_NOW
PUSH = frozenset(
    {
        "wrong_signature",
        "replay",
        "previous_key",
        "wrong_key",
        "wrong_appid",
        "plain_in_safe",
        "entity_bomb",
        "external_dtd",
        "huge_body",
        "many_tags",
        "invalid_utf8",
        "missing_field",
        "duplicate_field",
        "empty_msgtype",
        "unknown_type",
        "unknown_event",
        "msgid_zero",
        "msgid_huge",
        "createtime_zero",
        "createtime_future",
        "duplicates",
        "overlap",
        "same_second",
        "out_of_order",
        "burst",
        "restart",
        "emoji",
        "cdata_end",
        "control_chars",
    }
)
PUSH_PATH = "push"


def kinds() -> dict[str, list[str]]:
    """Every kind by group, for the control API and for error messages."""
    return {
        "errcode": [str(code) for code in ERRCODES],
        "transport": sorted(TRANSPORT_BEFORE | TRANSPORT_AFTER),
        "token": sorted(TOKEN),
        "push": sorted(PUSH),
    }


@dataclass
class Fault:
    """One order. `times` = how often it still strikes (math.inf: always), `after` = how many calls it lets pass."""

    path: str
    kind: str
    times: float = 1
    openid: str | None = None
    after: int = 0
    options: dict[str, Any] = field(default_factory=dict)

    def matches(self, path: str, openid: str) -> bool:
        if self.openid is not None and self.openid != openid:
            return False
        if self.path == "*":
            return path != PUSH_PATH
        return path == self.path or path.endswith("/" + self.path.lstrip("/"))

    def to_json(self) -> dict[str, Any]:
        times = "always" if math.isinf(self.times) else int(self.times)
        return {"path": self.path, "kind": self.kind, "times": times, "openid": self.openid, "after": self.after}


class Faults:
    """The list of standing orders, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Raises ValueError for an unknown kind, or one that does not fit the path."""
        _check(fault)
        with self._lock:
            self._orders.append(fault)
        return fault

    def take(self, path: str, openid: str = "") -> list[Fault]:
        """The faults that strike this call; each has been counted down."""
        with self._lock:
            struck = [fault for fault in self._orders if fault.matches(path, openid) and _strike(fault)]
            self._orders = [fault for fault in self._orders if fault.times > 0]
        return struck

    def standing(self) -> list[Fault]:
        with self._lock:
            return list(self._orders)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()


def _strike(fault: Fault) -> bool:
    if fault.after > 0:
        fault.after -= 1
        return False
    fault.times -= 1
    return True


def _check(fault: Fault) -> None:
    if fault.kind in PUSH:
        if fault.path != PUSH_PATH:
            raise ValueError(f"{fault.kind} is a fault of pushes: use the path {PUSH_PATH!r}")
    elif fault.path == PUSH_PATH:
        raise ValueError(f"{fault.kind} is no fault of pushes")
    elif fault.kind not in TRANSPORT_BEFORE | TRANSPORT_AFTER | TOKEN and not is_errcode(fault.kind):
        raise ValueError(f"unknown fault {fault.kind!r}; known: {kinds()}")
    if fault.times <= 0 or fault.after < 0:
        raise ValueError("times must be above 0 and after not below 0")


def is_errcode(kind: str) -> bool:
    """Any number is accepted as an error code; those of ERRCODES come with the platform's words."""
    return re.fullmatch(r"-?[1-9]\d*", kind) is not None and kind not in TRANSPORT_BEFORE
