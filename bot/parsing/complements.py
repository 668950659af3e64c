"""Words that only look like verbs of asking or changes of mind: 过来, 赶得上, 那袋, 退一提算了, 不骗你."""

from __future__ import annotations

import re
from typing import Final

from bot.parsing.classes import CHANGING
from bot.parsing.clauses import clause_at, last_clause
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.tokens import Token

_UNIT: Final = re.compile(UNIT_PATTERN)
_DIRECTIONS: Final = frozenset("过出下上进回起拦")
_COUNTED: Final = frozenset({"qty", "item", "goods", "only", "each", "all"})
_ORDERED: Final = frozenset("订 定 报 买 拍 点 接 跟 记 登记 预订 预定 下单".split())
_GIVES_IN: Final = frozenset("来 买 拿 换 改".split())
_BROUGHT: Final = re.compile(r"[带拿送寄背拎捎提扛搬]了?[一二两三四五六七八九十几好半\d]")
_EVERYBODY: Final = frozenset("你们 大家 他们 她们 人家 别人 群里 邻居 都在".split())
_NOT: Final = ("不", "没", "不是", "没有", "没跟你", "不跟你")


_JUST: Final = frozenset("刚 刚刚 才".split())
_ORDERING_VERBS: Final = frozenset("说讲订买报要点拍退发")
_LOOKED_AT: Final = frozenset({"qty", "unwant", "past", "want", "text", "only", "fix", "joke", "cancel", "each", "all"})


def see_through(tokens: list[Token]) -> None:
    """Set the class of such words, in place."""
    for index, token in enumerate(tokens):
        if token.kind not in _LOOKED_AT:
            continue
        before = tokens[index - 1] if index else None
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        behind = following if following is not None and following.start == token.end else None
        if before is not None and before.end == token.start:
            _behind(tokens, index, before, behind)
        if behind is not None:
            _about_to(tokens, index, behind)
            if token.word == "一" and token.kind == "qty" and _as_soon_as(tokens, index):
                token.kind = "filler"  # 一捏就开
            if token.kind == "unwant" and behind.word == "的" and _points(tokens, index + 2):
                token.kind = "filler"  # 她不要的那袋
            if token.word == "都" and behind.kind == "want" and index and tokens[index - 1].word in _EVERYBODY:
                token.kind = behind.kind = "filler"  # 看你们都抢
            if token.kind == "only" and behind.word == "了" and token.word[-1] in "要来订":
                token.kind = "past"  # 我只要了两盒啊
            if token.kind == "want" and token.word in _ORDERED and behind.word == "的":
                token.kind = "filler"  # 我报的两盒
            doing = behind.kind in ("text", "filler") and behind.word[0] not in _ORDERING_VERBS and not behind.keys
            if token.word in _JUST and doing and _orders_on(tokens, index):
                token.kind = "filler"  # 刚下手术台跟你说一声烧卖两盒
        if token.word == "归" and before is not None and following is not None and before.kind == following.kind:
            before.kind = following.kind = "filler"  # 玩笑归玩笑


def _as_soon_as(tokens: list[Token], index: int) -> bool:
    """一捏就开, 一尝说香: 一 in front of what is done, and what follows from it."""
    rest = tokens[index + 1 : index + 4]
    return rest[0].kind == "text" and not rest[0].keys and any(part.word in ("就", "说", "都") for part in rest[1:])


def _points(tokens: list[Token], index: int) -> bool:
    return index < len(tokens) and tokens[index].word in ("那", "那个", "那些")


def _orders_on(tokens: list[Token], index: int) -> bool:
    """Does an order follow in the same breath?"""
    rest = clause_at(tokens, index)
    return {"item", "qty"} <= {"item" if token.keys else token.kind for token in rest}


def _behind(tokens: list[Token], index: int, before: Token, behind: Token | None) -> None:
    """What a word is behind the one it touches."""
    token = tokens[index]
    _complement(before, token, behind)
    if token.word == "来" and token.kind == "want" and before.kind in ("item", "goods") and _was_brought(tokens, index):
        token.kind = "filler"
    _pointer(tokens, index)
    _gives_in(tokens, index)
    if token.kind == "joke" and before.word.endswith(_NOT):
        token.kind = "filler"  # 不骗你
    if token.kind == "cancel" and token.word.startswith("不来") and before.kind in ("person", "name"):
        token.kind = "filler"  # 亲戚不来了


def _was_brought(tokens: list[Token], index: int) -> bool:
    """带了一篮鸡蛋来: does 来 end what somebody came with?"""
    ended = (
        index + 1 == len(tokens)
        or tokens[index + 1].kind in ("space", "comma", "stop")
        or tokens[index + 1].word == "了"
    )
    said = "".join(part.word for part in last_clause(tokens[:index]))
    return ended and _BROUGHT.search(said) is not None


def _complement(before: Token, token: Token, behind: Token | None) -> None:
    """来 in 谁翻得过来, 上 in 赶得上: where a movement ends, not a verb of asking."""
    if token.word == "来" and token.kind == "want" and before.kind == "text" and before.word[-1] in "出起":
        token.kind = "filler"  # 翻出来一盒
    if token.kind != "want" or (behind is not None and behind.kind in _COUNTED):
        return
    if token.word == "来" and before.kind in ("text", "filler", "done") and before.word[-1] in _DIRECTIONS:
        if before.word in ("一下", "等下", "先下"):
            return
        token.kind = "filler"
        if before.kind == "done" and not (behind is not None and behind.word.startswith("了")):
            before.kind = "filler"  # 再送过来
    elif token.word == "上" and (before.word == "得" or (before.kind == "text" and not before.keys)):
        token.kind = "filler"


def _pointer(tokens: list[Token], index: int) -> None:
    """袋 in 我那袋: a unit behind 那 or 这 points at what there is; 她那袋 is only a part of it."""
    before, token = tokens[index - 1], tokens[index]
    if before.word not in ("那", "这", "嗰", "迭") or token.kind not in ("text", "only") or token.keys:
        return
    size = _UNIT.match(token.word)
    owner = tokens[index - 2] if index > 1 else before
    changed = token.kind == "text" and any(part.kind in CHANGING for part in tokens[index:])
    theirs = owner.kind in ("person", "name") or owner.word[-1] in "她他"
    if changed or theirs or size is None or size.end() != len(token.word):
        return
    token.kind = "this"


def _gives_in(tokens: list[Token], index: int) -> None:
    """算了 right behind a change (退一提算了, 来一瓶算了) settles it and takes nothing back."""
    before, token = tokens[index - 1], tokens[index]
    if token.word != "算了" or before.kind not in ("qty", "item", "cancel", "sub"):
        return
    clause = last_clause(tokens[:index])
    if before.kind in ("cancel", "sub"):
        before.word, before.end, token.kind = before.word + token.word, token.end, ""
    elif any(part.kind in CHANGING - {"unwant"} or part.word in _GIVES_IN for part in clause):
        token.kind = "filler"


def _about_to(tokens: list[Token], index: int, behind: Token) -> None:
    """都要 in 牙都要崩了, 全 in 全办公室, 只 in 只狗返咗: they spread and restrict nothing."""
    token, unknown = tokens[index], behind.kind == "text" and not behind.keys
    if not unknown or token.kind not in ("each", "all", "only"):
        return
    rest = clause_at(tokens, index + 1)
    talk = {part.kind for part in rest} <= {"text", "filler", "done"}
    about_to = token.word in ("都要", "都来") and talk and rest[-1].word.endswith("了")
    whole = token.word == "全" and behind.word[0] not in "要都部来包退取换改"
    if about_to or whole or (token.word == "只" and talk):
        token.kind = "filler"
