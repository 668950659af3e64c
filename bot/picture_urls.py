"""A picture from the plain address (PicUrl) that comes with an image message, for accounts without the media API.

The address stands in the message, so it is not trusted: WeChat's own picture hosts only, on the usual ports, no
redirect, and never more than a picture's worth of bytes.
Source: developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html (PicUrl).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from bot.wechat_errors import Category, SendError

HOSTS = frozenset({"mmbiz.qpic.cn", "mmbiz.qlogo.cn"})
LARGEST_BYTES = 10 * 1024 * 1024
TIMEOUT_S = (3.0, 6.0)  # connect, read
_CHUNK = 64 * 1024


def is_allowed(url: str, *, simulator: str = "") -> bool:
    """Whether a picture may be fetched from here. `simulator`: the address of a simulated platform, if there is one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username or parts.password or any(char <= " " or char == "\\" for char in url):
        return False
    if simulator and (parts.scheme, parts.netloc) == urlsplit(simulator)[:2]:
        return True
    usual = {"http": (None, 80), "https": (None, 443)}.get(parts.scheme, ())
    return parts.hostname in HOSTS and port in usual


def fetch_picture(url: str, *, simulator: str = "") -> bytes:
    """The bytes at an allowed address. Raises SendError: PAYLOAD when it can never be had, RETRY when perhaps later."""
    if not is_allowed(url, simulator=simulator):
        raise SendError(Category.PAYLOAD, detail="not an address of WeChat's pictures")
    try:
        with requests.Session() as session:
            session.trust_env = not simulator
            with session.get(url, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as answer:
                return _body(answer)
    except requests.RequestException:
        raise SendError(Category.RETRY, detail="no picture") from None


def _body(answer: requests.Response) -> bytes:
    if answer.status_code >= 500:
        raise SendError(Category.RETRY, detail=f"HTTP {answer.status_code}")
    if answer.status_code != 200:
        raise SendError(Category.PAYLOAD, detail=f"HTTP {answer.status_code}")
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise SendError(Category.PAYLOAD, detail="too large")
    return bytes(body)
