"""The configuration: read once, checked whole, frozen. Only `app` and `cli` import this; others are given values.

Values come from a TOML file and, for secrets, from the environment (`LINTUAN_WECHAT__SECRET` sets `[wechat] secret`).
An unknown key, a wrong type or a missing key is an error that names the key and never shows its value.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

ENVIRONMENT_PREFIX = "LINTUAN_"
WECHAT_API = "https://api.weixin.qq.com"
_PLACEHOLDER = "CHANGE-ME"


class ConfigError(Exception):
    """The configuration cannot be used; the message names every key at fault."""


def _no_placeholder(value: SecretStr) -> SecretStr:
    if _PLACEHOLDER in value.get_secret_value():
        raise ValueError(f"still holds the placeholder {_PLACEHOLDER}")
    return value


Secret = Annotated[SecretStr, AfterValidator(_no_placeholder)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(_Part):
    """Where pages and webhook are served."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str
    threads: int = Field(default=16, ge=4, le=128)
    workers: int = Field(default=1, ge=1, le=32)
    proxies: int = Field(default=0, ge=0, le=5)
    secret: Secret


class Database(_Part):
    """`sqlite:///file` or `postgresql+psycopg://user@host/name`."""

    url: str = "sqlite:///data/lintuan.db"
    pool_size: int = Field(default=8, ge=1, le=64)


class WeChat(_Part):
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


class WeChatPay(_Part):
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


class Platform(_Part):
    """The business's defaults."""

    name: str = "邻团"
    default_share_bps: int = Field(default=1000, ge=0, le=10000)


class Invites(_Part):
    """What a neighbour who brings another gets, and the newcomer; 0 and 0 switch it off."""

    inviter_fen: int = Field(default=500, ge=0, le=100_000)
    invitee_fen: int = Field(default=500, ge=0, le=100_000)
    min_spend_fen: int = Field(default=3000, ge=0)
    coupon_days: int = Field(default=30, ge=1, le=365)
    join_days: int = Field(default=14, ge=1, le=90)
    most_per_month: int = Field(default=10, ge=1, le=1000)
    most_share_bps: int = Field(default=3000, ge=0, le=10000)


class Retention(_Part):
    """How long what people wrote and sent is kept, in days. Orders, payments and the ledger stay."""

    messages_days: int = Field(default=30, ge=1, le=3650)
    replies_days: int = Field(default=7, ge=1, le=3650)
    notices_days: int = Field(default=180, ge=7, le=3650)
    questions_days: int = Field(default=180, ge=7, le=3650)
    case_photos_days: int = Field(default=90, ge=7, le=3650)
    review_photos_days: int = Field(default=365, ge=7, le=3650)
    payment_photos_days: int = Field(default=180, ge=7, le=3650)
    delivery_photos_days: int = Field(default=365, ge=7, le=3650)


class TemplateMessage(_Part):
    """A template of the account: its id, and which fact goes into which of its fields."""

    id: str
    fields: Mapping[str, str]
    url: str | None = None


def _no_news(templates: Mapping[str, TemplateMessage]) -> Mapping[str, TemplateMessage]:
    if "news" in templates:
        raise ValueError("announcements must not be template messages: WeChat allows no marketing in those")
    return templates


class Notices(_Part):
    """What the account may push with."""

    customer: bool = True
    per_second: float = Field(default=20, gt=0, le=100)
    templates: Annotated[Mapping[str, TemplateMessage], AfterValidator(_no_news)] = Field(default_factory=dict)
    subscriptions: Mapping[str, TemplateMessage] = Field(default_factory=dict)


class Routes(_Part):
    """How far it is between pickup points, and the map that routes are shown on."""

    distances: Literal["great_circle", "osrm", "amap", "tencent"] = "great_circle"
    url: str = ""
    key: Secret | None = None
    detour: float = Field(default=1.33, ge=1, le=3)
    kmh: float = Field(default=22, gt=0, le=130)
    tiles: str = ""
    tiles_datum: Literal["gcj02", "wgs84"] = "gcj02"
    tiles_credit: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Routes:
        if self.distances == "osrm" and not self.url:
            raise ValueError("distances = osrm needs the url of the server")
        if self.distances in {"amap", "tencent"} and self.key is None:
            raise ValueError(f"distances = {self.distances} needs a key")
        if self.tiles and not (self.tiles.startswith("https://") and all(f"{{{x}}}" in self.tiles for x in "xyz")):
            raise ValueError("tiles is an https:// address with {x}, {y} and {z} in it")
        return self


class Storage(_Part):
    """Where pictures are kept: outside of anything that is served."""

    media: Path = Path("data/media")


class Log(_Part):
    """What is logged, and how it looks."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = True


class Metrics(_Part):
    """`/metrics` for Prometheus: for who brings the token, and without one for this machine alone."""

    enabled: bool = False
    token: Secret | None = None


class Demo(_Part):
    """Only for trying it out: where the simulated clock is kept, and the operator's password that `run` prints."""

    clock_file: Path
    operator_password: SecretStr
    control_token: SecretStr


class Config(_Part):
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
        config = Config.model_validate(values)
    except ValidationError as error:
        faults = [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise ConfigError("\n".join(faults)) from None
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
