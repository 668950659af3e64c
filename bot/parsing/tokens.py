"""Tokens, and how words are looked up."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from bot.parsing.catalogue import Catalogue
from bot.parsing.foods import GOODS
from bot.parsing.numerals import CHINESE
from bot.parsing.vocabulary import LENGTHS, WORDS

QUANTITY_START = frozenset(CHINESE + "0123456789半几数好若公千斤")


@dataclass(slots=True)
class Token:
    """`kind` is a word class of the vocabulary or: item, goods, qty, room, phone, locker, time, price, number, people,
    space, comma, stop, text. Quantities carry `milli`, `unit`, `sign`; items carry `keys`."""

    kind: str
    start: int
    end: int
    word: str
    keys: tuple[int, ...] = ()
    weak: bool = False
    milli: int = 0
    unit: str | None = None
    sign: str = ""
    approx: bool = False
    full: bool = False
    value: str = ""
    rough: bool = False  # 左右 follows

    def twin(self) -> Token:
        """A copy (`copy.copy` takes five times as long)."""
        return Token(
            self.kind, self.start, self.end, self.word, self.keys, self.weak, self.milli, self.unit, self.sign,
            self.approx, self.full, self.value, self.rough,
        )  # fmt: skip


def longest(text: str, position: int, names: Container[str], lengths: dict[str, tuple[int, ...]]) -> int:
    room = len(text) - position
    for length in lengths.get(text[position], ()):
        if length <= room and text[position : position + length] in names:
            return length
    return 0


def word_tables(catalogue: Catalogue) -> tuple[tuple[Container[str], dict[str, tuple[int, ...]]], ...]:
    return ((catalogue.names, catalogue.lengths), (GOODS, GOODS_LENGTHS), (WORDS, LENGTHS))


def _goods_lengths() -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word in GOODS:
        if len(word) > 1 and not word[0].isdigit():
            found.setdefault(word[0], set()).add(len(word))
    return {char: tuple(sorted(sizes, reverse=True)) for char, sizes in found.items()}


GOODS_LENGTHS = _goods_lengths()


def is_known(text: str, position: int, catalogue: Catalogue) -> bool:
    """Does a known word, name or number begin here?"""
    return bool(
        longest(text, position, catalogue.names, catalogue.lengths)
        or longest(text, position, WORDS, LENGTHS)
        or longest(text, position, GOODS, GOODS_LENGTHS)
        or text[position] in QUANTITY_START
        or catalogue.heard(text, position, 0)
    )


def is_letter(char: str) -> bool:
    """Is it a Latin letter?"""
    return char.isascii() and char.isalpha()
