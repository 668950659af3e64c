"""What a leader puts on the shelf: 大米 5kg 35元/袋 20袋, one of the goods in each line. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import datetime

from bot.parsing.post import read_post
from bot.parsing.values import PostItem

_PRICE = re.compile(r"[¥￥]\s*\d|\d\s*(?:元|块|/)")
_STOCK = re.compile(
    r"(?:(?<=^)|(?<=[\s,，;；。]))(?:一?共有?|还?有|库存|数量|限量?|余)?[:：]?\s*"
    r"(?P<count>\d{1,4}(?:\.\d{1,2})?)\s*(?P<unit>[\u4e00-\u9fff]{1,2})(?=$|[\s,，;；。])"
)
_NO_UNITS = frozenset({"元", "块", "块钱", "毛", "冷藏", "冷冻"})


def read_shelf_goods(text: str, now: datetime) -> tuple[PostItem, ...]:
    """The goods of a message; `capacity_milli` is how much lies there, None where that was not said."""
    lines = unicodedata.normalize("NFKC", text).splitlines()
    return tuple(
        replace(item, number=number)
        for number, item in enumerate((item for line in lines for item in _read(line, now)), 1)
    )


def _read(line: str, now: datetime) -> tuple[PostItem, ...]:
    stock = _stock(line)
    rest = f"{line[: stock.start()]} {line[stock.end() :]}" if stock else line
    items = read_post(rest, now).items
    if len(items) != 1:
        return items
    (item,) = items
    if stock is None:
        return items
    return (replace(item, unit=item.unit or stock["unit"], capacity_milli=round(float(stock["count"]) * 1000)),)


def _stock(line: str) -> re.Match[str] | None:
    """The amount behind the price; one before it only where it is in the unit of the price (20袋 35元/袋), as else it
    tells the size of one (30枚).
    """
    found = [match for match in _STOCK.finditer(line) if match["unit"] not in _NO_UNITS]
    price = _PRICE.search(line)
    behind = [match for match in found if price is None or match.start() > price.start()]
    if behind:
        return behind[-1]
    per = re.search(r"(?:/|每|一)\s*(?P<unit>[\u4e00-\u9fff]{1,2})(?=$|[\s,，;；。])", line)
    same = [match for match in found if per and match["unit"] == per["unit"]]
    return same[-1] if same else None
