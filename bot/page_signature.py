"""Signing a page's use of WeChat's JS-SDK. Pure.

Source: developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/JS-SDK.html, appendix 1.
"""

from __future__ import annotations

from hashlib import sha1


def sign_page(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """The signature `wx.config` wants, for the page at `url` as the browser shows it."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
