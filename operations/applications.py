"""An operator decides on an application, and the applicant hears of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from models import Work, leader
from operations import leadership
from operations.audit import record
from operations.errors import NotFound, WrongState
from operations.notices import enqueue


def approve(work: Work, *, leader_id: int, actor: str) -> Row[Any]:
    """Let an applicant work, or a suspended leader work again. Approving twice changes nothing.

    Raises NotFound, and WrongState for an application that was turned down: the person has to apply anew.
    """
    before = _get(work, leader_id)
    if before.state not in {"applied", "suspended", "active"}:
        raise WrongState(state=before.state, title=before.display_name)
    after = leadership.approve_leader(work, leader_id=leader_id, actor=actor)
    if before.state == "applied":
        _tell(work, after, "leader_approved", {"name": after.display_name, "number": after.number})
    return after


def reject(work: Work, *, leader_id: int, reason: str, actor: str) -> Row[Any]:
    """Turn an application down, with the reason. Raises NotFound, and WrongState when it was decided already."""
    before = _get(work, leader_id)
    if before.state != "applied":
        raise WrongState(state=before.state, title=before.display_name)
    after = leadership.reject_leader(work, leader_id=leader_id, actor=actor)
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="leader.reject_reason",
        entity="leader",
        entity_id=leader_id,
        after={"reason": reason},
    )
    _tell(work, after, "leader_rejected", {"name": after.display_name, "reason": reason})
    return after


def suspend(work: Work, *, leader_id: int, actor: str) -> Row[Any]:
    """Stop a leader who works. Raises NotFound, WrongState."""
    before = _get(work, leader_id)
    if before.state not in {"active", "suspended"}:
        raise WrongState(state=before.state, title=before.display_name)
    return leadership.suspend_leader(work, leader_id=leader_id, actor=actor)


def _get(work: Work, leader_id: int) -> Row[Any]:
    row = work.db.execute(select(leader).where(leader.c.id == leader_id)).first()
    if row is None:
        raise NotFound(what="leader")
    return row


def _tell(work: Work, row: Row[Any], kind: str, payload: dict[str, Any]) -> None:
    enqueue(
        work,
        leader_id=row.id,
        account_id=row.account_id,
        kind=kind,
        key=f"{kind}:{row.id}:{row.decided_at:%Y%m%d%H%M%S%f}",
        payload=payload,
    )
