"""Web authorisation: the page a phone opens, the code, the tokens behind it.

Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Response, render_template

from bot.simulator.state import OAuthCode, User, WebToken

from .call import ApiError, Call, Endpoint, ok

CODE_LIFE = timedelta(minutes=5)
TOKEN_LIFE = timedelta(seconds=7200)
REFRESH_LIFE = timedelta(days=30)
SCOPES = ("snsapi_base", "snsapi_userinfo")
PHONE_COOKIE = "simulator_phone"  # set by static/bubbles.js when a link is tapped


def authorize(call: Call) -> Response:
    """Redirects with a code for the phone given by `as`, or the one that tapped a link last; else asks which."""
    target, scope = call.query.get("redirect_uri", ""), call.query.get("scope", "")
    _check_request(call, target, scope)
    openid = call.query.get("as") or call.cookies.get(PHONE_COOKIE, "")
    if openid not in call.core.state.users:
        return _chooser(call)
    code = call.core.letters(32)
    call.core.state.codes[code] = OAuthCode(code, openid, scope, call.core.now())
    extra = urlencode({"code": code, "state": call.query.get("state", "")})
    address, _, fragment = target.partition("#")
    joined = f"{address}{'&' if '?' in address else '?'}{extra}" + (f"#{fragment}" if fragment else "")
    return Response(status=302, headers={"Location": joined})


def _check_request(call: Call, target: str, scope: str) -> None:
    account = call.core.account
    if not account.may("oauth"):
        raise ApiError(48001, "api unauthorized")
    if call.query.get("appid") != account.appid:
        raise ApiError(40013, "invalid appid")
    if scope not in SCOPES:
        raise ApiError(10005, "invalid scope")
    parts = urlsplit(target)
    if parts.scheme not in ("http", "https") or (account.oauth_domain and parts.hostname != account.oauth_domain):
        raise ApiError(10003, "redirect_uri domain does not match the configuration")
    if len(call.query.get("state", "")) > 128:
        raise ApiError(10016, "state is too long")


def _chooser(call: Call) -> Response:
    links = [
        (user.name or user.openid, f"{call.path}?{urlencode({**call.query, 'as': user.openid})}")
        for user in call.core.state.users.values()
    ]
    return Response(render_template("choose_phone.html", links=links), content_type="text/html; charset=utf-8")


def access_token(call: Call) -> dict[str, Any]:
    _check_app(call)
    now = call.core.now()
    code = call.core.state.codes.get(call.query.get("code", ""))
    if call.query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    if code is None or now >= code.issued + CODE_LIFE:
        raise ApiError(40029, "invalid code")
    if code.used:
        raise ApiError(40163, "code been used")
    code.used = True
    refresh = call.core.letters(89)
    return _issue(call, call.known_user(code.openid), code.scope, refresh)


def refresh_token(call: Call) -> dict[str, Any]:
    if call.query.get("appid") != call.core.account.appid:
        raise ApiError(40013, "invalid appid")
    if call.query.get("grant_type") != "refresh_token":
        raise ApiError(40002, "invalid grant_type")
    given, now = call.query.get("refresh_token", ""), call.core.now()
    held = next((one for one in call.core.state.web_tokens if one.refresh_token == given), None)
    if held is None:
        raise ApiError(40030, "invalid refresh_token")
    if now >= held.issued + REFRESH_LIFE:
        raise ApiError(42002, "refresh_token expired")
    return _issue(call, call.known_user(held.openid), held.scope, given)


def user_info(call: Call) -> dict[str, Any]:
    token = _web_token(call)
    if token.scope != "snsapi_userinfo":
        raise ApiError(48001, "api unauthorized")
    user = call.known_user(token.openid)
    return {"openid": user.openid, "nickname": user.name, "sex": 0, "headimgurl": "", "privilege": []}


def check_token(call: Call) -> dict[str, Any]:
    _web_token(call)
    return ok()


def _web_token(call: Call) -> WebToken:
    given, openid = call.query.get("access_token", ""), call.query.get("openid", "")
    if not given:
        raise ApiError(41001, "access_token missing")
    held = next((one for one in call.core.state.web_tokens if one.access_token == given), None)
    if held is None:
        raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
    if held.openid != openid:
        raise ApiError(40003, "invalid openid")
    if call.core.now() >= held.expires:
        raise ApiError(42001, "access_token expired")
    return held


def _check_app(call: Call) -> None:
    account = call.core.account
    if call.query.get("appid") != account.appid:
        raise ApiError(40013, "invalid appid")
    if not hmac.compare_digest(call.query.get("secret", "").encode(), account.secret.encode()):
        raise ApiError(40125, "invalid appsecret")


def _issue(call: Call, user: User, scope: str, refresh: str) -> dict[str, Any]:
    now = call.core.now()
    token = WebToken(call.core.letters(89), refresh, user.openid, scope, now, now + TOKEN_LIFE)
    call.core.state.web_tokens.append(token)
    answer: dict[str, Any] = {
        "access_token": token.access_token,
        "expires_in": int(TOKEN_LIFE.total_seconds()),
        "refresh_token": refresh,
        "openid": user.openid,
        "scope": scope,
    }
    return answer | ({"is_snapshotuser": 1} if user.snapshot else {})


ENDPOINTS = (
    Endpoint("/connect/oauth2/authorize", authorize, ("GET",), token=False),
    Endpoint("/sns/oauth2/access_token", access_token, ("GET",), token=False),
    Endpoint("/sns/oauth2/refresh_token", refresh_token, ("GET",), token=False),
    Endpoint("/sns/userinfo", user_info, ("GET",), token=False),
    Endpoint("/sns/auth", check_token, ("GET",), token=False),
)
