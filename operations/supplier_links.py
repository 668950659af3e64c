"""The address of a supplier's page: it names the supplier and is signed. Who has it sees that supplier's orders alone.

It carries the version of the supplier's links: when the platform raises it, everything given out before opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from sqlalchemy import RowMapping, select

from models import Work, supplier

_TOKEN = re.compile(r"([0-9a-f]{1,16})-([0-9a-f]{1,8})-([0-9a-f]{32})")


def token_of(secret: str, *, supplier_id: int, version: int) -> str:
    """The last part of `/s/<token>`."""
    named = f"{supplier_id:x}-{version:x}"
    return f"{named}-{_mark(secret, named)}"


def find(work: Work, secret: str, token: str) -> RowMapping | None:
    """The supplier behind a token that we made and did not withdraw; None for anything else, whatever is wrong."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[3], _mark(secret, f"{found[1]}-{found[2]}")):
        return None
    supplier_id, version = int(found[1], 16), int(found[2], 16)
    this = (supplier.c.id == supplier_id, supplier.c.link_version == version)
    return work.db.execute(select(supplier).where(*this)).mappings().first()


def _mark(secret: str, named: str) -> str:
    return hmac.new(secret.encode(), f"supplier:{named}".encode(), hashlib.sha256).hexdigest()[:32]
