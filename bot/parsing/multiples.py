"""So many times what there is: 按两倍记, 变成原来的三倍, 减掉三分之二. Such a number multiplies, and counts nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from bot.parsing.numerals import chinese_value
from bot.parsing.tokens import Token

_TIMES: Final = re.compile(r"(.+)倍")
_SHARE: Final = re.compile(r"(.+)分之(.+)")
_ASKING: Final = frozenset({"set", "want", "add", "past", "rest"})
_BY: Final = frozenset("按 照 按照 我 报 的 量 的量 说 订 是 就 那个 那 × x".split())
_OF_OTHERS: Final = re.compile(r"[贵涨价钱便宜块元甜大快赚利热辣]")
_LESS: Final = frozenset({"sub", "cancel"})
_LEFT: Final = frozenset({"set", "only", "keep", "want"})
_BREAKS: Final = frozenset({"comma", "stop", "ask"})


def multiply(tokens: list[Token]) -> None:
    """Make scaling words of multiples and shares of an order, in place; `value` is the factor, as a fraction."""
    for index, token in enumerate(tokens):
        if token.kind != "number":
            continue
        times, share = _TIMES.fullmatch(token.word), _SHARE.fullmatch(token.word)
        if times is not None:
            _so_many_times(tokens, index, chinese_value(times[1]))
        elif share is not None:
            _so_large_a_part(tokens, index, chinese_value(share[1]), chinese_value(share[2]))


def _so_many_times(tokens: list[Token], index: int, factor: int | None) -> None:
    """小贝按两倍记; not 比超市贵两倍."""
    around = _clause(tokens, index)
    told = "".join(part.word for part in around if part.kind != "item")
    asked = any(part.kind in _ASKING or part.word in ("按", "照", "按照") for part in around)
    asked = asked or {part.kind for part in around} == {"item"}
    if not factor or factor < 2 or not asked or _OF_OTHERS.search(told) or any(p.kind == "qty" for p in around):
        return
    for part in around:
        if part.kind in _ASKING or part.word in _BY:
            part.kind = "filler"
    tokens[index].kind, tokens[index].value = "double", str(factor)


def _so_large_a_part(tokens: list[Token], index: int, whole: int | None, part: int | None) -> None:
    """减掉三分之二 leaves one third, 减到三分之一 as well."""
    if not whole or not part or part >= whole:
        return
    before = [near for near in _clause(tokens, index) if near.start < tokens[index].start]
    verb = next((near for near in reversed(before) if near.kind in _LESS | _LEFT), None)
    if verb is None:
        return
    left = Fraction(whole - part if verb.kind in _LESS else part, whole)
    for near in before:
        if near is verb or near.kind in ("rest", "past") or near.word in _BY:
            near.kind = "filler"
    tokens[index].kind, tokens[index].value = "halve", str(left)


def _clause(tokens: Sequence[Token], index: int) -> list[Token]:
    """The words around a token up to the next punctuation, goods and numbers of their own apart."""
    first = index
    while first and tokens[first - 1].kind not in _BREAKS and tokens[first - 1].kind != "qty":
        first -= 1
    last = index + 1
    while last < len(tokens) and tokens[last].kind not in _BREAKS | {"item", "qty"}:
        last += 1
    return [token for token in tokens[first:last] if token is not tokens[index]]


def factor_of(token: Token) -> tuple[int, int]:
    """What a scaling word multiplies by: (numerator, denominator)."""
    if token.value:
        factor = Fraction(token.value)
        return factor.numerator, factor.denominator
    return (2, 1) if token.kind == "double" else (1, 2)
