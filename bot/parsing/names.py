# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""How goods are called: the full names of an item, the parts of them that name it as well, and what tells it apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from bot.parsing.normalise import normalise
from bot.parsing.numerals import CHINESE
from bot.parsing.values import Item
from bot.parsing.vocabulary import WORDS

CHINESE_DIGITS = "零一二三四五六七八九"
_PARTS = re.compile(r"[()\[\]【】/|,、·+\s]+")
_BRACKETED = re.compile(r"(?P<name>[一-龥]{2,})[(\[【](?P<kind>[一-龥]{1,4})[)\]】]")
_SIZES = re.compile(r"\d{1,2}寸|\d段|(?<![a-z])[smlx]{1,4}码|\d{2,3}码|\d人份|\d{1,2}[色层孔]")
_FIGURED = re.compile(r"^\d{3,}(?=[一-龥])(?!\d*(?:毫升|克|斤|公斤|个|枚|只|片|包|袋|瓶|盒|支|节|号|抽|张))")
_WITH_LETTER = re.compile(r"(?<![a-z\d])(?:\d{1,3}[a-z]{1,2}|[a-z]{1,2}\d{1,4})(?![a-z\d])")
_WITH_WORD = re.compile(r"^(\d{1,3})[一-龥]{2,3}")
_RATED = re.compile(r"\d{1,4}(?:瓦|度|w|目|k|v|mm)(?![a-z\d])")
_PACKAGING = re.compile(r"(?:约)?\d+(?:\.\d+)?\s?(?:斤|公斤|kg|g|克|ml|l|个|枚|只|片|包|袋|瓶|盒|支|节)(?:装|/.)?")
WEAK_CHARS = frozenset("大小新鲜好老红白黑绿黄青紫的装手工现磨做农家土散养有机无抗特级精选品进口国产个斤")
_FIGURES_FIRST = re.compile(r"\d{2,4}(?=$|[一-龥])(?!\d*(?:毫升|克|斤|公斤|个|枚|只|片|包|袋|瓶|盒|支|节|号|抽|张))")
_KIND = re.compile(r"[三五八][鲜红白黑黄]$")  # 三鲜 of 三鲜水饺, 三黄 of 三黄鸡
FIGURES = frozenset(CHINESE + "几半")
HAN = re.compile(r"[\u3400-\u9fff]")
_USELESS = frozenset(
    "新鲜 有机 农家 手工 现磨 现做 精选 特级 进口 国产 散养 无抗 大份 小份 特价 秒杀 团购 限量 包邮 当季 时令 本地 东北 整箱 斤装 个装 一号 二号 套餐".split()
)
_NAMELESS = WEAK_CHARS | FIGURES


@lru_cache(maxsize=8192)
def full_names(item: Item) -> tuple[str, ...]:
    names = [folded(item.name), *(folded(alias) for alias in item.aliases)]
    name = names[0]
    names += [part for part in parts_of(item) if len(part) > 1]
    names += _without_brackets(name)
    bare = _PACKAGING.sub("", name).strip()
    if len(bare) > 1:
        names.append(bare)
    names += [spoken for name in names if (spoken := _spoken(name)) != name]
    names += [name.replace("小", "细", 1) for name in names if name.startswith("小") and len(name) < 4]  # Cantonese
    return tuple(dict.fromkeys(term for term in names if term and term not in _USELESS))


def _without_brackets(name: str) -> list[str]:
    """垃圾袋大 and 大垃圾袋 of 垃圾袋(大)."""
    found = _BRACKETED.fullmatch(name)
    return [] if found is None else [found["name"] + found["kind"], found["kind"] + found["name"]]


def _spoken(name: str) -> str:
    """5号电池 as it is dictated: 五号电池; 84消毒液: 八四消毒液."""
    spoken = re.sub(r"\d(?=号)", lambda match: CHINESE_DIGITS[int(match[0])], name)
    figures = _FIGURES_FIRST.match(spoken)
    return "".join(CHINESE_DIGITS[int(digit)] for digit in figures[0]) + spoken[figures.end() :] if figures else spoken


def figures_of(item: Item) -> str:
    """84 of 84消毒液: two figures its name begins with, which people say for it where they cannot be a number."""
    found = _FIGURES_FIRST.match(folded(item.name))
    return found[0] if found and len(found[0]) == 2 else ""


@lru_cache(maxsize=8192)
def parts_of(item: Item) -> tuple[str, ...]:
    """The name, and what stands outside and inside its brackets."""
    name = folded(item.name)
    return (name, *(part for part in _PARTS.split(name) if part and part != name), *(folded(a) for a in item.aliases))


_DIMINUTIVES = frozenset("包饺粽桃梨橘柑橙柚枣柿李栗茄虾鸭兔鸽蛏")
"""Heads of names that are said with 子 or 儿: 包子 for every kind of 包."""
_MEATS = frozenset("兔鸭鹅鸽蛙鳝驴")
"""Heads of names that are meat and are called so: 兔子肉 and 兔儿肉 for 冷吃兔."""


def nicknames(head: str) -> tuple[str, ...]:
    """What goods are called whose names end in one of some characters."""
    small = (head + "子", head + "儿") if head in _DIMINUTIVES else ()
    return (*small, head + "肉", head + "子肉", head + "儿肉") if head in _MEATS else small


@lru_cache(maxsize=8192)
def fragments_of(item: Item) -> tuple[str, ...]:
    """Every run of two and more Chinese characters of the name that is not an everyday word by itself."""
    found: list[str] = []
    for run in re.findall(r"[\u3400-\u9fff]+", _PACKAGING.sub(" ", folded(item.name))):
        for start in range(min(len(run), 12)):
            for end in range(start + 2, min(len(run), 12) + 1):
                piece = run[start:end]
                if piece not in WORDS and piece not in _USELESS and (not set(piece) <= _NAMELESS or _KIND.match(piece)):
                    found.append(piece)
        if len(run) > 4:
            found += [run[:2] + run[-size:] for size in (2, 3) if len(run) > size + 2]  # 三五底料 for 三五火锅底料
    found += _SIZES.findall(folded(item.name)) + _FIGURED.findall(folded(item.name)) + _figured(folded(item.name))
    return tuple(found)


def _figured(name: str) -> list[str]:
    """4k of 4K显示器擦拭布, 7日鲜 of 7日鲜牛奶, 15瓦 of 灯泡15瓦: a figure and what it belongs to."""
    name = _PACKAGING.sub(" ", name)
    found = [match[0] for match in _WITH_LETTER.finditer(name)]
    for match in _WITH_WORD.finditer(name):
        found += [match[0][:size] for size in range(len(match[1]) + 2, len(match[0]) + 1)]
    return found + [match[0] for match in _RATED.finditer(name)]


@lru_cache(maxsize=8192)
def kinds_of(item: Item) -> tuple[str, ...]:
    """Words of quality in the name (原味, 红色), which are no fragments because everybody uses them."""
    name = folded(item.name)
    found = (name[start : start + size] for size in (3, 2) for start in range(len(name) - size + 1))
    return tuple(piece for piece in found if WORDS.get(piece) == "quality" and piece not in _USELESS)


def are_akin(item: Item, other: Item) -> bool:
    """Do two names share a run of two characters, so that a word beside it chooses between them?"""
    first, second = folded(item.name), folded(other.name)
    return any(HAN.match(first[at]) and first[at : at + 2] in second for at in range(len(first) - 1))


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    return normalise(name, keep_quote=True).text.strip()


_SIZE: Final = re.compile(r"(?<![a-z\d])(x{0,4}[lms])[码号]?$")


def called_by_size(terms: Iterable[str]) -> dict[str, list[str]]:
    """XL and XL码 for 拉拉裤XL: size -> names; a single letter needs its 码 where nothing else is sold by size."""
    sizes = {term: found[1] for term in terms if (found := _SIZE.search(term)) is not None}
    called: dict[str, list[str]] = {}
    for term, size in sizes.items():
        alone = len(size) > 1 or len(set(sizes.values())) > 1
        for word in (*([size] if alone else ()), size + "码", size + "号"):
            called.setdefault(word, []).append(term)
    return called
