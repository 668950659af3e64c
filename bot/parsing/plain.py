"""Orders that need no understanding: names of goods, each with a figure behind it, and nothing else (草莓2 鸡蛋1盒).

What is read here reads the same the long way, word by word, at twenty times the cost: a test holds both together.
"""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Line, OrderReading

_LONGEST: Final = 80
_APART: Final = re.compile(r"[\s,、;]+")
_PIECE: Final = re.compile(r"(?P<name>[^\d\s]{2,}?)[×:]?(?:(?P<few>[1-9])|(?P<number>[1-9]\d?)(?P<unit>[^\d\s]{1,2}))")


def read_plain(text: str, catalogue: Catalogue) -> OrderReading | None:
    """The reading of normalised `text`, or None where more than names and figures must be understood.

    Figures above nine only with the unit of sale behind them: what else they may be (a price, a room) is not asked.
    """
    if len(text) > _LONGEST:
        return None
    lines: dict[int, Line] = {}
    for piece in _APART.split(text.strip()):
        match = _PIECE.fullmatch(piece)
        item = catalogue.plain.get(match["name"]) if match else None
        if match is None or item is None or item.key in lines or match["unit"] not in (None, item.unit):
            return None
        lines[item.key] = Line(item.key, 1000 * int(match["few"] or match["number"]))
    return OrderReading("order", tuple(lines.values()))
