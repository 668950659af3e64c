"""Questions neighbours have for their leaders; the platform answers what was left unanswered."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import relays as business
from operations.listings import growth as listing
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_nonce, read_page, require_text
from web.site import site

STATES = ("escalated", "open", "answered")


@admin.get("/relays")
@allow(permission="view")
def relays() -> str:
    """What waits longest first; what was answered last."""
    state = read_choice(request.args, "state", STATES)
    number = read_leader_number(request.args)
    with site().store.read() as work:
        found = listing.relays(work, state=state, leader_number=number, number=read_page(request.args))
    return page("relays", here="relays", title="留言", found=found, state=state)


@admin.post("/relays/<key:leader_id>/<int:number>/answer")
@allow(permission="cases")
def answer_relay(leader_id: int, number: int) -> Response:
    """Answer in the leader's place; the neighbour reads that it is the platform."""
    site().act(
        lambda work: business.answer_for_leader(
            work,
            leader_id=leader_id,
            number=number,
            text=require_text(request.form, "text", "回复", most=500),
            actor=current().actor,
            source_key=f"web:{read_nonce(request.form)}",
        ),
        done="回复已发给邻居。",
    )
    return redirect(url_for(".relays"))
