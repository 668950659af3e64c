"""整箱 on the page: how far the cases are, and what the leader wants done with one that is not full."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import full_case_wishes
from operations.full_cases import WISHES
from operations.listings import rounds as listing
from web.auth import allow, current
from web.forms import read_choice
from web.leader.blueprint import LEADER, members, own_leader_id, page
from web.site import site


@members.get("/rounds/<key:round_id>/cases")
@allow(members=LEADER)
def full_cases(round_id: int) -> str:
    """The offers that are bought by the case."""
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        usual, states = full_case_wishes.of_round(work, leader_id=own_leader_id(), round_id=round_id)
    return page("full_cases", title="凑整箱", round=head, usual=usual, states=states, wishes=WISHES)


@members.post("/rounds/<key:round_id>/cases")
@allow(members=LEADER)
def wish_cases(round_id: int) -> Response:
    """Fields usual and rest_<number>; an empty one is no wish. Only what was changed is written."""
    with site().store.read() as work:
        listing.detail(work, leader_id=own_leader_id(), round_id=round_id)  # a round of another leader is none

    def keep(work: Work) -> None:
        usual, states = full_case_wishes.of_round(work, leader_id=own_leader_id(), round_id=round_id)
        actor = current().actor
        for one in states:
            rest = read_choice(request.form, f"rest_{one.number}", WISHES, one.wish or "") or None
            if rest != one.wish and one.missing_milli is not None:
                full_case_wishes.wish(
                    work, leader_id=own_leader_id(), round_id=round_id, number=one.number, rest=rest, actor=actor
                )
        rest = read_choice(request.form, "usual", WISHES, usual or "") or None
        if rest != usual:
            full_case_wishes.wish_usually(work, leader_id=own_leader_id(), rest=rest, actor=actor)

    site().act(keep, done="记好了。")
    return redirect(url_for(".full_cases", round_id=round_id))
