"""Toneless pinyin, character by character, for comparing what sounds the same.

`readings.txt` holds how characters are read, by pypinyin's table (github.com/mozillazg/python-pinyin, MIT).
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import product
from math import prod
from pathlib import Path

FIRST, LAST = 0x4E00, 0x9FFF  # what people write; nobody has a font for the others
_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"))


def _load() -> tuple[list[str], array[int]]:
    """The different readings, and for each character which of them it has."""
    readings, table = [""], array("H", bytes(2 * (LAST - FIRST + 1)))
    for line in Path(__file__).with_name("readings.txt").read_text("utf-8").splitlines():
        spoken, _, characters = line.partition(" ")
        for char in characters:
            table[ord(char) - FIRST] = len(readings)
        readings.append(spoken)
    return readings, table


_READINGS, _OF_CHARACTER = _load()


def _readings(char: str) -> list[str]:
    """The commonest first; empty for anything that is not one Chinese character."""
    if len(char) != 1 or not FIRST <= ord(char) <= LAST:
        return []
    return _READINGS[_OF_CHARACTER[ord(char) - FIRST]].split(",")


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
