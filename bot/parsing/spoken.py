"""What dictated talk says twice, leaves to be reckoned, or puts in politely; all of it asks for nothing more.

加一袋吧嗯加一袋就行 is one bag, 是几箱就记几箱 leaves the sum to the leader, and 不忙的话帮我记 hangs on nothing.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.catalogue import Catalogue
from bot.parsing.classes import FOR_ME
from bot.parsing.people import household_size, is_per_head
from bot.parsing.quantity import to_sale_units
from bot.parsing.tokens import Token


def hear_out(tokens: list[Token], kinds: set[str]) -> None:
    """Set the class of such words, in place; `kinds` are those of the message."""
    if "add" in kinds or "sub" in kinds:
        _said_twice(tokens)
    if "qty" in kinds:
        _reckon_it(tokens)
        _brought_along(tokens)
        _reached(tokens)
        _handled(tokens)
        _stammered(tokens)
        _not_so_many(tokens)
        _as_it_was(tokens)
    if "have" in kinds:
        _half_full(tokens)
    if "done" in kinds:
        _enough_for(tokens)
    if "if" in kinds:
        _if_free(tokens)
    if "people" in kinds and "qty" in kinds:
        _for_each_and_all(tokens)
    if "hold" in kinds:
        _asks_first(tokens)


_PAUSES: Final = frozenset({"filler", "space"})
_YES: Final = frozenset("对 对对 对对对 嗯 是 没错 就 好".split())


def _stammered(tokens: list[Token]) -> None:
    """粉条粉条要一把, 二斤对二斤: goods and numbers that are said twice in one breath."""
    for index, (token, following) in enumerate(pairwise(tokens)):
        glued = token.end == following.start
        if glued and token.kind == following.kind == "item" and token.word == following.word:
            token.kind, token.keys = "filler", ()
        again = tokens[index + 2] if index + 2 < len(tokens) else None
        behind = tokens[index + 3].kind if index + 3 < len(tokens) else ""
        if token.kind != "qty" or following.word not in _YES or again is None or behind in ("item", "goods"):
            continue
        if again.kind == "qty" and again.word == token.word and again.start == following.end and glued:
            again.kind = "filler"


def _said_twice(tokens: list[Token]) -> None:
    """加一袋吧嗯加一袋就行: the same verb and number once more, with only a breath between."""
    for index, token in enumerate(tokens[:-1]):
        number = tokens[index + 1]
        if token.kind not in ("add", "sub") or number.kind != "qty":
            continue
        at = index + 2
        while at < len(tokens) and tokens[at].kind in _PAUSES:
            at += 1
        while at < len(tokens) and tokens[at].kind == token.kind and tokens[at].word != token.word:
            at += 1  # 再给我加
        again = tokens[at : at + 2]
        if at > index + 2 and [part.word for part in again] == [token.word, number.word]:
            for part in again:
                part.kind = "filler"


def _reckon_it(tokens: list[Token]) -> None:
    """您算算是几箱就记几箱 behind 「十斤」: the number was said, the leader turns it into boxes."""
    open_ended = [token for token in tokens if token.kind == "qty" and token.approx and token.word[0] == "几"]
    if len(open_ended) != 2 or open_ended[0].word != open_ended[1].word:
        return
    first, second = (tokens.index(token) for token in open_ended)
    between = tokens[first + 1 : second]
    counted = any(token.kind == "qty" and not token.approx for token in tokens[:first])
    if counted and any(token.word == "就" for token in between) and len(between) < 4:
        for token in tokens[first : second + 1]:
            token.kind = "filler"


def _reached(tokens: list[Token]) -> None:
    """补到三板: where an addition ends, and not how much it is."""
    for verb, to, number in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if verb.word in _REACHING and to.word in ("到", "足", "成", "够") and number.kind == "qty":
            verb.kind, to.kind = "set", "filler"


_REACHING: Final = frozenset("补 退 拿 留 记 买 订".split())
_HANDLED: Final = frozenset("抻 搬 抱 撂 扛 拽 捧 端 舀 盛 挑 拣 捡 兜 拾 薅 掂 提溜 划拉".split())
_CARRIED: Final = re.compile("[扛拎背带买捎寄送拿提拉驮抱搬弄整给](?:了|过)?$")
_HOME: Final = frozenset("回来 回来了 过来 来 来了 回 了".split())


def _handled(tokens: list[Token]) -> None:
    """粉条抻两把 asks like 拿两把; 我儿子又给我扛回来一袋 tells what is there already."""
    for index in range(1, len(tokens) - 1):
        before, token, behind = tokens[index - 1 : index + 2]
        if token.kind == "done" and token.word.endswith("回来") and behind.kind == "qty" and _told_of(tokens, index):
            token.kind = "have"
        if token.kind != "text" or token.keys:
            continue
        if token.word in _HANDLED and behind.kind == "qty" and before.kind in ("item", "filler", "want", "person"):
            token.kind = "filler"
        if _CARRIED.search(token.word) and behind.word in _HOME and _came_home(tokens, index):
            token.kind = "have"


def _came_home(tokens: list[Token], index: int) -> bool:
    """Does 来 or 回来 follow, and a number?"""
    counted = index + 2 < len(tokens) and tokens[index + 2].kind == "qty"
    return counted and tokens[index].end == tokens[index + 1].start and _told_of(tokens, index)


def _told_of(tokens: list[Token], index: int) -> bool:
    """Is it told in front who brought something to whom: 我儿子又给我?"""
    before = tokens[max(index - 4, 0) : index]
    told = any(part.word in ("又", "刚") or part.word in FOR_ME for part in before)
    return told and any(part.kind in ("person", "name") for part in before)


_FETCHING: Final = tuple("拉带叫请领招引喊抓")


def _brought_along(tokens: list[Token]) -> None:
    """他们又拉来一个: who has come besides is no goods."""
    for index in range(1, len(tokens) - 1):
        before, token, number = tokens[index - 1 : index + 2]
        led = before.kind == "text" and before.word.endswith(_FETCHING) and token.word == "来" and token.kind == "want"
        if not led or number.kind != "qty" or number.unit not in ("个", "位", None):
            continue
        behind = tokens[index + 2] if index + 2 < len(tokens) else None
        if behind is None or behind.kind not in ("item", "goods"):
            token.kind = number.kind = "filler"


def _enough_for(tokens: list[Token]) -> None:
    """两棵就够俺俩人吃了: enough to eat, and not eaten."""
    for index, token in enumerate(tokens):
        if not (token.kind == "filler" and token.word.endswith("够")):
            continue
        at = index + 1
        while at < len(tokens) and tokens[at].kind in ("filler", "people", "person"):
            at += 1
        if at < len(tokens) and tokens[at].word in ("吃了", "喝了", "用了", "吃的了"):
            tokens[at].kind = "filler"


_AT_FIRST: Final = frozenset("原来 原先 原本 本来 起先 一开始".split())
_CHANGES: Final = frozenset({"sub", "add", "set", "cancel", "halve", "double"})


def _as_it_was(tokens: list[Token]) -> None:
    """原来六斤 去二斤: the first number is what there was."""
    for index, (token, number) in enumerate(pairwise(tokens)):
        if token.word not in _AT_FIRST or number.kind != "qty":
            continue
        behind = [part.kind for part in tokens[index + 2 :]]
        changed = next((at for at, kind in enumerate(behind) if kind in _CHANGES), -1)
        if changed >= 0 and "qty" in behind[changed:]:
            token.kind = number.kind = "filler"


def _not_so_many(tokens: list[Token]) -> None:
    """五斤不行吃不了 三斤: 不行 behind a number takes it back, and what follows says why."""
    for index in range(1, len(tokens) - 2):
        number, no, good = tokens[index - 1 : index + 2]
        if number.kind != "qty" or no.word != "不" or good.word != "行" or no.end != good.start:
            continue
        behind = tokens[index + 2 :]
        at = next((at for at, part in enumerate(behind) if part.kind == "deny"), len(behind))
        why = [part.kind for part in behind[: at + 1]]
        if set(why) <= {"filler", "qty", "deny", "space", "comma"} and any(t.kind == "qty" for t in behind[at + 1 :]):
            no.kind, no.word, no.end, good.kind = "fix", "不行", good.end, ""
            for part in behind[: at + 1]:
                part.kind = part.kind if part.kind in ("space", "comma") else "filler"
    if any(not token.kind for token in tokens):
        tokens[:] = [token for token in tokens if token.kind]


_PART: Final = frozenset("大 小 多 一多 一大 一小".split())


def _half_full(tokens: list[Token]) -> None:
    """家里还有大半盒: how much there is at home counts nothing."""
    for token, part, number in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.kind == "have" and part.word in _PART and number.kind == "qty" and number.word.startswith("半"):
            part.kind = number.kind = "filler"


_FREE: Final = frozenset("不忙 有空 得空 方便 有工夫 有功夫 有时间 不麻烦 在 看到 看见 抽空 忙完 得闲 空".split())
_REPLYING: Final = ("回", "吱", "应", "吭", "说一", "告诉")
_ASKED: Final = FOR_ME | {"麻烦", "请", "劳驾", "记得", "记"}


def _if_free(tokens: list[Token]) -> None:
    """不忙的话帮我记一下: politeness, and no condition."""
    for index, (token, following) in enumerate(pairwise(tokens)):
        if token.kind != "if" or not (following.word in _ASKED or following.word.startswith(_REPLYING)) or not index:
            continue
        said = ""
        for at in range(index - 1, max(index - 5, -1), -1):
            if tokens[at].kind in ("qty", "item", "goods", "comma", "stop", "space"):
                break
            said = tokens[at].word + said
            if said in _FREE or said.removeprefix("啊") in _FREE:
                for part in tokens[at : index + 1]:
                    part.kind = "filler"
                break


def _for_each_and_all(tokens: list[Token]) -> None:
    """一家三斤两家六斤: so much for each household, and what that comes to."""
    for index in range(len(tokens) - 1):
        each, number = tokens[index], tokens[index + 1]
        if not is_per_head(each) or number.kind != "qty":
            continue
        for at in range(index + 2, min(index + 6, len(tokens) - 1)):
            heads, total = household_size([tokens[at]]), tokens[at + 1]
            if heads and total.kind == "qty" and total.unit == number.unit and total.milli == heads * number.milli:
                each.kind = number.kind = tokens[at].kind = "filler"
                return


_OF_OTHERS: Final = tuple("我他她家老妈爸婆")


def _asks_first(tokens: list[Token]) -> None:
    """先问下豆浆是当天的吧 asks the leader; 先问下老公 holds the order."""
    for index, token in enumerate(tokens):
        if token.kind != "hold" or not token.word.endswith("先问"):
            continue
        behind = [part for part in tokens[index + 1 : index + 5] if part.word not in _A_MOMENT]
        if len(behind) < len(tokens[index + 1 : index + 5]) and behind:
            asked = behind[0].kind != "person" and not behind[0].word.startswith(_OF_OTHERS)
            token.kind = "filler" if asked else token.kind


_A_MOMENT: Final = frozenset("下 一下 句 一句 声 一声 您 你 团长".split())


def set_against(tokens: list[Token], prior: dict[int, int], catalogue: Catalogue) -> None:
    """蓝莓要三组不是两组, 六罐去两罐 of somebody who has as many: that number is what there is."""
    last: tuple[int, ...] = tuple(prior) if len(prior) == 1 else ()
    for index, token in enumerate(tokens[:-2]):
        last = token.keys if token.kind == "item" and len(token.keys) == 1 else last
        denial, present = tokens[index + 1 : index + 3]
        if token.kind != "qty" or not last:
            continue
        has = prior.get(last[0])
        if denial.kind == "fix" and denial.word == "不是" and present.kind == "qty":
            asked, had = (_in_units(number, last[0], catalogue) for number in (token, present))
            if had == has and asked is not None and asked != had:
                denial.kind = present.kind = "filler"
        elif denial.kind in ("sub", "add") and present.kind == "qty" and _in_units(token, last[0], catalogue) == has:
            token.kind = "filler"


def _in_units(number: Token, key: int, catalogue: Catalogue) -> int | None:
    return to_sale_units(number.milli, number.unit, catalogue.by_key[key]).milli
