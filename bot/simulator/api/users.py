"""Followers and their tags.

Sources: developers.weixin.qq.com/doc/offiaccount/User_Management/Get_users_basic_information_UnionID.html and
…/User_Tag_Management.html; nickname and headimgurl are empty since 2021-12-27.
"""

from __future__ import annotations

from typing import Any

from bot.simulator.state import User

from .call import ApiError, Call, Endpoint, ok

PAGE = 10_000
TAG_LIMIT = 100
TAG_BYTES = 30
TAGS_PER_USER = 20


def info(call: Call) -> dict[str, Any]:
    user = call.known_user(call.query.get("openid"))
    if not user.subscribed:
        return {"subscribe": 0, "openid": user.openid}
    numeric = user.scene.isdigit()
    return {
        "subscribe": 1,
        "openid": user.openid,
        "nickname": "",
        "headimgurl": "",
        "subscribe_time": int(user.subscribe_time.timestamp()) if user.subscribe_time else 0,
        "remark": user.remark,
        "groupid": user.tags[0] if user.tags else 0,
        "tagid_list": list(user.tags),
        "subscribe_scene": user.subscribe_scene,
        "qr_scene": int(user.scene) if numeric else 0,
        "qr_scene_str": "" if numeric else user.scene,
    }


def followers(call: Call) -> dict[str, Any]:
    openids = [user.openid for user in call.core.state.users.values() if user.subscribed]
    start = 0
    after = call.query.get("next_openid", "")
    if after:
        call.known_user(after)
        start = openids.index(after) + 1 if after in openids else 0
    page = openids[start : start + PAGE]
    answer: dict[str, Any] = {"total": len(openids), "count": len(page)}
    if page:
        answer["data"] = {"openid": page}
    return answer | {"next_openid": page[-1] if page else ""}


def remark(call: Call) -> dict[str, Any]:
    user = call.known_user(call.data.get("openid"))
    value = call.data.get("remark")
    if not isinstance(value, str) or len(value) >= 30:
        raise ApiError(47001, "remark must have fewer than 30 characters")
    user.remark = value
    return ok()


def create_tag(call: Call) -> dict[str, Any]:
    name = _tag_name(call)
    state = call.core.state
    if len(state.user_tags) >= TAG_LIMIT:
        raise ApiError(45056, "too many tag now, no need to add new")
    tag_id, state.next_tag = state.next_tag, state.next_tag + 1
    state.user_tags[tag_id] = name
    return {"tag": {"id": tag_id, "name": name}}


def list_tags(call: Call) -> dict[str, Any]:
    users = call.core.state.users.values()
    tags = call.core.state.user_tags.items()
    rows = [{"id": key, "name": name, "count": sum(key in user.tags for user in users)} for key, name in tags]
    return {"tags": rows}


def update_tag(call: Call) -> dict[str, Any]:
    tag_id = _tag_id(call, _tag_part(call).get("id"))
    call.core.state.user_tags[tag_id] = _tag_name(call)
    return ok()


def delete_tag(call: Call) -> dict[str, Any]:
    tag_id = _tag_id(call, _tag_part(call).get("id"))
    del call.core.state.user_tags[tag_id]
    for user in call.core.state.users.values():
        user.tags = [tag for tag in user.tags if tag != tag_id]
    return ok()


def tag_users(call: Call) -> dict[str, Any]:
    tag_id = _tag_id(call, call.data.get("tagid"))
    users = _batch(call)
    if any(len(user.tags) >= TAGS_PER_USER and tag_id not in user.tags for user in users):
        raise ApiError(45059, "the user has too many tags")
    for user in users:
        if tag_id not in user.tags:
            user.tags.append(tag_id)
    return ok()


def untag_users(call: Call) -> dict[str, Any]:
    tag_id = _tag_id(call, call.data.get("tagid"))
    for user in _batch(call):
        user.tags = [tag for tag in user.tags if tag != tag_id]
    return ok()


def users_of_tag(call: Call) -> dict[str, Any]:
    tag_id = _tag_id(call, call.data.get("tagid"))
    openids = [user.openid for user in call.core.state.users.values() if tag_id in user.tags]
    return {"count": len(openids), "data": {"openid": openids}, "next_openid": openids[-1] if openids else ""}


def tags_of_user(call: Call) -> dict[str, Any]:
    return {"tagid_list": list(call.known_user(call.data.get("openid")).tags)}


def _batch(call: Call) -> list[User]:
    openids = call.data.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise ApiError(40032, "invalid openid list size")
    return [call.follower(openid) for openid in openids]


def _tag_part(call: Call) -> dict[str, Any]:
    part = call.data.get("tag")
    if not isinstance(part, dict):
        raise ApiError(47001, "tag is missing")
    return part


def _tag_name(call: Call) -> str:
    name = _tag_part(call).get("name")
    if not isinstance(name, str) or not name.strip() or name in call.core.state.user_tags.values():
        raise ApiError(45157, "invalid tag name")
    if len(name.encode("utf-8")) > TAG_BYTES:
        raise ApiError(45158, "tag name too long")
    return name


def _tag_id(call: Call, value: Any) -> int:
    if not isinstance(value, int) or value not in call.core.state.user_tags:
        raise ApiError(45159, "invalid tag id")
    return value


ENDPOINTS = (
    Endpoint("/cgi-bin/user/info", info, ("GET",), feature="user"),
    Endpoint("/cgi-bin/user/get", followers, ("GET",), feature="user"),
    Endpoint("/cgi-bin/user/info/updateremark", remark, feature="user"),
    Endpoint("/cgi-bin/user/tag/get", users_of_tag, feature="tags"),
    Endpoint("/cgi-bin/tags/create", create_tag, feature="tags"),
    Endpoint("/cgi-bin/tags/get", list_tags, ("GET",), feature="tags"),
    Endpoint("/cgi-bin/tags/update", update_tag, feature="tags"),
    Endpoint("/cgi-bin/tags/delete", delete_tag, feature="tags"),
    Endpoint("/cgi-bin/tags/members/batchtagging", tag_users, feature="tags"),
    Endpoint("/cgi-bin/tags/members/batchuntagging", untag_users, feature="tags"),
    Endpoint("/cgi-bin/tags/getidlist", tags_of_user, feature="tags"),
)
