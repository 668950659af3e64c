"""Goods of one kind: 大果 and 小果, 原味 and 蓝莓. What somebody ordered tells which of them another word is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.names import are_akin, folded
from bot.parsing.tokens import Token
from bot.parsing.varieties import kinds_named

_SIZE: Final = re.compile(r"([大中小])[盒袋瓶包箱桶罐卷提个只条份杯]?$")
_TURNING: Final = frozenset({"swap", "set"})
_CHANGED: Final = frozenset({"cancel", "unwant", "sub", "set", "swap", "keep", "halve", "double"})


def kin_of(key: int, among: Collection[int], catalogue: Catalogue) -> tuple[int, ...]:
    """The items of `among` that are called like the item, without the item itself."""
    item = catalogue.by_key[key]
    return tuple(other for other in among if other != key and are_akin(item, catalogue.by_key[other]))


def sized(quantity: Token, sources: Collection[int], catalogue: Catalogue) -> int | None:
    """俩小瓶, where the big bottle gives way: the one item like a source whose name tells that size."""
    size = _SIZE.search(quantity.word.rstrip("的"))
    if size is None:
        return None
    every = [item.key for item in catalogue.main]
    kin = {other for source in sources for other in kin_of(source, every, catalogue)} - set(sources)
    fitting = [key for key in kin if size[1] in folded(catalogue.by_key[key].name)]
    return fitting[0] if len(fitting) == 1 else None


def choose_by_order(tokens: Sequence[Token], prior: Collection[int], catalogue: Catalogue) -> None:
    """换大的来一箱 of somebody who ordered the small ones: the kind behind the verb names goods like those."""
    _by_head(tokens, prior, catalogue)
    turns = next((index for index, token in enumerate(tokens) if token.kind in _TURNING), len(tokens))
    if turns == len(tokens):
        return
    alike = _alike(prior, catalogue)
    for token, kind in kinds_named(tokens[turns:]):
        _choose(token, kind, alike, catalogue)
    for token, following in pairwise(tokens[turns:]):
        if token.kind == "item" and len(token.word) == 1 and following.word[:1] == "的":
            _choose(token, token.word, alike, catalogue)  # 豆沙的换成肉的: the meat dumpling, and no meat


def _choose(token: Token, kind: str, among: Collection[int], catalogue: Catalogue) -> None:
    wanted = [key for key in among if kind in folded(catalogue.by_key[key].name)]
    if len(wanted) == 1:
        token.kind, token.keys = "item", (wanted[0],)


def _alike(prior: Collection[int], catalogue: Catalogue) -> list[int]:
    """Goods called like those that were ordered, or whose name ends like theirs: 肉包 and 菜包."""
    ends = {(folded(catalogue.by_key[key].name)[-1:], catalogue.by_key[key].unit) for key in prior}
    others = [item for item in catalogue.main if item.key not in prior]
    return [o.key for o in others if (folded(o.name)[-1:], o.unit) in ends or kin_of(o.key, prior, catalogue)]


def _by_head(tokens: Sequence[Token], prior: Collection[int], catalogue: Catalogue) -> None:
    """水不要了 of somebody who ordered one of two waters: a last character names the one that is there."""
    for token, following in pairwise(tokens):
        if token.kind != "text" or token.keys or len(token.word) > 1 or following.kind not in _CHANGED:
            continue
        named = catalogue.resolve(token.word)
        there = [key for key in named.keys if key in prior] if named is not None else []
        if len(there) == 1:
            token.kind, token.keys = "item", (there[0],)
