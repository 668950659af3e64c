"""The protocol between the platform and the webhook: signatures, message encryption, replies.

Nothing else in the product knows keys or XML. Sources: developers.weixin.qq.com/doc/offiaccount/Getting_Started/
message-push.html (signature), developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/
Technical_Plan.html (encryption, key change).
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha1
from hmac import compare_digest
from threading import Lock
from typing import Literal, Protocol

from wechatpy.crypto.base import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder

from bot.inbound import Forbidden, Inbound, Location, Malformed, OptIn, leaf, read_fields, read_message
from bot.paging import clean, fit

__all__ = [
    "BODY_LIMIT",
    "NOTHING",
    "Args",
    "BadCredentials",
    "Body",
    "Credentials",
    "Forbidden",
    "Image",
    "Inbound",
    "Location",
    "Malformed",
    "OptIn",
    "Reply",
    "check_credentials",
    "check_request",
    "read_echo",
    "read_inbound",
    "write_reply",
]

BODY_LIMIT = 64 * 1024  # bytes; the largest genuine push is about 8 KiB
SHORTEST_TOKEN = 16
NOTHING = b"success"  # documented as "no reply", needs no encryption

_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_BLOCK = 16  # bytes
_SECONDS = re.compile(r"[0-9]{1,12}")
# As the platform writes it; any other is read as XML, which costs a quarter of all that encryption does.
_ENVELOPE = re.compile(
    rb"<xml>\s*<ToUserName><!\[CDATA\[[\w-]*\]\]></ToUserName>\s*"
    rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>\s*</xml>\s*"
)


class BadCredentials(ValueError):
    """The configured credentials cannot protect the webhook."""


class Args(Protocol):
    """Query parameters; werkzeug's `request.args` and a dict both serve."""

    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the account's console and ours agree on.

    `aes_keys` holds the current EncodingAESKey and, after a change, the previous one. `account_id` is the account's
    original id (gh_…); when given, pushes for any other are refused. `allow_unencrypted` must be set by hand before
    `mode` may be "plain" or "compat": a plain signature does not cover the body, so one captured request is enough
    to forge any other. `max_age_s` bounds the age of a push, in seconds.
    """

    token: str = field(repr=False)
    appid: str
    aes_keys: tuple[str, ...] = field(default=(), repr=False)
    mode: Literal["safe", "compat", "plain"] = "safe"
    account_id: str = ""
    allow_unencrypted: bool = False
    max_age_s: int = 300


def check_credentials(credentials: Credentials) -> None:
    """Raise BadCredentials, naming what is wrong and never its value, when the webhook would not be safe."""
    c = credentials
    if len(c.token.strip()) < SHORTEST_TOKEN:
        raise BadCredentials(f"the webhook token must have at least {SHORTEST_TOKEN} characters")
    if not c.appid.strip():
        raise BadCredentials("the appid is missing")
    if c.mode not in ("safe", "compat", "plain"):
        raise BadCredentials("the message mode must be safe, compat or plain")
    if c.mode != "safe" and not c.allow_unencrypted:
        raise BadCredentials(f"message mode {c.mode} lets anyone forge messages; it has to be allowed expressly")
    if c.mode != "plain" and not c.aes_keys:
        raise BadCredentials(f"message mode {c.mode} needs the EncodingAESKey")
    if not all(_AES_KEY.fullmatch(key) for key in c.aes_keys):
        raise BadCredentials("an EncodingAESKey must have exactly 43 letters and digits")


@dataclass(frozen=True, slots=True)
class Image:
    """A reply that is a picture, by the id of an uploaded medium (valid for 3 days)."""

    media_id: str


Reply = str | Image | None  # None and "" are no reply
Body = bytes | None | Callable[[], bytes | None]


def sign(*parts: str) -> str:
    """SHA-1, lower-case hex, of the parts sorted and joined: 3 parts for a request, 4 for an encrypted body."""
    return sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def check_request(args: Args, credentials: Credentials, now: datetime) -> None:
    """Raise Forbidden unless the query is signed with our token and not older or newer than `max_age_s`."""
    timestamp, nonce = args.get("timestamp") or "", args.get("nonce") or ""
    if not credentials.token or not _same(args.get("signature"), sign(credentials.token, timestamp, nonce)):
        raise Forbidden("signature")
    if not _SECONDS.fullmatch(timestamp) or abs(now.timestamp() - int(timestamp)) > credentials.max_age_s:
        raise Forbidden("stale")


def read_echo(args: Args, credentials: Credentials, now: datetime) -> bytes:
    """What to answer when the console checks the address: `echostr` as it came. Raises Forbidden."""
    check_request(args, credentials, now)
    return (args.get("echostr") or "").encode("utf-8", "ignore")


def read_inbound(args: Args, body: Body, credentials: Credentials, now: datetime) -> Inbound:
    """Read one push. `body` is None when it was longer than BODY_LIMIT and never read.

    Given as a function, it is fetched when the query is known to be signed: a stranger who sends it slowly, or never,
    holds nobody up.

    Raises Forbidden for what cannot be proved to come from the platform, Malformed for what can but is unreadable.
    Nothing is parsed before the signature holds. Costs about 25 µs plain, 40 µs encrypted.
    """
    check_request(args, credentials, now)
    if callable(body):
        body = body()
    if body is None or len(body) > BODY_LIMIT:
        raise Forbidden("too_large")
    if args.get("encrypt_type") == "aes" and credentials.aes_keys:
        body, key_index = _open_envelope(args, body, credentials)
        inbound = read_message(body, now, key_index)
    elif credentials.mode == "plain":
        inbound = read_message(body, now)
    else:  # compat pushes carry both forms, so a missing encrypted one was taken away by somebody
        raise Forbidden("plaintext")
    if credentials.account_id and inbound.to != credentials.account_id:
        raise Forbidden("account")
    return inbound


def write_reply(
    inbound: Inbound,
    reply: Reply,
    credentials: Credentials,
    now: datetime,
    nonce: str,
    random16: Callable[[], bytes] = lambda: secrets.token_bytes(16),
) -> bytes:
    """The body that answers `inbound`: cleaned, cut to the platform's limit, encrypted if the push was."""
    content = _content(reply)
    if not content:
        return NOTHING
    seconds = int(now.timestamp())
    xml = (
        f"<xml><ToUserName><![CDATA[{inbound.openid}]]></ToUserName>"
        f"<FromUserName><![CDATA[{inbound.to}]]></FromUserName>"
        f"<CreateTime>{seconds}</CreateTime>{content}</xml>"
    ).encode()
    if inbound.aes_key_index is None:
        return xml
    # "Reply with the key that opened the push": the platform's servers do not all change keys at once.
    encrypted = seal(xml, credentials.aes_keys[inbound.aes_key_index], credentials.appid, random16())
    signature = sign(credentials.token, str(seconds), nonce, encrypted)
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{seconds}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    ).encode()


def seal(message: bytes, aes_key: str, appid: str, random16: bytes) -> str:
    """Encrypt: AES-256-CBC of 16 random bytes, the length in 4 bytes, the message and the appid; as base64."""
    plain = random16 + len(message).to_bytes(4, "big") + message + appid.encode()
    return base64.b64encode(_chain(aes_key).encrypt(PKCS7Encoder.encode(plain))).decode("ascii")


def unseal(encrypted: str, aes_key: str, appid: str) -> bytes | None:
    """Decrypt; None unless padding, length and the appid at the end are all right, which only our key makes true."""
    try:
        padded = _chain(aes_key).decrypt(base64.b64decode(encrypted))
    except (binascii.Error, ValueError):
        return None
    count = padded[-1] if padded else 0
    if not 1 <= count <= PKCS7Encoder.block_size or padded[-count:] != bytes([count]) * count:
        return None
    plain = padded[:-count]
    end = 4 + int.from_bytes(plain[:4], "big")
    if end > len(plain) or not compare_digest(plain[end:], appid.encode()):
        return None
    return bytes(plain[4:end])


def _open_envelope(args: Args, body: bytes, credentials: Credentials) -> tuple[bytes, int]:
    """The clear XML inside `<Encrypt>` and the index of the key that opened it; the clear copy beside it is ignored."""
    usual = _ENVELOPE.fullmatch(body)
    try:
        encrypted = usual[1].decode() if usual else leaf(read_fields(body), "Encrypt")
    except Malformed:  # nothing has vouched for this body yet
        raise Forbidden("envelope") from None
    if not encrypted:
        raise Forbidden("plaintext")
    expected = sign(credentials.token, args.get("timestamp") or "", args.get("nonce") or "", encrypted)
    if not _same(args.get("msg_signature"), expected):
        raise Forbidden("msg_signature")
    for index, aes_key in enumerate(credentials.aes_keys):
        message = unseal(encrypted, aes_key, credentials.appid)
        if message is not None:
            return message, index
    raise Forbidden("undecipherable")


def _same(given: object, expected: str) -> bool:
    """Constant-time comparison on bytes: on str, `compare_digest` raises for characters outside ASCII."""
    return isinstance(given, str) and compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


class _Chain:
    """AES-256-CBC with one key, going on from message to message: beginning anew costs ten times the encryption.

    CBC adds to each block the encrypted one before, to the first the key's beginning. In a context that goes on, that
    is the last block of the message before: only the first block differs.
    """

    def __init__(self, key: bytes) -> None:
        cipher = WeChatCipher(key).cipher
        self._encryptor, self._decryptor, self._lock = cipher.encryptor(), cipher.decryptor(), Lock()
        self._first = int.from_bytes(key[:_BLOCK], "big")
        self._before = self._first

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt whole blocks: to the letter what a new context makes of them."""
        with self._lock:
            first = int.from_bytes(plain[:_BLOCK], "big") ^ self._first ^ self._before
            encrypted: bytes = self._encryptor.update(first.to_bytes(_BLOCK, "big") + plain[_BLOCK:])
            self._before = int.from_bytes(encrypted[-_BLOCK:], "big")
        return encrypted

    def decrypt(self, encrypted: bytes) -> bytes:
        """Decrypt all but the first block, which is random and read by nobody. Raises ValueError for a part of one."""
        if len(encrypted) % _BLOCK:  # it would wait for the rest of it, which is the next message
            raise ValueError("not whole blocks")
        with self._lock:
            plain: bytes = self._decryptor.update(encrypted)
        return plain[_BLOCK:]


@lru_cache(maxsize=8)
def _chain(aes_key: str) -> _Chain:
    # Decoding is lenient on purpose: the 43rd character carries two spare bits that real keys do set.
    return _Chain(base64.b64decode(aes_key + "="))


def _content(reply: Reply) -> str:
    if isinstance(reply, Image):
        return f"<MsgType><![CDATA[image]]></MsgType><Image><MediaId>{_cdata(clean(reply.media_id))}</MediaId></Image>"
    text = fit(clean(reply or "").strip("\n"))
    return f"<MsgType><![CDATA[text]]></MsgType><Content>{_cdata(text)}</Content>" if text.strip() else ""


def _cdata(text: str) -> str:
    """A CDATA section that its content cannot end."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
