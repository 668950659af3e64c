"""Numbers that are money although nobody wrote 元: 差价20, 35块4, 42划算, 差十块吃不出来."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.tokens import Token

_SUMS: Final = frozenset(
    "差价 补差价 差额 找零 退款 定金 押金 红包 运费 邮费 优惠券 余额 零头 转你 转给你 找我 找给我".split()
)
"""What is an amount of money by itself; a number right behind it says how much."""
_COSTLY: Final = frozenset("便宜 便宜了 划算 实惠 贵 贵了 太贵 太贵了 好贵 值 值得 不贵 合算".split())
_BY_MORE: Final = (
    "差",
    "差了",
    "贵",
    "贵了",
    "便宜",
    "便宜了",
    "省",
    "省了",
    "多花",
    "少花",
    "亏",
    "亏了",
    "赚",
    "欠",
    "才差",
    "就差",
)
_LEAST: Final = 10_000
"""Thousandths: what costs less than ten yuan may as well be a number of goods."""


def see_money(tokens: Sequence[Token]) -> None:
    """Set the class of such numbers, in place."""
    for price, verb, amount in zip(tokens, tokens[1:], tokens[2:], strict=False):
        bare = price.kind == "qty" and price.value == "bare" and price.milli >= _LEAST
        if bare and verb.kind == "want" and amount.kind == "qty" and amount.unit is not None:
            price.kind = "price"  # 今天38来两扎
    for unit, verb, amount in zip(tokens, tokens[1:], tokens[2:], strict=False):
        sum_of_money = amount.kind == "price" or (amount.kind == "qty" and amount.unit == "块")
        if unit.kind == "qty" and unit.milli == 1000 and verb.word in _BY_MORE and sum_of_money:
            unit.kind = amount.kind = "price"  # 一斤便宜4块
    for before, token in pairwise(tokens):
        if token.kind == "qty" and before.end == token.start:
            _behind(before, token)
        elif before.kind == "qty" and before.value == "bare" and token.word in _COSTLY and before.milli >= _LEAST:
            before.kind = "price"  # 这回42划算


def _behind(before: Token, token: Token) -> None:
    """A number glued to what stands before it."""
    bare = token.value == "bare"
    if (bare or token.unit == "块") and before.word in _SUMS:
        token.kind = "price"  # 差价20退我
    elif bare and before.kind == "qty" and before.unit == "块" and token.milli < _LEAST and "块" in before.word[-1:]:
        before.kind = token.kind = "price"  # 35块4
    elif token.unit == "块" and before.kind in ("text", "praise", "filler", "sub") and before.word.endswith(_BY_MORE):
        token.kind = "price"  # 差十块吃不出来


def see_prices(tokens: Sequence[Token], catalogue: Catalogue) -> None:
    """肉粽32豆沙25,各来一袋: what goods cost, said behind their names beside a number of packs."""
    if not any(token.kind == "qty" and token.unit is not None for token in tokens):
        return
    for goods, token in pairwise(tokens):
        if goods.kind != "item" or token.kind != "qty" or token.value != "bare" or token.milli < _LEAST:
            continue
        if any(catalogue.by_key[key].price_fen * 10 == token.milli for key in goods.keys):
            token.kind = "price"
