# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Jokes, holds and second thoughts: what they take back of the rest of a message."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.classes import BOOKABLE, CHANGING, SETTLED
from bot.parsing.sayings import EARNEST
from bot.parsing.segments import Segment, keys_of

_UNCHANGED: Final = frozenset(
    "不改了 不换了 不加了 不减了 别改 别换 别加 不改 不换 不用改了 不用换了 不用加了 不用改 不用换 不用加 不减 不加 别取消 不取消了 不取消 别退 不退了 别撤 别撤了 不撤了 别删 别删了".split()
)
_FORBIDDEN: Final = frozenset("没同意 不同意 没答应 不答应".split())
_MORE_LATER: Final = re.compile(r"再(?:战|冲|续|补|囤|加(?!入)|多|安排|奢侈|来[一两几点别]|添|入手|剁手)")
"""等发工资再战: what may follow later leaves what is asked for now."""
_UNSAID: Final = frozenset("当我没说 当我没讲 当我没话 当我没说过 算我没说 就当没说".split())
_ANOTHER_TIME: Final = re.compile(r"下次|下回|下趟|以后|下一?[期批轮]")


def settle(found: list[Segment]) -> list[Segment]:
    """A joke takes back everything; a hold takes back what is not asked for again after it."""
    _joke_alone(found)
    if any(segment.verdict == "joke" for segment in found):
        return _laughed_off(found)
    for index, segment in enumerate(found):
        if segment.verdict == "deny" and segment.words & _FORBIDDEN:
            for other in found[:index]:
                _silence(other)  # 我妈非要买两箱 我没同意
        if segment.verdict == "deny" and segment.words & _UNSAID:
            for other in found[:index]:
                _silence(other)  # 都取消 哎等一下 当我没说
        if segment.verdict == "deny" and segment.words & _UNCHANGED:
            for other in found[:index]:
                if other.kinds & CHANGING:
                    _silence(other)  # 我想改成三袋 还是不改了
    _think(found)
    _reconsider(found)
    _hold(found)
    return found


_LOOKS_FORWARD: Final = re.compile("测试|test|中.*奖|中.*万|彩票|发财|有钱|买不起|疯了|吃得|吃得完")
"""Jokes that make all of it one: a lottery that has to be won first, a test."""
_UNAFFORDABLE: Final = frozenset("买不起 吃不起".split())
_OTHERS: Final = re.compile(r"(?:[她他伊佢]|人家|[妈爸姐妹哥弟婆公嫂姨叔])们?(?:又|都|就|现在)?[说讲话]")
_FOR_NOW: Final = (
    "先不",
    "暂不",
    "暂时不",
    "先别",
    "就看看",
    "只是看看",
    "看看而已",
    "看看就好",
    "随口",
    "等下次",
    "等下回",
    "等打折",
    "等便宜",
    "等优惠",
    "下次",
    "下回",
    "改天",
)
_CLOSING: Final = SETTLED | frozenset("吧 够了 足够 够 好了 得了".split())


def _joke_alone(found: list[Segment]) -> None:
    """车厘子买不起 beside 吐司一袋: goods one cannot afford are all that is not asked for."""
    for before, joke in pairwise(found):
        if joke.verdict == "joke" and "疯了" in joke.words and before.verdict in ("past", "deny"):
            joke.verdict = "chat"  # 楼下订了十个 疯了吧 我两个就够
    for joke in found:
        if joke.verdict != "joke" or not joke.words & _UNAFFORDABLE or joke.has_quantity():
            continue
        own = set(keys_of(joke))
        ordered = [other for other in found if other.verdict == "order" and other.has_quantity()]
        if own and ordered and not any(own & set(keys_of(other)) for other in ordered):
            joke.verdict = "deny"


def _laughed_off(found: list[Segment]) -> list[Segment]:
    jokes = [segment for segment in found if segment.verdict == "joke"]
    joke = next((token for segment in jokes for token in segment.tokens if token.kind == "joke"), jokes[0].tokens[0])
    counts = [token.start > joke.start for segment in found for token in segment.tokens if token.kind == "qty"]
    last = max(index for index, segment in enumerate(found) if segment.verdict == "joke")
    behind = found[last + 1 :]
    earnest = not _LOOKS_FORWARD.search(joke.word) and any(map(is_firm, behind))
    for segment in found[: last + 1] if earnest else found:
        _silence(segment)
    if earnest:  # 来一百箱 开玩笑的 给我来一箱
        for segment in behind:
            if segment.has_quantity() and not is_firm(segment):
                _silence(segment)
        return found
    if True in counts and False in counts:
        found[-1].verdict = "doubt"  # 一百袋 骗你的 一袋
    return found


def is_firm(segment: Segment) -> bool:
    """Does a segment ask for a number in earnest: 来两盒, 那就两盒, 一盒就行?"""
    if segment.verdict != "order" or "qty" not in segment.kinds:
        return False
    words = [token.word for token in segment.tokens if token.kind != "space"]
    return (
        segment.wants()
        or bool(segment.words & EARNEST)
        or words[-1] in _CLOSING
        or words[0] in ("那", "那就", "就", "还是")
    )


def _think(found: list[Segment]) -> None:
    """我想想 holds what was said, unless an order follows it."""
    for index, segment in enumerate(found):
        if "think" not in segment.kinds:
            continue
        later = any(other.verdict == "order" and other.kinds & {"qty", "cancel"} for other in found[index + 1 :])
        kinds = [token.kind for token in segment.tokens]
        if not later and not {"qty", "cancel"} & set(kinds[kinds.index("think") :]):
            segment.verdict = "hold"
        elif segment.verdict in ("chat", "note"):
            segment.verdict = "order"


def _reconsider(found: list[Segment]) -> None:
    """不不不太贵了 between two numbers: the change of mind counts, whatever is said beside it."""
    for segment, following in pairwise(found):
        if segment.verdict not in ("chat", "note") or "fix" not in segment.kinds or following.verdict != "order":
            continue
        first = next((token for token in segment.tokens if token.kind != "space"), None)
        firm = "qty" in following.kinds and not following.kinds & {"item", "goods"}
        if firm and first is not None and first.kind == "fix":
            segment.verdict = "order"


def _hold(found: list[Segment]) -> None:
    _take_off(found)
    for segment in found:
        if segment.verdict == "hold" and _is_about_the_rest(segment):
            segment.verdict = "chat"
    holds = [index for index, segment in enumerate(found) if segment.verdict == "hold"]
    if not holds:
        return
    if any(_gives_in(segment) for segment in found[holds[-1] + 1 :]):
        for index in holds:
            found[index].verdict = "chat"  # 蛋挞 纠结 算了来两盒
        return
    put_off = (_ANOTHER_TIME.search(found[holds[-1]].text) or _MORE_LATER.search(found[holds[-1]].text)) is not None
    if _holds_its_own(found, holds, doubtful=not put_off):
        return
    for index, segment in enumerate(found):
        settled = segment.wants() or segment.kinds & {"set", "sub"}
        firm = is_firm(segment) or bool(settled and "qty" in segment.kinds)
        if (firm and put_off and index not in holds) or _drops(segment):
            continue  # 洗衣液先订一桶,用得好下次再多订
        if index <= holds[-1] or not firm:
            _silence(segment)


def _take_off(found: list[Segment]) -> None:
    """她说先不要, 帮我减了: what somebody else puts off is taken off, and holds nothing."""
    for index, segment in enumerate(found):
        if segment.verdict != "hold" or segment.kinds & {"item", "goods"} or not _OTHERS.search(segment.text):
            continue
        if any(o.verdict == "order" and o.kinds & {"sub", "cancel"} and not o.kinds & BOOKABLE for o in found[index:]):
            segment.verdict = "chat"


def _gives_in(segment: Segment) -> bool:
    """算了也来两盒: does the end of hesitation ask for a number?"""
    return (
        segment.verdict == "order" and bool({"算了", "还是"} & segment.words) and segment.wants() and is_firm(segment)
    )


def _is_about_the_rest(segment: Segment) -> bool:
    """别的暂时用不上 behind an order: what is put off was not asked for."""
    return "rest" in segment.kinds and not segment.kinds & {"item", "goods", "qty", "cancel", "unwant"}


def _holds_its_own(found: list[Segment], holds: list[int], *, doubtful: bool) -> bool:
    """豆浆先记两杯 油条看情况: only the goods named beside the hold are held."""
    own = {key for index in holds for key in keys_of(found[index])}
    firm = [segment for segment in found if segment.verdict == "order" and "qty" in segment.kinds]
    if not own or not firm or any(_may_be_held(segment, own, found) for segment in firm):
        return False
    refused = any(_is_refused_for_now(found[index]) for index in holds)
    for index in holds if doubtful and not refused else ():
        found[index].verdict = "doubt"
    return True


def _may_be_held(segment: Segment, own: set[int], found: list[Segment]) -> bool:
    """Is an order about the goods that are held, or about nobody knows what?"""
    before = [keys_of(other) for other in found[: found.index(segment) + 1]]
    keys = next((keys for keys in reversed(before) if keys), ())  # 那个油五升的是吧 给我一桶
    unknown = any(t.kind == "text" and len(t.word) > 1 for t in segment.tokens)  # 沃甘一箱
    return bool(own & set(keys)) or not (keys or unknown)


def _is_refused_for_now(segment: Segment) -> bool:
    """火龙果这次先不要, 牛肉就看看不买: nothing is open there."""
    said = [token.word for token in segment.tokens if token.kind == "hold"]
    return bool(segment.kinds & {"unwant", "cancel"}) or any(word.startswith(_FOR_NOW) for word in said)


def _drops(segment: Segment) -> bool:
    """草莓先不要了,下回再说: what goes, goes."""
    named = "item" in segment.kinds or segment.kinds & {"all", "each", "this"} or "都不要" in segment.words
    return bool(segment.kinds & {"cancel", "unwant"} and named and "qty" not in segment.kinds)


def _silence(segment: Segment) -> None:
    if segment.verdict in ("order", "doubt", "query"):
        segment.verdict = "held"
