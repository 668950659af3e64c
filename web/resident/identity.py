"""Who opens a page: WeChat says so where the account may ask (网页授权), else a one-time link from the chat.

The answer of WeChat comes with a `state` that is bound to the browser that asked: nobody can be made to come in as
somebody else by an address he is given. A snapshot page (快照页) shows an openid of nobody and is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

import structlog
from flask import g, redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from bot.messenger import NotAPerson
from bot.wechat_errors import SendError
from models import Work
from operations import invites, links, people, sessions, visitors
from operations.errors import LinkDead, NotFound
from operations.listings import leaders
from operations.sessions import Session
from web.auth import NEIGHBOUR, allow
from web.resident.blueprint import mall
from web.site import render, show_problem, site

log = structlog.get_logger(__name__)

_ASKED = "lintuan_asked"  # what WeChat was asked for: state and the page to come back to
_ASKED_S = 600
_PAGE = re.compile(r"/(?:[lr]/[0-9A-Za-z]{1,12}|y/[0-9]{8}|my)(?:/[0-9a-z]{1,20})?")
_LEADER_OF = re.compile(r"/(?P<kind>[lry])/(?P<code>[0-9A-Za-z]{1,12})")
SNAPSHOT = "现在是快照页面，看不出您是谁。请点页面上的“使用完整服务”，再来下单。"
FAILED = "微信没有告诉我们您是谁，请再点一次；还不行的话，在公众号里发送「下单」。"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who is looking, for the pages: nobody known, or an account."""

    account_id: int

    @property
    def actor(self) -> str:
        return f"account:{self.account_id}"


def neighbour() -> Neighbour | None:
    """The person whose session this is; None for somebody who is not known yet."""
    session: Session | None = g.session
    return Neighbour(session.account_id) if session is not None and session.account_id is not None else None


def known(work: Work, leader_id: int) -> visitors.Visitor | None:
    """What this person is to this leader."""
    person = neighbour()
    return visitors.look(work, account_id=person.account_id, leader_id=leader_id) if person else None


def is_to_be_asked() -> bool:
    """Whether this page should go to WeChat and back before it is shown: in WeChat's browser, once."""
    in_wechat = "MicroMessenger" in request.headers.get("User-Agent", "")
    return site().login is not None and g.session is None and in_wechat and _ASKED not in request.cookies


def ask(path: str) -> Response:
    """Send the browser to WeChat; it comes back to this page of ours."""
    login = site().login
    if login is None or not _PAGE.fullmatch(path):
        raise NotFound
    state = f"{site().store.rng.getrandbits(128):032x}"
    response = redirect(login.address(site().settings.url(url_for("mall.come_back")), state))
    _remember(response, [state, path])
    return response


@mall.get("/in")
@allow(public=True)
def come_in() -> Response:
    """The button of somebody who is not known yet."""
    return ask(request.args.get("next", ""))


@mall.get("/in/back")
@allow(public=True)
def come_back() -> Response:
    """Where WeChat sends the browser: with a code that says who it is."""
    asked = _asked()
    login = site().login
    if login is None or asked is None or not compare_digest(asked[0].encode(), request.args.get("state", "").encode()):
        return show_problem(400, FAILED)
    path = asked[1]
    try:
        openid = login.openid(request.args.get("code", "")[:128])
    except NotAPerson:
        return _back_unknown(path, SNAPSHOT)
    except SendError as error:
        log.warning("page_login_failed", error=str(error))
        return _back_unknown(path, FAILED)
    token = site().store.run(lambda work: _open(work, openid, path))
    response = site().guard.let_in(redirect(path), NEIGHBOUR, token)
    response.delete_cookie(_ASKED, path="/")
    return response


def _open(work: Work, openid: str, path: str) -> str:
    person = people.recognise(work, openid, follows=False)
    account_id = person.account_id
    leader_id = (person.own_leader_id or person.leader_id) if path == "/my" else _leader_of(work, path)
    if leader_id is None:
        raise NotFound(what="leader")
    if not path.startswith("/y/"):  # who is invited joins by the button, so that it counts
        visitors.arrive(work, account_id=account_id, leader_id=leader_id)
    return sessions.open_for_resident(work, account_id=account_id, leader_id=leader_id)


def _leader_of(work: Work, path: str) -> int | None:
    """Whose page it is."""
    match = _LEADER_OF.match(path)
    finders: dict[str, Callable[[Work, str], int | None]] = {
        "l": _by_number,
        "r": leaders.of_round,
        "y": lambda work, code: int(invites.inviter(work, code=code).leader_id),
    }
    return finders[match["kind"]](work, match["code"]) if match and match["kind"] in finders else None


def _by_number(work: Work, code: str) -> int | None:
    digits = code.upper().removeprefix("L")
    return leaders.id_of(work, number=int(digits)) if digits.isdecimal() and len(digits) < 9 else None


def _back_unknown(path: str, text: str) -> Response:
    """Look at the page without being known; not asked again for a while."""
    site().flash.say("bad", text)
    response = redirect(path)
    _remember(response, ["", path])
    return response


def _remember(response: Response, asked: list[str]) -> None:
    value = str(_signer().dumps(asked))
    response.set_cookie(
        _ASKED, value, max_age=_ASKED_S, httponly=True, secure=site().settings.is_https, samesite="Lax", path="/"
    )


def _asked() -> tuple[str, str] | None:
    """(state, page) this browser asked for; None where it did not ask, or long ago."""
    try:
        state, path = _signer().loads(request.cookies.get(_ASKED, ""), max_age=_ASKED_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return (str(state), str(path)) if state and _PAGE.fullmatch(str(path)) else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(site().settings.secret, salt="asked")


# ---------------------------------------------------------------- the link from the chat


@mall.get("/e/<token>")
@allow(public=True)
def entrance(token: str) -> Response | str:
    """One button with the name on it. Opening the page uses nothing up: previews open links too."""
    try:
        with site().store.read() as work:
            link = links.look(work, token)
            visitor = visitors.look(work, account_id=link.account_id, leader_id=link.leader_id)
    except LinkDead:
        return _dead()
    if link.purpose != sessions.RESIDENT:
        return _dead()
    return render("resident/enter.html", title="进去下单", link=link, token=token, visitor=visitor)


@mall.post("/e/<token>")
@allow(public=True)
def enter(token: str) -> Response:
    """Use the link up and open the person's own session."""
    brought = site().guard.token(NEIGHBOUR)
    try:
        with site().store.transaction() as work:
            session_token, path = links.enter_as_resident(work, token)
            if brought:
                sessions.close(work, brought)
    except LinkDead:
        return _dead()
    return site().guard.let_in(redirect(path), NEIGHBOUR, session_token)


def _dead() -> Response:
    return show_problem(410, "这个链接已经用过，或者过了15分钟。请在公众号里再发一次「下单」，点新的链接。")
