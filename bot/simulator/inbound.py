"""The XML bodies the platform posts, built field by field in the documented order.

Sources: developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html and
…/Receiving_event_pushes.html; byte layout as in the public test cases of wechatpy 1.8.18.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

# A str becomes CDATA, a number stands plain, a list nests: the whole body is a list of (name, value).
Fields = list[tuple[str, Any]]

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Plain:
    """Text that stands in the XML without CDATA."""

    value: str


@dataclass(frozen=True)
class Inbound:
    """What one person did, before it becomes XML. `window` names the reply window it opens, if any."""

    kind: str
    openid: str
    fields: Fields
    window: str | None = None
    event: bool = False

    def with_fields(self, fields: Fields) -> Inbound:
        return replace(self, fields=fields)


def body(account: str, push: Inbound, created: int, message_id: int) -> Fields:
    """All fields of a push: the common head, the own fields, MsgId for messages (events have none)."""
    kind = "event" if push.event else push.kind
    head: Fields = [
        ("ToUserName", account),
        ("FromUserName", push.openid),
        ("CreateTime", created),
        ("MsgType", kind),
    ]
    tail: Fields = [] if push.event else [("MsgId", message_id)]
    return head + push.fields + tail


def render(fields: Fields) -> str:
    """The `<xml>` document of the given fields."""
    return f"<xml>{_children(fields)}</xml>"


def cdata(text: str) -> str:
    """Text as CDATA; a terminator inside is split so that it reads back unchanged."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def clean(text: str) -> str:
    """Without the characters XML cannot carry; a phone cannot type them either."""
    return _CONTROL.sub("", text)


def _children(fields: Fields) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields)


def _value(value: Any) -> str:
    if isinstance(value, Plain):
        return value.value
    if isinstance(value, str):
        return cdata(value)
    if isinstance(value, list):
        return _children(value)
    return str(value)


# --- messages ---------------------------------------------------------------------------------------------------


def text(openid: str, content: str, menu_id: str | None = None) -> Inbound:
    """A typed message; with `menu_id` a tap on an item of a msgmenu, which opens the short window only."""
    fields: Fields = [("Content", content)]
    if menu_id is not None:
        fields.append(("bizmsgmenuid", Plain(clean_id(menu_id))))
    return Inbound("text", openid, fields, "click" if menu_id is not None else "message")


def clean_id(value: str) -> str:
    return re.sub(r"[^\w.:-]", "", value)


def image(openid: str, url: str, media_id: str) -> Inbound:
    return Inbound("image", openid, [("PicUrl", url), ("MediaId", media_id)], "message")


def voice(openid: str, media_id: str, recognition: str | None, media_16k: str | None = None) -> Inbound:
    fields: Fields = [("MediaId", media_id), ("Format", "amr")]
    if recognition is not None:
        fields.append(("Recognition", recognition))
    if media_16k is not None:
        fields.append(("MediaId16K", media_16k))
    return Inbound("voice", openid, fields, "message")


def video(openid: str, media_id: str, thumb_id: str, *, short: bool = False) -> Inbound:
    kind = "shortvideo" if short else "video"
    return Inbound(kind, openid, [("MediaId", media_id), ("ThumbMediaId", thumb_id)], "message")


def location(openid: str, latitude: float, longitude: float, label: str, scale: int = 20) -> Inbound:
    fields: Fields = [("Location_X", latitude), ("Location_Y", longitude), ("Scale", scale), ("Label", label)]
    return Inbound("location", openid, fields, "message")


def link(openid: str, title: str, description: str, url: str) -> Inbound:
    return Inbound("link", openid, [("Title", title), ("Description", description), ("Url", url)], "message")


# --- events -----------------------------------------------------------------------------------------------------


def event(openid: str, name: str, fields: Fields | None = None, window: str | None = None) -> Inbound:
    """Any event by name; the named builders below use it."""
    return Inbound(name, openid, [("Event", name), *(fields or [])], window, event=True)


def subscribe(openid: str, scene: str | None, ticket: str) -> Inbound:
    fields: Fields = []
    if scene is not None:
        fields = [("EventKey", f"qrscene_{scene}"), ("Ticket", ticket)]
    return event(openid, "subscribe", fields, "follow")


def scan(openid: str, scene: str, ticket: str) -> Inbound:
    return event(openid, "SCAN", [("EventKey", scene), ("Ticket", ticket)], "scan")


def unsubscribe(openid: str) -> Inbound:
    return event(openid, "unsubscribe", [("EventKey", "")])


def click(openid: str, key: str) -> Inbound:
    return event(openid, "CLICK", [("EventKey", key)], "click")


def view(openid: str, url: str, menu_id: str) -> Inbound:
    return event(openid, "VIEW", [("EventKey", url), ("MenuId", Plain(clean_id(menu_id)))])


def scancode(openid: str, key: str, result: str, *, wait: bool, scan_type: str = "qrcode") -> Inbound:
    info: Fields = [("ScanType", scan_type), ("ScanResult", result)]
    name = "scancode_waitmsg" if wait else "scancode_push"
    return event(openid, name, [("EventKey", key), ("ScanCodeInfo", info)], "click")


def pics(openid: str, key: str, md5_sums: Sequence[str], kind: str = "pic_sysphoto") -> Inbound:
    items: Fields = [("item", [("PicMd5Sum", digest)]) for digest in md5_sums]
    info: Fields = [("Count", len(md5_sums)), ("PicList", items)]
    return event(openid, kind, [("EventKey", key), ("SendPicsInfo", info)])


def template_finished(openid: str, message_id: int, status: str) -> Inbound:
    return event(openid, "TEMPLATESENDJOBFINISH", [("MsgID", message_id), ("Status", status)])


def subscribe_popup(openid: str, answers: Sequence[tuple[str, bool]], popup_scene: int) -> Inbound:
    """One or several templates answered in one popup; each is a `List` element."""
    lists: Fields = [
        (
            "List",
            [
                ("TemplateId", template),
                ("SubscribeStatusString", "accept" if accepted else "reject"),
                ("PopupScene", popup_scene),
            ],
        )
        for template, accepted in answers
    ]
    return event(openid, "subscribe_msg_popup_event", [("SubscribeMsgPopupEvent", lists)])


def subscribe_changed(openid: str, template: str) -> Inbound:
    row: Fields = [("TemplateId", template), ("SubscribeStatusString", "reject")]
    return event(openid, "subscribe_msg_change_event", [("SubscribeMsgChangeEvent", [("List", row)])])


def subscribe_sent(openid: str, template: str, message_id: int, code: int, status: str) -> Inbound:
    row: Fields = [
        ("TemplateId", template),
        ("MsgID", message_id),
        ("ErrorCode", code),
        ("ErrorStatus", status),
    ]
    return event(openid, "subscribe_msg_sent_event", [("SubscribeMsgSentEvent", [("List", row)])])
