"""When a post closes and when its goods are handed out: which time belongs to which word.

Every time expression is given a role by the words around it (截单, 前下单, 自提, 到货 …); times that belong to neither
(临期, 采摘, 开抢, 售后24小时) are dropped. Two deadlines: the earlier. Two windows: the day only.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.parsing.post_attach import role_of, role_words
from bot.parsing.post_background import set_background
from bot.parsing.post_events import join_events, join_named_events, mark_in_brackets
from bot.parsing.post_inferred import before_the_day, infer_close, to_named_day
from bot.parsing.post_pickup import Bound, ends_before, pickup_hits, pickup_of
from bot.parsing.post_pieces import drop_taken_back, join_remarks, join_same, with_parts
from bot.parsing.post_resolve import resolve_all
from bot.parsing.post_windows import close_windows, hear_calls, hear_presence
from bot.parsing.times import SHANGHAI, TimeHit, deadline_of, scan_times
from bot.parsing.values import Pickup

_ENUMERATION = re.compile(r"[\s、,，/和及或与&;；]{0,4}(?:和|或者?|以及|都行)?")
_ALSO = re.compile(r"[^\n,，。;]{0,4}(?:也(?:行|可以?|能|好|成|中)|都(?:行|可以))")
_ERRAND = re.compile(
    r"\s?(?:我|俺|老公|我们|团长)?(?:就|会|要|再|才|开车|骑车|自己|先|统一|一起|咱们?|集体){0,2}(?:下|过)?去[^\n,，。;]{0,4}?[拿取提端拉接搬](?:货|菜)?(?=[\n,，。;!]|$)"
    r"|\s?(?:我|俺|老公)(?:就|会|要|再|才|开车)?去[^\n,，。;]{0,4}?[拿取提端拉搬]"
)
_MOST_HITS = 60
_WEEK = timedelta(days=7)
_FEW_DAYS = 4
_PART_ENDS = {"凌晨": 6, "早上": 10, "上午": 12, "中午": 14, "下午": 18, "傍晚": 20}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PostTimes:
    """What was read, and the hits (so that item reading can blank them out)."""

    closes_at: datetime | None
    pickup: Pickup | None
    hits: tuple[TimeHit, ...]
    pickup_spans: tuple[tuple[int, int], ...]
    doubts: tuple[str, ...]
    role_spans: tuple[tuple[int, int], ...] = ()  # words such as 截单 and 自提 that were given to a time
    term_starts: tuple[int, ...] = ()  # where times with a role stand


def read_post_times(text: str, now: datetime, headline_end: int = 0) -> PostTimes:
    """Deadline and pickup of normalised `text`. Days named in the first `headline_end` characters are only a title."""
    hits = scan_times(text, now, _MOST_HITS)
    words = role_words(text, hits)
    bound = [Bound(hit, role_of(text, hit, hits, words)) for hit in hits]
    _mend_roles(text, bound, now)
    resolve_all(text, bound, now, headline_end)
    if infer_close(text, bound, now, headline_end):
        resolve_all(text, bound, now, headline_end)
    closes = _deadlines(bound)
    deadline = next((at for at in closes if at > now), closes[-1] if closes else None)
    early = _before_pickup(bound, deadline, now) or before_the_day(bound, now)
    if early is not None:
        deadline, closes = early, [early]
    _into_next_week(bound, deadline)
    to_named_day(text, bound, deadline)
    chosen = pickup_hits(text, bound, deadline, headline_end)
    doubts = [] if deadline is None or deadline > now else ["past_closes_at"]
    if len({at for at in closes if at > now}) > 1:
        doubts.append("several_closes_at")
    pickup = pickup_of(chosen)
    if pickup is not None and deadline is not None and ends_before(pickup, deadline):
        doubts.append("pickup_before_close")
    windows = {(item.start, item.end, item.on, item.hit.part) for item in chosen}
    if pickup is not None and pickup.on is not None and len(windows) > 1:
        doubts.append("pickup_windows")
    spans = tuple((item.hit.start, item.hit.end) for item in chosen)
    terms = {item.hit.start for item in bound if item.role not in (None, "other")} | {start for start, _ in spans}
    taken = tuple((word.start, word.end) for word in words if word.is_taken)
    return PostTimes(deadline, pickup, tuple(hits), spans, tuple(doubts), taken, tuple(sorted(terms)))


def _mend_roles(text: str, bound: list[Bound], now: datetime) -> None:
    """What the neighbours of a time say about its role: corrections, pieces, lists, windows, who speaks of whom."""
    today = now.astimezone(SHANGHAI).date()
    for item in bound:
        if item.role != "close" and _is_past(item.hit, today):
            item.role = "other"
    mark_in_brackets(text, bound)
    drop_taken_back(text, bound)
    join_remarks(text, bound)
    join_same(text, bound)
    join_events(text, bound)
    join_named_events(text, bound)
    with_parts(text, bound)
    _leave_errands(text, bound)
    _spread(text, bound)
    close_windows(text, bound)
    hear_presence(text, bound)
    hear_calls(text, bound)
    set_background(text, bound)


def _is_past(hit: TimeHit, today: date) -> bool:
    """昨天尝过的, 上周三那批: told, not announced."""
    return hit.day is not None and hit.day.on is not None and hit.day.on < today


def _deadlines(bound: list[Bound]) -> list[datetime]:
    """In order of time. A day without a clock (只接今天) is not another deadline beside a clock of that day (零点)."""
    found = [item for item in bound if item.role == "close" and item.closes is not None]
    exact = [item for item in found if item.hit.has_clock]
    kept = [item.closes for item in found if item.hit.has_clock or not any(_says_more(one, item) for one in exact)]
    return sorted(at for at in kept if at is not None)


def _says_more(exact: Bound, rough: Bound) -> bool:
    """Does a clock lie in the day, or in the part of it, that another hit names?"""
    if exact.closes is None or rough.closes is None:
        return False
    if rough.hit.part is not None:
        return exact.hit.part == rough.hit.part and exact.on == rough.on
    return timedelta(0) <= rough.closes + timedelta(minutes=1) - exact.closes <= _DAY


def _before_pickup(bound: list[Bound], deadline: datetime | None, now: datetime) -> datetime | None:
    """现在接的是明天早餐,晚上8点前拍,明早7:00送: tonight, although 明天 was spoken of before; None where that is so."""
    closing = [item for item in bound if item.role == "close" and item.closes is not None]
    handed = [item.start for item in bound if item.role in ("pickup", "arrival") and item.start is not None]
    if deadline is None or len(closing) != 1 or closing[0].hit.day is not None or not handed:
        return None
    own = deadline_of(closing[0].hit, now)
    return own if own is not None and now < own < min(handed) <= deadline else None


def _into_next_week(bound: list[Bound], deadline: datetime | None) -> None:
    """接到周一晚上,周四到: on a Thursday that is next week's, when it follows the deadline by a few days."""
    for item in bound:
        is_weekday = item.hit.day is not None and item.hit.day.is_weekday
        _to_next_of_list(item, deadline)
        if deadline is None or not is_weekday or item.on is None or item.role not in ("pickup", "arrival", "shipping"):
            continue
        days = (item.on + _WEEK - deadline.astimezone(SHANGHAI).date()).days
        if item.on < deadline.astimezone(SHANGHAI).date() and 0 < days <= _FEW_DAYS:
            item.on += _WEEK
            item.start = item.start + _WEEK if item.start is not None else None
            item.end = item.end + _WEEK if item.end is not None else None


def _to_next_of_list(item: Bound, deadline: datetime | None) -> None:
    """每周二、四、六早上送, closed on a Saturday night: on Tuesday."""
    day = item.hit.day
    if day is None or not day.others or day.on is None or item.on != day.on or deadline is None:
        return
    local = deadline.astimezone(SHANGHAI)
    is_over = item.start < local if item.start is not None else local.hour >= _PART_ENDS.get(item.hit.part or "", 24)
    if item.on > local.date() or (item.on == local.date() and not is_over):
        return
    weeks = _WEEK * ((local.date() - day.on).days // 7)
    later = sorted(on + weeks + more for on in (day.on, *day.others) for more in (timedelta(0), _WEEK, 2 * _WEEK))
    moved = next(on for on in later if on > local.date()) - item.on
    item.on += moved
    item.start = item.start + moved if item.start is not None else None
    item.end = item.end + moved if item.end is not None else None


def _leave_errands(text: str, bound: list[Bound]) -> None:
    """早上八点去拿,今晚十点前报,中午到小区: the leader goes for the goods, when another time hands them out."""
    for index, item in enumerate(bound):
        if item.role != "pickup" or _ERRAND.match(text, item.hit.end) is None:
            continue
        later = bound[index + 1 :]
        if any(other.role in ("pickup", "arrival") or (other.role is None and other.hit.clock) for other in later):
            item.role = "other"


def _spread(text: str, bound: list[Bound]) -> None:
    """上午9-11点、下午3-5点自提: neighbours in one enumeration share the role of pickup."""
    for one, other in [*itertools.pairwise(bound), *itertools.pairwise(reversed(bound))]:
        first, last = (one, other) if one.hit.start < other.hit.start else (other, one)
        is_open = one.role in ("pickup", "arrival")
        is_shared = is_open and other.role is None
        gap = text[first.hit.end : last.hit.start]
        if is_open and other.role in (None, "shipping") and last is other and _goes_on(first.hit, last.hit, gap):
            other.role = one.role
        if first is other and _is_range_of_days(first.hit, gap) and first.role is None and is_open:
            first.role = last.role
        if is_shared and (_ENUMERATION.fullmatch(gap) or (last is other and _is_alternative(text, gap, last.hit))):
            other.role = one.role
        if is_shared and last is other and _is_other_window(gap, first.hit, last.hit):
            other.role = one.role


def _is_range_of_days(hit: TimeHit, gap: str) -> bool:
    """8月26日-28日每天下午5点到7点."""
    return (
        hit.day is not None
        and hit.day.has_many
        and not hit.has_clock
        and re.fullmatch("[\\s每天日两都的可以,，]{0,8}", gap) is not None
    )


def _is_other_window(gap: str, first: TimeHit, last: TimeHit) -> bool:
    """1期东门周二5点-7点,2期南门周二7点-8点: another place with its window."""
    return (
        first.to_clock is not None and last.to_clock is not None and len(gap) <= 16 and not re.search(r"[。!！]", gap)
    )


def _goes_on(first: TimeHit, last: TimeHit, gap: str) -> bool:
    """明天我在小广场摆摊,四点到六点: the clock of the day spoken of."""
    is_day = first.day is not None and not first.has_clock
    if first.mark or "每" in gap:
        return False
    return is_day and last.clock is not None and last.day is None and len(gap) <= 20 and not re.search(r"[\n。]", gap)


def _is_alternative(text: str, gap: str, hit: TimeHit) -> bool:
    """周六下午来拿,忙的话周日上午也行: another time for the same thing."""
    return len(gap) <= 24 and "\n" not in gap and _ALSO.match(text, hit.end) is not None
