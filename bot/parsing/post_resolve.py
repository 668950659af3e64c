"""The times of a post one after another: each counts from what was spoken of before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.parsing.post_pickup import Bound
from bot.parsing.post_pieces import goes_out
from bot.parsing.post_roles import Role
from bot.parsing.times import SHANGHAI, TimeHit, When, clock_on, deadline_of, resolve

_NEAR = 24  # characters
_FIRST_OPEN = 10
_SHORTLY = timedelta(hours=3)


def _is_bare_pickup(item: Bound) -> bool:
    is_bare = item.hit.day is None and item.hit.part is None and item.hit.clock is not None
    return is_bare and item.role in ("pickup", "arrival")


def _spoken_of(item: Bound, when: When, before: datetime | None) -> datetime | None:
    """The time that what is said next counts from."""
    is_named_day = item.hit.day is not None or item.hit.instant is not None
    spoken = when.end or when.start
    if spoken is not None and (is_named_day or before is not None or item.role == "close"):
        return spoken
    if spoken is None and when.on is not None and item.hit.day is not None:
        return datetime(when.on.year, when.on.month, when.on.day, tzinfo=SHANGHAI)
    return before


def _midnight(at: datetime | None) -> datetime | None:
    """The beginning of the day of `at`."""
    return None if at is None else at.astimezone(SHANGHAI).replace(hour=0, minute=0)


def _is_expiry(text: str, item: Bound) -> bool:
    """保质期到7月12号: a day that nothing is counted from."""
    around = text[max(0, item.hit.start - 8) : item.hit.end + 4]
    return item.role == "other" and re.search("临期|期|保质", around) is not None


def _is_same_clock(last: Bound, item: Bound) -> bool:
    """5点10分放学,放学带走 and 12:10放学,我从12:10待到12:30: the same hour, not the next day's."""
    parts = {last.hit.part, item.hit.part} - {None}
    is_bare = item.hit.day is None or item.hit.day == last.hit.day
    return is_bare and item.hit.clock is not None and item.hit.clock == last.hit.clock and len(parts) < 2


def _next_day_named(bound: list[Bound], item: Bound) -> datetime | None:
    """提前一天晚上8点前报,周六取: the day before the one that is spoken of next."""
    days = [one.hit.day.on for one in bound if one.hit.start > item.hit.start and one.hit.day is not None]
    on = next((day for day in days if day is not None), None)
    return None if on is None else datetime(on.year, on.month, on.day, tzinfo=SHANGHAI)


def _not_later(hit: TimeHit, at: datetime | None, last: datetime | None, now: datetime) -> datetime | None:
    """供应商三点收单,我两点五十汇总,大家两点半前填好: one before the other on the same day."""
    if at is None or last is None or hit.day is not None or hit.part is not None or at <= last:
        return at
    same = at
    while same > last:
        same -= timedelta(hours=12)
    return same if same > now and last - same <= _SHORTLY else at


def _shortly_before(item: Bound, event: Bound | None, now: datetime) -> datetime | None:
    """供应商周三下午五点要单,我四点统计完: the same day, as what closes a few hours before what it is for."""
    hit = item.hit
    if event is None or event.start is None or hit.clock is None or hit.part is not None:
        return None
    if hit.start - event.hit.end > _NEAR or event.start <= now:
        return None
    is_open = hit.clock[0] >= _FIRST_OPEN or not hit.is_exact  # 10:50 may be said of the evening, 08:50 not
    if not is_open or (event.hit.day is None and not hit.is_digital):
        return None
    at = clock_on(event.start.date(), None, hit.clock)
    while at < event.start - _SHORTLY:
        at += timedelta(hours=12)
    return at if now < at <= event.start else None


@dataclass(slots=True)
class _Spoken:
    """What was spoken of when the next time of a post is read."""

    after: datetime | None = None
    before_close: datetime | None = None  # a deadline does not inherit the day of the pickup
    errand: datetime | None = None  # 明天早上6点去码头: what is handed out at 10点 comes after it
    last: Bound | None = None  # with a clock
    last_role: Role | None = None
    event: Bound | None = None  # what somebody else does at an hour


def resolve_all(text: str, bound: list[Bound], now: datetime, headline_end: int) -> None:
    """Give every hit its instants. A date-less clock inherits the day spoken of before it."""
    spoken = _Spoken()
    for item in bound:
        hit = item.hit
        if item.role == "close" and hit.day is None:
            spoken.after = spoken.before_close
        elif item.role is None and hit.day is None and spoken.last_role == "other":
            spoken.after = _midnight(spoken.after)  # 仓库四点停止出库,我三点半要提交
        if _is_expiry(text, item):
            continue
        when = _resolve_one(bound, item, now, spoken)
        item.start, item.end, item.on = when.start, when.end, when.on
        if hit.clock is not None:
            spoken.last, spoken.event = item, item if item.role == "other" else spoken.event
        if when.start is not None and goes_out(text, hit) and item.role in (None, "other", "pickup"):
            spoken.errand = when.start
        spoken.after = _spoken_of(item, when, spoken.after)
        is_title = hit.start < headline_end and item.role is None and hit.clock is None
        if item.role == "close":
            spoken.before_close = spoken.after
        elif item.role is None and (hit.day is not None or hit.instant is not None) and not is_title:
            spoken.before_close = _midnight(spoken.after)  # 今晚六点开饭,三点前说


def _resolve_one(bound: list[Bound], item: Bound, now: datetime, spoken: _Spoken) -> When:
    """What one hit means; of a deadline `closes` is set."""
    hit = item.hit
    prefer: Literal["deadline", "pickup"] = "deadline" if item.role == "close" else "pickup"
    after = _counted_from(bound, item, spoken)
    spoken.last_role, spoken.after = item.role, after
    if item.role != "close":
        return resolve(hit, now, prefer=prefer, after=after)
    early = _shortly_before(item, spoken.event, now) if hit.day is None else None
    when = When(early, None, early.date(), None) if early is not None else resolve(hit, now, prefer=prefer, after=after)
    item.closes = early or _not_later(hit, deadline_of(hit, now, after), spoken.before_close, now)
    if item.closes is not None and when.start is not None and item.closes < when.start:
        return replace(when, start=item.closes)
    return when


def _counted_from(bound: list[Bound], item: Bound, spoken: _Spoken) -> datetime | None:
    after, last = spoken.after, spoken.last
    if after is not None and item.hit.day is None and {item.role, spoken.last_role} <= {"pickup", "arrival", None}:
        after -= timedelta(minutes=1)  # 晚上六点车到,六点到七点半自提: the same six
    elif last is not None and last.start is not None and _is_same_clock(last, item):
        after = last.start - timedelta(minutes=1)
    if spoken.errand is not None and after is not None and after < spoken.errand and _is_bare_pickup(item):
        after = spoken.errand
    if item.hit.day is not None and item.hit.day.days_after == -1 and after is None:
        after = _next_day_named(bound, item)
    return after
