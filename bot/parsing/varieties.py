"""包子三只,肉的: the kind that is named behind the number, or before the name, chooses among items."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.tokens import Token

_BEHIND: Final = re.compile(
    r"[^,。?]{0,9}?[,\s]\s?(?:都?要)?(?P<kind>[一-龥]{1,3}?)(?:味|馅|口味|款|色)?(?:的|那[种个款])(?=[,。\s吧啊哦!]|$)"
)
_BEFORE: Final = re.compile(r"(?P<kind>[一-龥]{1,3})(?:味|馅|款)?的$")


def choose_varieties(tokens: Sequence[Token], text: str, catalogue: Catalogue) -> None:
    """Narrow every item token that may mean several items when one of them alone is of the kind that is named."""
    for token in tokens:
        if token.kind != "item" or len(token.keys) < 2 or token.value == "ref":
            continue
        behind = _BEHIND.match(text, token.end)
        before = _BEFORE.search(text[max(token.start - 6, 0) : token.start])
        for found in (before, behind):
            keys = _of_kind(found["kind"], token.keys, catalogue) if found is not None else ()
            if len(keys) == 1:
                token.keys = keys
                break


def _of_kind(kind: str, keys: Sequence[int], catalogue: Catalogue) -> tuple[int, ...]:
    """Items whose name holds the word, or its longest ending that any of them holds (要肉 -> 肉)."""
    for start in range(len(kind)):
        fitting = tuple(key for key in keys if kind[start:] in catalogue.by_key[key].name)
        if fitting:
            return fitting
    return ()
