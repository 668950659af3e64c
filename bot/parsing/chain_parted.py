"""A later line of a 接龙 that changes a part of what its person has, or some of each."""

from __future__ import annotations

import re

from bot.parsing.chain_amounts import FIGURE, Content
from bot.parsing.chain_content import Shelf
from bot.parsing.chain_message import Held
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.values import Line

_SOME_OF = re.compile(
    rf"(?P<what>[^\d\s,，]{{1,10}}?)\s?(?:{FIGURE}\s?(?:{UNIT_PATTERN})?)?(?:里[头面]?|当中|其中|中)(?:换|改)[成为]?\s?"
    rf"(?P<amount>{FIGURE}\s?(?:{UNIT_PATTERN})?)(?P<to>[^\d\s,，]{{1,10}}?)的?"
)
_EACH_LESS = re.compile(
    rf"(?:^|[\s,，])(?P<names>[^\d\s,，]{{2,16}}?)各(?:减|少|退|取消)[掉去要]?\s?(?P<amount>{FIGURE}\s?(?:{UNIT_PATTERN})?)[了吧]?$"
)


def read_parted(shelf: Shelf, content: str, before: Held | None) -> Content | None:
    """红心4个里头换2个白心, 睡袋椅子各减一个: so many of one for another, so many of each less; None for others."""
    if not before:
        return None
    some = _SOME_OF.fullmatch(content)
    if some is not None:
        was, become = shelf.keys_in(some["what"], before), shelf.keys_in(some["to"])
        milli = shelf.amount(was[0], some["amount"]) if len(was) == 1 == len(become) and was != become else None
        if milli is None or milli > before.get(was[0], 0):
            return None
        return Content((Line(was[0], milli, "sub"), Line(become[0], milli, "add")), action="change")
    each = _EACH_LESS.search(content)
    keys = shelf.keys_in(each["names"], before) if each is not None else []
    said = each["amount"] if each is not None else ""
    taken = [(key, shelf.amount(key, said) or shelf.amount(key, said.rstrip("个样"))) for key in keys if key in before]
    if len(taken) < 2 or len(taken) < len(keys) or any(milli is None for _, milli in taken):
        return None
    return Content(tuple(Line(key, milli, "sub") for key, milli in taken if milli), action="change")
