"""Toneless pinyin, character by character, for comparing what sounds the same."""

from __future__ import annotations

import os

# Both tables are only needed for phrases and tones; without them the import costs 44 MB less.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from functools import lru_cache
from itertools import product
from math import prod

from pypinyin.constants import PINYIN_DICT

_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿê", "aaaaeeeeiiiioooouuuuvvvvvnnnme")
_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@lru_cache(maxsize=8192)
def syllables(char: str) -> frozenset[str]:
    """Every toneless reading of one Chinese character; empty for anything else.

    >>> sorted(syllables("蛋"))
    ['dan']
    """
    readings = PINYIN_DICT.get(ord(char), "") if len(char) == 1 else ""
    return frozenset(reading.translate(_TONES) for reading in readings.split(",") if reading)


@lru_cache(maxsize=8192)
def main_syllable(char: str) -> str:
    """The commonest toneless reading, empty for anything that is not Chinese."""
    readings = PINYIN_DICT.get(ord(char), "") if len(char) == 1 else ""
    return readings.split(",")[0].translate(_TONES)


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
