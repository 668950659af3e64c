"""QR codes that follow a reply as a picture: a passive reply carries text or a picture, not both."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import qrcode

from bot.messenger import Messenger

PICTURES = frozenset({"pickup_qr", "leader_qr"})  # kinds of notices that are a picture


def picture(messenger: Messenger, kind: str, payload: Mapping[str, Any]) -> bytes:
    """The PNG of a picture notice: the address of a pickup code, or the account's own code that leads to a leader.

    Raises SendError when the platform does not make the latter (only a verified service account has them).
    """
    if kind == "leader_qr":
        return draw(messenger.create_qr(payload["scene"]).url)
    return draw(payload["url"])


def draw(text: str) -> bytes:
    """A QR code as PNG, large enough to be read off a screen."""
    out = io.BytesIO()
    qrcode.make(text, box_size=10, border=4).save(out, "PNG")
    return out.getvalue()
