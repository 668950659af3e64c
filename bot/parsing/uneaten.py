"""Goods that somebody does not eat (八宝饭不吃, 不吃清油的): not asked for, and nothing of them is taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.parsing.classes import CHANGING
from bot.parsing.clauses import clause_at
from bot.parsing.tokens import Token

_UNEATEN: Final = re.compile(r"[不唔勿伐](?:爱|能|敢|想|太|喜欢|中意|欢喜)?[吃喝碰沾食饮](?!了|完|下|惯|够)")
_NOT: Final = frozenset("不唔勿伐")
_TELLING: Final = frozenset({"text", "filler"})


def leave_uneaten(tokens: Sequence[Token]) -> None:
    """Take such goods for a word, in place."""
    if _NOT.isdisjoint(_text(tokens)):
        return
    kinds = [token.kind for token in tokens]
    others = "rest" in kinds and ("each" in kinds or "all" in kinds)
    for index, token in enumerate(tokens[:-1]):
        if token.kind != "item":
            continue
        clause = clause_at(list(tokens), index + 1) if tokens[index + 1].start == token.end else []
        if others and _UNEATEN.match(_text(clause)):
            tokens[index + 1].kind = "cancel"  # 酸奶不碰,剩下的每样一份
            continue
        if _is_left(clause) or (_is_disliked(tokens, index, clause) and _names_others(tokens, token)):
            token.kind, token.keys = "name", ()
            for part in clause:
                part.kind = "filler"


def _is_left(clause: Sequence[Token]) -> bool:
    """不吃 behind the goods."""
    return _UNEATEN.match(_text(clause)) is not None and all(part.kind in _TELLING for part in clause)


def _is_disliked(tokens: Sequence[Token], index: int, clause: Sequence[Token]) -> bool:
    """不吃 in front of the goods, and no 了, which would take them back."""
    before = _clause_before(tokens, index)
    if not {part.kind for part in (*before, *clause)} <= _TELLING | {"person"} or "了" in _text(clause):
        return False
    said = _text(before)
    found = _UNEATEN.search(said)
    return found is not None and found.end() == len(said)


def _clause_before(tokens: Sequence[Token], index: int) -> Sequence[Token]:
    start = index
    while start and tokens[start - 1].kind not in ("space", "comma", "stop"):
        start -= 1
    return tokens[start:index]


def _names_others(tokens: Sequence[Token], token: Token) -> bool:
    """Is something else asked for, and nothing changed for it (孩子不吃蛋挞 换成小贝)?"""
    if any(other.kind in CHANGING - {"only"} for other in tokens):
        return False
    return any(other.kind == "item" and not set(other.keys) & set(token.keys) for other in tokens)


def _text(tokens: Sequence[Token]) -> str:
    return "".join([token.word for token in tokens])
