"""Published test values of WeChat Pay's own SDKs, against our simulator's keys and against the library we use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from wechatpayv3.utils import aes_decrypt

from bot.pay.gateway import BadNotice
from bot.pay.notices import open_notice
from bot.pay.wechat import Merchant, WeChatPayGateway
from bot.simulator.pay import PaySim
from bot.simulator.pay.keys import unseal, verifies

ENTRIES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "wechat" / "vectors.json").read_text("utf-8")
)["pay"]
SEALED = [entry for entry in ENTRIES if entry["kind"] == "aead"]
[NOTIFY] = [entry for entry in ENTRIES if entry["kind"] == "notify"]
SENT_AT = datetime.fromtimestamp(int(NOTIFY["headers"]["Wechatpay-Timestamp"]), UTC)


@pytest.mark.parametrize("entry", SEALED, ids=lambda entry: entry["plaintext"])
def test_sealed_texts_open(entry: dict[str, Any]) -> None:
    sealed = {name: entry[name] for name in ("nonce", "associated_data", "ciphertext")}
    assert unseal(entry["apiv3_key"], **sealed) == entry["plaintext"]
    assert aes_decrypt(apiv3_key=entry["apiv3_key"], **sealed) == entry["plaintext"]


def test_a_real_notification_verifies_and_opens() -> None:
    key = x509.load_pem_x509_certificate(NOTIFY["platform_certificate"].encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    headers, body = NOTIFY["headers"], NOTIFY["body"]
    signed = (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], body)
    assert verifies(key, headers["Wechatpay-Signature"], *signed)
    assert not verifies(key, headers["Wechatpay-Signature"], *signed[:2], body + " ")


def test_our_reader_opens_it_while_it_is_fresh() -> None:
    library = library_with(NOTIFY["platform_certificate"], NOTIFY["apiv3_key"])
    opened = open_notice(library, NOTIFY["headers"], NOTIFY["body"].encode(), SENT_AT)
    assert opened["resource"] == json.loads(NOTIFY["plaintext"])
    with pytest.raises(BadNotice, match="too old"):
        open_notice(library, NOTIFY["headers"], NOTIFY["body"].encode(), datetime.now(UTC))


def library_with(certificate: str, apiv3_key: str) -> Any:
    """The library, holding this platform certificate: as in the mode before public keys."""
    sim = PaySim()
    merchant = Merchant(
        "wx", "1", sim.keys.merchant_pem, "AB", "k" * 32, "https://x/", sim.keys.public_pem, "PUB_KEY_ID_X"
    )
    library = WeChatPayGateway(merchant)._pay
    library._core._apiv3_key = apiv3_key
    library._core._certificates.append(x509.load_pem_x509_certificate(certificate.encode()))
    return library
