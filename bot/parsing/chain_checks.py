"""What stands in a line of a 接龙 beside its goods and can make them doubtful: 1盒 16颗, 草莓1+1, 番茄2 多了一份."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_content import Shelf
from bot.parsing.numerals import read_number
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Line

_HOW = re.compile(r"(?:不要?|要|去|少|多|加|切|免|微|重)(?!了|掉)[^\d\s,，了]{1,8}[\s)）。!]*")
_HEADS = re.compile(r"(?P<n>[两二三四五六七八九\d])(?:口|个人|人).{0,6}(?:每人|一人|人均|各)")
_BARE = re.compile(rf"{FIGURE}\s?(?:{UNIT_PATTERN})")
_UNSETTLED = re.compile(  # 番茄2 多了一份, 草莓1+1: said, but what is to be done?
    r"[多少]了[一两二三四五六七八九十\d]|多出来?[一两二三\d]|(?<!\d)\d{1,2}\s?\+\s?\d{1,2}(?![\d号#])(?!\s?=)"
)
_ALL = re.compile(r"(?:全部?|每样|每种|样样)(?:都)?[来要各买订拿]")  # 全部来一份 酸奶两提
_EXCEPT = re.compile(r"除|不要|以?外|没有")


def _is_short_for_all(content: str, found: Content) -> bool:
    """我家三口每人一公一母: lines that the heads do not divide."""
    heads = _HEADS.search(content)
    number = read_number(heads["n"]) if heads is not None else None
    return number is not None and all(line.quantity_milli % number.milli for line in found.lines)


def is_unsettled(content: str, found: Content, goods: int) -> bool:
    """Is an amount said so that nobody knows what is to be done? `goods`: how many the round has."""
    if _UNSETTLED.search(content) is not None or _is_short_for_all(content, found):
        return True
    if "除" in content and goods > 1 and len(found.lines) >= goods:  # all but something cannot be all
        return True
    return _ALL.search(content) is not None and len(found.lines) < goods and _EXCEPT.search(content) is None


def without_contradictions(shelf: Shelf, content: str, found: Content) -> Content:
    """小青柑1盒 16颗: a bare quantity behind goods says the same again, or makes their line doubtful."""
    lines, doubts = list(found.lines), []
    for doubt in found.doubts:
        at = content.find(doubt.fragment) if _BARE.fullmatch(doubt.fragment) else -1
        keys = shelf.keys_in(content[:at]) if at > 0 else []
        line = next((line for line in lines if keys and line.key == keys[-1]), None)
        said = shelf.amount(line.key, doubt.fragment) if line is not None else None
        if line is not None and said is not None and _agrees(line, said, content[at + len(doubt.fragment) :]):
            continue
        doubts.append(doubt)
        if line is not None and said is not None and said > line.quantity_milli:
            lines.remove(line)
    return replace(found, lines=tuple(lines), doubts=tuple(doubts))


def _agrees(line: Line, said: int, behind: str) -> bool:
    """1盒 8颗 of a box of eight, and 2份 一份不要葱: the same again, or how a part of it is to be."""
    return said == line.quantity_milli or (said < line.quantity_milli and _HOW.fullmatch(behind) is not None)
