"""到货 草莓少3 鸡蛋破2: what is missing of which goods. Pure."""

from __future__ import annotations

import re
from typing import Literal

from bot.parsing.catalogue import Catalogue
from bot.parsing.normalise import normalise
from bot.parsing.numerals import chinese_value
from bot.parsing.orders import read_order
from bot.parsing.values import Line

Kind = Literal["short", "damaged"]
_VERBS: dict[str, Kind] = {"少": "short", "缺": "short", "差": "short", "短": "short", "破": "damaged", "坏": "damaged"}
_VERB = "".join(_VERBS)
_PART = re.compile(
    rf"(?P<name>.+?)\s*(?P<verb>[{_VERB}])了?\s*(?P<count>\d{{1,4}}(?:\.\d)?|[一两二三四五六七八九十]+)[^\d\s]{{0,2}}"
)


def read_shortages(text: str, catalogue: Catalogue) -> tuple[tuple[tuple[Kind, Line], ...], tuple[str, ...]]:
    """((kind, item with how much is missing), …) and the parts that were not understood. Never raises."""
    plain = re.sub(rf"\s*([{_VERB}])了?\s*", r"\1", normalise(text[:500]).text)
    found: list[tuple[Kind, Line]] = []
    unread: list[str] = []
    for part in re.findall(r"[^\s,，、;；。]+", plain):
        match = _PART.fullmatch(part)
        keys = read_order(f"{match['name']}1", catalogue).lines if match else ()
        if match is None or len(keys) != 1:
            unread.append(part)
            continue
        count = float(match["count"]) if match["count"][0].isdigit() else float(chinese_value(match["count"]) or 0)
        found.append((_VERBS[match["verb"]], Line(keys[0].key, round(count * 1000), "sub")))
    return tuple(found), tuple(unread)
