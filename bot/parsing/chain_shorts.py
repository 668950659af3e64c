"""Short names of goods that a 接龙 believes right before a number: 土蛋 for 土鸡蛋, 番茄 among seedlings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.parsing.catalogue import Named
from bot.parsing.foods import GOODS
from bot.parsing.names import HAN, full_names
from bot.parsing.values import Item
from bot.parsing.vocabulary import WORDS

_NO_HEAD = frozenset("小老大阿新鲜生好中上下一二三四五六七八九十")
_SHORTEST_TAIL = 3


def short_names(items: Sequence[Item], names: Mapping[str, Named]) -> dict[str, int]:
    """What only one item of a round may be short for -> its key."""
    found: dict[str, set[int]] = {}
    tails = [item.name[-1:] for item in items]
    for item in items:
        for name in (item.name.lower(), *(alias.lower() for alias in item.aliases)):
            if all(HAN.match(char) for char in name):
                for short in _shorts(name, is_family=tails.count(name[-1:]) > 1 and name == item.name):
                    found.setdefault(short, set()).add(item.key)
    return {short: next(iter(keys)) for short, keys in found.items() if len(keys) == 1 and _is_free(short, names, keys)}


def _shorts(name: str, *, is_family: bool) -> Iterator[str]:
    if 3 <= len(name) <= 4 and name[0] not in _NO_HEAD:
        yield name[0] + name[-1]
    for start in range(1, len(name) - _SHORTEST_TAIL + 1):  # 快乐水 of 肥宅快乐水
        yield name[start:]
    if is_family and len(name) > 2:  # 番茄 of 番茄苗, where 丝瓜苗 is sold too
        yield name[:-1]


def _is_free(short: str, names: Mapping[str, Named], keys: set[int]) -> bool:
    named = names.get(short)
    if named is not None:
        return named.weak and set(named.keys) == keys
    doubled = any(one == other for one, other in pairwise(short))
    return short not in GOODS and short not in WORDS and not doubled


def of_a_head(items: Sequence[Item], names: Mapping[str, Named]) -> dict[str, tuple[int, ...]]:
    """包子 -> everything called 包, where 肉包子 is sold beside 菜包: neither alone."""
    found: dict[str, tuple[int, ...]] = {}
    called = {item.key: full_names(item) for item in items}
    for term, named in names.items():
        if len(term) == 2 and term[1] == "子" and not any(term in each for each in called.values()):
            keys = tuple(key for key, each in called.items() if any(name.endswith((term, term[0])) for name in each))
            if len(keys) > len(named.keys):
                found[term] = keys
    return found
