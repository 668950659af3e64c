"""A line of a 接龙 in pieces: goods divided among kinds (大闸蟹一对,公母各一), lists one by one, words beside them."""

from __future__ import annotations

import re
from typing import Protocol

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_parts import take_logistics, take_seasoning, take_sizes
from bot.parsing.chain_remarks import told_twice
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Line

_DIVIDED = re.compile(
    rf"(?P<family>[^\d\s,，;；()（）]{{1,10}}?)\s?(?P<total>[x×]?{FIGURE}\s?(?:{UNIT_PATTERN})?)[\s,，;；:：(（]+(?P<parts>[^()（）]{{2,24}})[)）]?"
)
_PAIR = re.compile(  # 垃圾袋一大一小, 每人一公一母
    rf"(?P<family>[^\d\s,，;；()（）]{{0,8}}?)(?:\s?(?P<total>[x×]?{FIGURE}\s?(?:{UNIT_PATTERN})?)[\s,，(（]*)?"
    r"(?:(?P<n>[一二两三四五])(?P<one>[大中小公母雌雄黑白红甜咸])的?(?P<m>[一二两三四五])(?P<other>[大中小公母雌雄黑白红甜咸])的?"
    r"|(?P<ones>[大中小公母雌雄黑白红甜咸])(?P<others>[大中小公母雌雄黑白红甜咸])(?:一半一半|各一半|对半))[)）]?"
)
_PIECE = re.compile(r"[^,，;；。]+")
_WHOSE = re.compile(
    r"(?:我家?|我们家?|自己|自家|对门|隔壁|邻居|楼[上下]|(?:我|俺)?(?:老?[妈爸婆公姐哥弟妹]|同事|朋友))(?:家人?|那边)?(?:的|要|是)?(?=\S)"
)


class Goods(Protocol):
    """Reads pieces of a line."""

    def keys_in(self, text: str) -> list[int]:
        """The items named in `text`."""
        ...

    def mentions_item(self, text: str) -> bool:
        """Does an item's name occur?"""
        ...

    def plainly(self, content: str) -> Content | None:
        """The lines of a content that is a plain list."""
        ...

    def may_be(self, name: str) -> set[int]:
        """What `name` may be short for."""
        ...

    def labelled(self, word: str, family: str) -> list[int]:
        """The items of a family about which `word` is written."""
        ...

    def amount(self, key: int, written: str) -> int | None:
        """A written quantity of an item."""
        ...


def read_divided(goods: Goods, content: str) -> Content | None:
    """The parts of so many of a family, when they are of it and add up; None for anything else."""
    match = _DIVIDED.fullmatch(content)
    family = goods.may_be(match["family"]) if match is not None else set()
    if match is None or len(family) < 2:
        return None
    found = goods.plainly(match["parts"])
    if found is None or len(found.lines) < 2 or not {line.key for line in found.lines} <= family:
        return None
    total = goods.amount(found.lines[0].key, match["total"])
    return found if total == sum(line.quantity_milli for line in found.lines) else None


def read_pair(goods: Goods, content: str) -> Content | None:
    """One of each of two that a word tells apart, or half of each; None for anything else."""
    match = _PAIR.fullmatch(content)
    words = () if match is None else (match["one"] or match["ones"], match["other"] or match["others"])
    keys = [key for word in words for key in goods.labelled(word, match["family"] if match is not None else "")]
    if match is None or len(keys) != 2 or keys[0] == keys[1]:
        return None
    total = goods.amount(keys[0], match["total"]) if match["total"] else None
    if match["ones"]:
        halves = [total // 2] * 2 if total is not None and total % 2000 == 0 else []
    else:
        halves = [goods.amount(key, match[n]) or 0 for key, n in zip(keys, "nm", strict=True)]
    if len(halves) != 2 or not all(halves) or (total is not None and sum(halves) != total):
        return None
    return Content(tuple(Line(key, milli) for key, milli in zip(keys, halves, strict=True)))


def read_clauses(goods: Goods, content: str) -> Content | None:
    """我家饺子两样各一袋,对门酸菜馅再一袋: lists that are plain one by one, added up; None where one is not."""
    if "各" not in content:
        return None
    pieces = [match[0].strip() for match in _PIECE.finditer(content) if match[0].strip()]
    found = [goods.plainly(_WHOSE.sub("", piece, count=1)) for piece in pieces] if 1 < len(pieces) < 5 else []
    if not found or any(one is None or one.note for one in found):
        return None
    lines: dict[int, int] = {}
    for line in (line for one in found if one is not None for line in one.lines):
        lines[line.key] = lines.get(line.key, 0) + line.quantity_milli
    whose = " ".join(piece for piece in pieces if _WHOSE.match(piece))
    return Content(tuple(Line(key, milli) for key, milli in lines.items()), note=whose or None)


def take_aside(goods: Goods, content: str) -> tuple[str, str] | None:
    """(what is wanted, what is said beside it); None where nothing is."""
    sizes = take_sizes(content)
    if sizes is not None and sizes[0] and not (goods.mentions_item(sizes[1]) or goods.keys_in(sizes[1])):
        return sizes
    tail = take_logistics(content)
    if tail is None or goods.mentions_item(tail[1]):
        tail = told_twice(goods, content)
    seasoned = take_seasoning(content) if tail is None else None
    return seasoned if seasoned is not None and not goods.mentions_item(seasoned[1]) else tail
