"""Lines of a 接龙 that copy another: 同上, 跟楼上一样,核桃再加1, 跟溪溪一样, 同上 不过花生要3斤."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_changes import left_over, read_reduction, read_several
from bot.parsing.chain_content import Shelf
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import ChainEntry, Doubt, Line

_ABOVE = re.compile(
    r"^(?:我?也?(?:要)?)?(?:同上|同楼上|同前|跟上面一样|和上面一样|跟楼上一样|和楼上一样"
    r"|跟楼上|同上面|一样(?![来要拿])|同上一样|同上一位|照上面|同款|\+1同上|same(?:\s?as\s?(?:above|before))?|ditto)(?P<rest>.*)$"
)
_OF = re.compile(
    r"^(?:我?也?(?:要)?)?(?:同|跟|和|与|照|按)\s?(?:(?:第|接龙)?(?P<number>\d{1,3})(?:号|楼|位|条)?|(?P<who>[^\s,，]{1,12}?))"
    r"\s?(?P<alike>的?(?:一样|同款|一致|相同|那份|那样|买一样))?(?:的|哈|吧|就行|就好)?(?P<rest>(?:[\s,，].*)?)$"
)
_BUT = re.compile(
    r"(?:不过|但是?|只是|就是|除了|只有)?[\s,，]*(?=\D{0,6}(?:改|只|换))|(?:不过|但是?|只是|就是)[\s,，]*"
)
_MORE = re.compile(r"(?:再|另外?|还|多)?(?:加|要|来)|再|另|外加|还有?|和|\+")
_AMOUNT = re.compile(rf"[x×+*]?\s?(?:要|来)?{FIGURE}\s?(?:{UNIT_PATTERN})?")


@dataclass(frozen=True, slots=True)
class Copy:
    """The entry that is meant (None: nobody knows which) and what is said beside it."""

    entry: ChainEntry | None
    rest: str


def copy_of(
    content: str,
    entries: Sequence[ChainEntry],
    of_name: Callable[[str], ChainEntry | None],
) -> Copy | None:
    """Which entry a line copies; None when it copies none."""
    above = _ABOVE.match(content)
    if above is not None:
        return Copy(entries[-1] if entries else None, above["rest"])
    other = _OF.match(content)
    if other is None:
        return None
    if other["number"]:  # 同5号: the line, or the goods of that number?
        return Copy(None, other["rest"])
    named = of_name(other["who"])
    return Copy(named, other["rest"]) if named is not None and (other["alike"] or not other["rest"]) else None


def read_copy(shelf: Shelf, copy: Copy, content: str) -> Content:
    """The lines of a copy, or the doubt whose order is meant."""
    above = copy.entry
    if above is None or above.status != "ok" or not above.lines or any(line.op != "set" for line in above.lines):
        return Content(doubts=(Doubt(content[:40], "reference"),))
    extra = copy.rest.strip(" ,，+。!~的量")
    if extra and _AMOUNT.fullmatch(extra):
        return _as_many(shelf, above.lines, extra)
    if extra and shelf.mentions_item(extra):
        return _beside(shelf, above.lines, extra)
    return Content(above.lines)


def _as_many(shelf: Shelf, lines: tuple[Line, ...], extra: str) -> Content:
    """同上 2盒: so many of the one thing; of several things nobody knows."""
    milli = shelf.amount(lines[0].key, extra) if len(lines) == 1 else None
    if milli is None:
        return Content(doubts=(Doubt(extra[:40], "unclear"),))
    return Content((Line(lines[0].key, milli),))


def _beside(shelf: Shelf, lines: tuple[Line, ...], extra: str) -> Content:
    """同上,核桃1 adds; 同上,不过花生要3斤 and 同上,花生不要 change the copy; 同上 花生3 is asked about."""
    held = {line.key: line.quantity_milli for line in lines}
    but = _BUT.match(extra)
    change = read_several(shelf, extra, held) or read_reduction(shelf, extra, held)
    more = change or shelf.read(extra[but.end() :] if but is not None else _MORE.sub("", extra, count=1))
    if more.doubts:
        return Content(lines, more.doubts)
    if change is not None:
        left = left_over(held, change)
        return Content(tuple(Line(key, milli) for key, milli in left.items() if milli))
    is_open = but is None and _MORE.match(extra) is None
    if is_open and any(line.key in held for line in more.lines):
        return Content(doubts=(Doubt(extra[:40], "unclear"),))
    if but is not None:
        held |= {line.key: line.quantity_milli for line in more.lines}
        return Content(tuple(Line(key, milli) for key, milli in held.items()))
    for line in more.lines:
        held[line.key] = held.get(line.key, 0) + line.quantity_milli
    return Content(tuple(Line(key, milli) for key, milli in held.items()))
