"""QR codes: those that follow a reply as a picture (a passive reply carries text or a picture, not both), and those in
photos that people sent."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot import poster
from bot.messenger import Messenger
from bot.texts import mall

if TYPE_CHECKING:
    from PIL import Image

PICTURES = frozenset({"pickup_qr", "leader_qr", "poster"})  # kinds of notices that are a picture


def picture(messenger: Messenger, kind: str, payload: Mapping[str, Any]) -> bytes:
    """The PNG of a picture notice: a round's poster, the address of a pickup code, the account's code for a leader.

    Raises SendError when the platform does not make the last (only a verified service account has them).
    """
    if kind == "poster":
        return poster.draw(mall.poster(payload))
    if kind == "leader_qr":
        return draw(messenger.create_qr(payload["scene"]).url)
    return draw(payload["url"])


def draw(text: str) -> bytes:
    """A QR code as PNG, large enough to be read off a screen."""
    import qrcode  # libraries for few are not loaded at the start

    out = io.BytesIO()
    qrcode.make(text, box_size=10, border=4).save(out, "PNG")
    return out.getvalue()


LONG_EDGES = (1600, 4000)  # pixels: most photos are read small and fast, a small code in a large photo is not


def read(image: Image.Image) -> list[str]:
    """What the QR codes and bar codes in a photo say, each once; empty when there are none to be read.

    The caller has made sure that the picture is of sensible size.
    """
    import zxingcpp
    from PIL import ImageOps

    image.draft("L", (LONG_EDGES[-1], LONG_EDGES[-1]))  # a JPEG of a huge size is decoded smaller
    upright = ImageOps.exif_transpose(image.convert("L"))
    for edge in LONG_EDGES:
        smaller = upright.copy()
        smaller.thumbnail((edge, edge))
        if found := list(dict.fromkeys(code.text for code in zxingcpp.read_barcodes(smaller))):
            return found
        if max(upright.size) <= edge:
            break
    return []
