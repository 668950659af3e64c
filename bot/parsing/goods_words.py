"""Words for goods inside other words: 家里种的小青菜 speaks of 青菜."""

from __future__ import annotations

from bot.parsing.foods import GOODS

_LONGEST = 5


def mentions_goods(text: str) -> bool:
    """Does a word for goods, of two characters and more, stand in `text`?"""
    return text in GOODS or any(
        text[start : start + size] in GOODS for start in range(len(text) - 1) for size in (2, 3, 4)
    )


def names_goods(text: str) -> bool:
    """Does `text` end with a word for goods?"""
    return any(text[-size:] in GOODS for size in (2, 3, 4) if size <= len(text))


def last_goods(text: str) -> str:
    """The word for goods that was said last in `text`; "" for none."""
    for end in range(len(text), 1, -1):
        for size in range(min(_LONGEST, end), 1, -1):
            if text[end - size : end] in GOODS:
                return text[end - size : end]
    return ""
