"""The address of an order's payment page: it names the order and is signed, so that nobody guesses another's.

Who has it may look at what is owed and pay it, nothing else: a neighbour may well pay for another.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_TOKEN = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,16})-([0-9a-f]{24})")


def token_of(secret: str, *, leader_id: int, order_id: int) -> str:
    """The last part of `/pay/<token>`."""
    named = f"{leader_id:x}-{order_id:x}"
    return f"{named}-{_mark(secret, named)}"


def read(secret: str, token: str) -> tuple[int, int] | None:
    """(leader id, order id) of a token we made; None for anything else."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[3], _mark(secret, f"{found[1]}-{found[2]}")):
        return None
    return int(found[1], 16), int(found[2], 16)


def _mark(secret: str, named: str) -> str:
    return hmac.new(secret.encode(), f"pay:{named}".encode(), hashlib.sha256).hexdigest()[:24]
