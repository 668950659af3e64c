# ruff: noqa: E501 - a table of signs
"""Punctuation and signs as tokens."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.tokens import Token

_PUNCTUATION: Final = {
    ",": "comma", ";": "comma", "、": "and", "。": "stop", "!": "stop", "?": "ask", "\n": "stop", "(": "comma", ")": "comma",
    ":": "colon", "=": "colon", "&": "and", "/": "comma", "+": "and", "~": "space", "·": "space", ".": "space", "|": "comma",
    "【": "space", "】": "space", "「": "space", "」": "space", "『": "space", "』": "space", "《": "space", "》": "space", "[": "space", "]": "space", "{": "space", "}": "space", '"': "space", "'": "space", "_": "space", "^": "space", "`": "space", "#": "space", "@": "space", "$": "space", "<": "space", ">": "space", "\\": "space", "×": "times", "-": "space", "‘": "space", "’": "space", "%": "text",
}  # fmt: skip


_ARROW: Final = re.compile(r"[→➡⇒➔➜➝⟶]|[-=]{1,2}>")


def sign_or_symbol(text: str, position: int) -> Token | None:
    """What the sign at `position` is, None for a letter, a digit or a character."""
    char = text[position]
    if char == "x" and re.compile(r"x\s?\d").match(text, position):
        return Token("times", position, position + 1, char)
    arrow = _ARROW.match(text, position) if char not in _PUNCTUATION or char in "-=" else None
    if arrow is not None:
        return Token("set", position, arrow.end(), arrow[0])  # 2盒→3盒, 肉包→菜包
    if char == "-" and "-" in (text[position + 1 : position + 2], text[position - 1 : position]):
        return Token("colon", position, position + 1, char)  # 鸡蛋——2: a stroke between name and number
    if char == "-" and re.compile(r"-\s?\d").match(text, position):
        return Token("minus", position, position + 1, char)
    if char == "+":
        return Token("plus", position, position + 1, char)
    kind = _PUNCTUATION.get(char)
    if kind is not None:
        return Token(kind, position, position + 1, char)
    if not char.isalnum():
        return Token("space", position, position + 1, char)
    return None
