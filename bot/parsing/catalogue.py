# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""The goods of a set of offers, with every way to name them indexed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bot.parsing.foods import CATEGORIES, GOODS, SYNONYMS
from bot.parsing.normalise import normalise
from bot.parsing.numerals import CHINESE
from bot.parsing.pinyin import loose_sound, loose_syllable, loosen, main_syllable, other_sounds, sound_of
from bot.parsing.quantity import is_weight
from bot.parsing.values import Item
from bot.parsing.vocabulary import WORDS

MAX_CANDIDATES = 4
_K = TypeVar("_K", int, str)
CHINESE_DIGITS = "零一二三四五六七八九"
_FIGURES = frozenset(CHINESE + "几半")
_BREAKS = frozenset(" ,。;!?\n0123456789")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PARTS = re.compile(r"[()\[\]【】/|,、·+\s]+")
_SIZES = re.compile(r"\d{1,2}寸|\d段|(?<![a-z])[smlx]{1,4}码|\d{2,3}码|\d人份|\d{1,2}[色层孔]")
_FIGURED = re.compile(r"^\d{3,}(?=[一-龥])(?!\d*(?:毫升|克|斤|公斤|个|枚|只|片|包|袋|瓶|盒|支|节|号|抽|张))")
_WITH_LETTER = re.compile(r"(?<![a-z\d])(?:\d{1,3}[a-z]{1,2}|[a-z]{1,2}\d{1,4})(?![a-z\d])")
_WITH_WORD = re.compile(r"^(\d{1,3})[一-龥]{2,3}")
_RATED = re.compile(r"\d{1,4}(?:瓦|度|w|目|k|v|mm)(?![a-z\d])")
_PACKAGING = re.compile(r"(?:约)?\d+(?:\.\d+)?\s?(?:斤|公斤|kg|g|克|ml|l|个|枚|只|片|包|袋|瓶|盒|支|节)(?:装|/.)?")
_WEAK_CHARS = frozenset("大小新鲜好老红白黑绿黄青紫的装手工现磨做农家土散养有机无抗特级精选品进口国产个斤")
_APART = frozenset(
    "不没有还要是我你他她它都也就很太真好这那蛮给多少能会可在到讲说呢吗吧买吃来拿订个只条款种嘛啊呀跟和与及每各再加减退换把被让叫问看想用做搞弄收送放留带"
)
"""Characters that never join a one-character name to another word."""
_TAILS = frozenset("汁酱干糖醋酒片粉油饼糕面皮汤茶冰派味丝泥粒糁乳卷饺滑花叶苗子膏脆圈仁丸松肠蛋奶肉")
_MODIFIERS = frozenset("青红黄绿白黑紫冻干熟生酸腌烤炸卤煮小野鸭鹅鸡牛羊猪鱼虾糖冰咖奶油豆米麦薯紫水洋山海")


_DIMINUTIVES = "包饺粽桃梨橘柑橙柚枣柿李栗茄虾鸭兔鸽蛏"
"""Heads of names that are said with 子: 包子 for every kind of 包."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name found in text: the items it may mean (empty: goods nobody sells here) and whether it is a full name.

    `weak` marks a fragment that is also the name of other goods (牛肉 in 牛肉丸): believed only with a fitting unit.
    """

    keys: tuple[int, ...]
    weak: bool = False


class Catalogue:
    """Indexes over `items`; immutable after construction, cheap to keep."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self.by_key = {item.key: item for item in self.items}
        self.names: dict[str, Named] = {}
        self.by_number: dict[int, tuple[int, ...]] = {}
        self.by_price: dict[int, tuple[int, ...]] = {}
        self.by_unit: dict[str, tuple[int, ...]] = {}
        self.main = tuple(item for item in self.items if not item.is_aside) or self.items
        for item in self.main:
            _add(self.by_number, item.number, item.key)
            _add(self.by_price, item.price_fen, item.key)
            _add(self.by_unit, item.unit, item.key)
        self.unit_sounds = {main_syllable(item.unit): item.unit for item in self.items if len(item.unit) == 1}
        self._index_names()
        self.lengths = _lengths(self.names)
        self.numeric = tuple(
            sorted((term for term in self.names if len(term) > 1 and re.search(r"\d", term)), key=len, reverse=True)
        )
        self._sounds = self._index_sounds()
        self._heard = _first_sounds(self._sounds)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def only(self) -> int | None:
        """The key of the single item, None when there are more or none; what is sold aside does not count."""
        return self.main[0].key if len(self.main) == 1 else None

    def resolve(self, fragment: str) -> Named | None:
        """What an unknown word next to a quantity may mean, by a unique last character or by its sound.

        None: it resembles nothing. Several keys, or `weak`: a person should be asked.
        """
        fragment = fragment.strip()
        if not fragment or fragment in CATEGORIES:
            return None
        if len(fragment) == 1 and fragment not in _WEAK_CHARS:
            keys = tuple(item.key for item in self.items if any(name.endswith(fragment) for name in _full_names(item)))
            return Named(keys[:MAX_CANDIDATES]) if keys and _HAN.match(fragment) else None
        if fragment in GOODS:
            return None
        sound = sound_of(fragment)
        for form in (sound, *other_sounds(fragment)):
            if form in self._sounds:
                return Named(self._sounds[form][:MAX_CANDIDATES])
        loose = self._sounds.get(loose_sound(sound))
        return Named(loose[:MAX_CANDIDATES]) if loose else None

    def heard(self, text: str, position: int, known: int) -> tuple[int, tuple[int, ...]] | None:
        """(length, keys) of a misspelt name at `position` that sounds right and is longer than the `known` word."""
        first = loose_syllable(text[position])
        for length in self._heard.get(first, ()) if first else ():
            window = text[position : position + length]
            if length > known and len(window) == length and window not in GOODS and _may_be_misspelt(window):
                named = self.resolve(window)
                if named is not None and len(window) > 1:
                    return length, named.keys
        return None

    def neighbours(self, fragment: str) -> tuple[int, ...]:
        """Items one character away (西爪 / 西瓜) or sharing the head noun: to be offered, never accepted."""
        found: list[int] = []
        for term, named in self.names.items():
            if _one_edit(term, fragment) or (len(fragment) > 1 and len(term) > 1 and term[-2:] == fragment[-2:]):
                found += [key for key in named.keys if key not in found]
        return tuple(found[:MAX_CANDIDATES])

    def _index_names(self) -> None:
        exact: dict[str, list[int]] = {}
        fragments: dict[str, list[int]] = {}
        endings: dict[str, list[int]] = {}
        for item in self.items:
            for term in _full_names(item):
                _append(exact, term, item.key)
                for start in range(max(len(term) - 6, 0), len(term)):
                    _append(endings, term[start:], item.key)
            for fragment in _fragments(item):
                _append(fragments, fragment, item.key)
        for term, keys in exact.items():
            self.names[term] = Named(tuple(keys + self._meant_too(term, keys, fragments)))
        for group in SYNONYMS:
            self._index_synonyms(group, exact, endings)
        self._index_heads(endings)
        self._index_kinds()
        for fragment, keys in fragments.items():
            if fragment not in self.names:
                self.names[fragment] = Named(tuple(keys), self._is_weak(fragment, keys))

    def _index_heads(self, endings: dict[str, list[int]]) -> None:
        """包子 and 虾 for everything whose name ends so."""
        for head in (head for head in _DIMINUTIVES if head in endings):
            self.names.setdefault(head + "子", Named(tuple(endings[head])))
        for ending, keys in endings.items():
            for whole in (ending + tail for tail in "果条" if len(ending) == 1):
                if whole in GOODS:
                    self.names.setdefault(whole, Named(tuple(keys)))  # 芒果 where 小台芒 is sold, 面条 for 手擀面
            if len(ending) == 1 and ending in GOODS and ending not in WORDS:
                self.names.setdefault(ending, Named(tuple(keys)))

    def _index_kinds(self) -> None:
        """原味 where 原味贝果 is sold beside 蓝莓贝果: an everyday word that tells goods of one head apart names them."""
        for item in self.items:
            for kind in _kinds(item):
                others = [other for other in self.items if kind not in _folded(other.name) and are_akin(item, other)]
                if others and kind not in self.names:
                    named = Named(tuple(each.key for each in self.items if kind in _kinds(each)))
                    self.names[kind] = self.names[kind + "的"] = named

    def _meant_too(self, term: str, keys: Sequence[int], fragments: Mapping[str, Sequence[int]]) -> list[int]:
        """The full name of goods sold aside may be short for goods of the round (大米 for 五常大米): a person is asked."""
        if not all(self.by_key[key].is_aside for key in keys):
            return []
        return [key for key in fragments.get(term, ()) if not self.by_key[key].is_aside]

    def _index_synonyms(
        self, group: tuple[str, ...], exact: dict[str, list[int]], endings: dict[str, list[int]]
    ) -> None:
        keys: list[int] = []
        single = True  # only the last character of a name says so
        for word in group:
            for key in endings.get(word, ()):
                if key not in keys:
                    keys.append(key)
                    single = single and len(word) == 1
        if not keys:
            return
        head = next((word for word in group if len(word) == 1), "")
        for word in group:
            related = not single or head in word or not _HAN.match(word)
            if related and word not in exact and word not in WORDS and (len(word) > 1 or not _HAN.match(word)):
                self.names.setdefault(word, Named(tuple(keys)))

    def _is_weak(self, fragment: str, keys: Iterable[int]) -> bool:
        """Goods of their own that are not the head of the name: 牛肉 of 牛肉丸."""
        if fragment not in GOODS:
            return False
        return not all(any(part.endswith(fragment) for part in _parts(self.by_key[key])) for key in keys)

    def _index_sounds(self) -> dict[str, tuple[int, ...]]:
        sounds: dict[str, tuple[int, ...]] = {}
        for term, named in self.names.items():
            if named.weak or len(term) < 2 or len(_HAN.findall(term)) != len(term):
                continue
            sound = sound_of(term)
            for other in other_sounds(term):
                sounds.setdefault(other, named.keys)
            for form in {sound, sound.replace("'", ""), loose_sound(sound)}:
                sounds[form] = tuple(dict.fromkeys(sounds.get(form, ()) + named.keys))
        return sounds


def compounds(before: str, after: str, term: str, item_name: str) -> bool:
    """Do the neighbours of a found name make it another thing: 青|苹果, 鸡蛋|面, 雪|梨?

    `before` and `after` are unknown characters that touch the name in the text.
    """
    if before and _HAN.match(before) and before not in item_name:
        if len(term) == 1 and _HAN.match(term) and before not in _APART:
            return True
        if before in _MODIFIERS or before + term in GOODS:
            return True
    if after and _HAN.match(after):
        return (len(term) == 1 and bool(_HAN.match(term)) and after not in _APART) or after in _TAILS
    return False


@lru_cache(maxsize=8192)
def _full_names(item: Item) -> tuple[str, ...]:
    names = [_folded(item.name), *(_folded(alias) for alias in item.aliases)]
    name = names[0]
    names += [part for part in _parts(item) if len(part) > 1]
    bare = _PACKAGING.sub("", name).strip()
    if len(bare) > 1:
        names.append(bare)
    names += [spoken for name in names if (spoken := _spoken(name)) != name]
    return tuple(dict.fromkeys(term for term in names if term and term not in _USELESS))


def _spoken(name: str) -> str:
    """5号电池 as it is dictated: 五号电池."""
    return re.sub(r"\d(?=号)", lambda match: CHINESE_DIGITS[int(match[0])], name)


@lru_cache(maxsize=8192)
def _parts(item: Item) -> tuple[str, ...]:
    """The name, and what stands outside and inside its brackets."""
    name = _folded(item.name)
    return (name, *(part for part in _PARTS.split(name) if part and part != name), *(_folded(a) for a in item.aliases))


_NAMELESS = _WEAK_CHARS | _FIGURES


@lru_cache(maxsize=8192)
def _fragments(item: Item) -> tuple[str, ...]:
    """Every run of two and more Chinese characters of the name that is not an everyday word by itself."""
    found: list[str] = []
    for run in re.findall(r"[\u3400-\u9fff]+", _PACKAGING.sub(" ", _folded(item.name))):
        for start in range(min(len(run), 12)):
            for end in range(start + 2, min(len(run), 12) + 1):
                piece = run[start:end]
                if piece not in WORDS and piece not in _USELESS and not set(piece) <= _NAMELESS:
                    found.append(piece)
    found += _SIZES.findall(_folded(item.name)) + _FIGURED.findall(_folded(item.name)) + _figured(_folded(item.name))
    return tuple(found)


def _figured(name: str) -> list[str]:
    """4k of 4K显示器擦拭布, 7日鲜 of 7日鲜牛奶, 15瓦 of 灯泡15瓦: a figure and what it belongs to."""
    name = _PACKAGING.sub(" ", name)
    found = [match[0] for match in _WITH_LETTER.finditer(name)]
    for match in _WITH_WORD.finditer(name):
        found += [match[0][:size] for size in range(len(match[1]) + 2, len(match[0]) + 1)]
    return found + [match[0] for match in _RATED.finditer(name)]


@lru_cache(maxsize=8192)
def _kinds(item: Item) -> tuple[str, ...]:
    """Words of quality in the name (原味, 红色), which are no fragments because everybody uses them."""
    name = _folded(item.name)
    found = (name[start : start + size] for size in (3, 2) for start in range(len(name) - size + 1))
    return tuple(piece for piece in found if WORDS.get(piece) == "quality" and piece not in _USELESS)


def are_akin(item: Item, other: Item) -> bool:
    """Do two names share a run of two characters, so that a word beside it chooses between them?"""
    first, second = _folded(item.name), _folded(other.name)
    return any(_HAN.match(first[at]) and first[at : at + 2] in second for at in range(len(first) - 1))


_USELESS = frozenset(
    "新鲜 有机 农家 手工 现磨 现做 精选 特级 进口 国产 散养 无抗 大份 小份 特价 秒杀 团购 限量 包邮 当季 时令 本地 东北 整箱 斤装 个装 一号 二号 套餐".split()
)


@lru_cache(maxsize=8192)
def _folded(name: str) -> str:
    return normalise(name, keep_quote=True).text.strip()


def _one_edit(left: str, right: str) -> bool:
    if len(left) < 2 or left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) == len(right):
        return sum(a != b for a, b in zip(left, right, strict=True)) == 1
    short, long = sorted((left, right), key=len)
    return len(short) > 1 and any(long[:index] + long[index + 1 :] == short for index in range(len(long)))


def _may_be_misspelt(window: str) -> bool:
    """Not 我刚 or 几单: words and figures people mean as they write them."""
    if (len(window) < 3 and set(window) & _FIGURES) or set(window) & _BREAKS:
        return False
    return not all(char in WORDS or char in _FIGURES for char in window)


def _first_sounds(sounds: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """First loose syllable -> lengths in characters, longest first."""
    found: dict[str, set[int]] = {}
    for sound in sounds:
        length = sound.count("'") + 1
        if length > 1:
            found.setdefault(loosen(sound[: sound.index("'")]), set()).add(length)
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for name in names:
        found.setdefault(name[0], set()).add(len(name))
    return {char: tuple(sorted(sizes, reverse=True)) for char, sizes in found.items()}


def _append(table: dict[str, list[int]], term: str, key: int) -> None:
    keys = table.setdefault(term, [])
    if key not in keys:
        keys.append(key)


def _add(table: dict[_K, tuple[int, ...]], value: _K, key: int) -> None:
    table[value] = (*table.get(value, ()), key)


def sold_by_weight(item: Item) -> bool:
    """Is the item sold by 斤 or another weight?"""
    return is_weight(item.unit)
