"""What is put off, changed or kept while somebody writes: 别的先不用, 喝得惯再说, a lone 不, 百合keep一扎."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.clauses import clause_at, last_clause
from bot.parsing.tokens import Token


def weigh(tokens: list[Token], kinds: set[str]) -> None:
    """Set the class of such words, in place; `kinds` are those of the message."""
    _every_one(tokens)
    if {"text", "qty"} <= kinds:
        _cut_down(tokens)
        _let_others_have(tokens)
    if "except" in kinds:
        _left_out(tokens)
    if "have" in kinds:
        _is_to_remain(tokens)
    if "rest" in kinds:
        _told_of_more(tokens)
    if {"fix", "qty"} <= kinds:
        _mind_the_order(tokens)
        _let_me_die(tokens)
    _second_thoughts(tokens)
    if "keep" in kinds:
        _keep_so_many(tokens)
    if "hold" in kinds:
        _first_tries(tokens)
        _held_goods(tokens)


_REMAINING: Final = frozenset("就剩 只剩 只剩下 就剩下".split())
_DECIDED: Final = frozenset("吧 就行 就好 就够 就够了 好了 得了 呗".split())


def _is_to_remain(tokens: list[Token]) -> None:
    """豆浆就剩一杯吧, 减到只剩一杯: how many are to be left."""
    for before, token, number in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.kind != "have" or token.word not in _REMAINING or number.kind != "qty":
            continue
        at = tokens.index(number) + 1
        settled = at < len(tokens) and tokens[at].word in _DECIDED
        if before.kind == "set":
            token.kind = "filler"
        elif before.kind == "item" and settled:
            token.kind = "set"


_CUTTING: Final = frozenset("裁省剔抠刨")


def _cut_down(tokens: list[Token]) -> None:
    """芋头太多了砍一斤: a verb of cutting in front of a number takes off; but 排骨砍三斤 is how meat is ordered."""
    for at, (verb, number) in enumerate(pairwise(tokens)):
        cut = verb.word in _CUTTING or (verb.word == "砍" and any("多" in part.word for part in tokens[:at]))
        if cut and verb.kind == "text" and number.kind == "qty":
            verb.kind = "sub"


_LETTING: Final = frozenset("让 分 匀 腾 挪 拨 捐".split())


def _let_others_have(tokens: list[Token]) -> None:
    """年糕让一包给3栋的, 麻辣的分一盒出来: what is let go is taken off; 分两盒给我 is asked for."""
    for what, verb, number, where in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        behind = tokens[tokens.index(where) + 1 :][:1]
        given = where.word == "给" and not (behind and behind[0].word.startswith(("我", "俺", "咱")))
        if what.keys and verb.word in _LETTING and number.kind == "qty" and (given or where.word in ("出来", "出去")):
            verb.kind = "sub"


def _left_out(tokens: list[Token]) -> None:
    """每样来一份,抽纸除外."""
    for what, out, behind in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if what.keys and out.kind == "except" and out.end == behind.start and behind.word in ("外", "开"):
            out.kind, behind.kind = "cancel", "filler"


_SURPLUS: Final = frozenset("多出来的 多的 多出的 多余的".split())


def _told_of_more(tokens: list[Token]) -> None:
    """改5斤,多出来的3斤是我同桌的: whom the surplus is for."""
    for index, token in enumerate(tokens[:-2]):
        if (
            token.word not in _SURPLUS
            or tokens[index + 1].kind != "qty"
            or tokens[index + 2].word not in ("是", "给", "归")
        ):
            continue
        if any(part.kind in ("set", "add") for part in tokens[:index]):
            for part in clause_at(tokens, index):
                part.kind = "filler"


_DYING: Final = re.compile(r"[一-龥]死(?:我|人|个人|自己)?$")


def _let_me_die(tokens: list[Token]) -> None:
    """辣死我算了 takes nothing back."""
    for index, token in enumerate(tokens):
        said = "".join(part.word for part in tokens[max(index - 3, 0) : index])
        if token.kind == "fix" and token.word in ("算了", "得了") and _DYING.search(said):
            token.kind = "filler"


_ALIKE: Final = frozenset("统一 一律 通通都 全给我 都给我 全部给我".split())


def _every_one(tokens: list[Token]) -> None:
    """两箱橙子统一换小果: a word for all of them in front of a change."""
    for token, following in pairwise(tokens):
        if token.word in _ALIKE and following.kind in ("swap", "set", "cancel", "sub", "double", "halve"):
            token.kind = "all"


_MIXED_UP: Final = re.compile(r"[反错混]了?$")
_LONG_AGO: Final = frozenset("上次 上回 上趟 上上次 以前 之前 每次 老是 总是 昨天 前天 上周".split())


def _mind_the_order(tokens: list[Token]) -> None:
    """别给我搞反了,上次就反了: a wish that nothing is mixed up, and no slip of the sender's."""
    for index, token in enumerate(tokens):
        if token.kind != "fix" or not _MIXED_UP.search(token.word):
            continue
        near = [part for part in tokens[max(index - 3, 0) : index] if part.end > token.start - 6]
        lead = next((part for part in reversed(near) if part.kind != "filler"), None)
        if lead is not None and lead.kind == "unwant" and lead.word.startswith(("别", "不要", "莫", "勿", "可别")):
            lead.kind = token.kind = "filler"
        elif lead is not None and lead.word in _LONG_AGO and lead.kind in ("past", "filler"):
            token.kind = "trouble"


_PUT_OFF: Final = frozenset("再说 再说吧 再讲 再讲吧 再港 下次再 下次再说 改天再 改天再说 以后再说".split())


def _held_goods(tokens: list[Token]) -> None:
    """番茄两斤毛豆嘛再讲: the goods in front of 再讲 are put off, what was counted before them is not."""
    for index, token in enumerate(tokens):
        if token.kind != "hold" or token.word not in _PUT_OFF:
            continue
        at = index - 1
        while at > 0 and tokens[at].kind == "filler":
            at -= 1
        if at > 0 and tokens[at].kind == "item" and any(part.kind == "qty" for part in tokens[:at]):
            tokens[at].kind, tokens[at].keys, token.kind = "name", (), "filler"


_NOT_YET: Final = frozenset("先不 先不要 先不订 暂时不 暂不 暂时 先别 先等".split())


def _put_off(tokens: list[Token], index: int) -> bool:
    """Is it only the rest that is put off, behind what was counted?"""
    clause = {part.kind for part in clause_at(tokens, index)}
    counted = any(part.kind == "qty" for part in tokens[: index - 1])
    return tokens[index - 1].kind == "rest" and counted and not clause & {"item", "qty", "goods"}


_LATER: Final = frozenset("再说 再说吧 再看 再看看 看情况 再商量 到时候再 回头再 再定".split())


_IF_MORE: Final = re.compile(
    r"^(?:要是|如果|万一)?(?:不够[分吃用喝]?|[吃喝用][完得]\S{0,2}|好[吃喝用]|喜欢|合适|满意)(?:的话|了)?$"
)


def _first_tries(tokens: list[Token]) -> None:
    """先来一罐试试 喝得惯再说: the first one is ordered, only what may follow is put off."""
    for index, token in enumerate(tokens):
        if token.kind != "hold" or token.word not in _LATER | _NOT_YET:
            continue
        if token.word in _LATER and _IF_MORE.search("".join(part.word for part in last_clause(tokens[:index]))):
            counted = any(part.kind == "qty" for part in tokens[:index])
            token.kind = "filler" if counted else token.kind  # 馒头16个 不够分再说
        elif index and _put_off(tokens, index):
            for part in (tokens[index - 1], *clause_at(tokens, index)):
                part.kind = "filler"  # 7号一斤,别的先不用
    first = next((i for i, t in enumerate(tokens) if t.kind == "want" and t.word.startswith("先")), None)
    if first is None or not any(token.kind == "qty" for token in tokens[first:]):
        return
    for token in tokens[first:]:
        if token.kind == "hold" and token.word in _LATER:
            token.kind = "filler"


_STAYING: Final = frozenset("keep 保留 留着 留起 保持 维持".split())


def _keep_so_many(tokens: list[Token]) -> None:
    """百合keep一扎: so many of them are to stay."""
    for before, token, following in zip(tokens, tokens[1:], tokens[2:], strict=False):
        named = before.kind == "item" or (before.kind == "space" and token.word == "keep")
        if token.kind == "keep" and token.word in _STAYING and following.kind == "qty" and named:
            token.kind = "set"


def _second_thoughts(tokens: list[Token]) -> None:
    """A 不 that stands alone between blanks takes back what was said: 2盒 不 4盒."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            token.word in ("不", "不不", "不不不")
            and before.kind in ("space", "comma", "stop")
            and after.kind in ("space", "comma", "stop")
        ):
            token.kind = "fix"
