"""Which character is written for a traditional one, as `bot/parsing/simplified.txt` holds it.

`python -m tests.parsing.simplified` writes it anew from OpenCC (github.com/BYVoid/OpenCC, Apache-2.0), which the
program itself does not need: characters are simplified one by one, and for that it would hold 3 MB of words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import opencc

PATH = Path(__file__).parents[2] / "bot" / "parsing" / "simplified.txt"
_FIRST, _LAST, _SURROGATES = 0x2E00, 0x10FFFF, range(0xD800, 0xE000)
_A_LINE = 40


def table() -> str:
    """Lines of pairs: the traditional character, and the one that is written for it."""
    pairs = list(_pairs())
    return "".join(f"{' '.join(pairs[at : at + _A_LINE])}\n" for at in range(0, len(pairs), _A_LINE))


def _pairs() -> Iterator[str]:
    convert = opencc.OpenCC("t2s").convert
    for point in range(_FIRST, _LAST + 1):
        if point not in _SURROGATES and (simple := convert(chr(point))) != chr(point):
            yield chr(point) + simple


if __name__ == "__main__":
    PATH.write_text(table(), "utf-8")
