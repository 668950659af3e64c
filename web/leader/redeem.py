"""Handing out by code on the leader's or helper's phone."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations.pickup import Redemption
from web.auth import allow, current
from web.forms import BadInput, read_text
from web.handing import Clerk, hand_out, look, take_back
from web.leader.blueprint import EVERYBODY, members, own_leader_id, page


@members.get("/redeem")
@allow(members=EVERYBODY)
def redeem() -> str:
    """The form."""
    return _page()


@members.post("/redeem/look")
@allow(members=EVERYBODY)
def look_at_code() -> str:
    """What the code stands for, before anything is handed out."""
    return _page(found=look(_clerk(), _code()))


@members.post("/redeem")
@allow(members=EVERYBODY)
def hand_out_code() -> str:
    """Hand out what the form says."""
    try:
        return _page(done=hand_out(_clerk(), request.form, code=_code()))
    except BadInput as error:
        return _page(problem=str(error))


@members.post("/redeem/undo")
@allow(members=EVERYBODY)
def undo_code() -> Response:
    """Take the last handing out of a code back."""
    take_back(_clerk(), _code())
    return redirect(url_for(".redeem"))


def _clerk() -> Clerk:
    return Clerk.of(current(), own_leader_id())


def _code() -> str:
    return read_text(request.form, "code", most=64)


def _page(*, problem: str = "", found: Redemption | None = None, done: Redemption | None = None) -> str:
    return page("redeem", title="核销", code=_code(), problem=problem, found=found, done=done)
