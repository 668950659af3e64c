"""What the product asks of the platform: its Messenger and its PageLogin over WeChat's API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.client import Api, OAuth, lease_of, text_of
from bot.messenger import NotAPerson, PageTicket, QrTicket
from bot.paging import clean, fit
from bot.picture_urls import fetch_picture
from bot.redaction import keep_secrets_out_of_logs
from bot.tokens import TokenCache
from bot.wechat_errors import Category, SendError

API_BASE = "https://api.weixin.qq.com/cgi-bin/"
LONGEST_TEMPORARY_QR_S = 30 * 86_400
LARGEST_IMAGE = 10 * 1024 * 1024


class WeChatMessenger:
    """Messenger over the platform's API. Threads may share one.

    `simulator` must be set before any other `api_base` than the platform's own is accepted: the secret goes there.
    Nothing is repeated here except once after the access token was refused; whoever calls decides about the rest.
    """

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        api_base: str = API_BASE,
        simulator: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not simulator and not _is_the_platform(api_base):
            raise ValueError(f"the API is at {API_BASE}; another address is for the simulator only")
        self._appid, self._secret = appid, secret
        self._simulator_url = api_base if simulator else ""
        self._api = Api(appid, api_base.rstrip("/") + "/", TokenCache(self._fetch_token, monotonic=monotonic))
        # A proxy of the environment has no business between two servers on one machine.
        self._api.http.trust_env = not simulator
        keep_secrets_out_of_logs()

    def __repr__(self) -> str:
        return f"WeChatMessenger({self._appid!r})"

    def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        self._api.http.close()

    def send_text(self, openid: str, text: str) -> None:
        self._customer(openid, "text", {"content": fit(clean(text))})

    def send_menu(self, openid: str, head: str, choices: Mapping[str, str], tail: str = "") -> None:
        items = [{"id": key, "content": clean(words)} for key, words in choices.items()]
        self._customer(openid, "msgmenu", {"head_content": clean(head), "list": items, "tail_content": clean(tail)})

    def send_image(self, openid: str, png: bytes) -> None:
        with _nothing_sent_yet():
            media_id = self.upload_image(png)
        self._customer(openid, "image", {"media_id": media_id})

    def send_template(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        url: str | None = None,
        client_msg_id: str | None = None,
    ) -> str:
        body: dict[str, Any] = {"touser": openid, "template_id": template_id, "data": _values(data)}
        body.update({key: value for key, value in (("url", url), ("client_msg_id", client_msg_id)) if value})
        return str(self._api.call("POST", "message/template/send", data=body).get("msgid", ""))

    def send_subscribe(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str | None = None
    ) -> None:
        body = {"touser": openid, "template_id": template_id, "data": _values(data)}
        self._api.call("POST", "message/subscribe/bizsend", data=body | ({"page": page} if page else {}))

    def create_qr(self, scene: str, *, expires_in: int | None = None) -> QrTicket:
        if not 1 <= len(scene) <= 64:
            raise ValueError("a scene has 1 to 64 characters")
        body: dict[str, Any] = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        if expires_in is not None:
            if not 1 <= expires_in <= LONGEST_TEMPORARY_QR_S:
                raise ValueError("a temporary code lives 1 second to 30 days")
            body |= {"action_name": "QR_STR_SCENE", "expire_seconds": expires_in}
        answer = self._api.call("POST", "qrcode/create", data=body)
        return QrTicket(text_of(answer, "ticket"), text_of(answer, "url"), answer.get("expire_seconds", expires_in))

    def upload_image(self, image: bytes) -> str:
        if not 0 < len(image) <= LARGEST_IMAGE:
            raise ValueError("an image has 1 byte to 10 MiB")
        name, kind = ("i.jpg", "image/jpeg") if image.startswith(b"\xff\xd8") else ("i.png", "image/png")
        files = {"media": (name, image, kind)}  # bytes and not a file: a second try must not find it read to the end
        return text_of(self._api.call("POST", "media/upload", params={"type": "image"}, files=files), "media_id")

    def download_media(self, media_id: str) -> bytes:
        return self._api.download("media/get", {"media_id": media_id})

    def download_picture(self, url: str) -> bytes:
        return fetch_picture(url, simulator=self._simulator_url)

    def create_menu(self, tree: Mapping[str, Any]) -> None:
        self._api.call("POST", "menu/create", data=dict(tree))

    def ask(self, path: str) -> dict[str, Any]:
        """The answer of an address that only looks, for `doctor`; `path` is below /cgi-bin/ unless it begins with /."""
        return self._api.call("GET", path if path[:1] != "/" else urljoin(self._api.API_BASE_URL, path))

    def fetch_token(self) -> None:
        """Only whether an access token is to be had. Raises SendError."""
        self._fetch_token(False)

    def probe_customer(self) -> None:
        """Whether the account may send customer-service messages: asked with nobody's openid, so nobody hears of it.

        Raises SendError: 40003 where it may, 48001 where it may not.
        """
        self._api.call("POST", "message/custom/typing", data={"touser": "nobody", "command": "Typing"})

    def jsapi_ticket(self) -> PageTicket:
        return PageTicket(*lease_of(self._api.call("GET", "ticket/getticket", params={"type": "jsapi"}), "ticket"))

    def _customer(self, openid: str, kind: str, content: Mapping[str, Any]) -> None:
        self._api.call("POST", "message/custom/send", data={"touser": openid, "msgtype": kind, kind: content})

    def _fetch_token(self, force: bool) -> tuple[str, float]:
        body = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret, "force_refresh": force}
        with _nothing_sent_yet():
            return lease_of(self._api.once("POST", "stable_token", token=None, data=body), "access_token")


class WeChatPageLogin:
    """PageLogin over wechatpy's WeChatOAuth, with timeouts and errors that hold nothing secret.

    `simulator` is the address of the built-in WeChat instead of the platform's.
    Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
    """

    def __init__(self, appid: str, secret: str, *, simulator: str = "") -> None:
        self._appid, self._secret, self._simulator = appid, secret, simulator.rstrip("/")

    def address(self, back: str, state: str) -> str:
        return str(self._oauth(back, state).authorize_url)

    def openid(self, code: str) -> str:
        answer = self._oauth("", "").exchange(code)
        if answer.get("is_snapshotuser"):
            raise NotAPerson
        return text_of(answer, "openid")

    def _oauth(self, back: str, state: str) -> OAuth:
        return OAuth(self._appid, self._secret, back, state, self._simulator)


@contextmanager
def _nothing_sent_yet() -> Iterator[None]:
    """For the steps before the call that counts: whatever became of them, that call was not made."""
    try:
        yield
    except SendError as error:
        category = Category.RETRY if error.category is Category.UNKNOWN else error.category
        raise SendError(category, code=error.code, rid=error.rid, detail=error.detail) from None


def _is_the_platform(api_base: str) -> bool:
    parts = urlsplit(api_base)
    return (parts.scheme, parts.netloc) == ("https", "api.weixin.qq.com")


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"value": clean(value)} for key, value in data.items()}
