"""What the simulated platform remembers. Plain data; the rules live next to the endpoints that use them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

Mode = Literal["plain", "compat", "safe"]


class AccountType(StrEnum):
    UNVERIFIED_SUB = "unverified_sub"
    VERIFIED_SUB = "verified_sub"
    UNVERIFIED_SERVICE = "unverified_service"
    VERIFIED_SERVICE = "verified_service"
    SANDBOX = "sandbox"


_SUB = frozenset({"menu", "custom", "msgmenu", "media", "user", "tags"})
_SERVICE = _SUB | {"template", "subscribe", "qrcode", "oauth"}

# Which account may call what; the table 接口权限 of the official site (2019 copy: w3cschool.cn/weixinkaifawendang).
CAPABILITIES: dict[AccountType, frozenset[str]] = {
    AccountType.UNVERIFIED_SUB: frozenset(),
    AccountType.VERIFIED_SUB: _SUB,
    AccountType.UNVERIFIED_SERVICE: frozenset({"menu"}),
    AccountType.VERIFIED_SERVICE: _SERVICE,
    AccountType.SANDBOX: _SERVICE - {"msgmenu", "subscribe"},
}


@dataclass
class Account:
    """The official account and its developer settings. All values are invented."""

    kind: AccountType = AccountType.VERIFIED_SERVICE
    name: str = "邻团"
    origin_id: str = "gh_simulator00"
    appid: str = "wx0000000000000001"
    secret: str = "simulator-secret-of-no-value"
    token: str = "simulatortoken"
    aes_key: str = "SimulatorAesKeyForLocalUseOnly0000000000000"
    prev_aes_key: str = ""
    mode: Mode = "plain"
    ip_whitelist: frozenset[str] = frozenset()
    oauth_domain: str | None = None

    def may(self, feature: str) -> bool:
        return feature in CAPABILITIES[self.kind]


@dataclass
class Allowance:
    """How many customer-service messages one interaction still pays for, and until when."""

    left: int
    until: datetime


@dataclass
class User:
    openid: str
    name: str = ""
    role: str = "resident"
    subscribed: bool = True
    subscribe_time: datetime | None = None
    scene: str = ""
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    blocked: bool = False
    blacklisted: bool = False
    refuses_template: bool = False
    snapshot: bool = False
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    windows: dict[str, Allowance] = field(default_factory=dict)
    last_interaction: tuple[str, datetime] | None = None
    typing_until: datetime | None = None
    inbox: list[Bubble] = field(default_factory=list)


@dataclass
class Bubble:
    """One thing seen in a phone's chat window, sent by its owner (`mine`) or received."""

    seq: int
    at: datetime
    openid: str
    mine: bool
    kind: str
    channel: str
    text: str = ""
    attempt: int = 0
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass
class Token:
    value: str
    family: Literal["token", "stable"]
    issued: datetime
    expires: datetime
    dead_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        return now < self.expires and (self.dead_at is None or now < self.dead_at)


@dataclass
class Media:
    media_id: str
    kind: str
    content: bytes
    mime: str
    filename: str
    created: datetime


@dataclass
class Qr:
    ticket: str
    scene: str
    url: str
    permanent: bool
    expires: datetime | None
    numeric: bool = False


@dataclass
class Template:
    """A message template; `fields` maps keyword to label, empty = any keyword is accepted."""

    template_id: str
    title: str
    fields: dict[str, str] = field(default_factory=dict)
    kind: Literal["template", "subscribe"] = "template"
    banned: bool = False


@dataclass
class OAuthCode:
    code: str
    openid: str
    scope: str
    issued: datetime
    used: bool = False


@dataclass
class WebToken:
    access_token: str
    refresh_token: str
    openid: str
    scope: str
    issued: datetime
    expires: datetime


@dataclass
class ShortEntry:
    long_data: str
    created: datetime
    expires: datetime


@dataclass
class LogEntry:
    """One request and its answer, with secrets masked. `side` is "api" (the bot called) or "push" (it was called)."""

    n: int
    at: datetime
    side: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    answer: Any
    fault: str = ""
    openid: str = ""
    rid: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass
class Failure:
    """Something the bot did that the real platform would not have accepted."""

    at: datetime
    openid: str
    attempt: int
    reason: str
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass
class State:
    """Everything that a reset throws away."""

    users: dict[str, User] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    forced: list[datetime] = field(default_factory=list)
    opt_ins: dict[tuple[str, str], int] = field(default_factory=dict)
    one_off: dict[tuple[str, str], int] = field(default_factory=dict)
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    qrs: dict[str, Qr] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    client_msg_ids: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    template_sends: list[tuple[datetime, str]] = field(default_factory=list)
    menu: dict[str, Any] | None = None
    user_tags: dict[int, str] = field(default_factory=dict)
    next_tag: int = 100
    codes: dict[str, OAuthCode] = field(default_factory=dict)
    web_tokens: list[WebToken] = field(default_factory=list)
    shorts: dict[str, ShortEntry] = field(default_factory=dict)
    jsapi_ticket: tuple[str, datetime] | None = None
    timeline: list[Bubble] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)
    log_count: int = 0
    failures: list[Failure] = field(default_factory=list)
    last_message_id: int = 0
    seq: int = 0
