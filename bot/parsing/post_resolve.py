"""The times of a post one after another: each counts from what was spoken of before it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from bot.parsing.post_pickup import Bound
from bot.parsing.post_pieces import goes_out
from bot.parsing.post_roles import Role
from bot.parsing.times import SHANGHAI, When, deadline_of, resolve


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


def resolve_all(text: str, bound: list[Bound], now: datetime, headline_end: int) -> None:
    """Give every hit its instants. A date-less clock inherits the day spoken of before it."""
    after: datetime | None = None
    last_role: Role | None = None
    errand: datetime | None = None  # 明天早上6点去码头: what is handed out at 10点 comes after it
    before_close: datetime | None = None  # a deadline does not inherit the day of the pickup
    last: Bound | None = None  # with a clock
    for item in bound:
        hit = item.hit
        if item.role == "close" and hit.day is None:
            after = before_close
        elif item.role is None and hit.day is None and last_role == "other":
            after = _midnight(after)  # 仓库四点停止出库,我三点半要提交
        if _is_expiry(text, item):
            continue
        is_title = hit.start < headline_end and item.role is None and hit.clock is None
        prefer: Literal["deadline", "pickup"] = "deadline" if item.role == "close" else "pickup"
        if after is not None and hit.day is None and {item.role, last_role} <= {"pickup", "arrival", None}:
            after -= timedelta(minutes=1)  # 晚上六点车到,六点到七点半自提: the same six
        elif last is not None and _is_same_clock(last, item):
            after = last.start - timedelta(minutes=1) if last.start is not None else after
        last_role = item.role
        if errand is not None and after is not None and after < errand and _is_bare_pickup(item):
            after = errand
        when = resolve(hit, now, prefer=prefer, after=after)
        item.start, item.end, item.on = when.start, when.end, when.on
        last = item if hit.clock is not None else last
        if when.start is not None and goes_out(text, hit) and item.role in (None, "other", "pickup"):
            errand = when.start
        if item.role == "close":
            item.closes = deadline_of(hit, now, after)
        after = _spoken_of(item, when, after)
        if item.role == "close":
            before_close = after
        elif (
            item.role is None and (hit.day is not None or hit.instant is not None) and not is_title
        ):  # 今晚六点开饭,三点前说
            before_close = _midnight(after)
