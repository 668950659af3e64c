"""One call to the platform's API over wechatpy, with our token and typed errors that hold nothing secret.

wechatpy 1.8.18 gives request building and error decoding. Not used of it: its token handling (a permanently refused
token sends it into hundreds of renewals), its retry (an upload repeated by it is empty) and its bare exceptions (they
carry the secret and the token in their text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth

from bot.redaction import redact
from bot.tokens import TokenCache
from bot.wechat_errors import TOKEN_REFUSED, Category, SendError, category_of

TIMEOUT_S = (3.0, 6.0)  # connect, read

_RID = re.compile(r"rid:?\s*([0-9A-Za-z-]{8,64})")


class Api(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
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
        return expect_dict(self._with_token(method, path, request))

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
        return _translated(lambda: self._request(method, path, allow_redirects=False, **request))

    def _with_token(self, method: str, path: str, request: dict[str, Any]) -> Any:
        token = self._tokens.get()
        try:
            return self.once(method, path, token=token, **request)
        except SendError as error:
            if error.code not in TOKEN_REFUSED:
                raise
        return self.once(method, path, token=self._tokens.renew(token), **request)


class OAuth(WeChatOAuth):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's page login with timeouts; `simulator` is the address of the built-in WeChat, else empty."""

    def __init__(self, appid: str, secret: str, back: str, state: str, simulator: str) -> None:
        super().__init__(appid, secret, back, "snsapi_base", state)
        self._http.trust_env = not simulator
        if simulator:
            self.API_BASE_URL, self.OAUTH_BASE_URL = f"{simulator}/", f"{simulator}/connect/"

    def exchange(self, code: str) -> dict[str, Any]:
        """What the platform says of who came back with this code. Raises SendError."""
        return expect_dict(_translated(lambda: self.fetch_access_token(code)))

    def _request(self, method: str, url_or_endpoint: str, **request: Any) -> Any:
        with self._http:
            return super()._request(method, url_or_endpoint, timeout=TIMEOUT_S, allow_redirects=False, **request)


def text_of(answer: Mapping[str, Any], field: str) -> str:
    """A field the answer must have. Raises SendError: without it, nobody knows what became of the call."""
    value = answer.get(field)
    if not isinstance(value, str) or not value:
        raise SendError(Category.UNKNOWN, detail=f"answer without {field}")
    return value


def lease_of(answer: Any, field: str) -> tuple[str, float]:
    """A token and for how many seconds it is good. Raises SendError."""
    answer = expect_dict(answer)
    seconds = answer.get("expires_in")
    return text_of(answer, field), float(seconds) if isinstance(seconds, int) and seconds > 0 else 0.0


def expect_dict(answer: Any) -> dict[str, Any]:
    """The decoded JSON object; wechatpy hands back the response itself when it cannot decode it. Raises SendError."""
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


def _translated(call: Callable[[], Any]) -> Any:
    """What wechatpy answers. Raises SendError."""
    failure: SendError
    try:
        return call()
    except WeChatClientException as error:
        failure = _refusal(error)
    except requests.RequestException as error:
        failure = _transport(error)
    except (ValueError, TypeError, KeyError):  # an errcode that is no number, an answer without its fields
        failure = SendError(Category.UNKNOWN, detail="unreadable answer")
    # Raised outside the handlers: the original exceptions, whose texts hold tokens, must not hang on as context.
    raise failure


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
