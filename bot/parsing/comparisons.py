"""An amount told by that of other goods: 油条比豆浆多两根 beside 「豆浆3杯」, 椰青跟西瓜一样多."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.tokens import Token

_LIGHT: Final = frozenset({"filler", "want", "space"})
_MORE: Final = frozenset({"add"})
_LESS: Final = frozenset({"sub"})
_AS: Final = frozenset("跟 和 同 与 按 照 像".split())


def compare(tokens: Sequence[Token], prior: Mapping[int, int]) -> None:
    """Put the amount that is meant in the place of the difference, in place; nothing where the other is unknown."""
    if "比" not in [token.word for token in tokens] and "alike" not in [token.kind for token in tokens]:
        return
    solid = [token for token in tokens if token.kind not in _LIGHT or token.word in _AS]
    for index, token in enumerate(solid):
        if token.word == "比" and index and len(solid) > index + 3:
            _differ(solid[index - 1], token, *solid[index + 1 : index + 4], tokens=tokens, prior=prior)
        elif token.kind == "alike" and index > 2 and solid[index - 2].word in _AS:
            _equal(solid[index - 3], solid[index - 2], solid[index - 1], token, tokens, prior)


def _differ(
    goods: Token,
    than: Token,
    other: Token,
    way: Token,
    number: Token,
    *,
    tokens: Sequence[Token],
    prior: Mapping[int, int],
) -> None:
    if goods.kind != "item" or other.kind != "item" or number.kind != "qty" or number.approx:
        return
    known = _amount_of(other, tokens, prior)
    if known is None or way.kind not in _MORE | _LESS or way.word[-1] not in "多少":
        return
    milli = known + number.milli if way.kind in _MORE else known - number.milli
    if milli > 0:
        number.milli = milli
        for token in (than, other, way):
            token.kind, token.keys = "filler", ()


def _equal(
    goods: Token, link: Token, other: Token, alike: Token, tokens: Sequence[Token], prior: Mapping[int, int]
) -> None:
    known = _amount_of(other, tokens, prior)
    counted = any(token.kind == "qty" for token in tokens)
    if goods.kind != "item" or other.kind != "item" or known is None or goods.keys == other.keys or counted:
        return
    for token in (link, other):
        token.kind, token.keys = "filler", ()
    alike.kind, alike.milli = "qty", known


def _amount_of(goods: Token, tokens: Sequence[Token], prior: Mapping[int, int]) -> int | None:
    """How much of the same goods the message asks for elsewhere, or is ordered already."""
    solid = [token for token in tokens if token.kind not in _LIGHT | {"times", "colon"}]
    for token, following in pairwise(solid):
        for named, number in ((token, following), (following, token)):
            if named is not goods and named.kind == "item" and named.keys == goods.keys and number.kind == "qty":
                return None if number.approx else number.milli
    return prior.get(goods.keys[0]) if len(goods.keys) == 1 else None
