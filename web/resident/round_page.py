"""`/r/<code>`: a round, and the form that changes the same order as chat, through the same operation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import jsonify, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bot.poster import draw
from bot.texts import mall as words
from bot.texts import paying as paying_words
from models import Work
from models.views import OrderView, RoundView
from operations import (
    coupon_uses,
    orders,
    round_views,
    visitors,
)
from operations.errors import NoOrder, Refused
from operations.listings import leaders
from operations.orders import Change, Changed, NothingBooked
from web.auth import allow, current
from web.forms import BadInput, read_milli, read_nonce, read_text, require_text
from web.refusals import refusal
from web.resident.about import keep_about
from web.resident.blueprint import RESIDENTS, mall
from web.resident.identity import ask, is_to_be_asked
from web.resident.round_front import Beside, Front, as_usual, beside, bill_of, gather, quantities_of, taken
from web.show import yuan
from web.site import render, site

_CODE = re.compile(r"[2-9A-Z]{6}")


@mall.get("/r/<code>")
@allow(public=True)
def round_(code: str) -> Response | str:
    """What is on offer, what this neighbour has ordered, and the form."""
    if is_to_be_asked():
        return ask(f"/r/{_checked(code)}")
    with site().store.read() as work:
        shown = gather(work, _checked(code))
        more = beside(work, shown)
    return _page(shown, more, typed=as_usual(more.usual) if "usual" in request.args else None)


@mall.post("/r/<code>")
@allow(members=RESIDENTS)
def place(code: str) -> Response | str:
    """Change the order to what the form says; what it did not touch stays as it is, whatever chat did meanwhile."""
    account_id = current().account_id
    form = request.form
    try:
        done = site().store.run(lambda work: _place(work, _checked(code), account_id or 0, form))
    except NothingBooked as refused:
        return _again(code, 409, [refusal(one) for one in refused.refusals], form)
    except Refused as refused:
        return _again(code, 409, [refusal(refused)], form)
    except BadInput as error:
        return _again(code, 400, [str(error)], form)
    is_refused = bool(done.refused) and not done.moved
    lines = [_said(done.order, is_changed=not is_refused), *(refusal(one) for one in done.refused)]
    site().flash.say("bad" if is_refused else "good", "\n".join(lines))
    return redirect(url_for(".round_", code=code))


@mall.post("/r/<code>/coupon")
@allow(members=RESIDENTS)
def use_coupon(code: str) -> Response:
    """Use a coupon on the order that stands, or take it off: the same as 「用券」 in chat."""
    form, account_id = request.form, current().account_id or 0

    def change(work: Work) -> OrderView:
        round_view = round_views.by_code(work, _checked(code))
        facts: dict[str, Any] = {
            "leader_id": round_view.leader_id,
            "round_id": round_view.id,
            "resident_id": visitors.customer(work, account_id=account_id, leader_id=round_view.leader_id),
            "actor": f"account:{account_id}",
            "source_key": f"page:{read_nonce(form)}",
        }
        if form.get("off"):
            return coupon_uses.leave_out(work, **facts)
        return coupon_uses.use(work, **facts, code=require_text(form, "coupon", "券码", most=30))

    site().act(change, done=_said)
    return redirect(url_for(".round_", code=code))


@mall.get("/r/<code>/live")
@allow(public=True)
def live(code: str) -> Response:
    """For the page's script: what is left and taken now, and what these quantities would cost."""
    with site().store.read() as work:
        shown = gather(work, _checked(code))
    bill = bill_of(shown, quantities_of(shown, request.args))
    return jsonify(
        total=yuan(bill.total_fen),
        remark=bill.remark,
        households=shown.front.households,
        left={
            str(offer.number): None if offer.remaining_milli is None else offer.remaining_milli / 1000
            for offer in shown.round.offers
        },
        taken={str(offer.number): taken(shown, offer) for offer in shown.round.offers},
        is_open=shown.is_open,
    )


@mall.get("/r/<code>/poster.png")
@allow(public=True)
def poster(code: str) -> Response:
    """The round as a picture to save and send on; made anew when the round has changed."""
    with site().store.read() as work:
        round_view = round_views.by_code(work, _checked(code))
        leader = leaders.card_of(work, leader_id=round_view.leader_id)
    url = site().settings.url(url_for(".round_", code=code))
    facts = words.poster_facts(round_view, leader["display_name"], url)
    response = Response(_drawn(json.dumps(facts, sort_keys=True)), mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@lru_cache(maxsize=32)
def _drawn(facts: str) -> bytes:
    return draw(words.poster(json.loads(facts)))


def _page(
    shown: Front, more: Beside, *, problems: list[str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    mine = {line.offer_id: line.quantity_milli for line in shown.order.lines} if shown.order else {}
    return render(
        "resident/round.html",
        title=shown.round.title,
        shown=shown,
        beside=more,
        round=shown.round,
        leader=shown.leader,
        mine=mine,
        typed=typed or {},
        bill=bill_of(shown, quantities_of(shown, typed)),
        taken={offer.id: taken(shown, offer) for offer in shown.round.offers},
        problems=problems or [],
        fee_words=paying_words.fee_words(shown.round.fees),
        path=f"/r/{shown.round.code}",
    )


def _place(work: Work, code: str, account_id: int, form: Mapping[str, str]) -> Changed:
    round_view = round_views.by_code(work, code)
    leader_id = round_view.leader_id
    key = f"page:{read_nonce(form)}"
    changes = _changes(round_view, form)
    resident_id = visitors.customer(work, account_id=account_id, leader_id=leader_id)
    room = keep_about(work, form, leader_id=leader_id, resident_id=resident_id)
    try:
        return orders.change(
            work,
            leader_id=leader_id,
            round_id=round_view.id,
            resident_id=resident_id,
            changes=changes,
            actor=f"account:{account_id}",
            source_key=key,
            room=room,
            note=read_text(form, "note", most=200) or None,
        )
    except NoOrder:
        raise BadInput(refusal(NoOrder())) from None


def _changes(round_view: RoundView, form: Mapping[str, str]) -> list[Change]:
    """The lines somebody has touched: what stands in the field is no longer what the page had put there."""
    found = []
    for offer in round_view.offers:
        wanted = read_milli(form, f"q_{offer.number}", offer.name)
        shown = read_milli(form, f"had_{offer.number}", offer.name)
        if wanted != shown:
            found.append(Change(offer.id, wanted))
    return found


def _again(code: str, status: int, problems: list[str], form: Mapping[str, str]) -> Response:
    """The page with what was typed, and why it was not taken."""
    with site().store.read() as work:
        shown = gather(work, _checked(code))
        page = _page(shown, beside(work, shown), problems=problems, typed=form)
    return Response(page, status, mimetype="text/html")


def _said(order: OrderView, *, is_changed: bool = True) -> str:
    if not order.lines:
        return f"好的，您在“{order.round_title}”没有订单了。"
    if not is_changed:
        return f"订单没有变，合计 {yuan(order.total_fen - order.discount_fen)}（接龙号 {order.seq}）。"
    return f"记好了，合计 {yuan(order.total_fen - order.discount_fen)}（接龙号 {order.seq}）。"


def _checked(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise NotFound
    return code
