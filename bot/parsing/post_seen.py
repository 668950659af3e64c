"""What is seen of a time in a post: the words around it, what kind of time it is, where among the others it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.parsing.time_scan import TimeHit

_BREAK: Final = re.compile(r"[\n,，。;；!！?？、()（）…:]|\s{2,}|-{2,}")
_VERBS = (
    "截收报拿取到发接关停封锁订定说填付交给提领搬端拎等守摆分卖送回来去走开杀"
    "摘采装拉运做烤蒸睡吃喝放冻坏退补数统汇结单龙群晚早前后完起始止"
)
_WORDS: Final = re.compile(
    "接龙|截单|截止|下单|报名|报数|收单|统计|自提|自取|取货|提货|来拿|去拿|下来|下楼|到货|送到|送来|上门|发货|出发|装车|营业|开门|关门|打烊"
    "|上班|下班|放学|收工|收摊|保质|到期|新鲜|现做|现摘|冰箱|上次|上回|上周|昨天|平时|原来|以前|司机|师傅|老板|供应商|厂|店|我|你们|大家|他|她|不等|不候|过时|来不及|通知"
)
_VERB: Final = re.compile(f"[{_VERBS}]")
_MONEY: Final = re.compile(r"\d\s?[元块/]|[元块]\s?[一/每]|¥")
_BEFORE, _BEHIND = 30, 34  # characters that are looked at
_LEAD, _TAIL, _NEXT = 14, 16, 14  # and of one clause
_LAST = 4
"""Beyond the fifth, times are counted alike."""


def traits_of(text: str, hits: Sequence[TimeHit], at: int, today: date) -> list[str]:
    """The traits of the time `hits[at]`."""
    hit = hits[at]
    floor = hits[at - 1].end if at else 0
    ceiling = hits[at + 1].start if at + 1 < len(hits) else len(text)
    leads = _BREAK.split(text[max(floor, hit.start - _BEFORE) : hit.start])
    tails = _BREAK.split(text[hit.end : min(ceiling, hit.end + _BEHIND)])
    found = [*_near(leads[-1][-_LEAD:], tails[0][:_TAIL]), *_kind(hit, today), *_place(text, hits, at)]
    if len(leads) > 1:
        found += {f"pw{word}" for word in _words(leads[-2][-_NEXT:])}
    if len(tails) > 1:
        found += {f"nw{word}" for word in _words(tails[1][:_NEXT])}
    return found


def _near(lead: str, tail: str) -> list[str]:
    """The words of its clause."""
    found = [
        "-",
        f"b1{lead[-1:]}",
        f"b2{lead[-2:]}",
        f"b3{lead[-3:]}",
        f"a1{tail[:1]}",
        f"a2{tail[:2]}",
        f"a3{tail[:3]}",
    ]
    found += {f"t{tail[at : at + 2]}" for at in range(len(tail) - 1)}
    front, back = _words(lead), _words(tail)
    found += {f"lw{word}" for word in front} | {f"tw{word}" for word in back}
    return found


def _words(part: str) -> list[str]:
    return [*_WORDS.findall(part), *_VERB.findall(part)]


def _kind(hit: TimeHit, today: date) -> list[str]:
    """What kind of time it is."""
    form = form_of(hit)
    days = None if hit.day is None else hit.day.on
    away = "no" if hit.day is None else "rel" if days is None else str(max(-1, min(_LAST, (days - today).days)))
    found = [f"k{form}{'+' * (hit.day is not None)}{'p' * (hit.part is not None)}", f"m{form}{hit.mark}"]
    found += [f"d{away}", f"dk{form}{away}", f"p{hit.part}{form}"]
    if hit.clock is not None:
        minute = hit.clock[1]
        found += [f"h{hit.part}{hit.clock[0]}", f"hm{minute if minute in (0, 30) else 'odd'}"]
    if hit.day is not None and hit.day.has_many:
        found.append("many")
    return found


def form_of(hit: TimeHit) -> str:
    """window, instant (counted from now), clock or day."""
    return "window" if hit.to_clock else "instant" if hit.instant else "clock" if hit.clock else "day"


def _place(text: str, hits: Sequence[TimeHit], at: int) -> list[str]:
    """Where it stands."""
    hit = hits[at]
    clocks = [index for index, one in enumerate(hits) if one.has_clock]
    order = clocks.index(at) if at in clocks else -1
    left, right = text[hit.start - 1 : hit.start] or "^", text[hit.end : hit.end + 1] or "$"
    row = text[text.rfind("\n", 0, hit.start) + 1 : (text + "\n").find("\n", hit.end)]
    found = [f"n{min(at, _LAST)}", f"e{min(len(hits) - at, _LAST)}", f"c{min(order, _LAST)}"]
    found += [f"x{min(len(clocks) - order, _LAST)}{order < 0}"]
    found += [f"left{'' if left.isalnum() else left}", f"right{'' if right.isalnum() else right}"]
    found += [f"row{min(len(row) // 12, _LAST)}{'money' if _MONEY.search(row) else ''}"]
    if at + 1 < len(hits):
        found += [f"{name}>" for name in _beside(text[hit.end : hits[at + 1].start], hits[at + 1])]
    if at:
        found += [f"{name}<" for name in _beside(text[hits[at - 1].end : hit.start], hits[at - 1])]
    return found


def _beside(gap: str, other: TimeHit) -> list[str]:
    """What another time is, and what stands between."""
    between = gap if len(gap) <= 2 else next((sign for sign in "\n。!;," if sign in gap), "")
    return [f"g{min(len(gap) // 4, 5)}", f"gw{between}", f"f{form_of(other)}{other.day is not None}"]
