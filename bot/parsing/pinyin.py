"""Toneless pinyin, character by character, for comparing what sounds the same."""

from __future__ import annotations

import os

# Both tables are only needed for phrases and tones; without them the import costs 44 MB less.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from array import array
from functools import lru_cache
from itertools import product
from math import prod

from pypinyin import constants

_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê", "aaaaeeeeiiiioooouuuuvvvvvnnnme")
_FIRST, _LAST = 0x4E00, 0x9FFF  # what people write; twice as many that nobody has a font for would be 10 MB
_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def _taken_over() -> tuple[list[str], array[int]]:
    """The different readings, without tones, and for each character which of them it has. pypinyin's table is emptied.

    Its strings and numbers take 10 MB, which every process would hold.
    """
    numbers: dict[str, int] = {"": 0}
    table = array("H", bytes(2 * (_LAST - _FIRST + 1)))
    for point, readings in constants.PINYIN_DICT.items():
        if _FIRST <= point <= _LAST:
            table[point - _FIRST] = numbers.setdefault(readings, len(numbers))
    constants.PINYIN_DICT.clear()
    return [readings.translate(_TONES) for readings in numbers], table


_READINGS, _OF_CHARACTER = _taken_over()


def _readings(char: str) -> list[str]:
    """The commonest first; empty for anything that is not one Chinese character."""
    if len(char) != 1 or not _FIRST <= ord(char) <= _LAST:
        return []
    return _READINGS[_OF_CHARACTER[ord(char) - _FIRST]].split(",")


@lru_cache(maxsize=8192)
def syllables(char: str) -> frozenset[str]:
    """Every toneless reading of one Chinese character; empty for anything else.

    >>> sorted(syllables("蛋"))
    ['dan']
    """
    return frozenset(reading for reading in _readings(char) if reading)


@lru_cache(maxsize=8192)
def main_syllable(char: str) -> str:
    """The commonest toneless reading, empty for anything that is not Chinese."""
    return next(iter(_readings(char)), "")


@lru_cache(maxsize=8192)
def loose_syllable(char: str) -> str:
    """The main reading with the differences many speakers do not make (zh/z, ng/n, initial n/l) taken out."""
    return loosen(main_syllable(char))


@lru_cache(maxsize=8192)
def loosen(syllable: str) -> str:
    """See `loose_syllable`."""
    for written, spoken in _LOOSE:
        if syllable.startswith(written):
            syllable = spoken + syllable[len(written) :]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return syllable


@lru_cache(maxsize=8192)
def sound_of(fragment: str) -> str:
    """Syllables joined by '; letters stay as they are."""
    return (
        "'".join(main_syllable(char) or char for char in fragment)
        if any(syllables(char) for char in fragment)
        else fragment
    )


@lru_cache(maxsize=8192)
def other_sounds(fragment: str) -> tuple[str, ...]:
    """Readings with the rarer syllables of characters that have several (呱: gu, gua, wa)."""
    readings = [sorted(syllables(char)) or [char] for char in fragment[:4]]
    if len(fragment) > 4 or prod(len(options) for options in readings) > 12:
        return ()
    return tuple("'".join(parts) for parts in product(*readings))


@lru_cache(maxsize=8192)
def loose_sound(sound: str) -> str:
    """A sound without the differences many speakers do not make; marked, so that it never equals a full one."""
    return "~" + "".join(loosen(part) for part in sound.split("'"))
