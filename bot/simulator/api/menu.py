"""The custom menu.

Source: developers.weixin.qq.com/doc/service/api/custommenu/api_createcustommenu
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .call import ApiError, Call, Endpoint, ok

KEYED = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
REFERRING = {"media_id": "media_id", "view_limited": "media_id", "article_id": "article_id"}
REFERRING["article_view_limited"] = "article_id"


@dataclass(frozen=True)
class Level:
    """Limits and error codes of the top row or of a sub menu; sizes in bytes of UTF-8."""

    count: int
    name_bytes: int
    count_code: int
    name_code: int
    key_code: int
    url_code: int


TOP = Level(3, 16, 40016, 40018, 40019, 40020)
SUB = Level(5, 60, 40023, 40025, 40026, 40027)


def create(call: Call) -> dict[str, Any]:
    call.refuse_escapes()
    buttons = call.data.get("button")
    _check_row(buttons, TOP)
    call.core.state.menu = {"button": buttons}
    return ok()


def get(call: Call) -> dict[str, Any]:
    menu = call.core.state.menu
    if menu is None:
        raise ApiError(46003, "menu no exist")
    return {"menu": menu}


def delete(call: Call) -> dict[str, Any]:
    call.core.state.menu = None
    return ok()


def _check_row(buttons: Any, level: Level) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.count:
        raise ApiError(level.count_code, "invalid button size")
    for button in buttons:
        if not isinstance(button, dict):
            raise ApiError(40015, "invalid menu type")
        _check_button(button, level)


def _check_button(button: dict[str, Any], level: Level) -> None:
    _check_size(button.get("name"), level.name_bytes, level.name_code, "invalid button name size")
    below = button.get("sub_button")
    if below and level is TOP:
        _check_row(below, SUB)
        return
    kind = button.get("type")
    if kind in KEYED:
        _check_size(button.get("key"), 128, level.key_code, "invalid button key size")
    elif kind in ("view", "miniprogram"):
        _check_size(button.get("url"), 1024, level.url_code, "invalid button url size")
        if kind == "view" and not str(button["url"]).startswith(("http://", "https://")):
            raise ApiError(40055, "invalid button url domain")
    elif kind in REFERRING:
        _check_size(button.get(REFERRING[kind]), 128, 40007, "invalid media_id")
    else:
        raise ApiError(40017, "invalid button type")


def _check_size(value: Any, limit: int, code: int, message: str) -> None:
    if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= limit:
        raise ApiError(code, message)


ENDPOINTS = (
    Endpoint("/cgi-bin/menu/create", create, feature="menu"),
    Endpoint("/cgi-bin/menu/get", get, ("GET",), feature="menu"),
    Endpoint("/cgi-bin/menu/delete", delete, ("GET",), feature="menu"),
)
