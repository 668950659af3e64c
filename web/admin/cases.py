"""The after-sales queue and the page on which a case is decided."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from models.outcomes import CaseView
from operations import aftersales, case_claims
from operations.errors import NotFound
from operations.listings import cases as listing
from operations.listings import orders
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import (
    BadInput,
    read_choice,
    read_fen,
    read_leader_number,
    read_nonce,
    read_page,
    read_text,
    require_text,
)
from web.show import yuan
from web.site import site

DECISIONS = ("refund", "replacement", "reject")


@admin.get("/cases")
@allow(permission="view")
def cases() -> str:
    """Cases that wait, the most urgent first; decided ones on request."""
    state = read_choice(request.args, "state", listing.STATES, "waiting")
    with site().store.read() as work:
        found = listing.queue(
            work,
            text=read_text(request.args, "q", most=40),
            state=state,
            leader_number=read_leader_number(request.args),
            number=read_page(request.args),
        )
    return page("cases", here="cases", title="售后", found=found, states=listing.STATES, state=state)


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
    """A photo somebody sent. It was re-encoded when it was fetched; the type is ours, whatever it was called."""
    with site().store.read() as work:
        path = listing.photo(work, leader_id=leader_id, case_id=case_id, media_id=media_id)
    folder = site().settings.media_folder
    file = (folder / path).resolve() if folder else None
    if folder is None or file is None or not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise NotFound(what="photo")
    return Response(file.read_bytes(), mimetype="image/jpeg", headers={"Content-Disposition": "attachment"})


@admin.post("/cases/<key:leader_id>/<key:case_id>/decide")
@allow(permission="cases")
def decide_case(leader_id: int, case_id: int) -> Response:
    """Refund, replace or reject; the case's own rules say whether that can be."""
    site().act(lambda work: _decide(work, leader_id, case_id), done=_decided)
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
    form = request.form
    decision = read_choice(form, "decision", DECISIONS)
    if not decision:
        raise BadInput("请选择怎么处理。")
    reason = read_text(form, "reason", most=300)
    if decision == "reject" and not reason:
        raise BadInput("拒绝要写明原因，居民会看到。")
    number = listing.detail(work, leader_id=leader_id, case_id=case_id)["number"]
    values: dict[str, Any] = {"decision": decision, "reason": reason or None}
    if decision == "refund":
        values["amount_fen"] = read_fen(form, "amount", "退款金额")
    return aftersales.decide(
        work,
        leader_id=leader_id,
        case_number=number,
        actor=current().actor,
        source_key=f"web:{read_nonce(form)}",
        **values,
    )


def _decided(case: CaseView) -> str:
    if case.outcome == "refund":
        return f"S{case.number} 已同意退 {yuan(case.approved_fen)}，结果会通知居民和团长。"
    if case.outcome == "replacement":
        return f"S{case.number} 已同意补货，下次取货时一起给。"
    return f"S{case.number} 已拒绝，原因会通知居民。"
