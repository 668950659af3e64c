"""The rest: JS-SDK ticket, short keys, quotas, addresses.

Sources: developers.weixin.qq.com/doc/service/api/qrcode/shorten/api_genshortkey.html and
…/doc/offiaccount/openApi/get_api_quota.html. Which of 9410010-9410012 stands for what was not found; a client may
rely on the range only.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from bot.simulator.state import ShortEntry

from .call import ApiError, Call, Endpoint, ok
from .quotas import CLEARS_PER_MONTH, clear, day_key, limits, month_key

TICKET_LIFE = timedelta(seconds=7200)
SHORT_BYTES = 4096
SHORT_LONGEST = 2_592_000


def jsapi_ticket(call: Call) -> dict[str, Any]:
    if call.query.get("type") not in ("jsapi", "wx_card"):
        raise ApiError(40097, "invalid args")
    now = call.core.now()
    held = call.core.state.jsapi_ticket
    if held is None or now >= held[1]:
        held = (f"kgt{call.core.letters(83)}", now + TICKET_LIFE)
        call.core.state.jsapi_ticket = held
    return ok(ticket=held[0], expires_in=int((held[1] - now).total_seconds()))


def shorten(call: Call) -> dict[str, Any]:
    data = call.data.get("long_data")
    if not isinstance(data, str) or not 1 <= len(data.encode("utf-8")) <= SHORT_BYTES:
        raise ApiError(9410010, "long_data must have 1 to 4096 bytes")
    seconds = call.data.get("expire_seconds", SHORT_LONGEST)
    if not isinstance(seconds, int) or not 1 <= seconds <= SHORT_LONGEST:
        raise ApiError(9410011, "invalid expire_seconds")
    now, key = call.core.now(), call.core.letters(15)
    call.core.state.shorts[key] = ShortEntry(data, now, now + timedelta(seconds=seconds))
    return ok(short_key=key)


def lengthen(call: Call) -> dict[str, Any]:
    entry = call.core.state.shorts.get(str(call.data.get("short_key", "")))
    now = call.core.now()
    if entry is None or now >= entry.expires:
        raise ApiError(9410012, "short_key not found or expired")
    rest = int((entry.expires - now).total_seconds())
    return ok(long_data=entry.long_data, create_time=int(entry.created.timestamp()), expire_seconds=rest)


def short_url(call: Call) -> dict[str, Any]:
    """Dead since 2021-03-15: the long address comes back unchanged."""
    if call.data.get("action") != "long2short":
        raise ApiError(47001, "action must be long2short")
    return ok(short_url=call.text("long_url"))


def clear_quota(call: Call) -> dict[str, Any]:
    if call.data.get("appid") != call.core.account.appid:
        raise ApiError(40013, "invalid appid")
    return _clear(call)


def clear_quota_v2(call: Call) -> dict[str, Any]:
    given = dict(call.query) | (call.data if call.body else {})
    if given.get("appid") != call.core.account.appid:
        raise ApiError(40013, "invalid appid")
    if not hmac.compare_digest(str(given.get("appsecret", "")).encode(), call.core.account.secret.encode()):
        raise ApiError(40125, "invalid appsecret")
    return _clear(call)


def _clear(call: Call) -> dict[str, Any]:
    used, month = call.core.state.used, month_key(call.core.now())
    if used.get(("clear_quota", month), 0) >= CLEARS_PER_MONTH:
        raise ApiError(48006, "forbid to clear quota because of reaching the limit")
    used["clear_quota", month] = used.get(("clear_quota", month), 0) + 1
    clear(call.core)
    return ok()


def quota_get(call: Call) -> dict[str, Any]:
    path = call.text("cgi_path", 76021, "cgi_path not found, please check")
    daily, minute = limits(call.core, path)
    if daily is None:
        raise ApiError(76021, "cgi_path not found, please check")
    used = call.core.state.used.get((path, day_key(call.core.now())), 0)
    answer = ok(quota={"daily_limit": daily, "used": used, "remain": max(daily - used, 0)})
    if minute is not None:
        answer["rate_limit"] = {"call_count": minute, "refresh_second": 60}
    return answer


def rid_get(call: Call) -> dict[str, Any]:
    rid = call.text("rid", 76001, "rid not found")
    entry = next((one for one in reversed(call.core.state.log) if one.rid == rid), None)
    if entry is None:
        raise ApiError(76001, "rid not found")
    request = {
        "invoke_time": int(entry.at.timestamp()),
        "cost_in_ms": 1,
        "request_url": f"{entry.path}",
        "request_body": str(entry.body),
        "response_body": str(entry.answer),
        "client_ip": "127.0.0.1",
    }
    return ok(request=request)


def callback_ip(call: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


ENDPOINTS = (
    Endpoint("/cgi-bin/ticket/getticket", jsapi_ticket, ("GET",)),
    Endpoint("/cgi-bin/shorten/gen", shorten),
    Endpoint("/cgi-bin/shorten/fetch", lengthen),
    Endpoint("/cgi-bin/shorturl", short_url),
    Endpoint("/cgi-bin/clear_quota", clear_quota),
    Endpoint("/cgi-bin/clear_quota/v2", clear_quota_v2, token=False),
    Endpoint("/cgi-bin/openapi/quota/get", quota_get),
    Endpoint("/cgi-bin/openapi/rid/get", rid_get),
    Endpoint("/cgi-bin/getcallbackip", callback_ip, ("GET",)),
    Endpoint("/cgi-bin/get_api_domain_ip", callback_ip, ("GET",)),
)
