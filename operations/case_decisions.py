"""Deciding after-sales cases: refund, replacement, rejection, or on to the platform."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import and_, insert, select, update

from models import Work, after_sales_case, replacement
from models.outcomes import CaseView
from models.views import OrderView
from operations.audit import record
from operations.case_claims import OPEN, Claim, claims
from operations.case_history import add_case_event
from operations.case_money import RefundPlan, drop_unpicked, lower_worth, net_fen, refund_plan
from operations.case_notices import tell_decided, tell_escalated, tell_withdrawn
from operations.case_views import view_case, view_case_id
from operations.errors import BadAmount, CaseClosed, NotFound, RefundTooMuch
from operations.order_views import lock_order, view
from operations.refunds import create, pending_fen
from operations.upserts import for_update

ANSWER_WITHIN = timedelta(hours=24)
Decision = Literal["refund", "replacement", "handed", "reject", "escalate"]


def decide(
    work: Work,
    *,
    leader_id: int,
    case_number: int,
    decision: Decision,
    actor: str,
    source_key: str,
    amount_fen: int | None = None,
    reason: str | None = None,
) -> CaseView:
    """Settle a case. Decided once: a second decision meets CaseClosed and changes nothing.

    `refund`: `amount_fen`, or what was proposed; the order is worth that much less, and what was paid too much goes
    back. `replacement`: the claimed goods are owed; `handed`: they were given already.
    `reject`: with its reason. `escalate`: the platform decides.
    Raises NotFound, CaseClosed, BadAmount, RefundTooMuch (more than the order is worth: `max_fen`).
    """
    case = view_case(work, leader_id=leader_id, number=case_number)
    one = lock_order(work, leader_id, case.order_id)
    case = view_case_id(work, leader_id=leader_id, case_id=case.id)  # as it is now that the order is held
    if not case.is_open or (decision == "escalate" and case.state == "escalated"):
        raise CaseClosed(number=case.number, state=case.state, outcome=case.outcome, approved_fen=case.approved_fen)
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "refund": lambda: _refund(work, case, one, amount_fen, actor),
        "replacement": lambda: _replace(work, case),
        "handed": lambda: _replace(work, case),
        "reject": lambda: {"state": "rejected", "outcome": "none"},
        "escalate": lambda: _hand_over(work),
    }
    if decision not in steps:
        raise ValueError(f"a decision is one of {', '.join(steps)}")
    _close(work, case, actor, source_key, decision, reason, steps[decision]())
    if decision == "handed":
        hand_out_replacement(work, leader_id=leader_id, case_number=case_number, actor=actor)
    decided = view_case_id(work, leader_id=leader_id, case_id=case.id)
    tell_decided(work, decided, decision)
    return decided


def cancel_case(
    work: Work,
    *,
    leader_id: int,
    case_number: int,
    actor: str,
    source_key: str,
    by: Literal["leader", "resident"] | None = None,
) -> CaseView:
    """The sender takes the case back, or the leader hands over what was missing (`by`: the other one is told).

    Raises NotFound, CaseClosed.
    """
    case = view_case(work, leader_id=leader_id, number=case_number)
    lock_order(work, leader_id, case.order_id)
    _close(work, case, actor, source_key, "cancel", None, {"state": "cancelled", "outcome": "none"})
    if by is not None:
        tell_withdrawn(work, case, by=by)
    return view_case_id(work, leader_id=leader_id, case_id=case.id)


def escalate_due(work: Work, *, limit: int = 100) -> int:
    """For the scheduler: cases nobody answered in time go to the platform. Returns how many; two callers share them."""
    due = (
        select(after_sales_case.c.leader_id, after_sales_case.c.id)
        .where(after_sales_case.c.state == "open", after_sales_case.c.due_at <= work.now)
        .order_by(after_sales_case.c.leader_id, after_sales_case.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in rows:
        case = view_case_id(work, leader_id=row.leader_id, case_id=row.id)
        _close(work, case, "system", f"due:{case.id}", "escalate", None, _hand_over(work))
        tell_escalated(work, case)
    return len(rows)


def hand_out_replacement(work: Work, *, leader_id: int, case_number: int, actor: str) -> CaseView:
    """补货 was handed over. Doing it again changes nothing. Raises NotFound (no replacement is owed for the case)."""
    case = view_case(work, leader_id=leader_id, number=case_number)
    mine = (replacement.c.leader_id == leader_id, replacement.c.case_id == case.id, ~replacement.c.is_cancelled)
    if work.db.execute(select(replacement.c.id).where(*mine)).first() is None:
        raise NotFound(what="replacement", typed=f"S{case_number}")
    handed = work.db.execute(
        update(replacement).where(*mine, replacement.c.handed_out_at.is_(None)).values(handed_out_at=work.now)
    )
    if handed.rowcount:
        record(
            work,
            leader_id=leader_id,
            actor=actor,
            action="case.hand_out",
            entity="case",
            entity_id=case.id,
            after={"lines": handed.rowcount},
        )
    return case


def plan_refund(work: Work, *, leader_id: int, case_number: int, amount_fen: int | None = None) -> RefundPlan:
    """What a refund would do, for showing it before it is decided. Changes nothing. Raises as `decide` does."""
    case = view_case(work, leader_id=leader_id, number=case_number)
    return _plan(work, case, view(work, leader_id=leader_id, order_id=case.order_id), amount_fen)


def _plan(work: Work, case: CaseView, one: OrderView, amount_fen: int | None) -> RefundPlan:
    amount = case.requested_fen if amount_fen is None else amount_fen
    if amount <= 0:
        raise BadAmount(amount_fen=amount)
    if amount > net_fen(one):
        raise RefundTooMuch(amount_fen=amount, max_fen=net_fen(one))
    return refund_plan(one, amount, pending_fen=pending_fen(work, leader_id=one.leader_id, order_id=one.id))


def _hand_over(work: Work) -> dict[str, Any]:
    """The platform has its own time to answer."""
    return {"state": "escalated", "escalated_at": work.now, "due_at": work.now + ANSWER_WITHIN}


def _refund(work: Work, case: CaseView, one: OrderView, amount_fen: int | None, actor: str) -> dict[str, Any]:
    plan = _plan(work, case, one, amount_fen)
    amount = plan.amount_fen
    claimed = {line.order_line_id: line.quantity_milli for line in case.lines}
    reference = f"case:{case.id}"
    lower_worth(work, one=one, claimed=claimed, amount_fen=amount, reference=reference, actor=actor)
    if amount >= case.requested_fen:  # less than that is a price cut: the goods stay the resident's
        earlier = _claims_without(work, one, case)
        drop_unpicked(work, one=one, claimed=claimed, earlier=earlier, reference=reference, actor=actor)
    if plan.back_fen:
        now = view(work, leader_id=one.leader_id, order_id=one.id)
        create(work, one=now, amount_fen=plan.back_fen, request_key=reference, actor=actor, case_id=case.id)
    return {"state": "resolved", "outcome": "refund", "approved_fen": amount}


def _claims_without(work: Work, one: OrderView, case: CaseView) -> dict[int, Claim]:
    """What the order's other cases claim."""
    mine = {line.order_line_id: line.quantity_milli for line in case.lines}
    found = claims(work, leader_id=one.leader_id, order_id=one.id)
    return {
        line_id: Claim(claim.open_milli - mine.get(line_id, 0), claim.decided_milli) for line_id, claim in found.items()
    }


def _replace(work: Work, case: CaseView) -> dict[str, Any]:
    rows = [
        {
            "leader_id": case.leader_id,
            "id": work.new_id(),
            "case_id": case.id,
            "order_line_id": line.order_line_id,
            "quantity_milli": line.quantity_milli,
            "created_at": work.now,
        }
        for line in case.lines
    ]
    if not rows:
        raise BadAmount(amount_fen=0)
    work.db.execute(insert(replacement), rows)
    return {"state": "resolved", "outcome": "replacement"}


def _close(
    work: Work,
    case: CaseView,
    actor: str,
    source_key: str,
    decision: str,
    reason: str | None,
    values: dict[str, Any],
) -> None:
    """The case changes state once: by one conditional statement. Raises CaseClosed, and everything is rolled back."""
    is_over = values["state"] not in OPEN
    changed = work.db.execute(
        update(after_sales_case)
        .where(
            and_(after_sales_case.c.leader_id == case.leader_id, after_sales_case.c.id == case.id),
            after_sales_case.c.state.in_(OPEN),
        )
        .values(**values, decision_note=reason, closed_at=work.now if is_over else None)
    )
    if changed.rowcount != 1:
        raise CaseClosed(number=case.number, state=case.state, outcome=case.outcome, approved_fen=case.approved_fen)
    kinds = {"escalate": "escalated", "cancel": "cancelled"}
    kind = kinds.get(decision, "decided")
    add_case_event(work, leader_id=case.leader_id, case_id=case.id, kind=kind, actor=actor, text=reason)
    record(
        work,
        leader_id=case.leader_id,
        actor=actor,
        action=f"case.{decision}",
        entity="case",
        entity_id=case.id,
        before={"state": case.state},
        after={
            "state": values["state"],
            "outcome": values.get("outcome"),
            "approved_fen": values.get("approved_fen"),
            "reason": reason,
            "source_key": source_key,
        },
    )
