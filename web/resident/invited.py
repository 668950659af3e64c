"""`/y/<code>`: a neighbour invites another to his leader."""

from __future__ import annotations

import re

from flask import redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from operations import invites
from operations.listings import leaders
from web.auth import allow, current
from web.resident.blueprint import RESIDENTS, mall
from web.resident.identity import ask, is_to_be_asked, known
from web.site import render, site


@mall.get("/y/<code>")
@allow(public=True)
def invited(code: str) -> Response | str:
    """Who invites whom to which leader, and what both get."""
    path = f"/y/{_checked(code)}"
    if is_to_be_asked():
        return ask(path)
    with site().store.read() as work:
        by = invites.inviter(work, code=code)
        leader = leaders.card_of(work, leader_id=by.leader_id)
        visitor = known(work, by.leader_id)
    terms = site().settings.invites
    return render(
        "resident/invited.html", title="邻居邀请您", by=by, leader=leader, visitor=visitor, terms=terms, path=path
    )


@mall.post("/y/<code>")
@allow(members=RESIDENTS)
def join(code: str) -> Response:
    """Come by the invitation; the button says whose neighbour one becomes."""
    account_id, terms = current().account_id or 0, site().settings.invites
    site().act(
        lambda work: invites.join(work, account_id=account_id, code=_checked(code), terms=terms),
        done=lambda by: f"好了，您现在跟着团长“{by.leader_name}”。取走第一单，券就到。",
    )
    with site().store.read() as work:
        number = invites.inviter(work, code=code).leader_number
    return redirect(url_for(".home", code=f"L{number}"))


def _checked(code: str) -> str:
    if not re.fullmatch(r"\d{8}", code):
        raise NotFound
    return code
