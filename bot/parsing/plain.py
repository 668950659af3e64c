"""Orders that need no understanding: names of goods, each with a figure behind it, and nothing else (草莓2 鸡蛋1盒),
or a little more of one thing (再加1份草莓).

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

_MORE: Final = re.compile(
    r"(?:再[加来要]|多[加来]|加)(?P<figure>[1-9一两二三四五六七八九])(?P<unit>[^\d\s]{1,2}?)(?P<name>[^\d\s]{2,})"
)
_FIGURES: Final = {figure: 1 + n for n, figure in enumerate("一二三四五六七八九")} | {"两": 2}
_AMOUNT: Final = re.compile(r"[\d一二两俩三仨四五六七八九十半]")
_NAME: Final = re.compile(r"[^\W\d_]{2}")
# For somebody else, about money, an answer or a code: such words lead elsewhere than to one's own order.
_ELSEWHERE: Final = re.compile(r"[代帮替给付款钱元块转码核换取确认选第]|https?:")


def may_be_plain(text: str) -> bool:
    """Names with amounts, as far as can be seen of a raw text without knowing the goods. It need not be an order."""
    is_about_goods = _AMOUNT.search(text) is not None and _NAME.search(text) is not None
    return is_about_goods and len(text) <= _LONGEST and _ELSEWHERE.search(text) is None


def read_plain(text: str, catalogue: Catalogue, *, has_order: bool) -> OrderReading | None:
    """The reading of normalised `text`, or None where more than names and figures must be understood.

    Figures above nine only with the unit of sale behind them: what else they may be (a price, a room) is not asked.
    `has_order`: there is something to which 再加 adds.
    """
    if len(text) > _LONGEST:
        return None
    if text[:1] in "再多加":
        return _more(text.strip(), catalogue, has_order=has_order)
    lines: dict[int, Line] = {}
    for piece in _APART.split(text.strip()):
        match = _PIECE.fullmatch(piece)
        item = catalogue.plain.get(match["name"]) if match else None
        if match is None or item is None or item.key in lines or match["unit"] not in (None, item.unit):
            return None
        lines[item.key] = Line(item.key, 1000 * int(match["few"] or match["number"]))
    return OrderReading("order", tuple(lines.values()))


def _more(text: str, catalogue: Catalogue, *, has_order: bool) -> OrderReading | None:
    """再来两盒草莓: one thing, in its unit of sale."""
    match = _MORE.fullmatch(text)
    item = catalogue.plain.get(match["name"]) if match else None
    if match is None or item is None or item.unit != match["unit"]:
        return None
    figure = match["figure"]
    count = _FIGURES.get(figure) or int(figure)
    if has_order:
        return OrderReading("amend", (Line(item.key, 1000 * count, "add"),))
    return OrderReading("order", (Line(item.key, 1000 * count),))
