"""`/p/<token>`, the address in a pickup QR: the neighbour sees what to collect, who hands out sees the form for it."""

from __future__ import annotations

import re

from flask import g, request, url_for
from sqlalchemy import RowMapping
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from models.views import OrderView
from operations import order_views
from operations.listings import leaders, orders, rounds
from operations.pickup import Redemption
from operations.sessions import Session
from web.auth import allow
from web.forms import BadInput
from web.handing import Clerk, hand_out
from web.leader.blueprint import EVERYBODY
from web.resident.blueprint import public
from web.site import render, show_problem, site

_TOKEN = re.compile(r"[0-9a-f]{32}")


@public.get("/p/<token>")
@allow(public=True)
def ticket(token: str) -> str:
    """What to collect, where and when."""
    return _page(_code_of(token))


@public.post("/p/<token>")
@allow(members=EVERYBODY)
def hand_out_ticket(token: str) -> str | Response:
    """Hand out; for the leader the ticket belongs to and his helpers only."""
    code = _code_of(token)
    session: Session = g.session
    if session.leader_id != code["leader_id"]:
        return show_problem(403, "这是别的团长的取货码，不能在这里核销。")
    clerk = Clerk.of(session, code["leader_id"])
    try:
        done = hand_out(clerk, request.form, token=token)
    except BadInput as error:
        return _page(code, problem=str(error))
    return _page(_code_of(token), done=done)


def _code_of(token: str) -> RowMapping:
    """The code behind a token; every miss is the same page: malformed, unknown, withdrawn."""
    with site().store.read() as work:
        code = orders.by_token(work, token if _TOKEN.fullmatch(token) else "")
    if code is None or code["state"] == "revoked":
        raise NotFound
    return code


def _page(code: RowMapping, *, problem: str = "", done: Redemption | None = None) -> str:
    leader_id = code["leader_id"]
    with site().store.read() as work:
        order = order_views.view(work, leader_id=leader_id, order_id=code["order_id"])
        round_ = rounds.detail(work, leader_id=leader_id, round_id=order.round_id)
        points = leaders.pickup_points(work, leader_id=leader_id)
    session: Session | None = g.session
    return render(
        "resident/ticket.html",
        title="取货码",
        code=code,
        order=order,
        round=round_,
        points=points,
        qr=qr_path(site().settings.url(url_for("public.ticket", token=code["token"]))),
        is_clerk=session is not None and session.leader_id == leader_id,
        is_leader=session is not None and session.leader_id == leader_id and session.role == "leader",
        is_done=is_collected(order),
        problem=problem,
        done=done,
    )


def is_collected(order: OrderView) -> bool:
    """Whether nothing is left to hand out."""
    return bool(order.lines) and all(line.left_milli <= 0 for line in order.lines)


def qr_path(text: str) -> tuple[int, str]:
    """(side, path) of a QR code for an inline SVG; the side counts modules with the quiet zone of four."""
    import qrcode  # for few: not at the start

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark)
    return len(matrix), path
