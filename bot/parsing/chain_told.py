"""Goods of a 接龙 that are told by something else than their name: 88的一瓶, 10斤装两袋, jidan 1, zhi 1箱.

A price or a size has to belong to one item alone and to stand before a number; so has a name of one syllable in Latin
letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import HAN
from bot.parsing.pinyin import main_syllable
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Item

_COUNTED = r"(?=\s?(?:要|来|拿|订)?\s?[x×+*]?\s?(?:\d|[一二两三四五六七八九十半俩仨](?![般样起点下些直])))"
_THAT = r"(?:\s?(?:的|嘅|嗰[只隻個个]|那[个种款箱盒只支]))+"
_SIZE = re.compile(r"\s*(?:约|净重?)?(?P<size>\d{1,4}(?:\.\d)?\s?(?:公斤|斤|千克|克|kg|g|ml|毫升|l|升|寸))")
_PRICED = re.compile(
    rf"\s?¥?(?P<yuan>\d{{1,3}}(?:\.\d{{1,2}})?)\s?(?:元|块钱?)?的?(?=\s?[一二两三四五六七八九十]+(?:{UNIT_PATTERN}))"
)
_NAMED = r"(?=[\u4e00-\u9fff]{1,5}?\s?\d)"  # 5斤的米3袋
_SHORTEST, _LONGEST_NAME, _CHEAPEST = 3, 6, 200
_LETTERS = re.compile(r"[a-z]+(?: [a-z]+)*")
# a price or a size, whatever the goods cost and measure
_MAY_TELL = re.compile(r"\d\s?[^\s\d]{0,2}\s?[装的嘅嗰那]|最[便贵]")


class Told:
    """What one catalogue's goods are told by. `pattern` finds it, `key_of` tells the item.

    The pattern is long and few chains need it: `occurs_in` tells which, without it.
    """

    def __init__(self, items: Sequence[Item], names: Mapping[str, tuple[int, ...]]) -> None:
        self._prices, self._sizes = _prices(items), _sizes(items)
        self._keys = self._prices | self._sizes
        self._ends = _ends(items)
        self._names = names

    @cached_property
    def _spelt(self) -> dict[str, tuple[int, int]]:
        return _spelt(self._names)

    def occurs_in(self, text: str) -> bool:
        """May `pattern` find anything in `text`?"""
        if _MAY_TELL.search(text) is not None:
            return True
        letters = " ".join({run.replace(" ", "") for run in _LETTERS.findall(text)})
        return bool(letters) and any(spelt.replace(" ", "") in letters for spelt in self._spelt)

    @cached_property
    def pattern(self) -> str:
        """Finds what goods are told by."""
        prices, sizes = self._prices, self._sizes
        long = [" ?".join(spelt.split()) for spelt, (_, count) in self._spelt.items() if count > 1]
        short = [spelt for spelt, (_, count) in self._spelt.items() if count == 1 and len(spelt) >= _SHORTEST]
        ways = [
            rf"(?:{_one_of(self._ends)}){_THAT}{_COUNTED}" if self._ends else "",
            rf"(?<![\d.])(?:{_one_of(prices)})(?:\.0)?\s?(?:块钱?|元钱?|蚊)?{_THAT}{_COUNTED}" if prices else "",
            rf"(?<![\d.])(?:{_one_of(sizes)})(?:装(?:{_THAT})?|{_THAT})(?:{_COUNTED}|{_NAMED})" if sizes else "",
            rf"(?<![a-z])(?:{'|'.join(sorted(long, key=len, reverse=True))})(?![a-z])" if long else "",
            rf"(?<![a-z])(?:{'|'.join(short)})(?=\s?[x×*]?\s?[\d一二两三四五六七八九十半])" if short else "",
        ]
        return "|".join(filter(None, ways)) or r"(?!)"

    def key_of(self, said: str) -> int:
        """The item that `said`, found by `pattern`, means."""
        if said[0] == "最":
            return next(key for mark, key in self._ends.items() if said.startswith(mark))
        if said[0].isdigit():
            mark = max((mark for mark in self._keys if said.startswith(mark)), key=len)
            return self._keys[mark]
        spelt = said.replace(" ", "")
        return next(key for word, (key, _) in self._spelt.items() if word.replace(" ", "") == spelt)

    def spells(self, word: str) -> bool:
        """Is `word` the name of goods in Latin letters?"""
        return any(spelt.replace(" ", "") == word and len(word) >= _SHORTEST for spelt in self._spelt)


def _prices(items: Sequence[Item]) -> dict[str, int]:
    """45, 39.9 -> the only item that costs so much."""
    fen = [item.price_fen for item in items]
    return {
        f"{item.price_fen / 100:.2f}".rstrip("0").rstrip("."): item.key
        for item in items
        if item.price_fen >= _CHEAPEST and fen.count(item.price_fen) == 1
    }


def _ends(items: Sequence[Item]) -> dict[str, int]:
    """最便宜 and 最贵 -> the only item that costs so much."""
    fen = [item.price_fen for item in items]
    if len(items) < 2:
        return {}
    found = {"最便宜": min(fen), "最贵": max(fen)}
    return {mark: items[fen.index(price)].key for mark, price in found.items() if fen.count(price) == 1}


def _sizes(items: Sequence[Item]) -> dict[str, int]:
    """10斤, 500g -> the only item of that size, where the others have sizes too."""
    found = [(item.key, match["size"].replace(" ", "")) for item in items if (match := _SIZE.match(item.spec.lower()))]
    sizes = [size for _, size in found]
    return {size: key for key, size in found if len(found) > 1 and sizes.count(size) == 1}


def _one_of(marks: Mapping[str, int]) -> str:
    return "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))


def _spelt(names: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, int]]:
    """Syllables with blanks between them -> (item, how many); none that means two items."""
    meant: dict[str, set[int]] = {}
    for name, keys in names.items():
        if len(name) <= _LONGEST_NAME and all(HAN.match(char) for char in name) and len(keys) == 1:
            meant.setdefault(" ".join(main_syllable(char) for char in name), set()).add(keys[0])
    return {spelt: (next(iter(keys)), spelt.count(" ") + 1) for spelt, keys in meant.items() if len(keys) == 1}


def without_price(content: str, mention: re.Pattern[str], catalogue: Catalogue) -> str:
    """草莓一盒 for 草莓99一盒, where that is what they cost."""
    for match in mention.finditer(content):
        keys = catalogue.names[match[0]].keys
        price = _PRICED.match(content, match.end()) if len(keys) == 1 else None
        if price is not None and float(price["yuan"]) * 100 == catalogue.by_key[keys[0]].price_fen:
            return content[: match.end()] + content[price.end() :]
    return content
