# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""The last clause decides: 「一只猫一个月一袋猫粮 来三袋」 asks for three, whatever the numbers before it reckon."""

from __future__ import annotations

from typing import Final

from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token

_BREAKS: Final = frozenset({"space", "comma", "stop"})
_TRAILING: Final = _BREAKS | {"filler"}
_ASKING: Final = frozenset(
    "来 要 我要 要个 先来 先要 就来 就要 给我来 给我 再来 订 先订 来个 拿 买 我药 留 给我留 那就来 想要 来上 整 搞 囤 先囤".split()
)
_ENDING: Final = frozenset({"want", "add", "qty", "filler", "space", "only", "phone", "room"})
_COMMITTING: Final = frozenset(
    """want add sub swap set cancel unwant only rest keep all each halve double fix think hold joke deny maybe if or
    refer alike evenly total goods price except""".split()
)
_RECKONING: Final = frozenset({"time", "people", "have", "done", "past", "trouble", "number", "request", "ask"})
_GIVEN: Final = frozenset({"person", "name", "room"})


def decisive_start(tokens: list[Token]) -> int:
    """Index of the first token of the deciding clause, 0 when there is none.

    It holds a verb of asking and one number and names nothing; the clauses before it name one item, ask for nothing,
    and are more than a plain order (which would be contradicted, not explained).
    """
    end = len(tokens)
    while end and tokens[end - 1].kind in _TRAILING:
        end -= 1
    start = end
    while start and tokens[start - 1].kind not in _BREAKS:
        start -= 1
    if not start:
        return 0
    clause, before = tokens[start:end], tokens[:start]
    quantities = [token for token in clause if token.kind == "qty"]
    if len(quantities) != 1 or quantities[0].approx:
        return 0
    if any(token.kind not in _ENDING and (token.kind != "text" or unexplained(token.word)) for token in clause):
        return 0
    if not any(token.kind in ("want", "add") and token.word in _ASKING for token in clause):
        return 0
    if any(token.kind == "add" and token.word not in _ASKING for token in clause):
        return 0  # 六个室友一人两袋 再多加一袋
    return start if _only_reckons(before) else 0


def _only_reckons(before: list[Token]) -> bool:
    keys = {token.keys for token in before if token.kind == "item"}
    kinds = {token.kind for token in before}
    if len(keys) != 1 or len(next(iter(keys))) != 1 or kinds & _COMMITTING or "qty" not in kinds:
        return False
    if any(token.word in ("给", "帮", "替", "给我") for token in before) and kinds & _GIVEN:
        return False  # 给师傅一袋 给我两袋
    unknown = "".join(token.word for token in before if token.kind == "text" and not token.keys)
    if any(token.kind == "text" and token.keys for token in before):
        return False
    summed = any(token.word in ("就是", "等于", "相当于", "也就是", "正好") for token in before)
    return bool(kinds & _RECKONING or unexplained(unknown) or summed)
