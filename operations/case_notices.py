"""Who is told about an after-sales case. `audience` says to whom the words are addressed: leader or resident."""

from __future__ import annotations

from typing import Any

from models import Work
from models.outcomes import CaseView
from operations.notices import enqueue
from operations.receivers import owner_of, receiver


def tell_opened(work: Work, case: CaseView) -> None:
    """The other side hears of a new case; what the platform opens, both."""
    facts = {
        "requested_fen": case.requested_fen,
        "reason": case.reason,
        "wish": case.wish,
        "note": case.note,
        "due_at": case.due_at.isoformat() if case.due_at else None,
    }
    if case.opened_by != "leader":
        _tell_leader(work, case, "case_opened", "opened", facts)
    if case.opened_by != "resident":
        _tell_resident(work, case, "case_opened", "opened", facts)


def tell_decided(work: Work, case: CaseView, decision: str) -> None:
    """The resident hears what became of the case."""
    facts = {
        "decision": decision,
        "amount_fen": case.approved_fen,
        "paid_back_fen": case.paid_back_fen,
        "note": case.decision_note,
    }
    _tell_resident(work, case, "case_decided", f"decided:{decision}", facts)


def tell_withdrawn(work: Work, case: CaseView, *, by: str) -> None:
    """The other side hears that nothing is to be decided any more; `by`: the leader or the resident."""
    if by == "leader":
        _tell_resident(work, case, "case_withdrawn", "withdrawn", {})
    else:
        _tell_leader(work, case, "case_withdrawn", "withdrawn", {})


def tell_escalated(work: Work, case: CaseView) -> None:
    """Nobody answered in time: both hear that the platform looks at it now."""
    _tell_leader(work, case, "case_escalated", "escalated", {})
    _tell_resident(work, case, "case_escalated", "escalated", {})


def _tell_leader(work: Work, case: CaseView, kind: str, step: str, facts: dict[str, Any]) -> None:
    _write(work, case, owner_of(work, case.leader_id), kind, step, "leader", facts)


def _tell_resident(work: Work, case: CaseView, kind: str, step: str, facts: dict[str, Any]) -> None:
    account_id = receiver(work, case.leader_id, case.order_id)
    if account_id is not None:
        _write(work, case, account_id, kind, step, "resident", facts)


def _write(
    work: Work, case: CaseView, account_id: int, kind: str, step: str, audience: str, facts: dict[str, Any]
) -> None:
    enqueue(
        work,
        leader_id=case.leader_id,
        account_id=account_id,
        kind=kind,
        key=f"case:{case.id}:{step}:{audience}",
        round_id=case.round_id,
        order_id=case.order_id,
        payload={
            "audience": audience,
            "number": case.number,
            "title": case.round_title,
            "seq": case.seq,
            "name": case.resident_name,
            "room": case.room,
            "lines": [
                {"name": x.name, "unit": x.unit, "quantity_milli": x.quantity_milli}
                | ({"spec": x.spec} if x.quantity_milli % 1000 else {})
                for x in case.lines
            ],
            **facts,
        },
    )
