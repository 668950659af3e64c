"""Times that are said in pieces or taken back: 周五晚上我睡前统计,大概十点半; 下班回来6点半; 8点截,不对,9点截."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from bot.parsing.post_pickup import Bound
from bot.parsing.times import TimeHit

_FAR = 18  # characters between the part of the day and its clock
_EVENING = re.compile(
    r"(?:下班|收工|下工|晚饭|夜饭|吃完饭|吃过饭|饭后|睡前|睡觉前?|放学|天黑|广场舞|新闻联播|晚自习|下课|下晚班|夜市|夜宵)"
    r"[^\n。;；,，\d]{0,8}[,，]?[^\n。;；,，\d]{0,6}$"
)
_MORNING = re.compile(
    r"(?:上班前|早饭|早餐|早点摊|起床|早市|晨练|送完?(?:孩子|娃|小孩)|买完?菜|头班车)[^\n。;；,，\d]{0,8}$"
)
_STOPS = re.compile(r"[\n。;；!！]")
TAKEN_BACK = re.compile(
    r"不对|不是|(?:打|写|说|看|发|搞|弄|记|填|标)错|口误|手滑|更正|纠正|改成|改为|改到|改一下|应该是|提前到|提早到|推迟到|延到|延长到"
)
_IS_LOOSE_UNTIL = 12


def with_parts(text: str, bound: list[Bound]) -> None:
    """Give a bare clock the part of the day that was said shortly before it."""
    for index, item in enumerate(bound):
        hit = item.hit
        if not _is_bare(hit):
            continue
        before = text[max(0, hit.start - 24) : hit.start]
        last = bound[index - 1].hit if index else None
        if last is not None and last.part is not None and not last.has_clock and _is_near(text, last, hit):
            item.hit = replace(hit, part=last.part, day=hit.day or last.day)
        elif _EVENING.search(before):
            item.hit = replace(hit, part="晚上" if (hit.clock or (0, 0))[0] >= 5 else "下午")
        elif _MORNING.search(before):
            item.hit = replace(hit, part="早上")


def drop_taken_back(text: str, bound: list[Bound]) -> None:
    """8点截单,打错了,是9点: the second time stands in the place of the first."""
    for one, other in itertools.pairwise(bound):
        gap = text[one.hit.end : other.hit.start]
        if one.role is None or other.role not in (None, one.role) or len(gap) > 30 or "\n" in gap.strip("\n"):
            continue
        if TAKEN_BACK.search(gap) is None:
            continue
        part = other.hit.part or (one.hit.part if _is_bare(other.hit) else None)
        other.hit = replace(other.hit, day=other.hit.day or one.hit.day, part=part)
        one.role, other.role = "other", one.role


def _is_bare(hit: TimeHit) -> bool:
    return (
        hit.clock is not None
        and hit.part is None
        and hit.instant is None
        and not hit.is_exact
        and 1 <= hit.clock[0] <= _IS_LOOSE_UNTIL
    )


def _is_near(text: str, one: TimeHit, other: TimeHit) -> bool:
    gap = text[one.end : other.start]
    return len(gap) <= _FAR and _STOPS.search(gap) is None and (other.day is None or other.day == one.day)
