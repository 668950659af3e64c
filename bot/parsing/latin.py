"""What people who cannot type characters spell in Latin letters: pi dan 2 he, er cai 2 jin, bu yao le."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.quantity import LATIN_UNITS
from bot.parsing.tokens import Token

_RUN: Final = re.compile(r"[a-z]+(?: ?[a-z]+){0,5}")
_FIGURES: Final = {
    "yi": 1,
    "liang": 2,
    "er": 2,
    "san": 3,
    "si": 4,
    "wu": 5,
    "liu": 6,
    "qi": 7,
    "ba": 8,
    "jiu": 9,
    "shi": 10,
}
_COUNTED: Final = re.compile(rf"({'|'.join((*_FIGURES, 'ban'))}) ?({'|'.join(LATIN_UNITS)})(?![a-z])")
_SHORTEST: Final = 4  # letters of a name; shorter ones are too many English words


def latin_name(text: str, start: int, catalogue: Catalogue) -> Token | None:
    """The goods whose names sound as the letters at `start` are spelt, with blanks or without."""
    run = _RUN.match(text, start)
    words = run[0].split(" ") if run is not None else []
    for count in range(len(words), 0, -1):
        spelt = "".join(words[:count])
        keys = catalogue.spelt(spelt) if len(spelt) >= _SHORTEST else ()
        if keys:
            end = start + len(" ".join(words[:count]))
            return Token("item", start, end, text[start:end], keys)
    return None


def latin_number(text: str, start: int) -> Token | None:
    """yi xiang, ban jin: a number is believed only with its unit."""
    match = _COUNTED.match(text, start)
    if match is None:
        return None
    milli = 1000 * _FIGURES[match[1]] if match[1] in _FIGURES else 500
    return Token("qty", start, match.end(), match[0], milli=milli, unit=LATIN_UNITS[match[2]])
