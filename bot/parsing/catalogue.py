# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""The goods of a set of offers, with every way to name them indexed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.parsing.foods import CATEGORIES, GOODS, SYNONYMS
from bot.parsing.names import (
    FIGURES,
    HAN,
    WEAK_CHARS,
    are_akin,
    called_by_size,
    figures_of,
    folded,
    fragments_of,
    full_names,
    kinds_of,
    nicknames,
    parts_of,
)
from bot.parsing.pinyin import loose_sound, loose_syllable, loosen, main_syllable, other_sounds, sound_of
from bot.parsing.quantity import HOMOPHONES, UNIT_WORDS, is_weight
from bot.parsing.slips import look_alikes
from bot.parsing.values import Item
from bot.parsing.vocabulary import WORDS

MAX_CANDIDATES = 4
_K = TypeVar("_K", int, str)
_BREAKS = frozenset(" ,。;!?\n0123456789")


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
        units = [item.unit for item in self.items if len(item.unit) == 1]
        self.unit_sounds = {loose_syllable(unit): unit for unit in units} | {
            main_syllable(unit): unit for unit in units
        }
        self._index_names()
        self.lengths = _lengths(self.names)
        self.plain = self._index_plain()
        self.numeric = tuple(
            sorted((term for term in self.names if len(term) > 1 and re.search(r"\d", term)), key=len, reverse=True)
        )
        self.figures: dict[str, tuple[int, ...]] = {}
        for item in self.main:
            if figures := figures_of(item):
                _add(self.figures, figures, item.key)
        self._sounds = self._index_sounds()
        self.shapes = self._index_shapes()
        self._heard = _first_sounds((*self._sounds, *(sound_of(term) for term in self.shapes)))

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
        if len(fragment) == 1 and fragment not in WEAK_CHARS:
            keys = tuple(item.key for item in self.items if any(name.endswith(fragment) for name in full_names(item)))
            return Named(keys[:MAX_CANDIDATES]) if keys and HAN.match(fragment) else None
        if fragment in GOODS:
            return None
        if fragment in self.shapes:
            return Named(self.shapes[fragment][:MAX_CANDIDATES])
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
            told = len(window) == length and window not in GOODS
            if length > known and told and (_may_be_misspelt(window) or self._is_figured(window)):
                named = self.resolve(window)
                if named is not None and len(window) > 1:
                    return length, named.keys
        return None

    def spelt(self, letters: str) -> tuple[int, ...]:
        """Items whose name is spelt so in Latin letters (jidan), without blanks and tones."""
        return self._sounds.get(letters, ())

    def _is_figured(self, window: str) -> bool:
        """七洗, 二八将: the figures of a name, and one character of the same sound for the rest."""
        if not set(window) & FIGURES or set(window) & _BREAKS or window[-1] in HOMOPHONES or window[-1] in UNIT_WORDS:
            return False
        if len(window) == 2 and window[-1] in WORDS:
            return False
        named = self._sounds.get(sound_of(window), ())
        return any(_one_edit(window, name) for key in named for name in full_names(self.by_key[key]))

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
            for term in full_names(item):
                _append(exact, term, item.key)
                for start in range(max(len(term) - 6, 0), len(term)):
                    _append(endings, term[start:], item.key)
            for fragment in fragments_of(item):
                _append(fragments, fragment, item.key)
        for term, keys in exact.items():
            self.names[term] = Named(tuple(keys + self._meant_too(term, keys, fragments)))
        for group in SYNONYMS:
            self._index_synonyms(group, exact, endings)
        self._index_heads(endings)
        self._index_kinds()
        for word, terms in called_by_size(exact).items():
            self.names.setdefault(word, Named(tuple(dict.fromkeys(key for term in terms for key in exact[term]))))
        for fragment, keys in fragments.items():
            if fragment not in self.names:
                self.names[fragment] = Named(tuple(keys), self._is_weak(fragment, keys))

    def _index_plain(self) -> dict[str, Item]:
        """Names that mean one thing of the round wherever they stand: no figure, no unit and no everyday word."""
        plain = {}
        for name, named in self.names.items():
            is_clear = len(named.keys) == 1 and not named.weak and not set(name) & FIGURES
            is_clear = is_clear and name[0] != "号"  # what is left of 5号电池 speaks of a number
            if is_clear and not (name in UNIT_WORDS or name in WORDS or name in CATEGORIES):
                plain[name] = self.by_key[named.keys[0]]
        return {name: item for name, item in plain.items() if not item.is_aside}

    def _index_heads(self, endings: dict[str, list[int]]) -> None:
        """包子 and 虾 for everything whose name ends so."""
        for head, keys in endings.items():
            for called in nicknames(head):
                self.names.setdefault(called, Named(tuple(keys)))
        for ending, keys in endings.items():
            for whole in (ending + tail for tail in "果条" if len(ending) == 1):
                if whole in GOODS:
                    self.names.setdefault(whole, Named(tuple(keys)))  # 芒果 where 小台芒 is sold, 面条 for 手擀面
            if len(ending) == 1 and ending in GOODS and ending not in WORDS:
                self.names.setdefault(ending, Named(tuple(keys)))

    def _index_kinds(self) -> None:
        """原味 where 原味贝果 is sold beside 蓝莓贝果: an everyday word that tells goods of one head apart names them."""
        for item in self.items:
            for kind in kinds_of(item):
                others = [other for other in self.items if kind not in folded(other.name) and are_akin(item, other)]
                if others and kind not in self.names:
                    named = Named(tuple(each.key for each in self.items if kind in kinds_of(each)))
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
            related = not single or head in word or not HAN.match(word)
            if related and word not in exact and word not in WORDS and (len(word) > 1 or not HAN.match(word)):
                self.names.setdefault(word, Named(tuple(keys)))

    def _is_weak(self, fragment: str, keys: Iterable[int]) -> bool:
        """Goods of their own that are not the head of the name: 牛肉 of 牛肉丸."""
        if fragment not in GOODS:
            return False
        return not all(any(part.endswith(fragment) for part in parts_of(self.by_key[key])) for key in keys)

    def _index_sounds(self) -> dict[str, tuple[int, ...]]:
        sounds: dict[str, tuple[int, ...]] = {}
        for term, named in self.names.items():
            if named.weak or len(term) < 2 or len(HAN.findall(term)) != len(term):
                continue
            sound = sound_of(term)
            for other in other_sounds(term):
                sounds.setdefault(other, named.keys)
            for form in {sound, sound.replace("'", ""), loose_sound(sound)}:
                sounds[form] = tuple(dict.fromkeys(sounds.get(form, ()) + named.keys))
        return sounds

    def _index_shapes(self) -> dict[str, tuple[int, ...]]:
        """黄洒 for 黄酒: full names with a character of almost the same shape."""
        shapes: dict[str, tuple[int, ...]] = {}
        for item in self.items:
            for term in full_names(item):
                for written in look_alikes(term) if 1 < len(term) < 8 else ():
                    known = written in GOODS or written in WORDS or written in self.names
                    sounds = (loose_sound(sound_of(written)), *other_sounds(written))
                    if not known and not any(sound in self._sounds for sound in sounds):
                        shapes[written] = tuple(dict.fromkeys((*shapes.get(written, ()), *self.names[term].keys)))
        return shapes


def _one_edit(left: str, right: str) -> bool:
    if len(left) < 2 or left == right or abs(len(left) - len(right)) > 1:
        return False
    if len(left) == len(right):
        return sum(a != b for a, b in zip(left, right, strict=True)) == 1
    short, long = sorted((left, right), key=len)
    return len(short) > 1 and any(long[:index] + long[index + 1 :] == short for index in range(len(long)))


def _may_be_misspelt(window: str) -> bool:
    """Not 我刚 or 几单: words and figures people mean as they write them."""
    if (len(window) < 3 and set(window) & FIGURES) or set(window) & _BREAKS:
        return False
    return not all(char in WORDS or char in FIGURES for char in window)


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
