"""The published vectors must come out byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import crypto
from tests.simulator.kit import vectors

AES = vectors()["aes"]
READABLE = [vector for vector in AES if "plaintext" in vector]
SPOILED = [vector for vector in AES if "plaintext" not in vector]


def name(vector: Any) -> str:
    return str(vector.get("name") or vector.get("origin"))


@pytest.mark.parametrize("vector", vectors()["signature"], ids=name)
def test_signature(vector: dict[str, str]) -> None:
    assert crypto.signature(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("vector", [v for v in AES if "msg_signature" in v], ids=name)
def test_message_signature(vector: dict[str, str]) -> None:
    made = crypto.signature(vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert (made == vector["msg_signature"]) == ("msg_signature mismatch" not in vector["name"])


@pytest.mark.parametrize("vector", READABLE, ids=name)
def test_encrypt_and_decrypt(vector: dict[str, str]) -> None:
    plain = vector["plaintext"].encode()
    assert crypto.decrypt(vector["encrypt"], vector["encoding_aes_key"]) == (plain, vector["appid"])
    made = crypto.encrypt(plain, vector["appid"], vector["encoding_aes_key"], vector["random"].encode())
    assert made == vector["encrypt"]


def test_vectors_with_a_foreign_appid_show_it() -> None:
    vector = next(v for v in SPOILED if "wrong appid" in v["name"])
    assert crypto.decrypt(vector["encrypt"], vector["encoding_aes_key"])[1] != vector["appid"]


@pytest.mark.parametrize("vector", vectors()["jssdk"], ids=name)
def test_jssdk(vector: dict[str, Any]) -> None:
    made = crypto.jssdk_signature(
        vector["jsapi_ticket"], vector["noncestr"], vector["timestamp"], vector["url"] + "#section"
    )
    assert made == vector["signature"]


KEY = "SimulatorAesKeyForLocalUseOnly0000000000000"


@pytest.mark.parametrize("encrypted", ["", "%%%", "AAAA", "A" * 64, "Zm9vYmFyYmF6cXV4MTIzNA=="])
def test_garbage_is_refused(encrypted: str) -> None:
    with pytest.raises(crypto.BadCiphertext):
        crypto.decrypt(encrypted, KEY)


def test_another_key_does_not_decrypt() -> None:
    encrypted = crypto.encrypt(b"<xml/>", "wxapp", KEY, b"0" * 16)
    with pytest.raises(crypto.BadCiphertext):
        crypto.decrypt(encrypted, "ForeignAesKeyThatTheAccountNeverHad00000000")


@pytest.mark.parametrize("key", ["short", "!" * 43, "A" * 44])
def test_a_key_has_43_characters(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        crypto.key_bytes(key)


def test_the_random_prefix_has_16_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        crypto.encrypt(b"", "wxapp", KEY, b"short")
