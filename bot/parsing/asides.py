# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Clauses behind a blank that stand for themselves: a question about other goods, what was, an order after a story."""

from __future__ import annotations

from typing import Final

from bot.parsing.classes import BOOKABLE, BYGONE, CHANGING, PLAIN
from bot.parsing.clauses import clause_at, last_clause
from bot.parsing.tokens import Token

_SURE: Final = frozenset("对吧 是吧 对吗 是吗 对不对 是不是 对伐 是伐 没错吧 对么 是么".split())
ENDINGS: Final = frozenset("啊 呀 哈 哦 噢 吧 啦 呢 嘛 嘞 喽 咯 哟 了 撒".split())


def conditional_starts(current: list[Token], tokens: list[Token], index: int) -> bool:
    """尿不湿有的话来三包 behind 「奶粉两罐 湿巾五包」: the condition is only about its own clause."""
    if current[-1].kind != "space" or tokens[index].kind == "space":
        return False
    kinds = [token.kind for token in clause_at(tokens, index)]
    return (
        "if" in kinds[1:] and "item" in kinds[: kinds.index("if", 1)] and {"item", "qty"} <= {t.kind for t in current}
    )


def orders_afresh(current: list[Token], tokens: list[Token], index: int) -> bool:
    """我就只要蓝莓两盒 behind 「亲戚送了一筐桃子」: goods, a number and a verb of asking in a clause of their own."""
    if current[-1].kind != "space" or tokens[index].kind == "space":
        return False
    clause = clause_at(tokens, index)
    kinds = {token.kind for token in clause}
    if "item" not in kinds or not (BYGONE | {"hold"}) & {part.kind for part in current}:
        return False
    named = {token.keys for token in clause if token.kind == "item"}
    again = any(token.keys in named for token in current if token.kind == "item")
    return {"item", "qty"} <= kinds and bool(kinds & {"want", "add", "only"}) and not kinds & BYGONE and not again


def asks_aside(current: list[Token], tokens: list[Token], index: int) -> bool:
    """春联跟对联是不是一个东西 behind 「福字两包」: a question about other goods leaves a plain order alone."""
    if _asks_of_something_else(current, tokens, index):
        return True
    named = ("item", "goods", "text")
    if current[-1].kind != "space" or tokens[index].kind not in named or not {part.kind for part in current} <= PLAIN:
        return False
    clause = clause_at(tokens, index)
    if tokens[index].kind != "item" and not _asks_for_strangers(clause):
        return False
    kinds = {token.kind for token in clause if token.word != "?"}
    keys = {part.keys for part in current if part.kind == "item"}
    return "ask" in kinds and "qty" in {part.kind for part in current} and tokens[index].keys not in keys and bool(keys)


def _asks_of_something_else(current: list[Token], tokens: list[Token], index: int) -> bool:
    """我那屋12平够亮不, 有花生的吗 behind a complete order: a question that names nothing of it and asks for nothing."""
    complete = {"item", "qty"} <= {"item" if part.keys else part.kind for part in current}
    if current[-1].kind != "space" or not complete or any(p.kind in BYGONE | CHANGING | {"if"} for p in current):
        return False
    clause = clause_at(tokens, index)
    kinds = {token.kind for token in clause}
    if kinds & {"item", "qty", "want", "add", "request", "if", "price"} or kinds & CHANGING or len(clause) < 3:
        return False
    words = "".join(token.word for token in clause)
    tagged = words.endswith("不") and words[-2:-1] not in ("要", "好", "行", "能") and "text" in kinds
    return tagged or (words.startswith("有") and words[-1] in "吗么嘛" and bool(kinds & {"goods", "text"}))


def _asks_for_strangers(clause: list[Token]) -> bool:
    """浴巾有吗: is only a name nobody knows asked about?"""
    named = any(token.kind in ("goods", "text") and len(token.word) > 1 for token in clause)
    there = any(token.word in ("有", "还有") or token.word.startswith(("有没", "有冇", "还有没")) for token in clause)
    there = there or (clause[0].kind == "goods" and clause[-1].word in ("吗", "么", "嘛"))
    return named and there and {token.kind for token in clause} <= {"goods", "text", "filler", "ask"}


def complete_before(current: list[Token], token: Token) -> int:
    """尿不湿两包 L码的家里|还剩三包: the clause that tells what was begins at the blank; 0 when there is none."""
    if token.kind not in BYGONE:
        return 0
    spaces = [index for index, part in enumerate(current) if part.kind == "space"]
    counted = [index for index, part in enumerate(current) if part.kind == "qty"]
    apart = bool(spaces and counted) and spaces[-1] > counted[-1] and spaces[-1] + 1 < len(current)
    return spaces[-1] + 1 if apart else 0


def is_unordered(current: list[Token]) -> bool:
    """Does the last clause hold nothing but words nobody knows?"""
    clause = last_clause(current)
    unknown = all(token.kind in ("text", "filler") and not token.keys for token in clause)
    return unknown and bool(clause) and clause[0].kind == "text"


def confirms_ahead(current: list[Token], tokens: list[Token], index: int) -> bool:
    """6个一盒对吧 behind 「蛋挞两盒」 asks about the pack, not about the order."""
    if current[-1].kind != "space" or tokens[index].kind == "space":
        return False
    clause = clause_at(tokens, index)
    kinds = {token.kind for token in clause}
    sure = any(token.word in _SURE for token in clause)
    counts = [token.milli for token in clause if token.kind == "qty"]
    described = len(counts) == 2 and 1000 in counts
    return sure and described and "item" not in kinds and {"item", "qty"} <= {part.kind for part in current}


def only_tells(current: list[Token]) -> bool:
    """Does what stands before end with its particle and name nothing one can order?"""
    if current[-1].word not in ENDINGS or not any(part.kind == "text" for part in current):
        return False
    return not any(part.kind in BOOKABLE or part.kind in CHANGING or part.keys for part in current)
