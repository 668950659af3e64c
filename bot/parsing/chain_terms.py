"""The names of the goods of a round as one pattern."""

from __future__ import annotations

import re
from functools import cached_property

from bot.parsing.chain_told import Told

_GAP = (
    r"(?P<gap>\+(?![\d一二两三四五六七八九十])|[\s,，、;；/。.()（）&~!！\[\]]+|和(?!\w?奶)"
    r"|以及|还有|[还也再]要|加(?!\d)|[\U0001f300-\U0001faff]+\s?(?=[\u4e00-\u9fff])|(?<!\S)(?:我|我家|我们)?(?:是|就)?要的?是?|我要|(?:给|帮|替)我(?:家|们)?(?=[来要拿订留算\d一二两三四五六七八九十])|的(?=\s?\d|\s?[一二两三四五六七八九十半])|来|订|再[来多]?)"
)
_NUMBER = (
    r"(?:第)?(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})"
    r"(?:号(?![楼柜门]|\s?(?:以?[前后]|[来送取拿到]|早|晚|上午|下午|中午))|#|号链接)"
)


class Tokens:
    """What a plain line consists of: goods by whatever they are called, quantities, and what stands between.

    The pattern with what goods are `told` by is built when the first chain needs it.
    """

    def __init__(self, names: str, kinds: str, told: Told, quantity: str) -> None:
        self._told = told
        self._rest = (
            rf"|(?P<item>{names})|(?P<kind>{kinds})|(?P<mark>[\ue001-\ue014])|{_NUMBER}|(?P<quantity>{quantity})|{_GAP}"
        )

    @cached_property
    def plain(self) -> re.Pattern[str]:
        """For a chain in which nothing is told by its price, its size or in Latin letters."""
        return re.compile(rf"(?P<told>(?!)){self._rest}")

    @cached_property
    def full(self) -> re.Pattern[str]:
        """For any chain."""
        return re.compile(rf"(?P<told>{self._told.pattern}){self._rest}")


def one_of(terms: list[str]) -> str:
    """A pattern for any of `terms`, the first that fits; those with one first character share it, which is quick."""
    by_first: dict[str, list[str]] = {}
    for term in terms:
        by_first.setdefault(term[0], []).append(_behind_first(term))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in by_first.items()) or r"(?!)"


def _behind_first(term: str) -> str:
    """The rest of a term, its first character being matched: letters end at letters (anna is not ann + a)."""
    rest = re.escape(term[1:])
    if not (term.isascii() and term.isalnum()):
        return rest
    edge = "a-z" if term.isalpha() else r"a-z\d"
    return rf"(?<![{edge}]{re.escape(term[0])}){rest}(?![{edge}])"
