"""What the pages are told about the place they run in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bot.pay.gateway import Gateway
from operations.invites import Terms
from operations.keeping import KEPT, Kept
from operations.routing.geo import Datum

MIN_SECRET = 32


@dataclass(frozen=True, slots=True)
class Tiles:
    """Pictures of a map: an https address with {z}, {x}, {y}, what it is drawn in, and what its licence wants said."""

    url: str
    datum: Datum = "gcj02"
    credit: str = ""

    @property
    def origin(self) -> str:
        """Where the pictures come from, for the pages' policy; {s} and the like are not known."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Values from the configuration.

    `public_url` is where people reach the pages, without a path; `account_name` the official account's name as people
    see it; `secret` signs forms of visitors who have no session yet; `media_folder` is where photos
    of after-sales cases lie, without it they are only mentioned; with the account's `appid` the scanning page uses
    WeChat's own scanner inside WeChat; `phones_url` is where a try-out has its fake phones. Raises ValueError for
    values that cannot be.
    """

    public_url: str
    account_name: str
    secret: str
    heartbeat_limit_s: int = 120
    media_folder: Path | None = None
    gateway: Gateway | None = None  # WeChat Pay, where it is switched on
    shares_profits: bool = False  # 分账: leaders may be paid their part out of it
    appid: str = ""
    invites: Terms = field(default_factory=Terms)
    kept: Kept = KEPT
    phones_url: str = ""
    tiles: Tiles | None = None
    cashier_url: str = ""  # of a try-out: where a payment is made without a phone

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
            raise ValueError("public_url is the address of the site without a path, as https://lintuan.example.com")
        if len(self.secret) < MIN_SECRET:
            raise ValueError(f"secret needs {MIN_SECRET} characters or more")

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, as browsers write it into Origin."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def is_https(self) -> bool:
        """Whether cookies may insist on TLS."""
        return self.origin.startswith("https:")

    def url(self, path: str) -> str:
        """A full address for links that leave the site, as in a QR code."""
        return self.origin + path
