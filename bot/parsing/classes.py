"""Sets of word classes that the readers of segments share."""

from __future__ import annotations

from typing import Final

BYGONE: Final = frozenset({"done", "pay", "trouble", "have", "almost", "past", "deny"})
"""What has happened already, or was never asked for."""
WEAK_WANTS: Final = frozenset("买 购 拿 订 定 带 入 上 留 抢".split())
PLAIN: Final = frozenset(
    {"item", "qty", "space", "want", "add", "and", "colon", "times", "plus", "room", "phone", "comma", "stop", "each"}
)
"""Kinds a list of goods and numbers is made of: nothing in it can turn it round."""
BOOKABLE: Final = frozenset({"item", "goods", "qty", "pair"})
ACTING: Final = frozenset({"want", "add"})
CHANGING: Final = frozenset(
    {"cancel", "sub", "set", "swap", "only", "halve", "double", "keep", "rest", "except", "exchange"}
)
