"""Calls to the platform's API: what the product sends, over wechatpy, with typed errors and nothing secret in them.

wechatpy 1.8.18 gives request building and error decoding. Not used of it: its token handling (a permanently refused
token sends it into hundreds of renewals), its retry (an upload repeated by it is empty) and its bare exceptions (they
carry the secret and the token in their text).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth

from bot.messenger import Messenger, NotAPerson, PageLogin, PageTicket, QrTicket
from bot.paging import clean, fit
from bot.picture_urls import fetch_picture
from bot.redaction import keep_secrets_out_of_logs, redact
from bot.tokens import TokenCache
from bot.wechat_errors import TOKEN_REFUSED, Category, SendError, category_of

__all__ = [
    "API_BASE",
    "Category",
    "Messenger",
    "PageLogin",
    "QrTicket",
    "SendError",
    "WeChatMessenger",
    "WeChatPageLogin",
]

API_BASE = "https://api.weixin.qq.com/cgi-bin/"
TIMEOUT_S = (3.0, 6.0)  # connect, read
LONGEST_TEMPORARY_QR_S = 30 * 86_400
LARGEST_IMAGE = 10 * 1024 * 1024

_RID = re.compile(r"rid:?\s*([0-9A-Za-z-]{8,64})")


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
        self._api = _Api(appid, api_base.rstrip("/") + "/", TokenCache(self._fetch_token, monotonic=monotonic))
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
        return QrTicket(_text(answer, "ticket"), _text(answer, "url"), answer.get("expire_seconds", expires_in))

    def upload_image(self, image: bytes) -> str:
        if not 0 < len(image) <= LARGEST_IMAGE:
            raise ValueError("an image has 1 byte to 10 MiB")
        name, kind = ("i.jpg", "image/jpeg") if image.startswith(b"\xff\xd8") else ("i.png", "image/png")
        files = {"media": (name, image, kind)}  # bytes and not a file: a second try must not find it read to the end
        return _text(self._api.call("POST", "media/upload", params={"type": "image"}, files=files), "media_id")

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
        return PageTicket(*_lease(self._api.call("GET", "ticket/getticket", params={"type": "jsapi"}), "ticket"))

    def _customer(self, openid: str, kind: str, content: Mapping[str, Any]) -> None:
        self._api.call("POST", "message/custom/send", data={"touser": openid, "msgtype": kind, kind: content})

    def _fetch_token(self, force: bool) -> tuple[str, float]:
        body = {"grant_type": "client_credential", "appid": self._appid, "secret": self._secret, "force_refresh": force}
        with _nothing_sent_yet():
            return _lease(self._api.once("POST", "stable_token", token=None, data=body), "access_token")


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
        failure: SendError
        try:
            answer = self._oauth("", "").fetch_access_token(code)
        except WeChatClientException as error:
            failure = _refusal(error)
        except requests.RequestException as error:
            failure = _transport(error)
        except (ValueError, TypeError, KeyError):
            failure = SendError(Category.UNKNOWN, detail="unreadable answer")
        else:
            if answer.get("is_snapshotuser"):
                raise NotAPerson
            return _text(answer, "openid")
        raise failure  # outside the handlers: their exceptions hold the secret

    def _oauth(self, back: str, state: str) -> _OAuth:
        return _OAuth(self._appid, self._secret, back, state, self._simulator)


class _OAuth(WeChatOAuth):  # type: ignore[misc]  # wechatpy has no types
    def __init__(self, appid: str, secret: str, back: str, state: str, simulator: str) -> None:
        super().__init__(appid, secret, back, "snsapi_base", state)
        self._http.trust_env = not simulator
        if simulator:
            self.API_BASE_URL, self.OAUTH_BASE_URL = f"{simulator}/", f"{simulator}/connect/"

    def _request(self, method: str, url_or_endpoint: str, **request: Any) -> Any:
        with self._http:
            return super()._request(method, url_or_endpoint, timeout=TIMEOUT_S, allow_redirects=False, **request)


class _Api(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client with our token, one bounded retry and our errors."""

    def __init__(self, appid: str, api_base: str, tokens: TokenCache) -> None:
        super().__init__(appid, "", timeout=TIMEOUT_S, auto_retry=False)
        self.API_BASE_URL = api_base
        self._tokens = tokens

    @property
    def http(self) -> requests.Session:
        """The connections all calls share."""
        session: requests.Session = self._http
        return session

    def call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """One call with the access token; the decoded answer. Raises SendError."""
        return _expect_dict(self._with_token(method, path, request))

    def download(self, path: str, params: dict[str, str]) -> bytes:
        """One call whose answer is a file. Raises SendError."""
        answer = self._with_token("GET", path, {"params": params})
        if isinstance(answer, requests.Response) and _is_file(answer):
            return answer.content
        if isinstance(answer, dict):  # for a video: where to stream it from
            raise SendError(Category.PAYLOAD, detail="not a file")
        raise SendError(Category.RETRY, detail="not a file")

    def once(self, method: str, path: str, *, token: str | None, params: Any = None, **request: Any) -> Any:
        """One request and no second one. `token` None sends none. Raises SendError."""
        # wechatpy adds a token of its own to a dict without one, and nothing to a list.
        given = dict(params or {})
        request["params"] = {**given, "access_token": token} if token else list(given.items())
        failure: SendError
        try:
            return self._request(method, path, allow_redirects=False, **request)
        except WeChatClientException as error:
            failure = _refusal(error)
        except requests.RequestException as error:
            failure = _transport(error)
        except (ValueError, TypeError):  # an errcode that is no number
            failure = SendError(Category.UNKNOWN, detail="unreadable answer")
        # Raised outside the handlers: the original exceptions, whose texts hold tokens, must not hang on as context.
        raise failure

    def _with_token(self, method: str, path: str, request: dict[str, Any]) -> Any:
        token = self._tokens.get()
        try:
            return self.once(method, path, token=token, **request)
        except SendError as error:
            if error.code not in TOKEN_REFUSED:
                raise
        return self.once(method, path, token=self._tokens.renew(token), **request)


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


def _text(answer: Mapping[str, Any], field: str) -> str:
    """A field the answer must have. Raises SendError: without it, nobody knows what became of the call."""
    value = answer.get(field)
    if not isinstance(value, str) or not value:
        raise SendError(Category.UNKNOWN, detail=f"answer without {field}")
    return value


def _lease(answer: Any, field: str) -> tuple[str, float]:
    answer = _expect_dict(answer)
    seconds = answer.get("expires_in")
    return _text(answer, field), float(seconds) if isinstance(seconds, int) and seconds > 0 else 0.0


def _expect_dict(answer: Any) -> dict[str, Any]:
    """The decoded JSON object; wechatpy hands back the response itself when it could not decode it."""
    if isinstance(answer, dict):
        return answer
    if isinstance(answer, requests.Response) and _is_page(answer):
        raise SendError(Category.RETRY, detail="a page instead of an answer", maybe_done=True)
    raise SendError(Category.UNKNOWN, detail="unreadable answer")


def _is_page(response: requests.Response) -> bool:
    start = response.content[:200].lstrip().lower()
    return not response.ok or response.is_redirect or start.startswith((b"<!doctype", b"<html", b"<?xml"))


def _is_file(response: requests.Response) -> bool:
    kind = response.headers.get("Content-Type", "").lower()
    return not _is_page(response) and bool(response.content) and not kind.startswith(("text/", "application/json"))


def _refusal(error: WeChatClientException) -> SendError:
    """An errcode, or an HTTP status of 400 and more."""
    if error.errcode is None:
        status = error.response.status_code
        category = Category.RETRY if status >= 500 else Category.SLOW_DOWN if status == 429 else Category.CONFIGURATION
        return SendError(category, detail=f"HTTP {status}", maybe_done=status >= 500)
    message = str(error.errmsg)
    rid = _RID.search(message)
    return SendError(
        category_of(error.errcode),
        code=error.errcode,
        rid=rid.group(1) if rid else "",
        detail=redact(message[: rid.start()] if rid else message).strip()[:200],
    )


def _transport(error: requests.RequestException) -> SendError:
    """Whether the request can have arrived: only a connection that never stood is surely nothing done."""
    cause = error.args[0] if error.args else None
    refused = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    never_stood = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    if refused or isinstance(error, never_stood):
        return SendError(Category.RETRY, detail="no connection")
    return SendError(Category.UNKNOWN, detail="connection lost while waiting for the answer")
