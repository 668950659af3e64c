"""Times that are said in pieces or taken back: 周五晚上我睡前统计,大概十点半; 下班回来6点半; 8点截,不对,9点截."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from bot.parsing.post_pickup import Bound
from bot.parsing.times import TimeHit

_NEXT = 12
_FAR = 18  # characters between the part of the day and its clock
_EVENING = re.compile(
    r"(?:下了?班|收工|下工|晚饭|夜饭|吃完饭|吃过饭|饭后|睡前|睡觉前?|放学|天黑|广场舞|新闻联播|晚自习|下课|下晚班|夜市|夜宵)"
    r"[^\n。;；,，\d]{0,8}[,，]?[^\n。;；,，\d]{0,6}$"
)
_MORNING = re.compile(
    r"(?:上班前|早饭|早餐|早点摊|起床|早市|晨练|送完?(?:孩子|娃|小孩)|买完?菜|头班车)[^\n。;；,，\d]{0,8}$"
)
_STOPS = re.compile(r"[\n。;；!！]")
TAKEN_BACK = re.compile(
    r"不对|不是|(?:打|写|说|看|发|搞|弄|记|填|标)错|口误|手滑|更正|纠正|改成|改为|改到|改一下|应该是|改\s*$|(?:提前|提早|推迟|推后|推|后延|顺延|延|延长|延后|挪|移|换|调|调整|变|变更|放)[到至成为]"
)
_MOVED = re.compile(r"(?:改|提前|提早|推迟|顺延|延迟?|延长|挪|换)[到至成为]\s*$")
_DENIED = re.compile(r"(?<![是要])(?:不是|并非|不再是|可不是)(?:说|在|定在)?\s*$")
_BUT = re.compile(r"[了的啊哦哈]?[\s,，.。]{0,2}(?:而|应该|应当|其实|现在)?(?:就)?(?:是|改[成为到在]?)\s?")
_NAMELY = re.compile(r"(?:也就是|就是|即|也即|相当于|等于)(?:说)?\s*$")
_VOID = re.compile(r"(?:截单?)?(?:的|那个|这个|那条){0,2}(?:作废|不算|取消|无效)")
_NOT_COUNTED = re.compile(
    r"[^\n,，。;；!！]{0,8}[,，\s]?(?:全部?|统统|都|一律|已经?){0,2}(?:作废|不[算作]数了?|不算了)(?=$|[\n,，。;；!！])"
)
_OWN_TERM = re.compile(
    r"[,，。;；\s](?:新的?)?(?:取货|自提|提货|领货|到货|送货|配送|分货|发货)[^。;；\d]{0,10}(?:改|延|推|挪|换|调|提前)[^,，。;；]{0,2}$"
)
_EXACTLY = re.compile(
    r"\s?[(]\s?|[^\n。;；,，]{0,8}(?:[,，]|-{1,3}|—{1,2}|\.{2,6}|…{1,2})\s?(?:就|也就)?(?:按|算)(?:是|在|作)?\s?"
)
_IN_BRACKETS = re.compile(r"\s?\([^)\n]{0,8}")
_GOES = re.compile(r"\s?(?:我们?|俺|老公|团长|我爸|我妈)?(?:就|会|要|再|才|开车|出发)?去(?![拿取提])[^\n,，。;]{1,8}")
_LAST_BARE_HOUR = 12


def with_parts(text: str, bound: list[Bound]) -> None:
    """Give a bare clock the part of the day that was said shortly before it."""
    for index, item in enumerate(bound):
        hit = item.hit
        if not _is_bare(hit):
            continue
        before = text[max(0, hit.start - 24) : hit.start]
        last = bound[index - 1].hit if index else None
        is_later = any(goes_out(text, one.hit) and _is_on_a_later_day(one.hit, last) for one in bound[:index])
        if is_later:  # 明早6点去码头,今晚9点前报,10点开始拿
            continue
        if last is not None and last.part is not None and _is_near(text, last, hit) and _goes_on(last, hit):
            item.hit = replace(hit, part=last.part, day=hit.day or (None if last.has_clock else last.day))
        elif _EVENING.search(before):
            item.hit = replace(hit, part="晚上" if (hit.clock or (0, 0))[0] >= 5 else "下午")
        elif _MORNING.search(before):
            item.hit = replace(hit, part="早上")


def join_remarks(text: str, bound: list[Bound]) -> None:
    """4点半到5点半(下午)拿: a part of the day in brackets is said of the time before it."""
    for index, one in enumerate(bound):
        if not _is_bare(one.hit):
            continue
        for other in bound[index + 1 : index + 3]:
            hit, gap = other.hit, text[one.hit.end : other.hit.start]
            if hit.has_clock or hit.day is not None or hit.part is None or not _IN_BRACKETS.fullmatch(gap):
                break
            one.role, other.role = one.role or other.role, "other"
            one.hit = replace(one.hit, part=hit.part)


def _is_more_exact(one: Bound, other: Bound) -> bool:
    """The same day named again, now with a clock that has no role of its own."""
    is_rough = one.hit.day is not None and not one.hit.has_clock and one.hit.part is None
    is_exact = other.hit.clock is not None and other.hit.to_clock is None and other.role is None
    return is_rough and is_exact and other.hit.day is not None and one.hit.day == other.hit.day


def _join_after_window(text: str, bound: list[Bound]) -> None:
    """周四早课结束前都行,早课7点到8点,也就是8点."""
    for one, window, other in zip(bound, bound[1:], bound[2:], strict=False):
        is_rough = one.role == "close" and not one.hit.has_clock and one.hit.day is not None
        gap = text[window.hit.end : other.hit.start]
        if (
            is_rough
            and window.hit.to_clock == other.hit.clock is not None
            and _NAMELY.search(gap)
            and len(gap) <= _NEXT
        ):
            other.hit = replace(other.hit, day=one.hit.day, part=other.hit.part or one.hit.part)
            other.role, one.role, window.role = "close", "other", "other"


def join_same(text: str, bound: list[Bound]) -> None:
    """明天这个时候停,也就是早上十点: the second says the first more exactly."""
    _join_after_window(text, bound)
    for one, other in itertools.pairwise(bound):
        gap = text[one.hit.end : other.hit.start]
        is_namely = len(gap) <= 12 and _NAMELY.search(gap) is not None and "\n" not in gap
        is_same = one.hit.to_clock is None and other.hit.clock is not None and other.hit.clock == one.hit.clock
        if is_namely and other.hit.day is not None and is_same and other.role in (None, one.role):
            other.role, one.role = one.role or other.role, "other"  # 提前一天上午11点,也就是周四11点
            continue
        if is_namely and one.role is None and one.hit.day is not None and not one.hit.has_clock and not other.hit.day:
            other.hit = replace(other.hit, day=one.hit.day)  # 9月9日第四节课下课前,即11:40之前
            continue
        if _is_more_exact(one, other) and len(gap) <= _NEXT and one.role == "close":  # 礼拜五报给他。礼拜五晚八点吧
            other.role = "close"
            continue
        if one.hit.has_clock or one.role is None or other.hit.day is not None or not other.hit.has_clock:
            continue
        if is_namely or (one.hit.part is not None and _EXACTLY.fullmatch(gap)):
            other.hit = replace(other.hit, day=one.hit.day, part=other.hit.part or one.hit.part)
            other.role, one.role = one.role, "other"


def drop_taken_back(text: str, bound: list[Bound]) -> None:
    """8点截单,打错了,是9点: the second time stands in the place of the first; so does 截单改到明天11点."""
    moved = [item for item in bound if item.role == "close" and _is_moved(text, item.hit)]
    for item in bound:
        is_old = moved and item.role == "close" and item not in moved
        if is_old or _VOID.match(text, item.hit.end) or _NOT_COUNTED.match(text, item.hit.end):
            item.role = "other"
    _drop_denied(text, bound)
    for one, other in itertools.pairwise(
        [item for item in bound if item.role != "other" or not _is_denied(text, item.hit)]
    ):
        gap = text[one.hit.end : other.hit.start]
        is_other = other.role not in (None, one.role) and (len(gap) > 14 or one.role != "close")
        if one.role is None or is_other or len(gap) > 30 or "\n" in gap.strip("\n"):
            continue
        is_denial = any(
            one.hit.end <= item.hit.start < other.hit.start and _is_denied(text, item.hit) for item in bound
        )
        if is_denial or TAKEN_BACK.search(gap) is None or (other.role != "close" and _OWN_TERM.search(gap)):
            continue
        part = other.hit.part or (one.hit.part if _is_bare(other.hit) else None)
        other.hit = replace(other.hit, day=other.hit.day or one.hit.day, part=part)
        one.role, other.role = "other", one.role


def _drop_denied(text: str, bound: list[Bound]) -> None:
    """截单不是中午12点,是今晚8点; 周日截,不是今天: what is denied is none, and the next takes its place."""
    for index, item in enumerate(bound):
        if not _is_denied(text, item.hit):
            continue
        other = bound[index + 1] if index + 1 < len(bound) else None
        if other is not None and _BUT.fullmatch(text[item.hit.end : other.hit.start]):
            other.role = item.role or other.role
        item.role = "other"


def _is_denied(text: str, hit: TimeHit) -> bool:
    return _DENIED.search(text, max(0, hit.start - 5), hit.start) is not None


def goes_out(text: str, hit: TimeHit) -> bool:
    """明早6点去码头: the hour of an errand."""
    return _GOES.match(text, hit.end) is not None


def _is_on_a_later_day(hit: TimeHit, last: TimeHit | None) -> bool:
    days = [None if one is None or one.day is None else one.day.on for one in (hit, last)]
    return days[0] is not None and days[1] is not None and days[0] > days[1]


def _is_bare(hit: TimeHit) -> bool:
    return (
        hit.clock is not None
        and hit.part is None
        and hit.instant is None
        and not hit.is_exact
        and 1 <= hit.clock[0] <= _LAST_BARE_HOUR
    )


def _is_moved(text: str, hit: TimeHit) -> bool:
    return _MOVED.search(text, max(0, hit.start - 8), hit.start) is not None


def _goes_on(last: TimeHit, hit: TimeHit) -> bool:
    """六点一刻等大家,过了七点我就走: the same evening; 上午9点 and then 2点 are not the same part."""
    if last.clock is None or hit.clock is None:
        return not last.has_clock
    return last.to_clock is None and last.part not in ("早上", "上午", "凌晨") and last.clock[0] <= hit.clock[0] <= 11


def _is_near(text: str, one: TimeHit, other: TimeHit) -> bool:
    gap = text[one.end : other.start]
    return len(gap) <= _FAR and _STOPS.search(gap) is None and (other.day is None or other.day == one.day)
