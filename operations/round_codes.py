"""The public code of a round: what stands in its links, scenes and transfers."""

from __future__ import annotations

from sqlalchemy import select

from models import Work, round_

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def draw_code(work: Work) -> str:
    """Six unambiguous letters and digits (887 million) that no round has; the schema refuses a clash."""
    while True:
        code = "".join(work.rng.choice(_LETTERS) for _ in range(6))
        if work.db.execute(select(round_.c.id).where(round_.c.code == code)).first() is None:
            return code
