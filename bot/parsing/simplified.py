"""Simplified characters for traditional ones, one for one.

`simplified.txt` holds the pairs, by OpenCC's table (github.com/BYVoid/OpenCC, Apache-2.0).
"""

from __future__ import annotations

from pathlib import Path


def _load() -> tuple[str, str]:
    """The traditional characters, and those that are written for them, in the same order."""
    pairs = Path(__file__).with_name("simplified.txt").read_text("utf-8").split()
    return "".join([pair[0] for pair in pairs]), "".join([pair[1] for pair in pairs])


_TRADITIONAL, _SIMPLE = _load()


def simplified(text: str) -> str:
    """The same text, character by character. A microsecond each: whoever asks often remembers the answers.

    >>> simplified("雞蛋兩盒")
    '鸡蛋两盒'
    """
    return "".join([_SIMPLE[at] if (at := _TRADITIONAL.find(char)) >= 0 else char for char in text])
