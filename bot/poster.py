"""A round as one picture for the group: who, what, until when, where, and a code that leads to the round's page.

The words are laid out first, as plain boxes that can be checked; drawing only follows them. What does not fit is set
smaller, then shortened. Characters the shipped font does not have are left out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

FONT = Path(__file__).parent.parent / "assets" / "fonts" / "NotoSansSC-subset.otf"
WIDTH, MARGIN = 750, 48
MOST_GOODS = 8
_GREEN, _INK, _GREY, _PRICE, _PAPER = "#17724e", "#171c19", "#5c6761", "#b4480f", "#ffffff"
_QR = 250
_TOGETHER = frozenset("0123456789:–.-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NOT_THERE = "\U0010fffd"  # no font has it


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it, in words. `goods` are (name, price)."""

    leader: str
    title: str
    goods: Sequence[tuple[str, str]]
    facts: Sequence[str]  # deadline, pickup
    call: str  # beside the code
    more: str  # below the goods when there are too many, with %d for how many
    url: str


@dataclass(frozen=True, slots=True)
class Box:
    """A line of text: its left upper corner, its size and colour, and how wide it is."""

    text: str
    x: int
    y: int
    size: int
    colour: str
    width: int


def draw(poster: Poster) -> bytes:
    """The poster as PNG, 750 pixels wide."""
    import qrcode  # libraries for few are not loaded at the start
    from PIL import Image, ImageDraw

    boxes, height, band = lay_out(poster)
    image = Image.new("RGB", (WIDTH, height), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, band), fill=_GREEN)
    for box in boxes:
        pen.text((box.x, box.y), box.text, font=_font(box.size), fill=box.colour)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(poster.url)
    picture = code.make_image().get_image().convert("RGB").resize((_QR, _QR), Image.Resampling.NEAREST)
    image.paste(picture, (MARGIN, height - _QR - MARGIN))
    out = io.BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def lay_out(poster: Poster) -> tuple[list[Box], int, int]:
    """(the lines, the height of the picture, the height of the coloured band at the top), in pixels."""
    boxes = [_line(poster.leader, MARGIN, 40, 34, "#dff0e6", WIDTH - 2 * MARGIN)]
    y = 96
    for text in _wrapped(poster.title, 56, WIDTH - 2 * MARGIN, lines=2):
        boxes.append(_line(text, MARGIN, y, 56, _PAPER, WIDTH - 2 * MARGIN))
        y += 76
    band = y + 24
    y = band + 36
    for name, price in poster.goods[:MOST_GOODS]:
        cost = _line(price, 0, y, 38, _PRICE, 300)
        boxes.append(Box(cost.text, WIDTH - MARGIN - cost.width, y, cost.size, cost.colour, cost.width))
        boxes.append(_line(name, MARGIN, y, 38, _INK, WIDTH - 2 * MARGIN - cost.width - 24))
        y += 64
    if len(poster.goods) > MOST_GOODS:
        more = poster.more % (len(poster.goods) - MOST_GOODS)
        boxes.append(_line(more, MARGIN, y, 30, _GREY, WIDTH - 2 * MARGIN))
        y += 52
    top = y + 28
    beside, room = MARGIN + _QR + 32, WIDTH - 2 * MARGIN - _QR - 32
    y = top + 4
    for fact in poster.facts:
        for text in _wrapped(fact, 30, room, lines=3):
            boxes.append(_line(text, beside, y, 30, _INK, room))
            y += 44
        y += 8
    boxes.append(_line(poster.call, beside, max(y, top + _QR - 52), 32, _GREEN, room))
    height = max(top + _QR, max(y, top + _QR - 52) + 48) + MARGIN
    return boxes, height, band


def _line(text: str, x: int, y: int, size: int, colour: str, room: int) -> Box:
    """One line that fits into `room`: smaller down to three quarters, then cut with an ellipsis."""
    text, whole = readable(text), size
    smallest = size * 3 // 4
    while size > smallest and width(text, size) > room:
        size -= 1
    if width(text, size) > room:
        while text and width(f"{text}…", size) > room:
            text = text[:-1]
        text = f"{text}…"
    return Box(text, x, y + (whole - size) // 2, size, colour, width(text, size))


def _wrapped(text: str, size: int, room: int, *, lines: int) -> list[str]:
    """Cut between characters, as Chinese is; the last line keeps the rest and is fitted later."""
    rest = readable(text)
    found: list[str] = []
    while rest and len(found) < lines - 1 and width(rest, size) > room:
        end = _break(rest, next(n for n in range(len(rest), 0, -1) if n == 1 or width(rest[:n], size) <= room))
        found.append(rest[:end])
        rest = rest[end:]
    return [*found, rest] if rest else found


def _break(text: str, end: int) -> int:
    """Not inside a number, a time or a word, unless it is longer than half the line."""
    back = end
    while back > end // 2 and text[back - 1] in _TOGETHER and text[back : back + 1] in _TOGETHER:
        back -= 1
    return back if back > end // 2 else end


def readable(text: str) -> str:
    """The text without what cannot be drawn: control characters, emoji, rare characters."""
    return "".join(char for char in " ".join(text.split()) if char == " " or _has(char))


def width(text: str, size: int) -> int:
    """In pixels, rounded up."""
    return int(_font(size).getlength(text)) + 1


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    if not char.isprintable():
        return False
    font = _font(32)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NOT_THERE)) if font.getlength(char) else False


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), size)
