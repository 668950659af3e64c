"""A 接龙 in blocks: a line with a name alone, and the goods below it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from bot.parsing.chain_content import Shelf
from bot.parsing.rooms import find_phones, find_rooms

_FEWEST = 2
_LONGEST = 14
_NO_NAME = re.compile(
    r"\d|接龙|团购?$|截|今[天日晚]|明[天日早]|周[一二三四五六日末]|价|库存|自提|到货|预[订售]|[。!！?？]$"
)


def block_heads(texts: Sequence[str], opens: Sequence[bool], shelf: Shelf) -> set[int]:
    """Indices of the lines that name a person above lines of goods; none unless there are two and more such blocks.

    `opens` says which lines begin a paragraph: there a name may have figures (2号线末班车), and the goods words around
    them.
    """
    heads = {
        index
        for index, (text, below) in enumerate(itertools.pairwise(texts))
        if not opens[index + 1]
        and _names_nobody_else(text, shelf, may_count=opens[index])
        and (_is_goods(below, shelf) or (opens[index] and _asks_for_goods(below, shelf)))
    }
    return heads if len(heads) >= _FEWEST else set()


def _asks_for_goods(text: str, shelf: Shelf) -> bool:
    """法棍三根 切好, 再加1盒原味,肉桂卷不要了: no question, and begun by goods with a number or a change."""
    if re.search(r"[?？。!！]", text) or not shelf.mentions_item(text):
        return False
    return re.match(r"再|还要|加|减|退|取消|改", text) is not None or (
        shelf.starts_goods(text) and re.search(r"[\d一二两三四五六七八九十半]|不要|取消", text) is not None
    )


def _names_nobody_else(text: str, shelf: Shelf, *, may_count: bool) -> bool:
    for start, end in [(found.start, found.end) for found in find_rooms(text)]:
        text = text[:start] + " " * (end - start) + text[end:]
    for start, end in [(found.start, found.end) for found in find_phones(text)]:
        text = text[:start] + " " * (end - start) + text[end:]
    text = text.strip(" :：-,，")
    plain = re.sub(r"\d", "", text) if may_count else text
    return 0 < len(text) <= _LONGEST and _NO_NAME.search(plain) is None and not shelf.mentions_item(text)


def _is_goods(text: str, shelf: Shelf) -> bool:
    return (
        shelf.starts_content(re.sub(r"\s", "", text)) and re.search(r"[\d一二两三四五六七八九十半]", text) is not None
    )
