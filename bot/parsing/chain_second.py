"""A line of a 接龙 that takes back its own first words: 豆腐一盒不对两盒, A2 B1 不对 A1 B2."""

from __future__ import annotations

import re

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_content import Shelf
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Line

_WRONG = re.compile(
    r"(?:[\s,，;；。(（]*(?:啊|哦|噢|喔|呃|额|哎|诶)?[\s,，]?(?:不对|不是|错了|弄错了?|搞错了?|[打写说报]错了?|写错|算了(?=[\s,，]*[改换])|哦不|啊不|噢不|no))+"
    r"(?:了|啊|哦|噢|哈|啦|，|,|\s|是|应该是?|就?要|[改换]成?|[:：])*(?=\S)"
)
_AMOUNT = rf"[x×+*]?\s?{FIGURE}\s?(?:{UNIT_PATTERN})?"
_ENDS = re.compile(rf"{_AMOUNT}\s*$")
_BEGINS = re.compile(_AMOUNT)


def read_second(shelf: Shelf, content: str) -> Content | None:
    """What a line asks for that corrects itself, when both halves are plain lists; None for anything else."""
    match = _WRONG.search(content)
    if match is None or match.start() == 0:
        return None
    first, then = content[: match.start()], content[match.end() :].rstrip(" )）")
    if _BEGINS.match(then) is not None and not shelf.starts_goods(then):
        amount = _ENDS.search(first)
        whole = None if amount is None else first[: amount.start()] + then
        found = None if whole is None else shelf.plainly(whole) or shelf.read(whole)
        return None if found is None or found.doubts or not found.lines else found
    said, meant = shelf.plainly(first), shelf.plainly(then)
    if said is None or meant is None:
        return None
    held = {line.key: line.quantity_milli for line in said.lines} | {
        line.key: line.quantity_milli for line in meant.lines
    }
    if not {line.key for line in meant.lines} <= {line.key for line in said.lines}:  # A1不对B1: instead of which?
        if len(said.lines) != 1 or len(meant.lines) != 1:
            return None
        held = {line.key: line.quantity_milli for line in meant.lines}
    return Content(tuple(Line(key, milli) for key, milli in held.items()))
