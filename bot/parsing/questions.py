# ruff: noqa: E501 - rows of Chinese words, in which every character counts twice
"""Which segments ask something, and whether the question is a polite order."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bot.parsing.classes import FOR_ME
from bot.parsing.quantity import UNIT_PATTERN
from bot.parsing.segments import Segment, last_solid

_TAG: Final = re.compile(
    r"有.{1,5}没$|[一-龥]了没(?:有)?$|[^要了]不$|(?:能|可以|会|有|是|来得及|好|贵|新鲜|还|退|送)[^,。]{0,6}伐$|(?<!不)((?![了不])[一-龥])[不没唔伐勿]\1(?!都|也|我都|我也)|([退要来买订拿换改加减取])[不没唔伐勿]\2"
)


_UNSURE: Final = re.compile(r"(?:不知道?|不晓得|不管|不论|无论|管他|管它)\S{0,2}$")
"""不知道够不够 asks nobody."""
_PRICE_OF: Final = re.compile(r"的(?:价格|价钱|单价|报价|价)(?!不)")
_AS_BEFORE: Final = re.compile(r"还是(?:上次|上回|那|以前|之前|原来|老|昨天|跟|和)")
_WHAT_NUMBER: Final = re.compile(r"(?:是|有|装|够|要)几[一-龥]{1,3}?(?:的|啊|呀|呢|来着)?(?=\s|$)")
_WHICH_WAY: Final = re.compile(r"是(?![不吧吗否])[^,。\s是]{1,9}还是[^,。\s]{1,9}[的呀啊呢]?\s*$")
_IS_IT: Final = re.compile(
    r"(?:是|到底)(?!不是|[要来买拿](?!了)|想)[^,。\s]{0,12}?还是(?!算|不|上次|上回|那|以前|之前|原来|老)[^,。]{1,14}(?<!吧)(?<!好了)(?<!就行)$"
)
"""是两箱还是三箱来着, 是冬笋还是春笋啊: what is so is asked, not what is wanted."""
_RECORDED: Final = re.compile(r"(?:记|登记|报|订|下单|算|加|收到)(?:上|好|进去)?了(?:吧|的吧)$")
_DONE_YET: Final = re.compile(r"[一-龥]了没(?:有)?$")


PRICE_WORDS: Final = re.compile(
    r"便宜|(?:谈|讲|砍|还|压|说|少)(?:到|得到|价)|让[利价]|平[啲点些D过]|抵啲|降|涨|打折|打\d?折|优惠|划算|贵|多少钱|几钱|几钿|几多|什么价|啥价|价格|价钱|单价|怎么卖|咋卖|点卖|几块|几元|免运费|包邮|少点钱|how much|price|同价|一个价|一样价|(?:如果|要是|若是|假如)[^,。]{0,3}\d+(?:\.\d+)?(?:块|元)?(?:钱)?[一每][一-龥]"
)


_HOW_MANY: Final = re.compile(r"[有剩是够装订还]")


_SERVED: Final = FOR_ME | {"帮忙", "给", "帮"}
_AGREED: Final = frozenset("行吗 可以吗 好吗 ok吗 成吗 行不行 好不好 可以么 行么 好伐 好么 可以伐 行伐 得伐".split())
"""Particles that ask for nothing but a nod: 留四只母蟹好伐."""
_CONFIRMING: Final = frozenset("吗 么 对吧 是吧 对吗 是吗 对么 对伐".split())


_FEARS: Final = re.compile(
    r"^(?:那|哎|诶|团长|老板)*(?:你|您|你们|我)?(?:可|该|应该)?(?:没|不会|别是)(?:又|再)?(?:把|给|帮|将)[^,。]{1,14}吧$"
)
"""你没把我馒头记成奶黄包吧: whether something went wrong is asked."""


_REACH: Final = re.compile(
    rf"(?:{UNIT_PATTERN})[^,。\s]{{0,6}}?(?:几|多少)个?(?:人|口人|家人|顿|餐|回|次|天)[^,。\s]{{0,2}}?(?:[吃食喝用煮饮的份量]*)(?:嘛|啊|呀|呢|哦|喃|哇|咯|喔)*\s*$"
    rf"|^\s*[一1](?:{UNIT_PATTERN})(?:能|就|可|得|要)*[顶抵当][两俩三仨四五](?:{UNIT_PATTERN})?(?:吧|了|呢|啊|哦)*\s*$"
)
_HOLDS: Final = re.compile(
    rf"[一1](?:{UNIT_PATTERN})(?:里头?|里面|头|有|是|装|得|到|能|大概)*(?:好多|几多|多少)[个只枚颗粒条根片斤两张包块朵支枝袋杯](?:啊|呀|呢|哦|嘛|喃|哇|咯|喔)*\s*$"
)
"""火锅底料一包煮得到几个人嘛, 一个顶俩吧, 粑粑柑一箱好多个哦: how far a pack goes, or what is in it."""


def asks_how_far(segment: Segment) -> bool:
    """Is the number of a clause the pack that is asked about?"""
    if "qty" not in segment.kinds or "want" in segment.kinds:
        return False
    text = segment.text.rstrip()
    return _HOLDS.search(text) is not None or (not segment.wants() and _REACH.search(text) is not None)


def is_asking(segment: Segment) -> bool:
    if _FEARS.match(segment.text.rstrip()) or asks_how_far(segment):
        return True
    if segment.asked or "ask" in segment.kinds or is_tag_question(segment):
        return True
    if _asks_how_it_is(segment):
        return True
    if segment.kinds & {"item", "goods"} and _WHAT_NUMBER.search(segment.text.rstrip()) and not segment.wants():
        return True  # 是几人份的
    if any(a.kind == "qty" and a.word[0] == "几" and b.kind == "qty" for a, b in pairwise(segment.tokens)):
        return True  # 几只一袋
    last = last_solid(segment)
    if last is None or last.kind != "qty" or not last.word.startswith("几"):
        return False
    counts = sum(token.kind == "qty" for token in segment.tokens)
    return "done" in segment.kinds or counts > 1 or _HOW_MANY.search(segment.text) is not None


def _asks_how_it_is(segment: Segment) -> bool:
    """是早上磨的还是昨天的, 是带壳称还是光称肉: a choice that names no goods and no number is a question about them."""
    if "还是" in segment.words and _IS_IT.search(segment.text.rstrip(" 啊呀呢喃哦")):
        return True
    match = _WHICH_WAY.search(segment.text.rstrip())
    if match is None:
        return False
    start = segment.start + match.start()
    return not any(token.start >= start and token.kind in ("item", "goods", "qty") for token in segment.tokens)


def is_tag_question(segment: Segment) -> bool:
    """Does it end like 有优惠没, 能匀我两盒不, or ask X不X?"""
    text = segment.text.rstrip()
    found = _TAG.search(text)
    return found is not None and _UNSURE.search(text[: found.start()]) is None


def _asks_for_half(segment: Segment, asks: set[str]) -> bool:
    """半箱行不行: only the leader can say."""
    if not any(token.kind == "qty" and token.word.startswith("半") for token in segment.tokens):
        return False
    named = segment.kinds & {"item", "goods"} or asks & {"能不能", "可不可以", "行不行", "行吗", "可以吗"}
    told = segment.kinds & {"past", "done", "trouble"} or "不是" in segment.text
    return bool(named) and not told and not PRICE_WORDS.search(segment.text)


def question(segment: Segment) -> str:
    """The verdict on a segment that asks: a polite order, something to ask back about, or a query."""
    if _DONE_YET.search(segment.text.rstrip()) or _PRICE_OF.search(segment.text):
        return "query"  # 苹果取消了没, 给我三斤牛腩的价格
    if _FEARS.match(segment.text.rstrip()) or asks_how_far(segment):
        return "query"
    kinds = segment.kinds
    named = kinds & {"item", "goods"}
    asks = {token.word for token in segment.tokens if token.kind == "ask"}
    counts = [token.word for token in segment.tokens if token.kind == "qty"]
    if counts and counts[-1].startswith("几") and (not segment.wants() or "done" in kinds or segment.asked):
        return "query"
    if _asks_how_it_is(segment):
        return "query"
    if "or" in kinds and "want" in kinds and len({t.keys for t in segment.tokens if t.kind == "item"}) > 1:
        return "doubt"  # 二选一 哪个甜我要哪个
    if segment.asked and _RECORDED.search(segment.text.rstrip()):
        return "query"  # 都记上了吧?
    if "要不要" in asks or ("还是" in segment.words and not _AS_BEFORE.search(segment.text)):
        return "doubt" if named or "qty" in kinds else "query"
    return "doubt" if _asks_for_half(segment, asks) else _request(segment, asks)


def _request(segment: Segment, asks: set[str]) -> str:
    """The verdict on a question that may be a polite order."""
    kinds = segment.kinds
    named = kinds & {"item", "goods"}
    changing = kinds & {"cancel", "sub", "set", "swap", "halve", "double"}
    polite = (
        "request" in kinds
        or segment.words & _AGREED
        or is_tag_question(segment)
        or asks & {"能不能", "可不可以", "能否", "可否"}
    )
    if polite and not PRICE_WORDS.search(segment.text) and "trouble" not in kinds:
        served = segment.words & _SERVED
        agreed = segment.words & _AGREED
        fetched = "want" in kinds and served and "qty" in kinds
        if (
            fetched
            or (agreed and "item" in kinds and "qty" in kinds and not kinds & {"past", "done", "if", "have"})
            or (segment.wants() and ("qty" in kinds or (named and (served or agreed))))
            or (changing and ("qty" in kinds or ((named or served) and changing != {"sub"})))
        ):
            return "order"
        if "cancel" in changing and agreed:
            return "order"  # 我取消行吗
        if changing and "ask" in kinds and not kinds & {"done", "past"}:
            return "query"
    if kinds & {"trouble"} and not named:
        return "trouble"
    if "trouble" in kinds or (kinds & {"done", "past"} and "qty" in kinds):
        return "trouble" if "trouble" in kinds else "past"
    if "qty" in kinds and segment.wants() and not kinds & {"if", "past", "done", "unwant"}:
        return "order" if asks - _CONFIRMING else "doubt"
    if (
        segment.asked
        and not asks
        and "qty" in kinds
        and named
        and not PRICE_WORDS.search(segment.text)
        and not kinds & {"if", "past", "done"}
    ):
        return "doubt"
    return "query"
