"""Where a number begins, and what it is: an amount, an item named by its number, 一些, or somebody's name (老七)."""

from __future__ import annotations

import re
from string import ascii_letters
from typing import Final

from bot.parsing.amounts import read_quantity
from bot.parsing.catalogue import Catalogue
from bot.parsing.english import english_number
from bot.parsing.latin import latin_number
from bot.parsing.normalise import CIRCLED, circled_value
from bot.parsing.quantity import UNIT_WORDS, canonical_unit
from bot.parsing.references import circled, reference
from bot.parsing.surnames import CALLED, CALLED_FROM
from bot.parsing.tokens import QUANTITY_START, Token, is_letter

_SOME: Final = re.compile(
    r"(?:随便|多|少|再|还要|再多)?(?:来|要|买|拿|给我|给|留|整|搞|弄)(?:一?点儿?|一?些|少许|若干)(?!半|钟|前|后|的|啥|什么|咩|乜|么[子事])|若干|少许|一些|一丢丢|一点点?(?!半|钟)|适量"
)
_REF_START: Final = frozenset("第n#")
_HALVED: Final = frozenset("斤盒袋包箱瓶份提板桶")
_QUANTITY_FROM: Final = (
    QUANTITY_START | _HALVED | {u for u in UNIT_WORDS if len(u) == 1 and canonical_unit(u) in _HALVED}
)
_SOME_FROM: Final = frozenset("随再还多少来要买拿给留整搞弄若一适")
_NUMERIC: Final = _REF_START | _QUANTITY_FROM | _SOME_FROM | CALLED_FROM | CIRCLED | frozenset(ascii_letters)
"""First characters of all that may be a number, or the name of somebody (老七, 三姐)."""


def number_token(text: str, position: int, catalogue: Catalogue, tokens: list[Token]) -> Token | None:
    """The number, or somebody's name that looks like one, that begins at `position`."""
    char = text[position]
    if char not in _NUMERIC:
        return None
    if char.isascii() and char.isalpha() and not is_letter(text[position - 1 : position]):
        spelled = english_number(text, position) or latin_number(text, position)
        if spelled is not None:
            return spelled
    marked = circled_value(char)
    if marked is not None:
        return circled(text, position, marked, catalogue, tokens)
    some = _SOME.match(text, position) if char in _SOME_FROM else None
    last_kind = tokens[-1].kind if tokens else ""
    if some is not None and (
        some[0][0] not in "一少适" or (last_kind in ("item", "goods", "want", "add") and tokens[-1].end == position)
    ):
        return Token(
            "qty",
            position,
            some.end(),
            some[0],
            approx=True,
            sign="w" if some[0][0] in "再还来要买拿给留随整搞弄多" else "",
        )
    name = CALLED.match(text, position) if char in CALLED_FROM else None
    if name is not None:
        return Token("name", position, name.end(), name[0])
    by_number = reference(text, position, catalogue, tokens) if char in _REF_START or char in QUANTITY_START else None
    if by_number is not None:
        return by_number
    if char in _QUANTITY_FROM:
        return read_quantity(text, position, catalogue)
    return None
