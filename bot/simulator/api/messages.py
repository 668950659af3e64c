"""Customer-service messages and the typing state.

Sources: developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html and
…/doc/service/api/customer/message/api_typing
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.simulator import windows
from bot.simulator.judge import TEXT_LIMIT
from bot.simulator.state import User

from .call import ApiError, Call, Endpoint, ok

TYPING_AFTER = timedelta(seconds=30)
TYPING_LASTS = timedelta(seconds=15)

Shown = tuple[str, dict[str, Any]]


def custom_send(call: Call) -> dict[str, Any]:
    call.refuse_escapes()
    kind = call.data.get("msgtype")
    user = call.follower(call.data.get("touser"))
    if user.blacklisted:
        raise ApiError(43019, "require remove blacklist")
    if user.blocked:
        raise ApiError(48002, "user block receive message")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None or not isinstance(kind, str):
        raise ApiError(40008, "invalid message type")
    text, data = reader(call, _part(call, kind))
    code = windows.spend(user, call.core.now())
    if code:
        raise ApiError(code, _WINDOW_ERRORS[code])
    user.typing_until = None
    call.core.show(user.openid, kind, "custom", text, data=data)
    return ok()


_WINDOW_ERRORS = {
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
}


def typing(call: Call) -> dict[str, Any]:
    user = call.follower(call.data.get("touser"))
    command = call.data.get("command")
    now = call.core.now()
    if command == "CancelTyping":
        user.typing_until = None
        return ok()
    if command != "Typing":
        raise ApiError(45072, "invalid command")
    _check_typing(user, now - TYPING_AFTER)
    if user.typing_until is not None and now < user.typing_until:
        raise ApiError(45081, "already in typing status")
    user.typing_until = now + TYPING_LASTS
    return ok()


def _check_typing(user: User, since: Any) -> None:
    if user.last_interaction is None or user.last_interaction[1] < since:
        raise ApiError(45080, "can not send typing: no interaction in the last 30 seconds")


def _part(call: Call, kind: str) -> dict[str, Any]:
    part = call.data.get(kind, {})
    if not isinstance(part, dict):
        raise ApiError(47001, "data format error")
    return part


def _read_text(call: Call, part: dict[str, Any]) -> Shown:
    content = _string(part, "content")
    if not content:
        raise ApiError(44004, "empty content")
    if len(content.encode("utf-8", "replace")) > TEXT_LIMIT:
        raise ApiError(45002, "content size out of limit")
    return content, {}


def _read_media(call: Call, part: dict[str, Any]) -> Shown:
    media_id = _string(part, "media_id")
    if call.core.media_alive(media_id) is None:
        raise ApiError(40007, "invalid media_id")
    title = _string(part, "title")
    return title, {"media_id": media_id, "title": title, "description": _string(part, "description")}


def _read_music(call: Call, part: dict[str, Any]) -> Shown:
    return _string(part, "title"), {key: _string(part, key) for key in ("title", "description", "musicurl")}


def _read_news(call: Call, part: dict[str, Any]) -> Shown:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles or not all(isinstance(one, dict) for one in articles):
        raise ApiError(44003, "empty news data")
    if len(articles) > 1:
        raise ApiError(45008, "article size out of limit")
    shown = [{key: _string(one, key) for key in ("title", "description", "picurl", "url")} for one in articles]
    return shown[0]["title"], {"articles": shown}


def _read_menu(call: Call, part: dict[str, Any]) -> Shown:
    if not call.core.account.may("msgmenu"):
        raise ApiError(40200, "invalid account type")
    items = part.get("list")
    if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
        raise ApiError(47001, "msgmenu.list is missing")
    rows = [{"id": str(one.get("id", "")), "content": _string(one, "content")} for one in items]
    if not all(row["id"] and row["content"] for row in rows):
        raise ApiError(47001, "msgmenu.list item without id or content")
    head, tail = _string(part, "head_content"), _string(part, "tail_content")
    return head, {"items": rows, "tail": tail}


def _read_page(call: Call, part: dict[str, Any]) -> Shown:
    keys = ("title", "appid", "pagepath", "thumb_media_id")
    return _string(part, "title"), {key: _string(part, key) for key in keys}


def _string(part: dict[str, Any], key: str) -> str:
    value = part.get(key, "")
    if not isinstance(value, str):
        raise ApiError(47001, f"{key} must be a string")
    return value


_READERS: dict[str, Callable[[Call, dict[str, Any]], Shown]] = {
    "text": _read_text,
    "image": _read_media,
    "voice": _read_media,
    "video": _read_media,
    "music": _read_music,
    "news": _read_news,
    "msgmenu": _read_menu,
    "miniprogrampage": _read_page,
}

ENDPOINTS = (
    Endpoint("/cgi-bin/message/custom/send", custom_send, feature="custom"),
    Endpoint("/cgi-bin/message/custom/typing", typing, feature="custom"),
)
