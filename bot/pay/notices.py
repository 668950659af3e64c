"""Is a notification WeChat Pay's? Looked at before the library sees it, and as cheaply as possible.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012365342; five minutes is what the official SDKs allow
(github.com/wechatpay-apiv3/wechatpay-go, core/auth/validators).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.pay.gateway import BadNotice
from bot.pay.library import knows

MOST_AGE_S = 300
_HEADERS = ("Wechatpay-Serial", "Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce")
_SCHEME = "WECHATPAY2-SHA256-RSA2048"


def open_notice(library: Any, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
    """The notification with its resource decrypted. Raises BadNotice, whatever is wrong with it."""
    said = {name: headers.get(name, "") for name in _HEADERS}
    if not all(said.values()):
        raise BadNotice("headers missing")
    if not _is_fresh(said["Wechatpay-Timestamp"], now):
        raise BadNotice("too old")
    said["Wechatpay-Signature-Type"] = headers.get("Wechatpay-Signature-Type") or _SCHEME
    try:
        if not knows(library, said["Wechatpay-Serial"]):
            raise BadNotice("unknown serial")
        opened = library.callback(said, body)
    except BadNotice:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises whatever it meets in what a stranger sent
        raise BadNotice(type(error).__name__) from None
    if not isinstance(opened, dict) or not isinstance(opened.get("resource"), dict):
        raise BadNotice("signature or seal is wrong")
    return opened


def _is_fresh(timestamp: str, now: datetime) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and abs(now.timestamp() - int(timestamp)) <= MOST_AGE_S
