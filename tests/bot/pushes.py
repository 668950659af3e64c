"""Makes signed pushes the way the platform does, with the simulator's code and none of the code under test."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from bot.protocol import Credentials
from bot.simulator import crypto
from tests.support.clock import START

TOKEN = "a-token-made-up-for-tests"
APPID = "wxtest00000000test"
KEY = "TestKeyOfFortyThreeCharactersForPushes00000"
PREVIOUS_KEY = "OldTestKeyOfFortyThreeCharactersForPushes00"
RANDOM16 = b"sixteen bytes...."[:16]
RESIDENT = "o_test_resident_1"
ACCOUNT = "gh_test_account"

SAFE = Credentials(token=TOKEN, appid=APPID, aes_keys=(KEY, PREVIOUS_KEY))
COMPAT = Credentials(token=TOKEN, appid=APPID, aes_keys=(KEY,), mode="compat", allow_unencrypted=True)
PLAIN = Credentials(token=TOKEN, appid=APPID, mode="plain", allow_unencrypted=True)


@cache
def vectors() -> dict[str, Any]:
    """The platform's published examples."""
    path = Path(__file__).parents[1] / "data" / "wechat" / "vectors.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def xml(**fields: str) -> str:
    """A message; the addresses and the time are there unless given."""
    base = {"ToUserName": ACCOUNT, "FromUserName": RESIDENT, "CreateTime": str(int(START.timestamp()))}
    return "<xml>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in {**base, **fields}.items()) + "</xml>"


def text(content: str, msg_id: int | str = 1, openid: str = RESIDENT) -> str:
    """A text message."""
    return xml(FromUserName=openid, MsgType="text", Content=content, MsgId=str(msg_id))


def event(name: str, **fields: str) -> str:
    """An event."""
    return xml(MsgType="event", Event=name, **fields)


def signed(now: datetime = START, nonce: str = "n1") -> dict[str, str]:
    """A query signed for a plain push or a check of the address."""
    timestamp = str(int(now.timestamp()))
    return {"timestamp": timestamp, "nonce": nonce, "signature": crypto.signature(TOKEN, timestamp, nonce)}


def sealed(
    message: str | bytes, *, now: datetime = START, nonce: str = "n1", key: str = KEY, appid: str = APPID
) -> tuple[dict[str, str], bytes]:
    """Query and body of an encrypted push."""
    clear = message if isinstance(message, bytes) else message.encode()
    return enveloped(crypto.encrypt(clear, appid, key, RANDOM16), now=now, nonce=nonce)


def enveloped(
    encrypted: str, *, now: datetime = START, nonce: str = "n1", clear: str = ""
) -> tuple[dict[str, str], bytes]:
    """Query and body around a ciphertext; `clear` are the fields that compat mode shows beside it."""
    query = signed(now, nonce)
    query |= {"encrypt_type": "aes", "msg_signature": crypto.signature(TOKEN, query["timestamp"], nonce, encrypted)}
    return query, f"<xml><ToUserName>{ACCOUNT}</ToUserName>{clear}<Encrypt>{encrypted}</Encrypt></xml>".encode()


def reply_fields(body: bytes) -> dict[str, str]:
    """What the phone would show of a plain reply."""
    return {element.tag: element.text or "" for element in ET.fromstring(body).iter()}


def opened(body: bytes, key: str = KEY) -> dict[str, str]:
    """The same for an encrypted reply, after checking its signature and appid."""
    envelope = reply_fields(body)
    expected = crypto.signature(TOKEN, envelope["TimeStamp"], envelope["Nonce"], envelope["Encrypt"])
    assert envelope["MsgSignature"] == expected
    clear, appid = crypto.decrypt(envelope["Encrypt"], key)
    assert appid == APPID
    return reply_fields(clear)
