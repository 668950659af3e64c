"""Handing out without a code: by phone, room or name, a whole household at once."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import codes, pick_lists, pickup
from operations.pickup import Redemption
from web.auth import allow, current
from web.forms import BadInput, read_milli, read_nonce, read_text
from web.handing import Clerk
from web.leader.blueprint import EVERYBODY, members, own_leader_id, page
from web.site import site

Wanted = dict[int, dict[int, int]]  # thousandths by offer number, by order id


@members.get("/find")
@allow(members=EVERYBODY)
def find() -> str | Response:
    """Who is meant; when it is one household with goods waiting, straight to its page."""
    text = read_text(request.args, "q", most=20)
    with site().store.read() as work:
        found = pick_lists.find(work, leader_id=own_leader_id(), text=text)
    if len(found) == 1 and found[0].waiting:
        return redirect(url_for(".household", order_id=found[0].waiting[0].id))
    return page("find", title="找人", text=text, households=found, is_waiting=pick_lists.is_waiting)


@members.get("/households/<key:order_id>")
@allow(members=EVERYBODY)
def household(order_id: int) -> str:
    """All that this household has waiting, on one page with one button."""
    return _page(order_id)


@members.post("/households/<key:order_id>")
@allow(members=EVERYBODY)
def hand_out_household(order_id: int) -> str:
    """Hand out what the form says, order by order; what one order refuses does not stop the others."""
    try:
        wanted, nonce = _read_wanted(request.form), read_nonce(request.form)
    except BadInput as error:
        return _page(order_id, problem=str(error))
    clerk = Clerk.of(current(), own_leader_id())
    results = site().store.run(lambda work: [_hand_out(work, clerk, i, wanted[i], nonce) for i in sorted(wanted)])
    return _page(order_id, results=results)


def _hand_out(work: Work, clerk: Clerk, order_id: int, wanted: Mapping[int, int], nonce: str) -> Redemption:
    return pickup.redeem(
        work,
        leader_id=clerk.leader_id,
        by_account_id=clerk.account_id,
        operator_id=clerk.operator_id,
        device=clerk.device,
        nonce=f"{nonce}:{order_id}",
        token=codes.token_of(work, leader_id=clerk.leader_id, order_id=order_id) or "",
        wanted=wanted,
    )


def _read_wanted(form: Mapping[str, str]) -> Wanted:
    """Fields take_<order>_<offer number>."""
    wanted: Wanted = {}
    for name in form:
        parts = name.split("_")
        if parts[0] != "take" or len(parts) != 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            continue
        if milli := read_milli(form, name, "数量"):
            wanted.setdefault(int(parts[1]), {})[int(parts[2])] = milli
    if not wanted:
        raise BadInput("一样都没有取，请填数量。")
    return wanted


def _page(order_id: int, *, problem: str = "", results: list[Redemption] | None = None) -> str:
    with site().store.read() as work:
        home = pick_lists.household(work, leader_id=own_leader_id(), order_id=order_id)
        alike: dict[int, tuple[str, ...]] = {}
        for round_id in {one.round_id for one in home.waiting}:
            alike |= pick_lists.alike_in(work, leader_id=own_leader_id(), round_id=round_id)
    return page("household", title="核销", home=home, alike=alike, order_id=order_id, problem=problem, results=results)
