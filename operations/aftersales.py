"""售后: something was missing, spoilt or wrong. Opened by a resident or the leader, decided by the leader.

A case that is not answered within a day goes to the platform (`escalate_due`). Everybody concerned is told each step.
Deciding is in `operations.case_decisions`, money in `operations.case_money`, reading in `operations.case_views`; all of
it can be had from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from models import Work, after_sales_case, case_line
from models.outcomes import CaseView
from models.views import OrderView
from operations.audit import record
from operations.case_claims import OPEN, Claim, claims
from operations.case_decisions import (
    ANSWER_WITHIN,
    cancel_case,
    decide,
    escalate_due,
    hand_out_replacement,
    plan_refund,
)
from operations.case_history import add_case_event, history
from operations.case_money import PartOfPack, proposal_fen
from operations.case_notices import tell_opened
from operations.case_period import check_period
from operations.case_photos import attach_photo, attach_wanted
from operations.case_views import list_cases, view_case, view_case_id
from operations.errors import BadQuantity, ClaimTooMuch, NotDelivered, NotFound
from operations.numbers import next_number
from operations.order_views import lock_order
from operations.pickup_rules import owed_goods

_AT_ONCE = timedelta(minutes=1)
DELIVERED = ("ready", "partly", "picked_up", "no_show")


def open_case(
    work: Work,
    *,
    leader_id: int,
    order_id: int,
    lines: Mapping[int, int],
    reason: str,
    opened_by: str,
    actor: str,
    source_key: str,
    wish: str = "unsure",
    note: str | None = None,
    photos: Sequence[str] = (),
    pieces: Mapping[int, PartOfPack] | None = None,
    answer_within: timedelta = ANSWER_WITHIN,
) -> CaseView:
    """Open a case about `lines` (thousandths by offer id); the same `source_key` again is the same case.

    `photos` are WeChat media ids; `pieces` (by offer id) say a part of a pack exactly. Raises NotFound, NotDelivered
    (goods have not come), AfterSalesOver (for a resident), BadQuantity, ClaimTooMuch (more than was bought and not
    claimed before).
    """
    one = lock_order(work, leader_id, order_id)
    if (earlier := _of_key(work, leader_id, source_key)) is not None:
        return view_case_id(work, leader_id=leader_id, case_id=earlier)
    if one.state not in DELIVERED:
        raise NotDelivered(title=one.round_title, state=one.state)
    if opened_by == "resident":  # the leader and the platform may still be generous
        check_period(work, leader_id=leader_id, order_id=order_id, title=one.round_title)
    claimed = _claimed(one, lines, claims(work, leader_id=leader_id, order_id=order_id))
    case_id = _insert(
        work,
        one,
        claimed,
        wish=wish,
        reason=reason,
        opened_by=opened_by,
        requested_fen=proposal_fen(one, claimed, pieces),
        note=note,
        due_at=work.now + answer_within,
        request_key=source_key[:160],
    )
    add_case_event(work, leader_id=leader_id, case_id=case_id, kind="opened", actor=actor, text=note)
    for nth, wechat_media_id in enumerate(photos):
        attach_wanted(work, leader_id, case_id, actor, wechat_media_id, f"{source_key}:photo{nth}")
    opened = view_case_id(work, leader_id=leader_id, case_id=case_id)
    tell_opened(work, opened)
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="case.open",
        entity="case",
        entity_id=case_id,
        after={
            "state": "open",
            "number": opened.number,
            "order": order_id,
            "requested_fen": opened.requested_fen,
        },
    )
    return opened


def add_message(work: Work, *, leader_id: int, case_number: int, text: str, actor: str) -> CaseView:
    """Words of anybody concerned, kept with the case; the same words of the same person within a minute are one remark.

    Raises NotFound.
    """
    found = view_case(work, leader_id=leader_id, number=case_number)
    before = history(work, leader_id=leader_id, case_id=found.id)
    said = ("message", actor, text)
    if any((row.kind, row.actor, row.text) == said and work.now - row.at < _AT_ONCE for row in before):
        return found
    add_case_event(work, leader_id=leader_id, case_id=found.id, kind="message", actor=actor, text=text)
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="case.note",
        entity="case",
        entity_id=found.id,
        after={"number": found.number, "note": text},
    )
    return found


def under_after_sales(work: Work, *, leader_id: int, order_id: int) -> dict[int, Claim]:
    """Lines of an order that an open case is about, by order line id."""
    found = claims(work, leader_id=leader_id, order_id=order_id)
    return {line_id: claim for line_id, claim in found.items() if claim.open_milli}


def _of_key(work: Work, leader_id: int, key: str) -> int | None:
    return work.db.execute(
        select(after_sales_case.c.id).where(
            after_sales_case.c.leader_id == leader_id, after_sales_case.c.request_key == key[:160]
        )
    ).scalar()


def _insert(work: Work, one: OrderView, claimed: Mapping[int, int], **case: Any) -> int:
    """The case and what it claims, by order line id; returns its id."""
    case_id = work.new_id()
    work.db.execute(
        insert(after_sales_case).values(
            leader_id=one.leader_id,
            id=case_id,
            number=next_number(work, f"case:{one.leader_id}"),
            order_id=one.id,
            opened_at=work.now,
            **case,
        )
    )
    rows = [
        {"leader_id": one.leader_id, "case_id": case_id, "order_line_id": line_id, "quantity_milli": milli}
        for line_id, milli in sorted(claimed.items())
    ]
    if rows:
        work.db.execute(insert(case_line), rows)
    return case_id


def _claimed(one: OrderView, lines: Mapping[int, int], earlier: Mapping[int, Claim]) -> dict[int, int]:
    """The claim by order line id. Never more than was due less what cases claimed before."""
    by_offer = {line.offer_id: line for line in one.lines}
    claimed: dict[int, int] = {}
    for offer_id, quantity in lines.items():
        line = by_offer.get(offer_id)
        if line is None:
            raise NotFound(what="offer")
        if quantity <= 0:
            raise BadQuantity(name=line.name, unit=line.unit, quantity_milli=quantity)
        before = earlier.get(line.id, Claim())
        left = line.due_milli - before.milli
        if quantity > left:
            raise ClaimTooMuch(
                name=line.name,
                unit=line.unit,
                left_milli=max(0, left),
                wanted_milli=quantity,
                cases=before.cases,
                is_short=not line.due_milli,
            )
        claimed[line.id] = quantity
    return claimed


__all__ = [
    "OPEN",
    "CaseView",
    "add_message",
    "attach_photo",
    "cancel_case",
    "claims",
    "decide",
    "escalate_due",
    "hand_out_replacement",
    "history",
    "list_cases",
    "open_case",
    "owed_goods",
    "plan_refund",
    "under_after_sales",
    "view_case",
    "view_case_id",
]
