"""What is said about goods behind an amount in a line of a 接龙: 粉色的三条 闺女只认粉的, 鸡蛋1板 咸蛋家里有."""

from __future__ import annotations

import re
from typing import Protocol

from bot.parsing.chain_amounts import CHANGE

_COUNTS = re.compile(r"[\d一二两三四五六七八九十半俩]|只要")
_HAS_SOME = re.compile(r"家里?(?:还|都|也)?有|有了|够了|还没吃完")
_SHORTEST, _LONGEST = 5, 30


class Goods(Protocol):
    """Finds goods in a text."""

    def keys_in(self, text: str) -> list[int]:
        """The items named in `text`."""
        ...


def told_twice(goods: Goods, content: str) -> tuple[str, str] | None:
    """(粉色的三条, 闺女只认粉的): the last words name only goods that the words before have counted; else None."""
    head, _, tail = content.replace(",", " ").rpartition(" ")
    if not _SHORTEST <= len(tail) <= _LONGEST or not _COUNTS.search(head):
        return None
    if _COUNTS.search(tail) or CHANGE.search(tail):
        return None
    named = set(goods.keys_in(tail))
    return (content[: len(head)], tail) if named and named <= set(goods.keys_in(head)) else None


def has_some(note: str) -> bool:
    """家里有 behind goods without a number: they are not asked for."""
    return _HAS_SOME.search(note) is not None
