"""What tells the other of two goods apart, or the dearest of several: 甜的 beside 咸蛋黄青团, 贵的那种."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.values import Item

DEARNESS: Final = {"贵": max, "最贵": max, "便宜": min, "最便宜": min, "实惠": min}
_OPPOSITE: Final = dict(
    pair
    for one, other in map(tuple, "甜咸 大小 公母 雌雄 冷热 生熟 粗细 宽窄 长短 厚薄 浓淡 软硬".split())
    for pair in ((one, other), (other, one))
) | {"肉": "素", "荤": "素", "素": "荤肉"}
"""What the other of two is, where only one of them says what it is: 甜的 beside 咸蛋黄青团."""


def told_beside(item: Item) -> str:
    """What is said of an item besides its name."""
    return " ".join((*item.aliases, item.spec))


def all_told(item: Item) -> str:
    """All that is said of an item."""
    return f"{item.name} {told_beside(item)}"


def by_contrast(kind: str, family: Sequence[int], catalogue: Catalogue) -> tuple[int, ...]:
    """贵的 of several prices, and 甜的 of two of which the other one is 咸."""
    pick = DEARNESS.get(kind)
    if pick is not None:
        price = pick(catalogue.by_key[key].price_fen for key in family)
        keys = tuple(key for key in family if catalogue.by_key[key].price_fen == price)
        return keys if len(keys) == 1 else ()
    other = _OPPOSITE.get(kind, "\n")
    opposed = [key for key in family if any(char in all_told(catalogue.by_key[key]) for char in other)]
    return tuple(key for key in family if key not in opposed) if len(family) == 2 and len(opposed) == 1 else ()
