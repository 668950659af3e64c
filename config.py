"""The configuration: read once, checked whole, frozen. Only `app` and `cli` import this; others are given values.

Values come from a TOML file and, for secrets, from the environment (`LINTUAN_WECHAT__SECRET` sets `[wechat] secret`).
An unknown key, a wrong type or a missing key is an error that names the key and never shows its value.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, dataclass_transform

from bot import typed
from bot.typed import Within

_P = TypeVar("_P")

ENVIRONMENT_PREFIX = "LINTUAN_"
WECHAT_API = "https://api.weixin.qq.com"
_PLACEHOLDER = "CHANGE-ME"


class ConfigError(Exception):
    """The configuration cannot be used; the message names every key at fault."""


def _no_placeholder(value: typed.Secret) -> typed.Secret:
    if _PLACEHOLDER in value.get_secret_value():
        raise ValueError(f"still holds the placeholder {_PLACEHOLDER}")
    return value


Secret: TypeAlias = Annotated[typed.Secret, _no_placeholder]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def _part(kind: type[_P]) -> type[_P]:
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)


@_part
class Server:
    """Where pages and webhook are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Within(1, 65535)] = 8000
    public_url: str
    threads: Annotated[int, Within(4, 128)] = 32
    workers: Annotated[int, Within(1, 32)] = 1
    proxies: Annotated[int, Within(0, 5)] = 0
    secret: Secret


@_part
class Database:
    """`sqlite:///file` or `postgresql+psycopg://user@host/name`."""

    url: str = "sqlite:///data/lintuan.db"
    pool_size: Annotated[int, Within(1, 64)] = 8


@_part
class WeChat:
    """The official account. `simulator` = true talks to the built-in one and to nothing else."""

    appid: str
    secret: Secret
    token: Secret
    aes_key: Secret | None = None
    previous_aes_key: Secret | None = None
    mode: Literal["safe", "compat", "plain"] = "safe"
    allow_unencrypted: bool = False
    account_id: str = ""
    simulator: bool = False
    api_base: str = WECHAT_API
    page_login: bool = False


@_part
class WeChatPay:
    """The merchant account of WeChat Pay. Without this section nobody pays online."""

    mchid: str
    serial: str
    private_key: Path
    apiv3_key: Secret
    public_key_id: str | None = None
    public_key: Path | None = None
    certificates: bool = False
    keys_folder: Path | None = None
    profit_sharing: bool = False
    api_base: str = "https://api.mch.weixin.qq.com"


@_part
class Platform:
    """The business's defaults."""

    name: str = "邻团"
    default_share_bps: Annotated[int, Within(0, 10000)] = 1000


@_part
class Invites:
    """What a neighbour who brings another gets, and the newcomer; 0 and 0 switch it off."""

    inviter_fen: Annotated[int, Within(0, 100_000)] = 500
    invitee_fen: Annotated[int, Within(0, 100_000)] = 500
    min_spend_fen: Annotated[int, Within(0)] = 3000
    coupon_days: Annotated[int, Within(1, 365)] = 30
    join_days: Annotated[int, Within(1, 90)] = 14
    most_per_month: Annotated[int, Within(1, 1000)] = 10
    most_share_bps: Annotated[int, Within(0, 10000)] = 3000


@_part
class Retention:
    """How long what people wrote and sent is kept, in days. Orders, payments and the ledger stay."""

    messages_days: Annotated[int, Within(1, 3650)] = 30
    replies_days: Annotated[int, Within(1, 3650)] = 7
    notices_days: Annotated[int, Within(7, 3650)] = 180
    questions_days: Annotated[int, Within(7, 3650)] = 180
    case_photos_days: Annotated[int, Within(7, 3650)] = 90
    review_photos_days: Annotated[int, Within(7, 3650)] = 365
    payment_photos_days: Annotated[int, Within(7, 3650)] = 180
    delivery_photos_days: Annotated[int, Within(7, 3650)] = 365


@_part
class TemplateMessage:
    """A template of the account: its id, and which fact goes into which of its fields."""

    id: str
    fields: Mapping[str, str]
    url: str | None = None


def _no_news(templates: Mapping[str, TemplateMessage]) -> Mapping[str, TemplateMessage]:
    if "news" in templates:
        raise ValueError("announcements must not be template messages: WeChat allows no marketing in those")
    return templates


@_part
class Notices:
    """What the account may push with."""

    customer: bool = True
    per_second: Annotated[float, Within(0, 100, is_more=True)] = 20
    templates: Annotated[Mapping[str, TemplateMessage], _no_news] = field(default_factory=dict)
    subscriptions: Mapping[str, TemplateMessage] = field(default_factory=dict)


@_part
class Routes:
    """How far it is between pickup points, and the map that routes are shown on."""

    distances: Literal["great_circle", "osrm", "amap", "tencent"] = "great_circle"
    url: str = ""
    key: Secret | None = None
    detour: Annotated[float, Within(1, 3)] = 1.33
    kmh: Annotated[float, Within(0, 130, is_more=True)] = 22
    tiles: str = ""
    tiles_datum: Literal["gcj02", "wgs84"] = "gcj02"
    tiles_credit: str = ""

    def __post_init__(self) -> None:
        if self.distances == "osrm" and not self.url:
            raise ValueError("distances = osrm needs the url of the server")
        if self.distances in {"amap", "tencent"} and self.key is None:
            raise ValueError(f"distances = {self.distances} needs a key")
        if self.tiles and not (self.tiles.startswith("https://") and all(f"{{{x}}}" in self.tiles for x in "xyz")):
            raise ValueError("tiles is an https:// address with {x}, {y} and {z} in it")


@_part
class Storage:
    """Where pictures are kept: outside of anything that is served."""

    media: Path = Path("data/media")


@_part
class Log:
    """What is logged, and how it looks."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = True


@_part
class Metrics:
    """`/metrics` for Prometheus: for who brings the token, and without one for this machine alone."""

    enabled: bool = False
    token: Secret | None = None


@_part
class Demo:
    """Only for trying it out: where the simulated clock is kept, and the operator's password that `run` prints."""

    clock_file: Path
    operator_password: typed.Secret
    control_token: typed.Secret


@_part
class Config:
    """Everything."""

    server: Server
    wechat: WeChat
    database: Database = Database()
    platform: Platform = Platform()
    notices: Notices = Notices()
    invites: Invites = Invites()
    retention: Retention = Retention()
    storage: Storage = Storage()
    routes: Routes = Routes()
    wechatpay: WeChatPay | None = None
    log: Log = Log()
    metrics: Metrics = Metrics()
    demo: Demo | None = None


def checked(values: Mapping[str, Any]) -> Config:
    """The configuration that these values are. Raises typed.Faulty."""
    config: Config = typed.read(Config, values, knows_all=True)
    return config


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read and check the file. Raises ConfigError with one line per fault."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    _overlay(values, os.environ if environ is None else environ)
    try:
        config = checked(values)
    except typed.Faulty as error:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in error.faults)) from None
    if config.wechat.simulator != (config.wechat.api_base.rstrip("/") != WECHAT_API):
        raise ConfigError(f"{path}: wechat.api_base: only the simulator may live anywhere but {WECHAT_API}")
    if config.wechatpay is not None and not (config.wechatpay.public_key_id or config.wechatpay.certificates):
        raise ConfigError(f"{path}: wechatpay: needs public_key_id and public_key, or certificates = true")
    return config


def _overlay(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    """LINTUAN_WECHAT__SECRET=… over [wechat] secret; what names no section is somebody else's."""
    for name, value in environ.items():
        section, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if name.startswith(ENVIRONMENT_PREFIX) and separator:
            values.setdefault(section, {})[key] = value
