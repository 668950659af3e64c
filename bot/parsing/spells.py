"""So much a day from one day to another (周一到周五每天两杯), so much a table for each of several goods
(三桌,鲈鱼一桌一条,小黄鱼一桌两斤), and the same once more for somebody else (我妈那边也照这样来一份)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from bot.parsing.bystanders import set_bystanders_aside
from bot.parsing.comparisons import compare
from bot.parsing.heads import is_known
from bot.parsing.numerals import chinese_value
from bot.parsing.portions import Portion, masked, portion_of, put
from bot.parsing.row_patterns import PLAIN_AMOUNT
from bot.parsing.rows import add_up
from bot.parsing.siding import side_with
from bot.parsing.tokens import Token

_TOO: Final = frozenset("也要 也来 也想要 也订 也拿 也要的".split())
_WEEK: Final = "一二三四五六日"
_DAYS: Final = (
    r"(?:(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])(?:到|至|-|~)(?:周|星期|礼拜)?(?P<last>[一二三四五六日天])"
    r"|(?:大?年)?初(?P<date>[一二三四五六七八九十]{1,2})(?:到|至|-|~)初?(?P<until>[一二三四五六七八九十]{1,2}))"
)
_A_DAY: Final = rf"(?:每天|每日|天天|一天)(?:早上|晚上|中午|下午)?(?:都|要|喝|吃|来|订)*{PLAIN_AMOUNT}(?=[\s,。]|$)"
_SPELLS: Final = (
    re.compile(rf"{_DAYS}[\s,]*{_A_DAY}"),
    re.compile(rf"{_A_DAY}[\s,]*{_DAYS}(?:都要|都有|都来|都订)?(?=[\s,。]|$)"),
)
_TABLES: Final = re.compile(
    r"(?:^|[\s,。][^\s,。_]{0,3}?)(?P<count>\d{1,2}|[两二三四五六七八九十]{1,2})张?桌子?(?=[\s,。]|$)"
)
_A_TABLE: Final = re.compile(rf"[每一]桌(?:上|要|放|摆|来)?{PLAIN_AMOUNT}")
_AGAIN: Final = re.compile(
    r"[,\s](?P<who>[^\s,_]{1,6}?)也?(?:照|按)(?:这样|这个|这)(?:的|子)?也?(?:来|要|订|记|弄|报)?一?[份样套]的?[\s。]*$"
)


def sum_up(tokens: list[Token], text: str, prior: Mapping[int, int], *, only: bool) -> None:
    """Put sums and products in the place of what they are reckoned from, in place. `only`: one thing is sold here."""
    set_bystanders_aside(tokens, text)
    side_with(tokens, text)
    _count_up(tokens)
    compare(tokens, prior)
    add_up(tokens, text, prior, only=only)
    if not prior:
        _multiply_out(tokens, text)


def _count_up(tokens: list[Token]) -> None:
    """热水袋一个 哦我妈也要 两个 我姐说她也要 三个: how many it comes to with each who joins; the last is all of it."""
    counts = [at for at, token in enumerate(tokens) if token.kind == "qty"]
    if len(counts) < 3 or any(tokens[at].approx or tokens[at].unit != tokens[counts[0]].unit for at in counts):
        return
    if any(tokens[b].milli - tokens[a].milli != 1000 for a, b in pairwise(counts)):
        return
    joins = all(tokens[at - 1].kind in ("space", "comma") and tokens[at - 2].word in _TOO for at in counts[1:])
    between = tokens[counts[0] : counts[-1]]
    if joins and not any(token.kind in ("item", "goods", "fix", "set", "people") for token in between):
        for token in between:
            token.kind, token.word = "filler", " " * len(token.word)


def _multiply_out(tokens: list[Token], text: str) -> None:
    if not any(token.kind == "item" for token in tokens):
        return
    goods = masked(tokens, text)
    _over_days(tokens, text, goods)
    if "桌" in goods:
        _over_tables(tokens, text, goods)
    if "这" in goods:
        _once_more(tokens, goods)


def _over_days(tokens: list[Token], text: str, goods: str) -> None:
    """周一到周五每天早上两杯 is ten, when no other number asks for anything."""
    match = next((found for pattern in _SPELLS if (found := pattern.search(goods))), None)
    if match is None:
        return
    days = _days(match)
    outside = [token for token in tokens if token.end <= match.start() or token.start >= match.end()]
    if days < 2 or any(token.kind in ("qty", "people") for token in outside):
        return
    milli, unit = portion_of(match)
    put(tokens, text, Portion(match.start(), match.end(), milli * days, unit))


def _days(match: re.Match[str]) -> int:
    if match["weekday"]:
        first, last = (_WEEK.index(day.replace("天", "日")) for day in (match["weekday"], match["last"]))
        return last - first + 1
    first, last = (chinese_value(day) or 0 for day in (match["date"], match["until"]))
    return last - first + 1


def _over_tables(tokens: list[Token], text: str, goods: str) -> None:
    """Each of several goods so many times as there are tables; one alone is left to the rates."""
    counts, rates = list(_TABLES.finditer(goods)), list(_A_TABLE.finditer(goods))
    counts = [count for count in counts if count["count"] not in ("一", "1")]
    if len(counts) != 1 or len(rates) < 2:
        return
    times = chinese_value(counts[0]["count"]) or 0
    for rate in reversed(rates):
        milli, unit = portion_of(rate)
        put(tokens, text, Portion(rate.start(), rate.end(), milli * times, unit))


def _once_more(tokens: list[Token], goods: str) -> None:
    """我妈那边也照这样来一份: all of it twice."""
    match = _AGAIN.search(goods)
    if match is None or not is_known(match["who"]):
        return
    for token in tokens:
        if token.kind == "qty" and token.start < match.start():
            token.milli *= 2
        elif token.start > match.start():
            token.kind, token.keys = "filler", ()
