"""wechatpayv3 as this program uses it: its address, its keys, and how they are renewed while it runs.

The library (2.0.4) forgets all certificates before it asks for new ones, knows one public key, and asks WeChat Pay for
certificates on every serial number that it does not know. Here certificates are replaced only by new ones, further
public keys lie as files in a folder (`PUB_KEY_ID_….pem`), and a number nobody knows is asked about once in ten minutes
at most, whoever sends it.
"""

from __future__ import annotations

import copy
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    from bot.pay.wechat import Merchant

TIMEOUT_S = (3, 10)  # connect, read
RENEW_EVERY_S = 600
_SCHEME = "WECHATPAY2-SHA256-RSA2048"


def open_library(merchant: Merchant, base: str, *, simulator: bool) -> Any:
    """A `wechatpayv3.WeChatPay` for the account, talking to `base`."""
    from wechatpayv3 import WeChatPay, WeChatPayType

    made = WeChatPay.__new__(WeChatPay)
    made._type, made._mchid, made._appid = WeChatPayType.JSAPI, merchant.mchid, merchant.appid
    made._notify_url, made._partner_mode = merchant.notify_url, False
    made._core = _core_class()(
        mchid=merchant.mchid,
        cert_serial_no=merchant.serial,
        private_key=merchant.private_key,
        apiv3_key=merchant.apiv3_key,
        # A proxy of the environment has no business between two servers on one machine.
        proxy={"no_proxy": "*"} if simulator else None,
        timeout=TIMEOUT_S,
        public_key=merchant.public_key,
        public_key_id=merchant.public_key_id,
        base=base,
        keys_folder=merchant.keys_folder,
    )
    if merchant.public_key and merchant.certificates:
        made._core._init_certificates()
    return made


def pay_type(trade_type: str) -> Any:
    """The library's name for `jsapi` or `native`."""
    from wechatpayv3 import WeChatPayType

    return {"jsapi": WeChatPayType.JSAPI, "native": WeChatPayType.NATIVE}[trade_type]


def knows(library: Any, serial: str) -> bool:
    """Whether answers and notifications may be signed with this key; one that is new is looked for first."""
    core = library._core
    return serial.upper() in core.serials() or (core.renew() and serial.upper() in core.serials())


def _core_class() -> type[Any]:
    from wechatpayv3.core import Core
    from wechatpayv3.utils import rsa_verify

    class _Core(Core):  # type: ignore[misc] # the base comes without types
        """Where the library keeps the address of the service is private to it: the tests notice when it moves."""

        def __init__(self, *, base: str, keys_folder: Path | None, **values: Any) -> None:
            self._lock, self._renewed_at = threading.Lock(), -float(RENEW_EVERY_S)
            self._folder, self._more_keys = keys_folder, _keys_in(keys_folder)
            self._certificates: list[Any] = []
            self._base = base
            super().__init__(**values)
            self._gate_way = base

        def _init_certificates(self) -> None:
            self._gate_way = self._base
            super()._init_certificates()

        def _update_certificates(self) -> None:
            """The old ones stay as long as no new ones came: others are being verified at the same time."""
            fresh = copy.copy(self)
            fresh._certificates = []
            Core._update_certificates(fresh)
            self._certificates = fresh._certificates or self._certificates

        def _last_certificate(self) -> Any:
            """The newest; the library's own asks for a date that cryptography has given up."""
            return max(self._certificates, key=lambda one: one.not_valid_after_utc)

        def _verify_signature(self, headers: Any, body: str) -> bool:
            serial = headers.get("Wechatpay-Serial", "")
            if serial.upper() not in self.serials():
                self.renew()
            key = self._more_keys.get(serial)
            if key is None:
                return bool(super()._verify_signature(headers, body))
            said = [headers.get(f"Wechatpay-{name}", "") for name in ("Timestamp", "Nonce", "Signature")]
            is_ours = headers.get("Wechatpay-Signature-Type") == _SCHEME
            return is_ours and bool(rsa_verify(said[0], said[1], body, said[2], key))

        def serials(self) -> set[str]:
            return _serials(self._certificates, [self._public_key_id or "", *self._more_keys])

        def renew(self) -> bool:
            """Look for new keys and certificates, not more often than every ten minutes; whether it was time."""
            with self._lock:
                if time.monotonic() - self._renewed_at < RENEW_EVERY_S:
                    return False
                self._renewed_at = time.monotonic()
            self._more_keys = _keys_in(self._folder)
            if self._certificates:
                self._update_certificates()
            return True

    return _Core


def _serials(certificates: list[Any], ids: list[str]) -> set[str]:
    """Ids of public keys and numbers of certificates as both sides write them, in capitals."""
    numbers = [one.serial_number for one in certificates]
    return {f"{number:X}" for number in numbers} | {f"{number:040X}" for number in numbers} | {
        one.upper() for one in ids if one
    }  # fmt: skip


def _keys_in(folder: Path | None) -> dict[str, Any]:
    """By id: the public keys whose files lie there."""
    files = sorted(folder.glob("PUB_KEY_ID_*.pem")) if folder is not None else []
    return {file.stem: load_pem_public_key(file.read_bytes()) for file in files}
