"""The after-sales queue and the page on which a case is decided."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from models.outcomes import CaseView
from operations import aftersales, case_claims, order_views
from operations.listings import cases as listing
from operations.listings import orders
from web import claims, photos
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_page, read_text, require_text
from web.site import site
from web.words import CASE_REASONS

DECISIONS = ("refund", "replacement", "reject")


@admin.get("/cases")
@allow(permission="view")
def cases() -> str:
    """Cases that wait, the most urgent first; decided ones on request."""
    state = read_choice(request.args, "state", listing.STATES, "waiting")
    reason = read_choice(request.args, "reason", tuple(CASE_REASONS))
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "urgent")
    with site().store.read() as work:
        found = listing.queue(
            work,
            text=read_text(request.args, "q", most=40),
            state=state,
            reason=reason,
            sort=sort,
            leader_number=read_leader_number(request.args),
            number=read_page(request.args),
        )
    chosen = {"reason": reason, "sort": sort}
    return page("cases", here="cases", title="售后", found=found, states=listing.STATES, state=state, chosen=chosen)


@admin.get("/cases/<key:leader_id>/<key:case_id>")
@allow(permission="view")
def case(leader_id: int, case_id: int) -> str:
    """One case: what is claimed, what was said, what was decided."""
    with site().store.read() as work:
        row = listing.detail(work, leader_id=leader_id, case_id=case_id)
        lines = listing.lines(work, leader_id=leader_id, case_id=case_id)
        history = listing.history(work, leader_id=leader_id, case_id=case_id)
        refunds = orders.refunds(work, leader_id=leader_id, order_id=row["order_id"])
    return page(
        "case",
        here="cases",
        title=f"售后 S{row['number']}",
        case=row,
        lines=lines,
        history=history,
        refunds=[refund for refund in refunds if refund["case_id"] == case_id],
        is_open=row["state"] in case_claims.OPEN,
    )


@admin.get("/cases/<key:leader_id>/<key:case_id>/photos/<key:media_id>")
@allow(permission="view")
def case_photo(leader_id: int, case_id: int, media_id: int) -> Response:
    """A photo somebody sent."""
    return photos.show(leader_id, case_id, media_id)


@admin.post("/cases/<key:leader_id>/<key:case_id>/decide")
@allow(permission="cases")
def decide_case(leader_id: int, case_id: int) -> Response:
    """Refund, replace or reject; the case's own rules say whether that can be."""
    site().act(lambda work: _decide(work, leader_id, case_id), done=claims.decided)
    return redirect(url_for(".case", leader_id=leader_id, case_id=case_id))


@admin.post("/cases/<key:leader_id>/<key:case_id>/note")
@allow(permission="cases")
def note_case(leader_id: int, case_id: int) -> Response:
    """A remark that stays with the case, as after a phone call."""

    def add(work: Work) -> CaseView:
        text = require_text(request.form, "text", "留言", most=500)
        number = listing.detail(work, leader_id=leader_id, case_id=case_id)["number"]
        return aftersales.add_message(work, leader_id=leader_id, case_number=number, text=text, actor=current().actor)

    site().act(add, done="已记下。")
    return redirect(url_for(".case", leader_id=leader_id, case_id=case_id))


def _decide(work: Work, leader_id: int, case_id: int) -> CaseView:
    decision = claims.read_decision(request.form, DECISIONS)
    number = listing.detail(work, leader_id=leader_id, case_id=case_id)["number"]
    return claims.decide(work, leader_id=leader_id, case_number=number, decision=decision)


@admin.get("/orders/<key:leader_id>/<key:order_id>/case")
@allow(permission="cases")
def new_case(leader_id: int, order_id: int) -> str:
    """The form for a case that the platform opens, as after a phone call."""
    with site().store.read() as work:
        row = orders.detail(work, leader_id=leader_id, order_id=order_id)
        view = order_views.view(work, leader_id=leader_id, order_id=order_id)
        left = claims.left_to_claim(work, view)
    is_delivered = view.state in aftersales.DELIVERED
    return page("case_new", here="cases", title="登记售后", order=row, view=view, left=left, is_delivered=is_delivered)


@admin.post("/orders/<key:leader_id>/<key:order_id>/case")
@allow(permission="cases", takes_photos=True)
def open_case(leader_id: int, order_id: int) -> Response:
    """Open it; leader and neighbour are told."""
    case_id = claims.open_for_neighbour(leader_id=leader_id, order_id=order_id, opened_by="platform")
    if case_id is None:
        return redirect(url_for(".new_case", leader_id=leader_id, order_id=order_id))
    return redirect(url_for(".case", leader_id=leader_id, case_id=case_id))
