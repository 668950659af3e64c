"""The address of a supplier's page: it names the supplier and is signed. Who has it sees that supplier's orders alone.

It carries the version of the supplier's links: when the platform raises it, everything given out before opens nothing.
"""

from __future__ import annotations

from sqlalchemy import RowMapping, select

from models import Work, supplier
from operations import signed_ids

_PURPOSE = "supplier"


def token_of(secret: str, *, supplier_id: int, version: int) -> str:
    """The last part of `/s/<token>`."""
    return signed_ids.write(secret, _PURPOSE, supplier_id, version)


def find(work: Work, secret: str, token: str) -> RowMapping | None:
    """The supplier behind a token that we made and did not withdraw; None for anything else, whatever is wrong."""
    found = signed_ids.read(secret, _PURPOSE, token, count=2)
    if found is None:
        return None
    supplier_id, version = found
    this = (supplier.c.id == supplier_id, supplier.c.link_version == version)
    return work.db.execute(select(supplier).where(*this)).mappings().first()
