"""Orders that are read at sight, which is most of them: goods and figures, and what is said around them out of habit
(草莓2 鸡蛋1盒; 5栋302 我要两盒草莓和一板鸡蛋,谢谢团长).

What is read here reads the same the long way, word by word and judged, at many times the cost: a test holds both
together. Anything else falls through.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from bot.parsing.catalogue import Catalogue
from bot.parsing.listed import COURTESIES, WANTS
from bot.parsing.quantity import to_sale_units
from bot.parsing.tokens import longest
from bot.parsing.values import Item, Line, OrderReading

_Goods: TypeAlias = tuple[Item, int, int]
"""An item, how many thousandths of it, and where in the text it ends."""

_LONGEST: Final = 80
_FIGURES: Final = {figure: 1 + n for n, figure in enumerate("一二三四五六七八九十")} | {"两": 2}
_FIGURE: Final = rf"(?P<figure>[1-9]\d?(?!\d)|[{''.join(_FIGURES)}])"
_CHAR: Final = r"[^\d\s,、;。×:]"
_POLITE: Final = "|".join(sorted(COURTESIES, key=len, reverse=True))
_ASKING: Final = "|".join(sorted(WANTS, key=len, reverse=True))
_NAMED: Final = re.compile(rf"(?P<name>{_CHAR}+?)[×:]?{_FIGURE}")
_COUNTED: Final = re.compile(
    rf"{_FIGURE}(?P<unit>{_CHAR}{{1,2}}?)(?P<name>{_CHAR}{{2,}}?)(?=[\s,、;。和\d{''.join(_FIGURES)}]|$|{_POLITE})"
)
_APART: Final = re.compile(r"[\s,、;]*和?")
_PLACE: Final = (
    r"(?:\d{1,2}|[a-z](?=栋|幢|座))(?:(?:栋|幢|座|号楼)(?:\d单元)?|\#|-(?:\d{1,2}-)?)[1-9]\d{2,3}室?(?=[\s,。]|$)"
)
_LEAD: Final = re.compile(rf"(?:(?P<place>{_PLACE})[\s,。]+)?(?P<asking>(?:{_ASKING})?)")
_TAIL: Final = re.compile(rf"(?:[\s,。]*(?:{_POLITE}))?(?:[\s,。]*(?P<place>{_PLACE}))?[\s,。~]*")
_PARTS: Final = re.compile(r"[a-z]|\d+")
_MORE: Final = re.compile(
    r"(?:再[加来要]|多[加来]|加)(?P<figure>[1-9一两二三四五六七八九])(?P<unit>[^\d\s]{1,2}?)(?P<name>[^\d\s]{2,})"
)
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
    text = text.strip()
    if text[:1] in "再多加":
        return _more(text, catalogue, has_order=has_order)
    lead = _LEAD.match(text)
    if lead is None or (lead["asking"] and longest(text, lead.start("asking"), catalogue.names, catalogue.lengths)):
        return None  # 整鸡 is no verb in front of goods
    lines, end = _goods(text, lead.end(), catalogue)
    tail = _TAIL.fullmatch(text, end) if lines else None
    if tail is None or (lead["place"] and tail["place"]):
        return None
    return OrderReading("order", tuple(lines.values()), room=_room(lead["place"] or tail["place"]))


def _goods(text: str, at: int, catalogue: Catalogue) -> tuple[dict[int, Line], int]:
    """The goods from `at` on, and where they end: all with the figure behind the name, or all with it in front."""
    lines: dict[int, Line] = {}
    before: Item | None = None
    is_counted = text[at : at + 1] in _FIGURES or text[at : at + 1].isdigit()
    while found := _counted(text, at, catalogue, before) if is_counted else _named(text, at, catalogue):
        before, milli, end = found
        if before.key in lines:
            return {}, at
        lines[before.key] = Line(before.key, milli)
        at = end
        if apart := _APART.match(text, at):
            at = apart.end()
    return lines, at


def _named(text: str, at: int, catalogue: Catalogue) -> _Goods | None:
    """草莓2, 鸡蛋一板."""
    match = _NAMED.match(text, at)
    item = catalogue.plain.get(match["name"]) if match else None
    if match is None or item is None:
        return None
    end = match.end()
    if text.startswith(item.unit, end):
        return item, _milli(match["figure"]), end + len(item.unit)
    is_bare = "1" <= match["figure"] <= "9" and text[end : end + 1] in _ENDS
    return (item, _milli(match["figure"]), end) if is_bare and len(match["figure"]) == 1 else None


_ENDS: Final = ("", " ", ",", "、", ";", "~", "\n")


def _counted(text: str, at: int, catalogue: Catalogue, before: Item | None) -> _Goods | None:
    """两盒草莓; but behind 1份生蚝, which come ten to a portion, 10只 may be about those."""
    match = _COUNTED.match(text, at)
    item = catalogue.plain.get(match["name"]) if match else None
    if match is None or item is None or match["unit"] != item.unit:
        return None
    milli = _milli(match["figure"])
    if before is not None and item.unit != before.unit and to_sale_units(milli, item.unit, before).milli is not None:
        return None
    return item, milli, match.end()


def _milli(figure: str) -> int:
    return 1000 * (_FIGURES.get(figure) or int(figure))


def _room(place: str | None) -> str | None:
    """5栋302 as 5-302."""
    if place is None:
        return None
    return "-".join(part.upper() if part.isalpha() else str(int(part)) for part in _PARTS.findall(place))


def _more(text: str, catalogue: Catalogue, *, has_order: bool) -> OrderReading | None:
    """再来两盒草莓: one thing, in its unit of sale."""
    match = _MORE.fullmatch(text)
    item = catalogue.plain.get(match["name"]) if match else None
    if match is None or item is None or item.unit != match["unit"]:
        return None
    milli = _milli(match["figure"])
    if has_order:
        return OrderReading("amend", (Line(item.key, milli, "add"),))
    return OrderReading("order", (Line(item.key, milli),))
