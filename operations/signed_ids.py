"""Addresses that name things and are signed, so that nobody guesses another's: `/pay/<token>`, `/d/<token>`."""

from __future__ import annotations

import hashlib
import hmac
import re


def write(secret: str, purpose: str, *ids: int) -> str:
    """The token for these ids; one made for another purpose is another."""
    named = "-".join(f"{one:x}" for one in ids)
    return f"{named}-{_mark(secret, purpose, named)}"


def read(secret: str, purpose: str, token: str, *, count: int) -> tuple[int, ...] | None:
    """The ids of a token we made; None for anything else."""
    if not re.fullmatch(rf"(?:[0-9a-f]{{1,16}}-){{{count}}}[0-9a-f]{{24}}", token):
        return None
    named, _, mark = token.rpartition("-")
    if not hmac.compare_digest(mark, _mark(secret, purpose, named)):
        return None
    return tuple(int(one, 16) for one in named.split("-"))


def _mark(secret: str, purpose: str, named: str) -> str:
    return hmac.new(secret.encode(), f"{purpose}:{named}".encode(), hashlib.sha256).hexdigest()[:24]
