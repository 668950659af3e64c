"""Items named by their number: 2号, 第二个, ②, 2×3."""

from __future__ import annotations

import re

from bot.parsing.catalogue import Catalogue
from bot.parsing.numerals import CHINESE, chinese_value
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit
from bot.parsing.spans import NUM
from bot.parsing.tokens import Token

_REF = re.compile(
    rf"(?:第({NUM})(?:个|款|样|种|项|号)?|({NUM})号(?![楼柜院店线门仓岗机线])|no\.?\s?(\d{{1,2}})|#(\d{{1,2}})(?!\d)|(\d{{1,2}})#(?!\d))"
)


_SIGNS = frozenset("第号n#")
"""What one of stands in everything `_REF` reads."""
_CROSS = re.compile(r"(\d{1,2})\s?[×x]\s?(?=\d)")


_UNIT_BEHIND = re.compile(rf"\s?(?!两\s?(?:{UNIT_PATTERN}))({UNIT_PATTERN})")


_ASKED = re.compile(rf"(\d{{1,2}})\s?(?=(?:要|来|拿|订|各|留)[{CHINESE}\d])")


_BARE_PAIR = re.compile(r"(\d{1,2})\s?[-+]\s?(\d{1,2})(?=[\s,。;!?~]|$)")


_TRANSPARENT = frozenset({"space", "filler", "colon"})


def circled(text: str, position: int, value: int, catalogue: Catalogue, tokens: list[Token]) -> Token:
    """① with a unit, or right behind goods, is a number; else the item with that number."""
    unit = _UNIT_BEHIND.match(text, position + 1)
    if unit is not None:
        return Token("qty", position, unit.end(), f"{value}{unit[1]}", milli=value * 1000, unit=canonical_unit(unit[1]))
    keys = catalogue.by_number.get(value, ())
    named = bool(tokens) and tokens[-1].kind == "item" and tokens[-1].value != "ref" and tokens[-1].end == position
    if len(catalogue) == 1 or named:
        return Token("qty", position, position + 1, str(value), milli=value * 1000)
    return Token("item", position, position + 1, str(value), keys, value="ref")


def reference(text: str, position: int, catalogue: Catalogue, tokens: list[Token]) -> Token | None:
    """N号, 第N个, N×q: the item with that number."""
    match = None if _SIGNS.isdisjoint(text) else _REF.match(text, position)
    if match is not None:
        number = chinese_value(next(group for group in match.groups() if group))
        return Token("item", position, match.end(), match[0], catalogue.by_number.get(number or 0, ()), value="ref")
    if not text[position].isdecimal():
        return None
    last = _solid(tokens)
    if last is None or last.kind in ("comma", "stop", "and", "qty", "want", "room"):
        match = _CROSS.match(text, position) or _ASKED.match(text, position)  # 3要2盒
        if match is not None and int(match[1]) in catalogue.by_number and len(catalogue) > 1:
            return Token("item", position, match.end(), match[0], catalogue.by_number[int(match[1])], value="ref")
        match = _BARE_PAIR.match(text, position)
        if match is not None and last is None:
            return Token("pair", position, match.end(), match[0])
    return None


def _solid(tokens: list[Token]) -> Token | None:
    return next((token for token in reversed(tokens) if token.kind not in _TRANSPARENT), None)
