"""Template messages, subscription notices and the older one-off subscription message.

Sources: developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage.md,
…/doc/service/guide/product/subscription_messages/intro.html. What a repeated client_msg_id answers is not
documented; here it delivers nothing and answers with the first msgid.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from bot.simulator import inbound
from bot.simulator.core import Core
from bot.simulator.state import Template, User

from .call import ApiError, Call, Endpoint, ok

REPEAT_WINDOW = timedelta(minutes=10)
CLIENT_ID_LIMIT = 32

# Longest value by kind of keyword (thing1 -> thing), in characters.
_LONGEST = {"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phrase": 5, "name": 20}
_SHAPES = {
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]+"),
    "symbol": re.compile(r"[^\w\s]+"),
    "character_string": re.compile(r"[\x20-\x7e]+"),
    "phrase": re.compile(r"[\u4e00-\u9fff]+"),
    "time": re.compile(r".*\d{1,2}:\d{2}.*|.*\d{4}[-年/.]\d{1,2}.*"),
    "date": re.compile(r".*\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}.*"),
    "amount": re.compile(r"[¥￥$]?-?\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\- ]{1,17}"),
    "car_number": re.compile(r"\S{1,8}"),
}
_KEYWORD = re.compile(r"([a-z_]+?)(\d+)")


def template_send(call: Call) -> dict[str, Any]:
    call.refuse_escapes()
    core, now = call.core, call.core.now()
    template = _template(call, "template")
    if template.banned:
        raise ApiError(43116, "template is banned")
    user = call.follower(call.data.get("touser"))
    client_id = _client_id(call)
    repeated = core.state.client_msg_ids.get((user.openid, client_id)) if client_id else None
    if repeated is not None and now - repeated[1] < REPEAT_WINDOW:
        return ok(msgid=repeated[0])
    values = _values(template, call.data.get("data"))
    _limit_rate(core, user.openid)
    message_id = core.message_id()
    if client_id:
        core.state.client_msg_ids[user.openid, client_id] = (message_id, now)
    _deliver(call, user, template, values, message_id)
    return ok(msgid=message_id)


def _client_id(call: Call) -> str:
    value = call.data.get("client_msg_id", "")
    if not isinstance(value, str) or len(value) > CLIENT_ID_LIMIT:
        raise ApiError(47003, f"argument invalid! client_msg_id must be a string of at most {CLIENT_ID_LIMIT}")
    return value


def _deliver(call: Call, user: User, template: Template, values: dict[str, str], message_id: int) -> None:
    if user.refuses_template:
        call.core.pending.append(inbound.template_finished(user.openid, message_id, "failed:user block"))
        return
    _show(call, user, template, values, "template", call.data.get("url") or "")
    call.core.pending.append(inbound.template_finished(user.openid, message_id, "success"))


def _limit_rate(core: Core, openid: str) -> None:
    now, settings = core.now(), core.settings
    recent = [(at, who) for at, who in core.state.template_sends if now - at < timedelta(minutes=1)]
    if sum(1 for at, _ in recent if now - at < timedelta(seconds=1)) >= settings.template_per_second:
        raise ApiError(-1, "system error")
    if sum(1 for _, who in recent if who == openid) >= settings.template_per_openid_per_minute:
        raise ApiError(43117, "send message too frequently to this openid")
    core.state.template_sends = [*recent, (now, openid)]


def subscribe_send(call: Call) -> dict[str, Any]:
    call.refuse_escapes()
    template = _template(call, "subscribe")
    user = call.known_user(call.data.get("touser"))
    page = call.data.get("page", "")
    if page and not (isinstance(page, str) and page.startswith(("http://", "https://"))):
        raise ApiError(41030, "invalid page")
    values = _values(template, call.data.get("data"))
    opt_ins = call.core.state.opt_ins
    if opt_ins.get((user.openid, template.template_id), 0) < 1:
        raise ApiError(43101, "user refuse to accept the msg")
    opt_ins[user.openid, template.template_id] -= 1
    message_id = call.core.message_id()
    _show(call, user, template, values, "subscribe", page)
    call.core.pending.append(inbound.subscribe_sent(user.openid, template.template_id, message_id, 0, "success"))
    return ok()


def one_off_send(call: Call) -> dict[str, Any]:
    """message/template/subscribe: one message per confirmation of a scene on the mp/subscribemsg page."""
    call.refuse_escapes()
    template = _template(call, "subscribe")
    user = call.known_user(call.data.get("touser"))
    title, scene = call.text("title", 47003), str(call.data.get("scene", ""))
    if len(title) > 15 or not scene.isdigit() or int(scene) > 10000:
        raise ApiError(47003, "argument invalid! title has at most 15 characters, scene is 0 to 10000")
    if call.core.state.one_off.get((user.openid, scene), 0) < 1:
        raise ApiError(43101, "user refuse to accept the msg")
    call.core.state.one_off[user.openid, scene] -= 1
    values = _values(template, call.data.get("data"))
    _show(call, user, template, values, "subscribe", call.data.get("url") or "")
    return ok()


def _template(call: Call, kind: str) -> Template:
    template_id = call.data.get("template_id")
    template = call.core.state.templates.get(template_id) if isinstance(template_id, str) else None
    if template is None or template.kind != kind:
        raise ApiError(40037, "invalid template_id")
    return template


def _values(template: Template, data: Any) -> dict[str, str]:
    """The values by keyword. Raises ApiError 47003 for a missing, empty, foreign or ill-formed one."""
    if not isinstance(data, dict):
        raise ApiError(47003, "argument invalid! data must be an object")
    values = {}
    for keyword in template.fields or data:
        part = data.get(keyword)
        value = part.get("value") if isinstance(part, dict) else None
        if not isinstance(value, str | int | float) or str(value) == "":
            raise ApiError(47003, f"argument invalid! data.{keyword}.value is empty")
        values[keyword] = str(value)
        _check_value(keyword, values[keyword])
    return values


def _check_value(keyword: str, value: str) -> None:
    match = _KEYWORD.fullmatch(keyword)
    kind = match.group(1) if match else ""
    if len(value) > _LONGEST.get(kind, 200):
        raise ApiError(47003, f"argument invalid! data.{keyword}.value is too long")
    if kind in _SHAPES and not _SHAPES[kind].fullmatch(value):
        raise ApiError(47003, f"argument invalid! data.{keyword}.value invalid")


def _show(call: Call, user: User, template: Template, values: dict[str, str], channel: str, url: Any) -> None:
    rows = [{"label": template.fields.get(keyword, keyword), "value": value} for keyword, value in values.items()]
    mini = call.data.get("miniprogram")
    data: dict[str, Any] = {"title": template.title, "rows": rows, "url": str(url), "template_id": template.template_id}
    if isinstance(mini, dict):
        data["miniprogram"] = {key: str(mini.get(key, "")) for key in ("appid", "pagepath")}
    text = "\n".join([template.title, *(f"{row['label']}：{row['value']}" for row in rows)])
    call.core.show(user.openid, "template", channel, text, data=data)


def list_templates(call: Call) -> dict[str, Any]:
    """template/get_all_private_template: the templates of template messages."""
    rows = [
        {
            "template_id": one.template_id,
            "title": one.title,
            "primary_industry": "",
            "deputy_industry": "",
            "content": "".join(f"{label}:{{{{{keyword}.DATA}}}}\n" for keyword, label in one.fields.items()),
            "example": "",
        }
        for one in call.core.state.templates.values()
        if one.kind == "template"
    ]
    return {"template_list": rows}


def list_private(call: Call) -> dict[str, Any]:
    """newtmpl/gettemplate: the subscription templates of the account."""
    rows = [
        {
            "priTmplId": one.template_id,
            "title": one.title,
            "content": "".join(f"{label}:{{{{{keyword}.DATA}}}}\n" for keyword, label in one.fields.items()),
            "example": "",
            "type": 2,
        }
        for one in call.core.state.templates.values()
        if one.kind == "subscribe"
    ]
    return ok(data=rows)


def add_private(call: Call) -> dict[str, Any]:
    title_id, keywords = call.data.get("tid"), call.data.get("kidList")
    if not title_id or not isinstance(keywords, list) or not 2 <= len(keywords) <= 5:
        raise ApiError(47001, "tid and kidList (2 to 5 keywords) are needed")
    template_id = call.core.letters(43)
    fields = {f"thing{number}": f"关键词{number}" for number in keywords}
    call.core.state.templates[template_id] = Template(template_id, f"模板{title_id}", fields, "subscribe")
    return ok(priTmplId=template_id)


def delete_private(call: Call) -> dict[str, Any]:
    template = call.core.state.templates.get(call.text("priTmplId"))
    if template is None or template.kind != "subscribe":
        raise ApiError(40037, "invalid template_id")
    del call.core.state.templates[template.template_id]
    return ok()


ENDPOINTS = (
    Endpoint("/cgi-bin/template/get_all_private_template", list_templates, ("GET",), feature="template"),
    Endpoint("/cgi-bin/message/template/send", template_send, feature="template"),
    Endpoint("/cgi-bin/message/subscribe/bizsend", subscribe_send, feature="subscribe"),
    Endpoint("/cgi-bin/message/template/subscribe", one_off_send, feature="subscribe"),
    Endpoint("/wxaapi/newtmpl/gettemplate", list_private, ("GET",), feature="subscribe"),
    Endpoint("/wxaapi/newtmpl/addtemplate", add_private, feature="subscribe"),
    Endpoint("/wxaapi/newtmpl/deltemplate", delete_private, feature="subscribe"),
)
