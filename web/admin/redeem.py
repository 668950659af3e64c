"""Handing out from the console, by the leader's number and the pickup code."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations.listings import leaders
from operations.pickup import Redemption
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import BadInput, read_leader_number, read_text
from web.handing import Clerk, hand_out, look, take_back
from web.site import site


@admin.get("/redeem")
@allow(permission="redeem")
def redeem() -> str:
    """The form; leader and code may be filled in by a link from an order."""
    return _page(leader=read_text(request.args, "leader", most=10), code=read_text(request.args, "code", most=20))


@admin.post("/redeem/look")
@allow(permission="redeem")
def look_at_code() -> str:
    """What the code stands for. A POST: a wrong one is counted."""
    code, typed = read_text(request.form, "code", most=64), read_text(request.form, "leader", most=10)
    try:
        found = look(_clerk(), code)
    except BadInput as error:
        return _page(leader=typed, code=code, problem=str(error))
    return _page(leader=typed, code=code, found=found)


@admin.post("/redeem")
@allow(permission="redeem")
def hand_out_code() -> str:
    """Hand out."""
    code, typed = read_text(request.form, "code", most=64), read_text(request.form, "leader", most=10)
    try:
        done = hand_out(_clerk(), request.form, code=code)
    except BadInput as error:
        return _page(leader=typed, code=code, problem=str(error))
    return _page(leader=typed, code=code, done=done)


@admin.post("/redeem/undo")
@allow(permission="redeem")
def undo_code() -> Response:
    """Take the last handing out of a code back."""
    take_back(_clerk(), read_text(request.form, "code", most=64))
    return redirect(url_for(".redeem", leader=read_text(request.form, "leader", most=10)))


def _clerk() -> Clerk:
    number = read_leader_number(request.form)
    if number is None:
        raise BadInput("请填团长编号，比如 L7。")

    with site().store.read() as work:
        return Clerk.of(current(), _leader_id(work, number))


def _leader_id(work: Work, number: int) -> int:
    leader_id = leaders.id_of(work, number=number)
    if leader_id is None:
        raise BadInput(f"没有 L{number} 这位团长。")
    return leader_id


def _page(
    *, leader: str, code: str, problem: str = "", found: Redemption | None = None, done: Redemption | None = None
) -> str:
    return page(
        "redeem", here="redeem", title="核销", leader=leader, code=code, problem=problem, found=found, done=done
    )
