"""What the product can do outside a conversation, whoever carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class QrTicket:
    """A parametric QR code: `url` is what the code says, `image_url` where the platform draws it."""

    ticket: str
    url: str
    expires_in: int | None = None

    @property
    def image_url(self) -> str:
        """Address of the drawn code, public to whoever has the ticket."""
        return f"https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket={quote(self.ticket, safe='')}"


@dataclass(frozen=True, slots=True)
class PageTicket:
    """What signs pages' use of the JS-SDK, and how long it still does."""

    ticket: str
    seconds: float


class Messenger(Protocol):
    """What the product can do outside a conversation. Every call raises SendError when it did not succeed."""

    def send_text(self, openid: str, text: str) -> None:
        """A customer-service text: only within the person's message window."""

    def send_menu(self, openid: str, head: str, choices: Mapping[str, str], tail: str = "") -> None:
        """A customer-service question with tappable answers, {id: words}; the tap comes back as text with `menu_id`."""

    def send_image(self, openid: str, png: bytes) -> None:
        """A customer-service picture."""

    def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        url: str | None = None,
        client_msg_id: str | None = None,
    ) -> str:
        """A template message; returns the platform's msgid. The same `client_msg_id` is sent once within 10 minutes."""

    def send_subscribe(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str | None = None
    ) -> None:
        """A subscription notification; uses up one acceptance of the person."""

    def create_qr(self, scene: str, *, expires_in: int | None = None) -> QrTicket:
        """A QR code that carries `scene` (1 to 64 characters); permanent unless it `expires_in` seconds."""

    def upload_image(self, image: bytes) -> str:
        """Upload a PNG or JPEG; returns a media id that is valid for 3 days."""

    def download_media(self, media_id: str) -> bytes:
        """The bytes of a medium that somebody sent within the last 3 days."""

    def download_picture(self, url: str) -> bytes:
        """The picture at the plain address that came with a message. Raises SendError for any but WeChat's own."""

    def create_menu(self, tree: Mapping[str, Any]) -> None:
        """Replace the menu below the conversation."""

    def jsapi_ticket(self) -> PageTicket:
        """The ticket that signs pages' use of the JS-SDK, asked of the platform anew: keep it."""


class NotAPerson(Exception):
    """WeChat showed the page as a snapshot (快照页): the openid it gives belongs to nobody."""


class PageLogin(Protocol):
    """Asks WeChat who opens a page (网页授权, snsapi_base: the person is asked nothing)."""

    def address(self, back: str, state: str) -> str:
        """Where to send the browser; it comes to `back` with a code and `state` (at most 128 letters, digits)."""

    def openid(self, code: str) -> str:
        """Whose code that is; a code can be used once, within five minutes. Raises SendError, NotAPerson."""
