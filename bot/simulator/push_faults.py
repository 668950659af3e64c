"""Faults of the push half: what a hostile or unlucky delivery looks like at the bot's door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from . import inbound
from .inbound import Fields

# reply: judged as usual · refuse: must be turned away (4xx) or ignored · survive: any answer but a server error.
Expectation = Literal["reply", "refuse", "survive"]


@dataclass
class Plan:
    """How one push will be delivered; faults change it before anything is sent."""

    fields: Fields
    mode: str
    key: str
    appid: str
    expect: Expectation = "reply"
    text: str | None = None
    raw: bytes | None = None
    sign: bool = True
    replay: bool = False
    copies: int = 1
    overlap: bool = False
    twin: bool = False
    hold: bool = False
    burst: int = 0
    restart: bool = False
    struck: list[str] = field(default_factory=list)

    def set(self, name: str, value: Any) -> None:
        self.fields = [(key, value if key == name else old) for key, old in self.fields]

    def xml(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return (self.text if self.text is not None else inbound.render(self.fields)).encode("utf-8")


@dataclass(frozen=True)
class Keys:
    """Keys a fault may need besides the current one."""

    previous: str
    foreign: str


Change = Callable[[Plan, Keys, dict[str, Any]], None]


def _wrong_signature(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    plan.sign, plan.expect = False, "refuse"


def _previous_key(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    if not keys.previous:
        raise ValueError("previous_key needs account.prev_aes_key")
    plan.key = keys.previous


def _wrong_key(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    plan.key, plan.mode, plan.expect = keys.foreign, "safe", "refuse"


def _wrong_appid(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    plan.appid, plan.mode, plan.expect = "wx0000000000000bad", "safe", "refuse"


def _plain_in_safe(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    plan.mode, plan.expect = "plain", "refuse"


def _raw(make: Callable[[str], bytes]) -> Change:
    def change(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
        # The body reaches the parser as it is: encryption would hide what the fault is about.
        plan.raw, plan.expect, plan.mode = make(inbound.render(plan.fields)), "survive", "plain"

    return change


def _bomb(xml: str) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE xml [<!ENTITY e0 "ha">{entities}]>{xml.replace("<xml>", "<xml><Bomb>&e9;</Bomb>")}'.encode()


def _external_dtd(xml: str) -> bytes:
    return f'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/evil.dtd">{xml}'.encode()


def _huge(xml: str) -> bytes:
    return xml.replace("</xml>", f"<Filler>{'x' * 10_000_000}</Filler></xml>").encode()


def _many_tags(xml: str) -> bytes:
    return xml.replace("</xml>", "<a>" * 100_000 + "</a>" * 100_000 + "</xml>").encode()


def _invalid_utf8(xml: str) -> bytes:
    return xml.encode().replace(b"</xml>", b"<Note><![CDATA[\xff\xfe\xc3]]></Note></xml>")


def _missing_field(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    gone = options.get("field", "FromUserName")
    plan.fields, plan.expect = [pair for pair in plan.fields if pair[0] != gone], "survive"


def _duplicate_field(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    name = options.get("field") or ("Content" if any(key == "Content" for key, _ in plan.fields) else "CreateTime")
    plan.fields = [pair for pair in plan.fields for _ in range(2 if pair[0] == name else 1)]
    plan.expect = "survive"


def _set(name: str, value: Any, expect: Expectation = "reply") -> Change:
    def change(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
        plan.set(name, value)
        plan.expect = expect

    return change


def _unknown_type(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    plan.set("MsgType", options.get("name", "hologram"))


def _unknown_event(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    head = [pair for pair in plan.fields if pair[0] in ("ToUserName", "FromUserName", "CreateTime")]
    plan.fields = [*head, ("MsgType", "event"), ("Event", options.get("name", "hologram_event"))]


def _created_in(seconds: int) -> Change:
    def change(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
        plan.fields = [(name, value + seconds if name == "CreateTime" else value) for name, value in plan.fields]

    return change


def _flag(name: str, value: Any) -> Change:
    def change(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
        setattr(plan, name, options.get("count", value))

    return change


def _content(addition: str) -> Change:
    def change(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
        plan.fields = [(name, value + addition if name == "Content" else value) for name, value in plan.fields]

    return change


def _control_chars(plan: Plan, keys: Keys, options: dict[str, Any]) -> None:
    _content("\x0b\x01")(plan, keys, options)
    plan.expect = "survive"


CHANGES: dict[str, Change] = {
    "wrong_signature": _wrong_signature,
    "replay": _flag("replay", True),
    "previous_key": _previous_key,
    "wrong_key": _wrong_key,
    "wrong_appid": _wrong_appid,
    "plain_in_safe": _plain_in_safe,
    "entity_bomb": _raw(_bomb),
    "external_dtd": _raw(_external_dtd),
    "huge_body": _raw(_huge),
    "many_tags": _raw(_many_tags),
    "invalid_utf8": _raw(_invalid_utf8),
    "missing_field": _missing_field,
    "duplicate_field": _duplicate_field,
    "empty_msgtype": _set("MsgType", "", "survive"),
    "unknown_type": _unknown_type,
    "unknown_event": _unknown_event,
    "msgid_zero": _set("MsgId", 0),
    "msgid_huge": _set("MsgId", 2**63 + 12345),
    "createtime_zero": _set("CreateTime", 0),
    "createtime_future": _created_in(10 * 365 * 86400),
    "duplicates": _flag("copies", 3),
    "overlap": _flag("overlap", True),
    "same_second": _flag("twin", True),
    "out_of_order": _flag("hold", True),
    "burst": _flag("burst", 200),
    "restart": _flag("restart", True),
    "emoji": _content("🍓👨‍👩‍👧‍👦\U0001f9c5"),
    "cdata_end": _content("]]><x>&amp;</x>"),
    "control_chars": _control_chars,
}


def apply(plan: Plan, kind: str, keys: Keys, options: dict[str, Any]) -> None:
    """Change the plan as the fault says. Raises ValueError when the account cannot have this fault."""
    CHANGES[kind](plan, keys, options)
    plan.struck.append(kind)
