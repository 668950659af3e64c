"""`/l/<code>`, a leader's home: a face, a place and a time, her record, what neighbours say, what is open now."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from operations import news, relays, reviews, round_views, shelf, shopfront, visitors
from operations.listings import leaders, suppliers
from web.auth import allow, current
from web.forms import read_id, read_nonce, require_text
from web.resident.blueprint import RESIDENTS, mall
from web.resident.identity import ask, is_to_be_asked, known
from web.site import render, site

_CODE = re.compile(r"[Ll]?(\d{1,8})")


@mall.get("/l/<code>")
@allow(public=True)
def home(code: str) -> Response | str:
    """The home of L7. Unknown, suspended and closed leaders are one and the same miss."""
    number = leader_number(code)
    if is_to_be_asked():
        return ask(f"/l/L{number}")
    with site().store.read() as work:
        leader = leaders.card(work, leader_number=number)
        leader_id = leader["id"]
        return render(
            "resident/home.html",
            title=leader["display_name"],
            leader=leader,
            points=leaders.pickup_points(work, leader_id=leader_id),
            communities=leaders.communities(work, leader_id=leader_id),
            rounds=round_views.open_rounds(work, leader_id),
            sources=suppliers.sources(work, leader_id=leader_id),
            shelf=shelf.items(work, leader_id=leader_id),
            record=shopfront.record_of(work, leader_id=leader_id),
            popular=shopfront.popular(work, leader_id=leader_id),
            news=news.on_page(work, leader_id=leader_id),
            reviews=reviews.of_leader(work, leader_id=leader_id, limit=8),
            stars=reviews.average(work, leader_id=leader_id),
            visitor=known(work, leader_id),
            path=f"/l/L{number}",
        )


@mall.post("/l/<code>/follow")
@allow(members=RESIDENTS)
def follow(code: str) -> Response:
    """Yes, this leader from now on. Orders that stand elsewhere stay."""
    with site().store.read() as work:
        leader = leaders.card(work, leader_number=leader_number(code))
    account_id = _account_id()
    site().act(
        lambda work: visitors.follow(work, account_id=account_id, leader_id=leader["id"]),
        done=f"好了，您现在跟着团长“{leader['display_name']}”。",
    )
    return redirect(_back(code))


@mall.post("/l/<code>/ask")
@allow(members=RESIDENTS)
def ask_leader(code: str) -> Response:
    """联系团长: the words go to her chat, her answer comes back to the neighbour's."""
    account_id, form = _account_id(), request.form
    with site().store.read() as work:
        leader_id = leaders.card(work, leader_number=leader_number(code))["id"]
    site().act(
        lambda work: relays.ask(
            work,
            leader_id=leader_id,
            resident_id=visitors.customer(work, account_id=account_id, leader_id=leader_id),
            text=require_text(form, "text", "要说的话", most=500),
            order_id=read_id(form, "order"),
            source_key=f"page:{read_nonce(form)}",
        ),
        done="已转给团长，回复会发到您的公众号里。",
    )
    return redirect(_back(code))


def leader_number(code: str) -> int:
    """The 7 of L7. Raises NotFound."""
    number = _CODE.fullmatch(code)
    if number is None:
        raise NotFound
    return int(number[1])


def _account_id() -> int:
    account_id = current().account_id
    if account_id is None:
        raise RuntimeError("a resident's session names its account")
    return account_id


def _back(code: str) -> str:
    """The round or the page of one's own the form stood on, else the leader's home."""
    if request.form.get("own") == "1":
        return url_for("mall.mine")
    round_code = request.form.get("round", "")
    if re.fullmatch(r"[2-9A-Z]{6}", round_code):
        return url_for("mall.round_", code=round_code)
    return url_for("mall.home", code=code)
