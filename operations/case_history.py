"""What became of an after-sales case, step by step: who said or did what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select

from models import Work, case_event


def add_case_event(
    work: Work,
    *,
    leader_id: int,
    case_id: int,
    kind: str,
    actor: str,
    text: str | None = None,
    media_id: int | None = None,
) -> None:
    """Append to a case's history."""
    values = {"case_id": case_id, "kind": kind, "actor": actor, "text": text, "media_id": media_id, "at": work.now}
    work.db.execute(insert(case_event).values(leader_id=leader_id, id=work.new_id(), **values))


def history(work: Work, *, leader_id: int, case_id: int) -> list[Row[Any]]:
    """Who said or did what, in order."""
    mine = select(case_event).where(case_event.c.leader_id == leader_id, case_event.c.case_id == case_id)
    return list(work.db.execute(mine.order_by(case_event.c.at, case_event.c.id)))
