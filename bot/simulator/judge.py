"""Judges what the bot answered to a push, as the platform would: shown, silent, or 「暂时无法提供服务」."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

from . import crypto
from .state import Account

UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"
TEXT_LIMIT = 2048
# Kinds of user message that may be answered with one article only; others may have 8.
ONE_ARTICLE = frozenset({"text", "image", "voice", "video", "shortvideo", "location"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class BadReply(ValueError):
    """Why a reply would not be shown."""


@dataclass(frozen=True)
class Reply:
    """A passive reply as the phone shows it; `kind` "" means the bot chose to say nothing."""

    kind: str = ""
    text: str = ""
    encrypted: bool = False
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What is known about the push the reply belongs to."""

    account: Account
    openid: str
    kind: str
    mode: str
    media: Container[str]


def judge(status: int, body: bytes, context: Context) -> Reply:
    """The reply, if the platform would accept it. Raises BadReply with the reason otherwise."""
    if status != 200:
        raise BadReply(f"HTTP status {status}")
    if body.strip() in (b"", b"success"):
        return Reply()
    root = _parse(body)
    encrypted = root.find("Encrypt") is not None
    if encrypted:
        root = _opened(root, context)
    elif context.mode == "safe":
        raise BadReply("plain reply although the account is in safe mode")
    _check_envelope(root, context)
    return _read(root, context, encrypted)


def _parse(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body:
        raise BadReply("DOCTYPE in the reply")
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BadReply(f"not XML: {error}") from error
    if root.tag != "xml":
        raise BadReply(f"root element is {root.tag!r}")
    return root


def _opened(root: ElementTree.Element, context: Context) -> ElementTree.Element:
    if context.mode == "plain":
        raise BadReply("encrypted reply although the account is in plain mode")
    encrypted, stamp, nonce = (_text(root, name) for name in ("Encrypt", "TimeStamp", "Nonce"))
    if _text(root, "MsgSignature") != crypto.signature(context.account.token, stamp, nonce, encrypted):
        raise BadReply("wrong MsgSignature")
    try:
        message, appid = crypto.decrypt(encrypted, context.account.aes_key)
    except crypto.BadCiphertext as error:
        raise BadReply(f"does not decrypt: {error}") from error
    if appid != context.account.appid:
        raise BadReply("wrong appid behind the encrypted reply")
    return _parse(message)


def _check_envelope(root: ElementTree.Element, context: Context) -> None:
    if _text(root, "ToUserName") != context.openid:
        raise BadReply("ToUserName is not the sender of the message")
    if _text(root, "FromUserName") != context.account.origin_id:
        raise BadReply("FromUserName is not the account")
    if not _text(root, "CreateTime").strip().isdigit():
        raise BadReply("CreateTime is not a number of seconds")


def _read(root: ElementTree.Element, context: Context, encrypted: bool) -> Reply:
    kind = _text(root, "MsgType").strip()
    reader = _READERS.get(kind)
    if reader is None:
        raise BadReply(f"unknown MsgType {kind!r}")
    text, data = reader(root, context)
    return Reply(kind, text, encrypted, data)


def _read_text(root: ElementTree.Element, context: Context) -> tuple[str, dict[str, Any]]:
    content = _text(root, "Content")
    if not content:
        raise BadReply("empty Content")
    size = len(content.encode("utf-8"))
    if size > TEXT_LIMIT:
        raise BadReply(f"Content has {size} bytes, {TEXT_LIMIT} are allowed")
    if _CONTROL.search(content):
        raise BadReply("control character in Content")
    return content, {}


def _read_media(element: str) -> Callable[[ElementTree.Element, Context], tuple[str, dict[str, Any]]]:
    def read(root: ElementTree.Element, context: Context) -> tuple[str, dict[str, Any]]:
        part = _part(root, element)
        media_id = _text(part, "MediaId")
        if media_id not in context.media:
            raise BadReply(f"unknown MediaId {media_id!r}")
        title = part.findtext("Title") or ""
        return title, {"media_id": media_id, "title": title, "description": part.findtext("Description") or ""}

    return read


def _read_music(root: ElementTree.Element, context: Context) -> tuple[str, dict[str, Any]]:
    part = _part(root, "Music")
    names = ("Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId")
    return part.findtext("Title") or "", {name.lower(): part.findtext(name) or "" for name in names}


def _read_news(root: ElementTree.Element, context: Context) -> tuple[str, dict[str, Any]]:
    items = _part(root, "Articles").findall("item")
    count = _text(root, "ArticleCount").strip()
    if count != str(len(items)) or not items:
        raise BadReply(f"ArticleCount {count!r} but {len(items)} items")
    limit = 1 if context.kind in ONE_ARTICLE else 8
    if len(items) > limit:
        raise BadReply(f"{len(items)} articles, {limit} allowed after {context.kind}")
    articles = [
        {name.lower(): item.findtext(name) or "" for name in ("Title", "Description", "PicUrl", "Url")}
        for item in items
    ]
    return articles[0]["title"], {"articles": articles}


def _read_transfer(root: ElementTree.Element, context: Context) -> tuple[str, dict[str, Any]]:
    return "", {}


_READERS: dict[str, Callable[[ElementTree.Element, Context], tuple[str, dict[str, Any]]]] = {
    "text": _read_text,
    "image": _read_media("Image"),
    "voice": _read_media("Voice"),
    "video": _read_media("Video"),
    "music": _read_music,
    "news": _read_news,
    "transfer_customer_service": _read_transfer,
}


def _part(root: ElementTree.Element, name: str) -> ElementTree.Element:
    part = root.find(name)
    if part is None:
        raise BadReply(f"no {name} element")
    return part


def _text(root: ElementTree.Element, name: str) -> str:
    found = root.findall(name)
    if len(found) != 1:
        raise BadReply(f"{len(found)} {name} elements")
    if len(found[0]):
        raise BadReply(f"elements inside {name}")
    return found[0].text or ""
