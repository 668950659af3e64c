"""Words whose class depends on the rest of the message: a second 要么, a 要 in front of another verb, a 不 alone."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.classes import FOR_ME
from bot.parsing.clauses import LIGHT, clause_at, last_clause
from bot.parsing.complements import see_through
from bot.parsing.farewells import let_go
from bot.parsing.money import see_money
from bot.parsing.multiples import multiply
from bot.parsing.phrases import see_phrases
from bot.parsing.regrets import reconsider
from bot.parsing.second_thoughts import weigh
from bot.parsing.spoken import hear_out
from bot.parsing.tokens import Token
from bot.parsing.uneaten import leave_uneaten

_LISTED: Final = frozenset(
    {"item", "goods", "qty", "space", "comma", "stop", "and", "colon", "times", "plus", "room", "phone"}
)
"""Kinds of a plain list, in which no class hangs on its neighbours."""


def mark(tokens: list[Token]) -> None:
    """Set the class of such words, in place."""
    if len(tokens) > 1:
        let_go(tokens)
    kinds = {token.kind for token in tokens}
    if kinds <= _LISTED:
        return  # 鸡蛋2盒 芹菜1把
    if "person" in kinds:
        _given_to(tokens)
        _stay_away(tokens)
    if "number" in kinds:
        multiply(tokens)
    see_through(tokens)
    tokens[:] = [token for token in tokens if token.kind]  # what became part of the word before it
    _by_neighbours(tokens)
    weigh(tokens, kinds)
    _beside_verbs(tokens)
    leave_uneaten(tokens)
    hear_out(tokens, kinds)
    reconsider(tokens, kinds)
    see_phrases(tokens, kinds)
    if "qty" in kinds:
        see_money(tokens)
        _weigh_children(tokens)


def _weigh_children(tokens: list[Token]) -> None:
    """23斤 in 「我家宝23斤穿L还是XL」 is how heavy somebody is."""
    for weight, what in pairwise(tokens):
        if weight.kind == "qty" and weight.unit == "斤" and what.word.startswith(("穿", "了穿")):
            weight.kind = "number"


def _by_neighbours(tokens: list[Token]) -> None:
    """What hangs on the words right beside it; most of it only where a class stands in the message."""
    kinds = {token.kind for token in tokens}
    _together(tokens)
    if "wish" in kinds:
        _undelivered(tokens)
    if "qty" in kinds:
        _not_even_one(tokens)
    if "goods" in kinds:
        _purposes(tokens)
    if {"past", "fix"} <= kinds:
        _set_right(tokens)
    if "cancel" in kinds or "wish" in kinds:
        _beside_refusals(tokens)


def _beside_verbs(tokens: list[Token]) -> None:
    """The same, behind what is put off and changed."""
    kinds, words = {token.kind for token in tokens}, {token.word for token in tokens}
    if not _EITHER.isdisjoint(words):
        _alternatives(tokens)
    if {"want", "text"} <= kinds:
        _other_objects(tokens)
    if not _LEADING.isdisjoint(words) or "want" in kinds or "people" in kinds:
        _auxiliaries(tokens)


_LEADING: Final = frozenset("算都要")
_UNDELIVERED: Final = re.compile(
    r"(?:不用|莫|别|不要|勿要|唔使|唔好|不消|不必)[送寄](?:过?来)?(?:了|啦|老|哒|咯|喇|哈)$"
)
_FETCHED: Final = frozenset("自己 来拿 来取 去拿 去取 自提 过来拿 过来取 我来拿 我去拿 自己去拿 自己来拿".split())


def _undelivered(tokens: list[Token]) -> None:
    """抽纸莫送老,超市买到了: goods that need not be brought because they are there; who is away only puts them off."""
    kinds = {part.kind for part in tokens}
    if "qty" in kinds or "wish" not in kinds or not kinds & {"done", "have"}:
        return
    if any(part.word in _FETCHED for part in tokens):
        return
    for before, token in pairwise(tokens):
        if token.kind == "wish" and before.kind == "item" and _UNDELIVERED.fullmatch(token.word):
            token.kind = "cancel"


_EVEN: Final = frozenset("也 都".split())


def _not_even_one(tokens: list[Token]) -> None:
    """公蟹一只也不要: none of it is wanted, and one is no number of it."""
    for token, even, refusal in zip(tokens, tokens[1:], tokens[2:], strict=False):
        one = token.kind == "qty" and token.milli == 1000 and token.word[0] in "一1半"
        if one and even.word in _EVEN and refusal.kind in ("unwant", "cancel", "deny"):
            token.kind = even.kind = "filler"


_JUST_NOW: Final = frozenset("刚才 刚刚 刚 之前 先前 方才 啱啱".split())


def _set_right(tokens: list[Token]) -> None:
    """刚才鸭腿写错了 应该是三袋: what was said before is mended here, and not only told."""
    for index, token in enumerate(tokens):
        if token.kind != "past" or token.word not in _JUST_NOW:
            continue
        wrong = next(
            (at for at in range(index, len(tokens)) if tokens[at].kind == "fix" and "错" in tokens[at].word), 0
        )
        counted = wrong and any(part.kind == "qty" for part in tokens[wrong:])
        if counted and not any(part.kind in ("qty", "stop") for part in tokens[index:wrong]):
            token.kind = "filler"


_PURPOSES: Final = frozenset("吃的 喝的 用的".split())


def _purposes(tokens: list[Token]) -> None:
    """遥控器用的, 孩子吃的: what goods are for, and no goods."""
    for before, token in pairwise(tokens):
        used = token.kind == "goods" and token.word in _PURPOSES and before.end == token.start
        if used and before.kind in ("text", "person", "goods", "name", "item"):
            token.kind = "filler"
            before.kind = "filler" if before.kind in ("text", "goods") and not before.keys else before.kind


_HELPING: Final = FOR_ME | {"帮忙", "帮手"}


def _beside_refusals(tokens: list[Token]) -> None:
    """那两袋帮我退掉, 退掉算了: words beside a refusal that ask for nothing and take nothing back."""
    for token, following in pairwise(tokens):
        if token.word in _HELPING and following.kind == "cancel" and _counted_before(tokens, token):
            token.kind = "filler"  # 那两袋先帮我退掉
        if token.word == "算了" and token.kind == "fix" and _taken_back(tokens, token):
            token.kind = "filler"  # 退掉算了: it is done with


def _counted_before(tokens: list[Token], token: Token) -> bool:
    before = [near for near in tokens if near.end <= token.start and near.kind != "filler"]
    return bool(before) and before[-1].kind == "qty"


def _taken_back(tokens: list[Token], token: Token) -> bool:
    before = next((near for near in reversed(tokens) if near.end == token.start), None)
    return before is not None and before.kind == "cancel"


def _given_to(tokens: list[Token]) -> None:
    """给我妈 is 给 and 我妈, not 给我 and 妈."""
    for token, following in pairwise(tokens):
        if (token.word in FOR_ME or token.word == "和我") and token.word[1:] == "我" and _is_of_mine(token, following):
            token.kind = "and" if token.word[0] in "跟和同" else token.kind
            token.word, token.end = token.word[0], token.end - 1
            following.start, following.word = following.start - 1, "我" + following.word


def _is_of_mine(token: Token, following: Token) -> bool:
    return following.kind == "person" and token.end == following.start and following.word[0] != "我"


def _stay_away(tokens: list[Token]) -> None:
    """亲戚不来了: guests stay away; that cancels nothing by itself."""
    for who, token in pairwise(tokens):
        if who.kind == "person" and token.kind == "cancel" and token.word.startswith(("不来", "不参加")):
            token.kind = "filler"


_AT_ONE_GO: Final = frozenset("一块 一把 一车 一趟 一次 一手 一回".split())
_CARRIED: Final = frozenset("去取拿送放带记给来拖拉搬运提捞端抱扛接收装拎载")


def _together(tokens: list[Token]) -> None:
    """一块去拿, 一车拉走: together and at one go, not one piece and no cartload."""
    if _AT_ONE_GO.isdisjoint([token.word for token in tokens]):
        return
    for before, token, after in zip((None, *tokens), tokens, tokens[1:], strict=False):
        apart = before is None or before.kind not in ("item", "goods", "want", "add")
        if token.word in _AT_ONE_GO and apart and after.start == token.end and after.word[0] in _CARRIED:
            token.kind = "filler"


_EITHER: Final = frozenset("要么 要不 要不就 要不然".split())


def _alternatives(tokens: list[Token]) -> None:
    """One 要么 is a second thought, two of them are a choice left open."""
    either = [token for token in tokens if token.word in _EITHER]
    if len(either) > 1:
        for token in either:
            token.kind = "or"


_FETCHING: Final = frozenset("买 拿 登记 安排 加入 弄个 搞个".split())
_AUXILIARY: Final = frozenset("要 想 想要 要个".split())
_OBJECTS: Final = frozenset(
    {
        "item",
        "goods",
        "qty",
        "each",
        "all",
        "quality",
        "only",
        "want",
        "wish",
        "price",
        "rest",
        "alike",
        "refer",
        "this",
        "unwant",
        "cancel",
    }
)


def _auxiliaries(tokens: list[Token]) -> None:
    """要喝汤, 都刷好了: a verb of asking without anything asked for behind it, a 都 that spreads nothing."""
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1]
        unknown = following.kind == "text" and not following.keys
        if token.word == "算" and following.kind == "qty" and token.end == following.start and index:
            token.kind = "set"  # 小丽不吃 算五盒
        if token.word == "都" and unknown and following.word[0] not in "包拿带搬":
            token.kind = "filler"
        if token.word == "都" and following.kind in ("wish", "person"):
            token.kind = "filler"  # 都送到6栋
        if token.kind == "people" and following.word[0] in "合共" and following.kind in ("text", "filler"):
            token.kind = following.kind = "filler"  # 两人合一支
        relative = following.word == "的" and index + 2 < len(tokens) and tokens[index + 2].kind in ("text", "person")
        if token.word == "要" and relative:
            token.kind = "filler"  # 让给要的人
        if (
            token.kind != "want"
            or token.word not in _AUXILIARY
            or not (unknown or following.word in ("喝", "吃", "用", "做", "上"))
        ):
            continue
        rest = [part.kind for part in clause_at(tokens, index + 1)]
        before = [part.kind for part in last_clause(tokens[:index])]
        if not set(rest) & _OBJECTS and not {"item", "goods", "qty"} & set(before) and "text" in rest:
            token.kind = "filler"


def _other_objects(tokens: list[Token]) -> None:
    """上厕所, 收快递: a light verb whose object is an unknown word asks for no goods."""
    for token, following in pairwise(tokens):
        unknown = following.kind == "text" and not following.keys and following.end - following.start > 1
        if token.kind == "want" and token.word in LIGHT - _FETCHING and unknown and token.end == following.start:
            token.kind = "filler"
