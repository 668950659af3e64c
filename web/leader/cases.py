"""售后 on the leader's phone: what waits and how long, one case with its photos, and deciding it after a look."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from models import Work
from models.outcomes import CaseView
from operations import aftersales, case_claims, order_views
from operations.case_money import RefundPlan
from operations.errors import Refused
from operations.listings import cases as listing
from operations.listings import orders
from web import claims, photos
from web.auth import allow, current
from web.claims import Decision
from web.forms import BadInput, read_choice, read_nonce, read_page, read_text, require_text
from web.leader.blueprint import members, own_leader_id, page
from web.refusals import refusal
from web.site import site

LEADER = ("leader",)
SHOWN = {"waiting": "待处理", "decided": "处理过的"}


@members.get("/cases")
@allow(members=LEADER)
def cases() -> str:
    """Cases that wait, the one with the least time left first; decided ones on request."""
    shown = read_choice(request.args, "show", tuple(SHOWN), "waiting")
    text = read_text(request.args, "q", most=20)
    with site().store.read() as work:
        found = listing.queue(
            work,
            leader_id=own_leader_id(),
            state=shown,
            text=text,
            sort="urgent" if shown == "waiting" else "new",
            number=read_page(request.args),
        )
        goods = listing.goods(work, found.rows)
    query = {"show": shown, "q": text}
    return page("cases", title="售后", found=found, goods=goods, shown=shown, choices=SHOWN, text=text, query=query)


@members.get("/cases/<key:case_id>")
@allow(members=LEADER)
def case(case_id: int) -> str:
    """One case: goods, words, photos, what happened, and what can be decided."""
    return _page(case_id)


@members.get("/cases/<key:case_id>/photos/<key:media_id>")
@allow(members=LEADER)
def case_photo(case_id: int, media_id: int) -> Response:
    """A photo of one of the leader's own cases."""
    return photos.show(own_leader_id(), case_id, media_id)


@members.post("/cases/<key:case_id>/look")
@allow(members=LEADER)
def look_at_decision(case_id: int) -> str:
    """What the decision would do, in money and words. Changes nothing."""
    try:
        decision = claims.read_decision(request.form)
        with site().store.read() as work:
            number = _number(work, case_id)
            plan = _plan(work, number, decision) if decision.decision == "refund" else None
    except (BadInput, Refused) as error:
        return _page(case_id, problem=refusal(error) if isinstance(error, Refused) else str(error))
    return _page(case_id, decision=decision, plan=plan)


@members.post("/cases/<key:case_id>/decide")
@allow(members=LEADER)
def decide_case(case_id: int) -> Response:
    """Decide as it was looked at."""
    number = _own_number(case_id)

    def decide(work: Work) -> CaseView:
        decision = claims.read_decision(request.form)
        return claims.decide(work, leader_id=own_leader_id(), case_number=number, decision=decision)

    site().act(decide, done=claims.decided)
    return redirect(url_for(".case", case_id=case_id))


@members.post("/cases/<key:case_id>/note")
@allow(members=LEADER, takes_photos=True)
def note_case(case_id: int) -> Response:
    """A remark or photos for the case's own history; the neighbour does not see it."""
    number = _own_number(case_id)
    try:
        pictures = photos.read_photos()
    except BadInput as error:
        site().flash.say("bad", str(error))
        return redirect(url_for(".case", case_id=case_id))

    def add(work: Work) -> None:
        key = f"web:{read_nonce(request.form)}"
        if not pictures or request.form.get("text", "").strip():
            text = require_text(request.form, "text", "要记下的话", most=500)
            aftersales.add_message(
                work, leader_id=own_leader_id(), case_number=number, text=text, actor=current().actor
            )
        photos.attach(
            work, leader_id=own_leader_id(), case_id=case_id, actor=current().actor, pictures=pictures, key=key
        )

    site().act(add, done="已记下。")
    return redirect(url_for(".case", case_id=case_id))


@members.post("/cases/<key:case_id>/given")
@allow(members=LEADER)
def hand_out_replacement(case_id: int) -> Response:
    """补货 was handed over."""
    leader_id, number = own_leader_id(), _own_number(case_id)
    site().act(
        lambda work: aftersales.hand_out_replacement(
            work, leader_id=leader_id, case_number=number, actor=current().actor
        ),
        done=lambda case: f"S{case.number} 的补货记为已给。",
    )
    return redirect(url_for(".case", case_id=case_id))


@members.get("/orders/<key:order_id>/case")
@allow(members=LEADER)
def new_case(order_id: int) -> str:
    """The form for a case on a neighbour's behalf."""
    with site().store.read() as work:
        order = order_views.view(work, leader_id=own_leader_id(), order_id=order_id)
        left = claims.left_to_claim(work, order)
    is_delivered = order.state in aftersales.DELIVERED
    return page("case_new", title="登记售后", order=order, left=left, is_delivered=is_delivered)


@members.post("/orders/<key:order_id>/case")
@allow(members=LEADER, takes_photos=True)
def open_case(order_id: int) -> Response:
    """Open it; pressed twice, it is one case."""
    with site().store.read() as work:
        order_views.view(work, leader_id=own_leader_id(), order_id=order_id)
    case_id = claims.open_for_neighbour(leader_id=own_leader_id(), order_id=order_id, opened_by="leader")
    return redirect(url_for(".case", case_id=case_id) if case_id else url_for(".new_case", order_id=order_id))


def _own_number(case_id: int) -> int:
    """The 12 of S12. Raises NotFound, as for every case that is not one's own."""
    with site().store.read() as work:
        return _number(work, case_id)


def _number(work: Work, case_id: int) -> int:
    return aftersales.view_case_id(work, leader_id=own_leader_id(), case_id=case_id).number


def _plan(work: Work, case_number: int, decision: Decision | None = None) -> RefundPlan:
    amount = decision.amount_fen if decision else None
    return aftersales.plan_refund(work, leader_id=own_leader_id(), case_number=case_number, amount_fen=amount)


def _proposal(work: Work, row: RowMapping) -> RefundPlan | None:
    try:
        return _plan(work, row["number"])
    except Refused:  # nothing is proposed: the order is worth less by now, or the claim is worth nothing
        return None


def _page(case_id: int, *, problem: str = "", decision: Decision | None = None, plan: RefundPlan | None = None) -> str:
    where: dict[str, Any] = {"leader_id": own_leader_id(), "case_id": case_id}
    with site().store.read() as work:
        row = listing.detail(work, **where)
        is_open = row["state"] in case_claims.OPEN
        values = {
            "lines": listing.lines(work, **where),
            "history": listing.history(work, **where),
            "refunds": [
                refund
                for refund in orders.refunds(work, leader_id=own_leader_id(), order_id=row["order_id"])
                if refund["case_id"] == case_id
            ],
            "is_owed": any(owed.case_number == row["number"] for owed in _owed(work, row)),
            "proposal": _proposal(work, row) if is_open else None,
        }
    return page(
        "case",
        title=f"售后 S{row['number']}",
        case=row,
        is_open=is_open,
        form=request.form,
        problem=problem,
        decision=decision,
        plan=plan,
        **values,
    )


def _owed(work: Work, row: RowMapping) -> Any:
    if row["outcome"] != "replacement":
        return ()
    return aftersales.owed_goods(work, leader_id=own_leader_id(), resident_id=row["resident_id"])
