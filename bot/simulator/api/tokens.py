"""access_token: the old family, where each call kills the token before, and the stable one.

Sources: developers.weixin.qq.com/doc/service/api/base/api_getaccesstoken and …/api_getstableaccesstoken
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.simulator.core import Core
from bot.simulator.state import Token

from .call import ApiError, Call, Endpoint

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
RENEW_BEFORE = timedelta(minutes=5)
FORCE_PAUSE = timedelta(seconds=30)
FORCE_DAILY = 20
_SHAPE = re.compile(r"[A-Za-z0-9_-]{64,512}")


def check(core: Core, value: str) -> None:
    """Raises ApiError unless the token is good now: 41001 missing, 40014 malformed, 42001 old, 40001 else."""
    if not value:
        raise ApiError(41001, "access_token missing")
    if not _SHAPE.fullmatch(value):
        raise ApiError(40014, "invalid access_token")
    now = core.now()
    with core.lock:
        token = next((one for one in core.state.tokens if one.value == value), None)
    if token is not None and token.alive(now):
        return
    if token is not None and token.dead_at is None and now >= token.expires:
        raise ApiError(42001, "access_token expired")
    raise ApiError(40001, "invalid credential, access_token is invalid or not latest")


def revoke_all(core: Core) -> None:
    """The fault revoke_token: no token given out so far works any more."""
    now = core.now()
    with core.lock:
        for token in core.state.tokens:
            token.dead_at = now


def rotate(core: Core) -> Token:
    """The fault rotate_token: somebody else forced a new stable token."""
    now = core.now()
    with core.lock:
        _kill(core, "stable", now)
        return _issue(core, "stable", now)


def get_token(call: Call) -> dict[str, Any]:
    _check_credentials(call, call.query)
    now = call.core.now()
    for old in call.core.state.tokens:
        if old.family == "token" and old.alive(now) and old.dead_at is None:
            old.dead_at = now + OVERLAP
    token = _issue(call.core, "token", now)
    return _answer(token, now)


def stable_token(call: Call) -> dict[str, Any]:
    _check_credentials(call, call.data)
    force = call.data.get("force_refresh", False)
    if not isinstance(force, bool):
        raise ApiError(47001, "force_refresh must be a boolean")
    now = call.core.now()
    current = _current(call.core, now)
    if force:
        _allow_force(call.core, now)
        _kill(call.core, "stable", now)
        current = None
    if current is None or current.expires - now <= RENEW_BEFORE:
        current = _issue(call.core, "stable", now)
    return _answer(current, now)


def _check_credentials(call: Call, given: Any) -> None:
    account = call.core.account
    if given.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    appid, secret = (given.get("appid") or ""), (given.get("secret") or "")
    if not appid:
        raise ApiError(41002, "appid missing")
    if not secret:
        raise ApiError(41004, "appsecret missing")
    if appid != account.appid:
        raise ApiError(40013, "invalid appid")
    if not hmac.compare_digest(str(secret).encode(), account.secret.encode()):
        raise ApiError(40125, "invalid appsecret")
    if account.ip_whitelist and call.address not in account.ip_whitelist:
        raise ApiError(40164, f"invalid ip {call.address} ipv6 ::ffff:{call.address}, not in whitelist")


def _current(core: Core, now: datetime) -> Token | None:
    alive = [token for token in core.state.tokens if token.family == "stable" and token.alive(now)]
    return alive[-1] if alive else None


def _allow_force(core: Core, now: datetime) -> None:
    recent = [at for at in core.state.forced if now - at < timedelta(days=1)]
    if recent and now - recent[-1] < FORCE_PAUSE:
        raise ApiError(45011, "api minute-quota reach limit, must slower, retry next minute")
    if len(recent) >= FORCE_DAILY:
        raise ApiError(45009, "reach max api daily quota limit")
    core.state.forced = [*recent, now]


def _issue(core: Core, family: Literal["token", "stable"], now: datetime) -> Token:
    token = Token(f"{core.digits(2)}_{core.letters(133)}", family, now, now + LIFETIME)
    core.state.tokens.append(token)
    return token


def _kill(core: Core, family: str, now: datetime) -> None:
    for token in core.state.tokens:
        if token.family == family and token.alive(now):
            token.dead_at = now


def _answer(token: Token, now: datetime) -> dict[str, Any]:
    return {"access_token": token.value, "expires_in": int((token.expires - now).total_seconds())}


ENDPOINTS = (
    Endpoint("/cgi-bin/token", get_token, ("GET",), token=False),
    Endpoint("/cgi-bin/stable_token", stable_token, token=False),
)
