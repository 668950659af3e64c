"""Figures of a line with prices that were neither a price, nor an amount, nor a specification: 按箱拿红心90白心75."""

from __future__ import annotations

import re

from bot.parsing.post_amounts import without_amounts
from bot.parsing.post_filler import ORIGINAL
from bot.parsing.post_prices import Price
from bot.parsing.post_specs import SPEC

_FIGURE = re.compile(
    r"[^\s,，。;；!！\x00]{0,6}(?<![\d.#号-])(?<!\d[a-z])\d{2,3}(?:\.\d{1,2})?(?![\d.:%#-]|\s?(?:月|号|日|栋|楼|幢|单元|年|天|点|期|cm|mm|pcs|w|样|号\d|室))"
    r"[^\s,，。;；!！\x00]{0,4}"
)
_TOLD = re.compile(r"上次|上回|刚才|之前|进价|成本|昨天|以前|去年|不是|均价")
_LONGEST, _MOST = 600, 3


def without_prices(body: str, prices: list[Price]) -> str:
    """A line with its prices blanked."""
    chars = list(body)
    for price in prices:
        chars[price.start : price.end] = "\x00" * (price.end - price.start)
    return "".join(chars)


def unread_figures(lines: list[str]) -> tuple[str, ...]:
    """The words around figures that nothing was made of, in `lines` whose prices were blanked."""
    text = "\n".join(line for line in lines if _FIGURE.search(line))[:_LONGEST]
    if not text:
        return ()
    text = SPEC.sub("\x00", ORIGINAL.sub("\x00", without_amounts(without_amounts(text))))
    found = [match[0] for match in _FIGURE.finditer(text) if _TOLD.search(match[0]) is None]
    return tuple(dict.fromkeys(found))[:_MOST]
