"""Goods of a 接龙 that are named by what tells them apart: 公 and 母, 原味 and 蓝莓 (of 贝果), 桃2西1."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.parsing.catalogue import Named
from bot.parsing.chain_amounts import FIGURE, Wish
from bot.parsing.chain_shorts import short_names
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Item

_CONTRASTS = ("公母", "雌雄", "甜咸", "荤素", "红白黑黄绿紫灰蓝粉橙")
_SAYS_NOTHING = frozenset(
    "大中小老新手工土有机特级精品装原味的号款份盒袋箱个斤只条板瓶包和加要各再减退少多一二两三四五六七八九十半"
)
_COLOUR = re.compile("[红白黑黄绿紫灰蓝粉橙]色?的")
_SHORTEST_FAMILY, _MOST_ITEMS = 2, 40
_THAT = r"(?:那[个种款盒袋])?"  # 素的那个2盒
_KIND = rf"(?:的{_THAT}|款|味|色|口味)?"


class Kinds:
    """The words of one catalogue. `pattern` finds them, `key_of` and `keys_in` tell the item."""

    def __init__(self, items: Sequence[Item], names: Mapping[str, Named]) -> None:
        self._words = _contrasts(items) | _family_words(items)
        self._shorts = {word: key for word, key in short_names(items, names).items() if word not in self._words}
        self._initials = {char: key for char, key in _lone_characters(items).items() if char not in self._words}
        self.words = tuple(self._words)
        words = "|".join(_edged(word) for word in sorted(self._words, key=len, reverse=True)) or r"(?!)"
        initials = "".join(re.escape(char) for char in self._initials)
        counted = rf"(?=\s?[x×*]?\s?(?:\d|{FIGURE}(?:{UNIT_PATTERN})|[俩仨])|\S{{0,3}}各\s?[\d一二两三四五六])"
        shorts = "|".join(re.escape(word) for word in sorted(self._shorts, key=len, reverse=True))
        self.pattern = rf"(?:{words}){_KIND}" + (rf"|(?:{shorts}){counted}" if shorts else "")
        self.pattern += rf"|[{initials}](?:的{_THAT})?{counted}" if initials else ""

    def key_of(self, said: str) -> int:
        """The item that `said`, found by `pattern`, names."""
        longest = next((said[:size] for size in range(len(said), 0, -1) if said[:size] in self._words), None)
        if longest is not None:
            return self._words[longest]
        return self._shorts[said] if said in self._shorts else self._initials[said[0]]

    def keys_in(self, text: str) -> list[int]:
        """Items whose word stands in `text`."""
        return list(dict.fromkeys(key for word, key in self._words.items() if word in text))


def _contrasts(items: Sequence[Item]) -> dict[str, int]:
    """公 and 母 where one item is the one and another the other."""
    found: dict[str, int] = {}
    for group in _CONTRASTS:
        meant = {word: [item.key for item in items if word in labels(item)] for word in group}
        plain = {word: keys[0] for word, keys in meant.items() if len(keys) == 1}
        if len(plain) >= 2 and len(set(plain.values())) == len(plain):
            found |= plain
    return found


def _family_words(items: Sequence[Item]) -> dict[str, int]:
    """原味 and 蓝莓 of 原味贝果 and 蓝莓贝果."""
    found: dict[str, int] = {}
    said = [labels(item).lower() for item in items]
    named = [(item, [name.lower() for name in (item.name, *item.aliases)]) for item in items[:_MOST_ITEMS]]
    for (one, names), (other, twins) in itertools.combinations(named, 2):
        for name, twin in itertools.product(names, twins):
            if (
                name[-_SHORTEST_FAMILY:] != twin[-_SHORTEST_FAMILY:]
                and name[:_SHORTEST_FAMILY] != twin[:_SHORTEST_FAMILY]
            ):
                continue
            for item, word in zip((one, other), _different(name, twin), strict=True):
                if _tells(word) and sum(word in each for each in said) == 1:
                    found[word] = item.key
    return found


def _different(name: str, twin: str) -> tuple[str, str]:
    """What is left of two names without the words they share at their ends: 猫粮小包, 猫粮大包."""
    tail = _shared(reversed(name), reversed(twin))
    if tail >= _SHORTEST_FAMILY:
        return name[: len(name) - tail], twin[: len(twin) - tail]
    head = _shared(iter(name), iter(twin))
    return (name[head:], twin[head:]) if head >= _SHORTEST_FAMILY else ("", "")


def _shared(one: Iterator[str], other: Iterator[str]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _tells(word: str) -> bool:
    """Two characters and more, or one letter, that count and measure nothing."""
    if len(word) == 1:
        return word.isascii() and word.isalpha()
    return len(word) >= 2 and re.search(r"[\d/*()（）\s]", word) is None


def _edged(word: str) -> str:
    return rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)


def _lone_characters(items: Sequence[Item]) -> dict[str, int]:
    """桃 of 水蜜桃, where no other item has it: believed only right before a quantity."""
    where: dict[str, set[int]] = {}
    for item in items:
        for char in set("".join((item.name, *item.aliases))):
            where.setdefault(char, set()).add(item.key)
    hanzi = {char for char in where if "\u4e00" <= char <= "\u9fff"} - _SAYS_NOTHING
    return {char: next(iter(where[char])) for char in sorted(hanzi) if len(where[char]) == 1}


def labels(item: Item) -> str:
    """All that is written about an item: name, specification, aliases."""
    return " ".join((item.name, item.spec, *item.aliases))


def without_kinds(wishes: list[Wish], items: Mapping[int, Item]) -> tuple[list[Wish], list[str]]:
    """J 三文鱼: a kind that the name of item J itself lists is a wish, not another item."""
    kept: list[Wish] = []
    kinds: list[str] = []
    for wish in wishes:
        last = kept[-1] if kept and kept[-1].figure is None else None
        counted = kept[-1] if kept and kept[-1].figure is not None else None
        if (
            counted is not None
            and wish.figure is None
            and _COLOUR.fullmatch(wish.text)
            and not _is_akin(wish, counted, items)
        ):
            kinds.append(wish.text)  # 扇子两把 红色的
        elif last is not None and _narrows(last, wish, items):
            kept[-1] = wish
        elif last is not None and _is_said_of(wish, last, items):
            last.figure, last.unit, last.milli = wish.figure, wish.unit, wish.milli
            kinds.append(wish.text)
        else:
            kept.append(wish)
    return kept, kinds


def _is_akin(wish: Wish, other: Wish, items: Mapping[int, Item]) -> bool:
    ends = [{items[key].name[-1:] for key in each.keys} for each in (wish, other)]
    return bool(ends[0] & ends[1])


def _is_said_of(wish: Wish, last: Wish, items: Mapping[int, Item]) -> bool:
    if len(last.keys) != 1 or wish.is_number:
        return False
    return last.keys[0] in wish.keys or wish.text in items[last.keys[0]].name.lower()


def _narrows(last: Wish, wish: Wish, items: Mapping[int, Item]) -> bool:
    """Does a word behind goods say which: 贝果原味两个, and 馄饨(鲜肉) where 馄饨 is short for another kind?"""
    if len(last.keys) > 1:
        return set(wish.keys) < set(last.keys)
    if wish.is_number or wish.figure is None or len(wish.keys) != 1 or wish.keys == last.keys:
        return False
    return last.text not in wish.text and items[wish.keys[0]].name.lower().endswith(last.text)
