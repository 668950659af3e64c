"""`/l/<code>`, a leader's public card: who that is, where to collect, what is open, and how to order."""

from __future__ import annotations

import re

from werkzeug.exceptions import NotFound

from operations import round_views
from operations.listings import leaders
from web.auth import allow
from web.resident.blueprint import public
from web.site import render, site

_CODE = re.compile(r"[Ll]?(\d{1,8})")


@public.get("/")
@allow(public=True)
def front() -> str:
    """Who comes to the bare address: how to order, and the way to the console."""
    return render("resident/front.html", title=site().settings.account_name)


@public.get("/l/<code>")
@allow(public=True)
def card(code: str) -> str:
    """The card of L7. Unknown, suspended and closed leaders are one and the same miss."""
    number = _CODE.fullmatch(code)
    if number is None:
        raise NotFound
    with site().store.read() as work:
        leader = leaders.card(work, leader_number=int(number[1]))
        points = leaders.pickup_points(work, leader_id=leader["id"])
        rounds = round_views.open_rounds(work, leader["id"])
    return render("resident/card.html", title=leader["display_name"], leader=leader, points=points, rounds=rounds)
