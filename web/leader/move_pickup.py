"""改自提 on the phone: another time or place for a round's pickup."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from operations.listings import rounds as listing
from web import moving
from web.auth import allow
from web.leader.blueprint import LEADER, members, own_leader_id, page
from web.site import site


@members.get("/rounds/<key:round_id>/pickup")
@allow(members=LEADER)
def where_and_when(round_id: int) -> str:
    """The form, filled with how it is now."""
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
    return page("move_pickup", title="改取货", round=head, filled=moving.as_filled(head))


@members.post("/rounds/<key:round_id>/pickup")
@allow(members=LEADER)
def move_pickup(round_id: int) -> Response:
    """Move it and tell the neighbours."""
    with site().store.read() as work:
        listing.detail(work, leader_id=own_leader_id(), round_id=round_id)  # a round of another leader is none
    if not moving.move(own_leader_id(), round_id):
        return redirect(url_for(".where_and_when", round_id=round_id))
    return redirect(url_for(".round_", round_id=round_id))
