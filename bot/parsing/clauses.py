"""Clauses: the stretches of a segment between blanks, and which of them are only talk.

Dictated messages put a blank where a comma would be. A clause that names no goods, no number and no verb of ordering
is background (今天胃口好, 给物业师傅买早饭) and is set apart, so that the words in it need no explanation.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Final

from bot.parsing.smalltalk import unexplained
from bot.parsing.tokens import Token

_BREAKS: Final = frozenset({"space", "comma", "stop"})
_MEANING: Final = frozenset(
    """item goods qty pair want add sub set swap cancel unwant only rest keep all except each halve double evenly alike
    total fix think refer if hold joke deny maybe have room phone name people times plus minus locker number price
    limit both portion colon ask request trouble pay done almost""".split()
)
"""Kinds that say something about an order; a clause without any of them is background."""
_ASKS: Final = frozenset({"item", "goods", "qty", "want", "add", "sub", "swap", "cancel", "set", "people", "if"})
_ABSTAINS: Final = re.compile(
    r"不[吃喝用碰沾]|[吃喝咬嚼][不勿伐唔][了动惯来得]|不(?:能|爱|肯|太|喜欢|敢|准|让|给)[吃喝]?|过敏|忌口|牙口?不好"
)
"""Somebody at home who does not eat it (老头子牙不好不吃) is no reason to ask."""
LIGHT: Final = frozenset(
    "上 入 收 冲 拍 提 搞 弄 整 备 报 落 写 割 求 抢 记 拎 称 留 带 跟 接 买 拿 登记 安排 加入 弄个 搞个".split()
)
"""Verbs that ask for goods only when goods follow (高铁上吃, 收快递)."""
_MIN_REMARK: Final = 4  # characters of a clause with unknown words; a shorter one may be a name or goods


def clause_at(tokens: list[Token], index: int) -> list[Token]:
    """The tokens from `index` to the next blank or punctuation."""
    end = index
    while end < len(tokens) and tokens[end].kind not in _BREAKS:
        end += 1
    return tokens[index:end]


def is_background(clause: list[Token]) -> bool:
    """Does a clause only tell something?"""
    clause = _without_asides(clause)
    kinds = {token.kind for token in clause}
    if not kinds & _ASKS and "person" in kinds and _ABSTAINS.search("".join(token.word for token in clause)):
        return True
    if not clause or kinds & _MEANING - {"want", "number"}:
        return False
    if any(token.kind == "want" and token.word not in LIGHT for token in clause):
        return False
    if any(token.kind == "note" and token.value != "quality" for token in clause) or kinds <= {"note", "filler"}:
        return False
    unknown = "".join(token.word for token in clause if token.kind == "text")
    if any(token.kind == "text" and token.keys for token in clause):
        return False
    size = sum(len(token.word) for token in clause)
    if not unexplained(unknown):
        return size > 1 and kinds > {"text"}
    return size >= _MIN_REMARK and len(kinds) > 1


_LONGEST_NAME: Final = 4
_TELLS: Final = re.compile(r"[的了吗呢不没有是在我你他她它这那家人个都就也吃喝炖炒煮做住花完够胖瘦长高重轻每天月预算]")
_HANDED_ON: Final = frozenset("送给分拿匀带寄退还留收转卖少多缺差欠赔补")
_RECKONED: Final = _MEANING - {"qty", "people", "number", "request", "trouble", "portion"}


def is_talk(clause: list[Token]) -> bool:
    """四两塞牙缝, 一天能干掉半箱: a number in a clause that names no goods, asks for nothing and hands nothing on."""
    kinds = {token.kind for token in clause}
    if kinds & _RECKONED or not kinds & {"qty", "number"}:
        return False
    if any(token.kind == "text" and token.keys for token in clause) or _may_be_other_goods(clause):
        return False
    unknown = "".join(token.word for token in clause if token.kind == "text")
    return len(unknown) > 1 and not set(unknown) & _HANDED_ON


def _may_be_other_goods(clause: list[Token]) -> bool:
    """XXL两包, 龙肉两斤: an unknown word and its amount, and nothing else; who knows what it is must be asked."""
    kinds = [token.kind for token in clause if token.kind != "space"]
    if kinds != ["text", "qty"] or clause[1].approx or clause[1].unit is None:
        return False
    word = clause[0].word
    return 1 < len(word) <= _LONGEST_NAME and not _TELLS.search(word)


def orders_something(clause: list[Token]) -> bool:
    """来两斤, 酸奶三箱: a number, and a verb of asking or goods."""
    kinds = {token.kind for token in clause}
    return "qty" in kinds and bool(kinds & {"want", "add", "item"}) and "text" not in kinds


def _without_asides(clause: list[Token]) -> list[Token]:
    """不想出门, 买点早饭: a refusal or a 买点 that is about nothing one can order here."""
    kept: list[Token] = []
    for token, following in zip_longest(clause, clause[1:]):
        unknown = following is not None and following.kind == "text" and not following.keys
        refuses = token.kind == "unwant" and token.word in ("不想", "别", "不用")
        some = token.kind == "qty" and token.approx and token.sign == "w"
        alone = some and following is None and len(clause) > 1
        if not (unknown and (refuses or some)) and not alone:
            kept.append(token)
    return kept


def last_clause(tokens: list[Token]) -> list[Token]:
    """The clause that ends `tokens` (blanks behind it are ignored)."""
    end = len(tokens)
    while end and tokens[end - 1].kind == "space":
        end -= 1
    start = end
    while start and tokens[start - 1].kind != "space":
        start -= 1
    return tokens[start:end]


def clause_of(tokens: list[Token], token: Token) -> list[Token]:
    """The clause `token` stands in."""
    index = tokens.index(token)
    start = index
    while start and tokens[start - 1].kind not in _BREAKS:
        start -= 1
    return clause_at(tokens, start)
