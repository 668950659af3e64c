"""Coming in by the one-time link of 「后台」, and going."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from operations import links, sessions
from operations.errors import LinkDead
from web.auth import MEMBER, allow
from web.leader.blueprint import EVERYBODY, members
from web.site import render, show_problem, site


@members.get("/enter/<token>")
@allow(public=True)
def entrance(token: str) -> Response | str:
    """One button. Opening the page uses nothing up: previews and virus scanners open links too."""
    try:
        with site().store.read() as work:
            link = links.look(work, token)
    except LinkDead:
        return _dead()
    if link.purpose not in sessions.MEMBER_ROLES:
        return _dead()
    return render("leader/enter.html", title="进入后台", link=link, token=token)


@members.post("/enter/<token>")
@allow(public=True)
def enter(token: str) -> Response:
    """Use the link up and open a session that is good for its leader only."""
    brought = site().guard.token(MEMBER)
    try:
        with site().store.transaction() as work:
            target = links.look(work, token).target or {}
            session_token = links.enter(work, token)
            if brought:
                sessions.close(work, brought)
    except LinkDead:
        return _dead()
    # A link out of a statement leads to that statement; the address was written by us, not by who follows it.
    where = url_for(".today") + target.get("page", "")
    return site().guard.let_in(redirect(where), MEMBER, session_token)


@members.post("/logout")
@allow(members=EVERYBODY)
def logout() -> Response:
    """End this session."""
    return site().guard.end(redirect(url_for(".gone")), MEMBER)


@members.get("/gone")
@allow(public=True)
def gone() -> str:
    """After logging out."""
    return render("leader/gone.html", title="已退出")


def _dead() -> Response:
    return show_problem(410, "这个链接已经用过，或者过了15分钟。请在公众号里再发一次「后台」，点新的链接。")
