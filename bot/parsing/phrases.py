"""What several words mean together: 退的是虾, 不是七提 behind 来两提, 下一个: in front of a list, keep one for me."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.parsing.classes import BYGONE
from bot.parsing.clauses import clause_at
from bot.parsing.tokens import Token

_DENIED: Final = "denied"
"""The value of a number that was only said to be wrong."""
_GOING: Final = frozenset({"sub", "cancel", "unwant"})
_PARTICLES: Final = frozenset("哈 哦 啊 呀 噢 喔 的 了 嘛 呢 哟 欸".split())
_ENDS: Final = frozenset({"comma", "stop", "space"})
_SET_RIGHT: Final = frozenset("是 要 应该是 而是 应该 改 该 写错".split())
_ANNOUNCING: Final = frozenset("下 记 加 来 报 登记 订 写 录 补 添 下单 拼".split())
_THEM: Final = frozenset("她 他 伊 佢 人家".split())
_MINE: Final = frozenset("我 我家 俺 咱 阿拉 本人".split())


def see_phrases(tokens: list[Token], kinds: set[str]) -> None:
    """Set the class of such words, in place; `kinds` are those of the message."""
    if kinds & _GOING and "item" in kinds:
        _gone_is(tokens)
    if "item" in kinds and kinds & {"fix", "text"}:
        _void(tokens)
    if kinds & (_GOING | {"fix"}):
        _right_as_it_is(tokens)
    if "qty" not in kinds:
        return
    if kinds & {"each", "want"} and kinds & {"ask", "quality", "text"}:
        _either_way(tokens)
    if "fix" in kinds:
        _denied_numbers(tokens)
    if "colon" in kinds:
        _announced(tokens)
    if "keep" in kinds:
        _kept_for_me(tokens)
    if "text" in kinds or "filler" in kinds:
        _their_share(tokens)


_SLIPS: Final = frozenset("手滑 误点 点错 点错了 按错 按错了 手误 乱点 乱按 瞎点 误触 下错 下错了 拍错 订错".split())
_VOID: Final = ("不算", "不作数", "不算数", "不能算", "别算")


def _is_slip(tokens: Sequence[Token]) -> bool:
    """Is the last clause of `tokens` about something that was ordered by mistake?"""
    end = len(tokens)
    while end and tokens[end - 1].kind in ("comma", "stop", "space"):
        end -= 1
    start = next((at for at in range(end - 1, -1, -1) if tokens[at].kind in ("comma", "stop")), -1) + 1
    said = "".join(part.word for part in tokens[start:end])
    return any(slip in said for slip in _SLIPS)


def _void(tokens: list[Token]) -> None:
    """肋排是昨晚手滑点的不算: it was ordered by mistake, and goes."""
    for index, token in enumerate(tokens):
        if not token.word.endswith(_VOID) or token.kind not in ("text", "filler", "hold", "unwant"):
            continue
        start = next((at for at in range(index, -1, -1) if tokens[at].kind in ("comma", "stop")), -1) + 1
        clause = tokens[start:index]
        slipped = bool(clause) and _is_slip(clause)
        if not clause and start > 1 and _is_slip(tokens[:start]):
            token.kind = "cancel"  # 是我儿子误点的, 不算
        if slipped and clause[0].kind == "item" and not any(part.kind == "qty" for part in clause):
            token.kind = "cancel"
            for part in clause[1:]:
                part.kind = "filler"


_RIGHT: Final = frozenset("没错 对的 没问题 对 没记错 没弄错 没算错 没写错".split())


def _right_as_it_is(tokens: list[Token]) -> None:
    """草莓没错, beside what goes: it stays."""
    for index in range(1, len(tokens)):
        goods, token = tokens[index - 1], tokens[index]
        alone = index < 2 or tokens[index - 2].kind in _ENDS
        ends = index + 1 == len(tokens) or tokens[index + 1].kind in _ENDS
        if goods.kind == "item" and token.word in _RIGHT and alone and ends:
            token.kind = "keep"


def _either_way(tokens: list[Token]) -> None:
    """肥不肥都来三只: whatever it is like, so much is asked for."""
    for index in range(1, len(tokens)):
        both, start = tokens[index], index - 1
        if both.kind not in ("each", "want") or both.word[0] != "都":
            continue
        if len(tokens[start].word) != 3 and index > 2 and tokens[index - 2].word == "不":
            start = index - 3
        said = "".join(part.word for part in tokens[start:index])
        half, odd = divmod(len(said) - 1, 2)
        if half and not odd and said[half] == "不" and said[:half] == said[-half:]:
            both.kind = "want" if both.word[-1] in "来要拿订买" else "filler"
            for part in tokens[start:index]:
                part.kind = "filler"


def denied(tokens: Sequence[Token]) -> list[Token]:
    """Numbers that were said to be wrong (不是三袋)."""
    return [token for token in tokens if token.value == _DENIED]


def _gone_is(tokens: list[Token]) -> None:
    """退的是虾: what goes is named behind the verb; it is all of it unless a number follows."""
    for index in range(len(tokens) - 3):
        verb, link, copula, goods = tokens[index : index + 4]
        if verb.kind not in _GOING or link.word != "的" or copula.word not in ("是", "就是") or goods.kind != "item":
            continue
        start = next((at for at in range(index, -1, -1) if tokens[at].kind in _ENDS), -1)
        if not any(part.kind in BYGONE for part in tokens[start + 1 : index]):
            verb.kind, copula.kind = "cancel", "filler"


def _denied_numbers(tokens: list[Token]) -> None:
    """来两提, 不是七提哈: the second number only guards the first against being misheard."""
    for index in range(1, len(tokens) - 1):
        negation = tokens[index]
        verb = index + 2 < len(tokens) and tokens[index + 1].kind in ("swap", "set")  # 不是换成一斤
        number = tokens[index + 1 + verb]
        if negation.word != "不是" or number.kind != "qty":
            continue
        said = next((part for part in reversed(tokens[:index]) if part.kind == "qty"), None)
        if said is None or "bare" in (said.value, number.value) or number.start > negation.end + 2 * verb:
            continue
        apart = (said.unit == number.unit) != (said.milli == number.milli)
        if (apart or verb) and not _is_set_right(tokens, index + 2 + verb):
            for part in tokens[index : index + 2 + verb]:
                part.kind = "filler"
            number.value = _DENIED


def _is_set_right(tokens: list[Token], index: int) -> bool:
    """Does another number take the place of the denied one (不是两罐是三罐), or does the clause go on?"""
    while index < len(tokens) and (tokens[index].word in _PARTICLES or tokens[index].kind in ("filler", "ask")):
        index += 1
    if index < len(tokens) and tokens[index].kind not in _ENDS:
        return True
    while index < len(tokens) and tokens[index].kind in _ENDS:
        index += 1
    clause = clause_at(tokens, index)
    named = any(part.kind == "item" for part in clause)
    return not named and any(part.kind == "qty" for part in clause)


def _announced(tokens: list[Token]) -> None:
    """替韩姐下一个:排骨一斤半: one order is announced, and the goods follow."""
    for index in range(1, len(tokens) - 1):
        verb, number, colon = tokens[index - 1 : index + 2]
        one = number.kind == "qty" and number.milli == 1000 and number.unit in ("个", "份", "单", "笔")
        announced = one and colon.kind == "colon" and verb.word in _ANNOUNCING
        if announced and all(part.kind != "item" for part in tokens[:index]):
            verb.kind = number.kind = "filler"


def _kept_for_me(tokens: list[Token]) -> None:
    """keep one for me: asks for goods; keep the eggs leaves them as they are."""
    solid = [token for token in tokens if token.kind != "space"]
    for index, token in enumerate(solid[:-1]):
        if token.kind != "keep" or not token.word.isascii():
            continue
        words = [part.word for part in solid[index + 1 : index + 4]]
        counted = [part.kind for part in solid[index + 1 : index + 3]]
        if "me" in words and "qty" in counted:
            token.kind = "want"


def _their_share(tokens: list[Token]) -> None:
    """她 in 「我1袋她2袋」: everybody with a number of his own."""
    if not any(a.word in _MINE and b.kind == "qty" for a, b in pairwise(tokens)):
        return
    for token, following in pairwise(tokens):
        if token.word in _THEM and token.kind in ("text", "filler") and following.kind == "qty":
            token.kind = "person"
