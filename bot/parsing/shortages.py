"""到货 草莓少3 鸡蛋破2: what is missing of which goods. Pure."""

from __future__ import annotations

import re
from typing import Literal

from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.orders import read_fragment
from bot.parsing.quantity import GENERIC, UNIT_WORDS, canonical_unit, to_sale_units
from bot.parsing.values import Item, Line

Kind = Literal["short", "damaged"]
_VERBS: dict[str, Kind] = {"少": "short", "缺": "short", "差": "short", "短": "short", "破": "damaged", "坏": "damaged"}
_VERB = "".join(_VERBS)
_PART = re.compile(
    rf"(?P<name>.+?)\s*(?P<verb>[{_VERB}])了?\s*(?P<count>\d{{1,4}}(?:\.\d)?|[一两二三四五六七八九十]+)(?P<unit>[^\d\s]{{0,2}})"
)


def read_shortages(text: str, catalogue: Catalogue) -> tuple[tuple[tuple[Kind, Line], ...], tuple[str, ...]]:
    """((kind, item with how much is missing), …) and the parts that were not understood. Never raises."""
    plain = re.sub(rf"\s*([{_VERB}])了?\s*", r"\1", normalise(text[:500]).text)
    found: list[tuple[Kind, Line]] = []
    unread: list[str] = []
    for part in re.findall(r"[^\s,，、;；。]+", plain):
        match = _PART.fullmatch(part)
        item = _item(match["name"], catalogue) if match else None
        milli = _milli(match, item) if match and item else None
        if match is None or item is None or milli is None:
            unread.append(part)
            continue
        found.append((_VERBS[match["verb"]], Line(item.key, milli, "sub")))
    return tuple(found), tuple(unread)


def part_of_a_pack(part: str, catalogue: Catalogue) -> Item | None:
    """The goods of a part that was not read because it counts what is inside a pack: 鸡蛋破2个, sold by 板 of 30."""
    match = _PART.fullmatch(part)
    item = _item(match["name"], catalogue) if match else None
    return item if match and item and _milli(match, item) is None else None


def _item(name: str, catalogue: Catalogue) -> Item | None:
    keys = read_fragment(f"{name}1", catalogue).lines
    return catalogue.by_key[keys[0].key] if len(keys) == 1 else None


def _milli(match: re.Match[str], item: Item) -> int | None:
    """In thousandths of the unit of sale; None where the count is of something else that makes no whole packs."""
    count = float(match["count"]) if match["count"][0].isdigit() else float(chinese_value(match["count"]) or 0)
    milli, unit = round(count * 1000), canonical_unit(match["unit"].rstrip("了的"))
    if unit not in UNIT_WORDS or unit in {item.unit, *GENERIC}:
        return milli
    return to_sale_units(milli, unit, item).milli
