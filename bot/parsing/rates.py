"""So much for each of so many: 一人一天一杯 … 两个人 … 12天, 每个班两组 … 三个班, 一餐半斤 … 四餐.

A rate names what it is for (`一天`, `每个班`, `一只猫`); what that is multiplied by stands somewhere else in the
message, counted (`12天`, `三个班`). The product is one amount of goods, in the unit that was said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.parsing.numerals import CHINESE, read_number
from bot.parsing.people import household_size
from bot.parsing.portions import masked
from bot.parsing.quantity import UNIT_PATTERN, canonical_unit
from bot.parsing.tokens import Token

_DAYS: Final = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
_MEALS: Final = ("餐", "顿", "早", "早上", "晚", "晚上")
_TIMES: Final = "天|日|周|星期|礼拜|月|餐|顿|早上?|晚上?"
_NUMBER: Final = rf"(?:\d{{1,3}}|[{CHINESE}]{{1,3}}|半)"
_COUNTER: Final = "[个只位条名间口头匹张]"
_TAKES: Final = (
    r"(?:我|就|要|得|吃|喝|用|炫|造|啃|干|嗦|发|给|配|领|分|送|来|只|也|先|大概|差不多|各|掉|早上|中午|晚上){0,3}_*"
)
_NOUN: Final = rf"{_TIMES}|人|家|户|组|桌|队|(?!{UNIT_PATTERN}|{_TIMES}|{_NUMBER}|[人的了])[一-龥]{{1,3}}?"
_EVERY: Final = {"隔": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_EACH: Final = rf"(?:每隔?{_COUNTER}?|(?:一|1(?!\d)){_COUNTER}?|人均)"
_RATE: Final = re.compile(
    rf"(?:{_EACH}|每?隔?(?P<every>[隔两三四五])(?=天|周|个?星期|个?月)个?)(?P<first>{_NOUN})?{_TAKES}(?:{_EACH}(?P<second>{_NOUN})?{_TAKES})?(?P<number>{_NUMBER})\s?(?P<unit>{UNIT_PATTERN})"
)
_BEGINS: Final = re.compile(r"[每一1人隔]|[两三四五](?:天|周|个?星期|个?月)")
_SPELLS: Final = frozenset(_TIMES.replace("?", "").split("|")) | {"早", "晚"}
_STOCKED: Final = re.compile(
    rf"(?:[囤备屯存]|够\S{{0,3}}?[吃喝用]?){_NUMBER}个?(?:{_TIMES})|{_NUMBER}个?(?:{_TIMES})的(?:份量|分量|量|份)"
)
"""喝二十天的量, 囤十天的: so much for so long is asked for."""
_ORDINAL: Final = re.compile(r"[一1][班组队部楼层栋单期号]")
_HEADS: Final = frozenset({"人", "家", "户"})
_KINDS: Final = frozenset({"种", "样", "款", "味", "口味", "色", "颜色"})
"""一种一包 is said of each of them: the reader knows which they are."""
_ASKING: Final = frozenset({"want", "add", "set", "each"})


def reckon(tokens: list[Token], text: str) -> None:
    """Put the product in the place of the rate, in place; what it was reckoned from becomes filler.

    Rates by heads alone (一人一只) are left to the reader, which knows who 一人 may be. Nothing is done when another
    number asks for something, when nothing asks, or when a factor is missing.
    """
    asked = any(token.kind in _ASKING for token in tokens) or _STOCKED.search(text) is not None
    text = masked(tokens, text, ("item",))
    for rate in _rates(text):
        factors = [_factor(noun, rate, tokens, text) for noun in (rate["first"], rate["second"]) if noun]
        spans = [span for factor in factors if factor is not None for span in factor[1]]
        number = _milli(rate["number"])
        if not factors or None in factors or not number or not _is_free(tokens, rate.span(), spans):
            continue
        if not asked and {rate["first"], rate["second"]} & _SPELLS:
            _leave_open(tokens, rate)
            continue
        times = math.prod(factor[0] for factor in factors if factor is not None)
        milli, rest = divmod(number * times, _EVERY.get(rate["every"], 1))
        if rest:
            continue
        if not {rate["first"], rate["second"]} & _SPELLS:
            _multiply_run(tokens, rate.end(), times)
        start = rate.start("number") if "_" in rate[0] else rate.start()
        spans.append((rate.start(), start))
        said = text[start : rate.end()]
        amount = Token("qty", start, rate.end(), said, milli=milli, unit=canonical_unit(rate["unit"]), value="product")
        _replace(tokens, amount, spans)
        return


def _leave_open(tokens: Sequence[Token], rate: re.Match[str]) -> None:
    """一天五个 够吃六天 is only reckoned: nobody orders five."""
    for token in tokens:
        if token.kind == "qty" and rate.start() < token.end and token.start < rate.end():
            token.approx = True


def _multiply_run(tokens: Sequence[Token], start: int, times: int) -> None:
    """两扎 of 「每个会议室一个花瓶、两扎郁金香」: what follows in the same breath is for each of them, too."""
    for token in tokens:
        if token.start >= start and token.kind not in _RUN:
            return
        if token.start >= start and token.kind == "qty" and not token.approx:
            token.milli, token.value = token.milli * times, "product"


_RUN: Final = frozenset({"item", "qty", "and", "filler"})


def _rates(text: str) -> Iterator[re.Match[str]]:
    """Rates for a stretch of time, or for things that are no persons."""
    at = 0
    while (start := _BEGINS.search(text, at)) is not None:
        rate = _RATE.match(text, start.start())
        at = start.start() + 1
        if rate is not None and (_ORDINAL.match(rate[0]) or _KINDS & {rate["first"], rate["second"]}):
            continue  # 一班馒头3袋 二班馒头4袋
        if rate is not None and rate["first"] and not {rate["first"], rate["second"]} - {None} <= _HEADS:
            yield rate


def _factor(
    noun: str, rate: re.Match[str], tokens: Sequence[Token], text: str
) -> tuple[int, list[tuple[int, int]]] | None:
    """How many of `noun` there are, and where that is said; None when nobody says so."""
    if noun in _HEADS:
        heads = [token for token in tokens if token.kind == "people"]
        size = household_size(tokens)
        return (size, [(token.start, token.end) for token in heads]) if size else None
    length = _DAYS.get(noun)
    nouns = _TIMES if length or noun in _MEALS else re.escape(noun)
    counter = _COUNTER if noun == "组" else f"{_COUNTER}?"  # 三个组, but 酸奶三组
    counted = re.compile(rf"(?<![第{CHINESE}\d])(?P<number>{_NUMBER})(?P<counter>{counter})(?P<noun>{nouns})")
    found: dict[int, list[tuple[int, int]]] = {}
    for match in counted.finditer(text):
        if match.start() < rate.end() and match.end() > rate.start():
            continue
        number = _milli(match["number"])
        days, rest = divmod(number * _DAYS.get(match["noun"], 1), 1000 * (length or 1))
        if rest or not days or (match["noun"] != noun and not (length and match["noun"] in _DAYS)):
            continue
        if match["noun"] != noun and noun == "周":
            continue  # nobody knows how many weeks a month has
        found.setdefault(days, []).append(match.span())
    return (max(found), [span for spans in found.values() for span in spans]) if found else None


def _milli(figure: str) -> int:
    """Thousandths of a number, 0 when it has no sense."""
    number = read_number(figure)
    return 500 if figure == "半" else number.milli if number is not None else 0


def _is_free(tokens: Sequence[Token], rate: tuple[int, int], factors: Sequence[tuple[int, int]]) -> bool:
    """Do rate and factors lie between the goods, cut no word in two, and does no other number ask for something?"""
    spans = [rate, *factors]
    for token in tokens:
        inside = [span for span in spans if token.start < span[1] and token.end > span[0]]
        if inside and (token.kind == "goods" or (token.start < inside[0][0] and token.kind != "text")):
            return False
    outside = [token for token in tokens if not any(token.start < end and token.end > start for start, end in spans)]
    return not _is_asked_apart(outside)


def _is_asked_apart(outside: Sequence[Token]) -> bool:
    """Does another number ask for something? 一天两杯 六天没了 来两箱, but not 一天一瓶订12天的 花卷2袋."""
    only = len({token.keys for token in outside if token.kind == "item"}) == 1  # 一天三个 沃柑18斤
    previous = ""
    for index, token in enumerate(outside):
        following = next((other.kind for other in outside[index + 1 :] if other.kind != "space"), "")
        if token.kind == "qty" and not token.word.startswith("几") and (only or "item" not in (previous, following)):
            return True
        previous = token.kind if token.kind != "space" else previous
    return False


def _replace(tokens: list[Token], amount: Token, spans: Sequence[tuple[int, int]]) -> None:
    """`amount` takes the place of the tokens under it, and what lies in `spans` counts nothing any more."""
    kept: list[Token] = []
    for token in tokens:
        if token.start < amount.end and token.end > amount.start:
            if token.start < amount.start:
                token.end, token.word = amount.start, token.word[: amount.start - token.start]
                kept.append(token)
            if amount not in kept:
                kept.append(amount)
            continue
        for start, end in spans:
            if start <= token.start and token.end <= end and token.kind != "item":
                token.kind, token.keys = "filler", ()
            elif token.kind == "text" and token.start < end <= token.end:
                token.start, token.word = end, token.word[end - token.start :]
        if token.kind == "qty" and token.word.startswith("几"):
            token.kind = "filler"  # 帮我算下要几箱
        kept.append(token)
    tokens[:] = [token for token in kept if token.word]
