"""Settlements of all leaders: check, confirm, pay out in a batch, take back; and a leader's terms for one item."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import settlements as operation
from operations import terms
from operations.errors import Refused
from operations.listings import differences
from operations.listings import settlements as listing
from operations.listings import statements as rows_behind
from web import statements
from web.admin.blueprint import admin, page, query
from web.auth import allow, current
from web.forms import BadInput, read_bps, read_choice, read_fen, read_leader_number, read_page, require_text
from web.refusals import refusal
from web.show import shown_time
from web.site import site


@admin.get("/settlements")
@allow(permission="view")
def settlements() -> str:
    """By state, newest first; what is confirmed can be paid out together."""
    state = read_choice(request.args, "state", listing.STATES)
    with site().store.read() as work:
        found = listing.search(
            work, state=state, leader_number=read_leader_number(request.args), number=read_page(request.args)
        )
        to_pay = listing.to_pay_out(work)
        unsettled = differences.count_open(work)
    sums = {
        "count": len(to_pay),
        "out_fen": sum(max(0, row["left_fen"]) for row in to_pay),
        "in_fen": sum(max(0, -row["left_fen"]) for row in to_pay),
    }
    return page(
        "settlements",
        here="settlements",
        title="结算",
        found=found,
        states=listing.STATES,
        state=state,
        to_pay=sums,
        differences=unsettled,
    )


@admin.get("/settlements/<key:leader_id>/<key:settlement_id>")
@allow(permission="view")
def settlement(leader_id: int, settlement_id: int) -> str:
    """One settlement with every line behind it."""
    with site().store.read() as work:
        found = rows_behind.statement(work, leader_id=leader_id, settlement_id=settlement_id)
    title = f"结算单 {found.head['title']}"
    return page("settlement", here="settlements", title=title, row=found.head, statement=found)


@admin.post("/settlements/<key:leader_id>/<key:settlement_id>/file")
@allow(permission="export")
def settlement_file(leader_id: int, settlement_id: int) -> Response:
    """The same as a workbook; names leave the house, so it is a POST."""
    with site().store.read() as work:
        found = rows_behind.statement(work, leader_id=leader_id, settlement_id=settlement_id)
    return statements.statement(found)


@admin.post("/settlements/<key:leader_id>/<key:settlement_id>/confirm")
@allow(permission="settle")
def confirm_settlement(leader_id: int, settlement_id: int) -> Response:
    """Found right, in the leader's place."""
    site().act(lambda work: operation.confirm(work, **_mine(leader_id, settlement_id)), done="已确认，可以打款了。")
    return _back(leader_id, settlement_id)


@admin.post("/settlements/<key:leader_id>/<key:settlement_id>/void")
@allow(permission="settle")
def void_settlement(leader_id: int, settlement_id: int) -> Response:
    """Take a wrong one back before it is paid out."""
    site().act(
        lambda work: operation.void(
            work, reason=require_text(request.form, "reason", "作废的原因"), **_mine(leader_id, settlement_id)
        ),
        done="已作废，账已冲回；这一团会重新出结算单。",
    )
    return _back(leader_id, settlement_id)


@admin.post("/settlements/payouts")
@allow(permission="settle")
def payouts() -> Response:
    """The batch payout list: what is confirmed and not paid out yet."""
    with site().store.read() as work:
        rows = listing.to_pay_out(work)
        day = shown_time(work.now)[:10]
    return statements.payouts(rows, day=day)


@admin.post("/settlements/pay")
@allow(permission="settle")
def pay_settlements() -> Response:
    """Those that were ticked have been paid out: each in its own transaction, so one that cannot be stops no other."""
    done, problems = 0, []
    for ticked in request.form.getlist("paid")[:500]:
        leader_id, _, settlement_id = ticked.partition(":")
        if not (leader_id.isdecimal() and settlement_id.isdecimal()):
            continue
        try:
            done += site().store.run(_pay(int(leader_id), int(settlement_id)))
        except Refused as error:
            problems.append(refusal(error))
    said = f"记好了，{done} 张结算单已到账。" + "".join(dict.fromkeys(problems))
    site().flash.say("bad" if problems or not done else "good", said if done or problems else "没有勾选结算单。")
    values: dict[str, Any] = dict(query())
    return redirect(url_for(".settlements", **values))


@admin.post("/rounds/<key:leader_id>/<key:round_id>/offers/<key:offer_id>/terms")
@allow(permission="settle")
def set_terms(leader_id: int, round_id: int, offer_id: int) -> Response:
    """The leader's part of one item: a share, a sum per unit, or the round's own again."""

    def change(work: Work) -> None:
        share, per_unit = request.form.get("share", "").strip(), request.form.get("per_unit", "").strip()
        if share and per_unit:
            raise BadInput("按比例和按件只能填一个。")
        terms.set_offer_terms(
            work,
            leader_id=leader_id,
            round_id=round_id,
            offer_id=offer_id,
            share_bps=read_bps(request.form, "share", "分成") if share else None,
            per_unit_fen=read_fen(request.form, "per_unit", "每件提成") if per_unit else None,
            actor=current().actor,
        )

    site().act(change, done="这个品项的提成改好了。")
    return redirect(url_for(".round_", leader_id=leader_id, round_id=round_id))


def _pay(leader_id: int, settlement_id: int) -> Any:
    return lambda work: operation.mark_paid(work, **_mine(leader_id, settlement_id))


def _mine(leader_id: int, settlement_id: int) -> dict[str, Any]:
    return {"leader_id": leader_id, "settlement_id": settlement_id, "actor": current().actor}


def _back(leader_id: int, settlement_id: int) -> Response:
    return redirect(url_for(".settlement", leader_id=leader_id, settlement_id=settlement_id))
