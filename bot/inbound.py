"""What a push says, once its XML has been checked: one flat, frozen value for every message type and event.

Field lists: developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html,
…/Receiving_event_pushes.html, …/menu/Custom_Menu_Push_Events.html and …/subscription_messages/push.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s
from xml.etree import ElementTree as ET

from models.quick import quick

KINDS = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage", "event"})

# The root comes first, at most after an XML declaration: a DOCTYPE, and so an entity, cannot stand anywhere.
_SHAPE = re.compile(r"\s*(?:<\?xml[^<>]{0,100}\?>\s*)?<xml>")
_ID = re.compile(r"[A-Za-z0-9_\-@.]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_LONGEST_KEY = 120
_LAST_INSTANT_S = 32_503_680_000  # the year 3000: later ones are no dates but damage


class Forbidden(Exception):
    """Not from the platform, or not provably so; `reason` is one word for logs and counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Malformed(Exception):
    """An authentic push that does not say anything readable; `reason` is one word for logs and counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Location:
    """A place someone sent; degrees in millionths, so that nothing downstream compares floats."""

    lat_e6: int
    lng_e6: int
    label: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class OptIn:
    """One template in an event about notification subscriptions.

    `status` is "accept", "reject" or, for a sent notification, the vendor's word ("success", …).
    """

    template_id: str
    status: str
    popup_scene: str = ""
    msg_id: str = ""
    error_code: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Inbound:
    """One push. Absent fields are empty, never None, except `location`.

    `kind` is one of KINDS or "unknown"; `type_name` is MsgType as it came. `event` is lower case ("subscribe",
    "scan", "click", …). `scene` is the QR scene of a subscribe or scan, without the "qrscene_" prefix. `created_at`
    is the platform's own time and only a hint. `aes_key_index` tells which configured key opened the push.
    """

    key: str
    openid: str
    to: str
    kind: str
    type_name: str
    created_at: datetime
    text: str = ""
    menu_id: str = ""
    event: str = ""
    event_key: str = ""
    scene: str = ""
    ticket: str = ""
    msg_id: str = ""
    media_id: str = ""
    thumb_media_id: str = ""
    pic_url: str = ""
    recognition: str = ""
    title: str = ""
    description: str = ""
    url: str = ""
    location: Location | None = None
    scan_type: str = ""
    scan_result: str = ""
    picture_count: int = 0
    status: str = ""
    opt_ins: tuple[OptIn, ...] = ()
    aes_key_index: int | None = None

    @property
    def encrypted(self) -> bool:
        """Whether the push came encrypted, and so must the reply go."""
        return self.aes_key_index is not None


def read_fields(body: bytes) -> dict[str, ET.Element]:
    """The children of `<xml>` by tag. Raises Malformed for anything but one well-formed document without repeated
    fields, and Forbidden for one with a document type: the platform sends none, entity bombs need one.

    ElementTree rather than wechatpy's parser: 8 µs against 32, and that one returns lists for repeated tags and
    fails in six different ways on damaged bodies.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    if not _SHAPE.match(text):
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise Forbidden("doctype")
        raise Malformed("not_xml")
    try:
        root = ET.fromstring(text)  # noqa: S314 - _SHAPE leaves no entity to expand
    except (ET.ParseError, ValueError):
        raise Malformed("not_well_formed") from None
    fields = {child.tag: child for child in root}
    if len(fields) != len(root):
        raise Malformed("repeated_tag")
    return fields


def leaf(fields: Mapping[str, ET.Element], tag: str) -> str:
    """The text of a field without outer white space; empty when it is absent or has children."""
    element = fields.get(tag)
    return "" if element is None or len(element) else (element.text or "").strip()


def read_message(body: bytes, now: datetime, aes_key_index: int | None = None) -> Inbound:
    """Read the clear XML of a push; `now` stands in for a missing CreateTime. Raises Malformed or Forbidden."""
    fields = read_fields(body)
    openid, to, type_name = (leaf(fields, tag) for tag in ("FromUserName", "ToUserName", "MsgType"))
    if not _ID.fullmatch(openid) or not _ID.fullmatch(to):
        raise Malformed("addresses")
    if not _NAME.fullmatch(type_name):
        raise Malformed("type")
    kind = type_name.lower() if type_name.lower() in KINDS else "unknown"
    event = leaf(fields, "Event").lower()
    if kind == "event" and not _NAME.fullmatch(event):
        raise Malformed("event")
    event_key, opt_ins = leaf(fields, "EventKey"), _opt_ins(fields)
    return Inbound(
        key=_dedupe_key(fields, body, kind, openid, event, event_key, opt_ins),
        openid=openid,
        to=to,
        kind=kind,
        type_name=type_name,
        created_at=_instant(leaf(fields, "CreateTime"), now),
        text=leaf(fields, "Content"),
        menu_id=leaf(fields, "bizmsgmenuid"),
        event=event,
        event_key=event_key,
        scene=_scene(event, event_key),
        ticket=leaf(fields, "Ticket"),
        msg_id=leaf(fields, "MsgId") or leaf(fields, "MsgID"),
        media_id=leaf(fields, "MediaId"),
        thumb_media_id=leaf(fields, "ThumbMediaId"),
        pic_url=leaf(fields, "PicUrl"),
        recognition=leaf(fields, "Recognition"),
        title=leaf(fields, "Title"),
        description=leaf(fields, "Description"),
        url=leaf(fields, "Url"),
        location=_location(fields),
        scan_type=_inner(fields, "ScanCodeInfo", "ScanType"),
        scan_result=_inner(fields, "ScanCodeInfo", "ScanResult"),
        picture_count=_pictures(fields),
        status=leaf(fields, "Status"),
        opt_ins=opt_ins,
        aes_key_index=aes_key_index,
    )


def _dedupe_key(
    fields: Mapping[str, ET.Element],
    body: bytes,
    kind: str,
    openid: str,
    event: str,
    event_key: str,
    opt_ins: tuple[OptIn, ...],
) -> str:
    """What stays the same when the platform delivers a push again, and differs between any two pushes.

    Messages: MsgId, with the sender so that a number can never fetch somebody else's reply. Events have none:
    FromUserName + CreateTime as documented, plus what happened, because two events may share a second.
    """
    msg_id, created = leaf(fields, "MsgId"), leaf(fields, "CreateTime")
    if kind == "event":
        scanned = fields.get("ScanCodeInfo")
        result = scanned.findtext("ScanResult", "") if scanned is not None else ""
        detail = (
            f"{event_key}:{result}"
            if result
            else event_key or leaf(fields, "MsgID") or ",".join(o.msg_id or o.template_id for o in opt_ins)
        )
        key = f"e:{openid}:{created}:{event}:{detail}"
    elif _DIGITS.fullmatch(msg_id) and int(msg_id):
        key = f"m:{msg_id}:{openid}"
    else:  # no usable number: two different messages must not become one, so the content decides
        key = f"t:{openid}:{created}:{_digest(body)}"
    return key if len(key) <= _LONGEST_KEY else f"{key[:2]}{_digest(key.encode())}"


def _digest(data: bytes) -> str:
    return blake2s(data, digest_size=16).hexdigest()


def _instant(seconds: str, now: datetime) -> datetime:
    if _DIGITS.fullmatch(seconds) and 0 < int(seconds) < _LAST_INSTANT_S:
        return datetime.fromtimestamp(int(seconds), UTC)
    return now


def _scene(event: str, event_key: str) -> str:
    if event == "subscribe":
        return event_key.removeprefix("qrscene_") if event_key.startswith("qrscene_") else ""
    return event_key if event == "scan" else ""


def _children(fields: Mapping[str, ET.Element], tag: str) -> dict[str, ET.Element]:
    """The fields of a nested element; of repeated ones the first."""
    found: dict[str, ET.Element] = {}
    for child in fields.get(tag, ()):
        found.setdefault(child.tag, child)
    return found


def _inner(fields: Mapping[str, ET.Element], outer: str, tag: str) -> str:
    return leaf(_children(fields, outer), tag) if outer in fields else ""


def _location(fields: Mapping[str, ET.Element]) -> Location | None:
    """From a location message, a picked place (`location_select`) or a reported position (`location`)."""
    at = _children(fields, "SendLocationInfo") if "SendLocationInfo" in fields else fields
    lat = _e6(leaf(at, "Location_X") or leaf(at, "Latitude"), 90)
    lng = _e6(leaf(at, "Location_Y") or leaf(at, "Longitude"), 180)
    if lat is None or lng is None:
        return None
    return Location(lat, lng, label=leaf(at, "Label"), place=leaf(at, "Poiname"))


def _e6(degrees: str, bound: int) -> int | None:
    try:
        value = float(degrees)
    except ValueError:
        return None
    return round(value * 1_000_000) if abs(value) <= bound else None  # NaN compares false


def _pictures(fields: Mapping[str, ET.Element]) -> int:
    """How many pictures follow as messages of their own."""
    info = fields.get("SendPicsInfo")
    return 0 if info is None else len(info.findall("./PicList/item"))


def _opt_ins(fields: Mapping[str, ET.Element]) -> tuple[OptIn, ...]:
    """The `List` elements of a subscribe_msg_* event, whether there is one or several."""
    return tuple(
        _opt_in({child.tag: child for child in item})
        for tag in ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
        if tag in fields
        for item in fields[tag].findall("./List")
    )


def _opt_in(fields: Mapping[str, ET.Element]) -> OptIn:
    return OptIn(
        template_id=leaf(fields, "TemplateId"),
        status=leaf(fields, "SubscribeStatusString") or leaf(fields, "ErrorStatus"),
        popup_scene=leaf(fields, "PopupScene"),
        msg_id=leaf(fields, "MsgID"),
        error_code=leaf(fields, "ErrorCode"),
    )
