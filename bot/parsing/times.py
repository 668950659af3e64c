"""Chinese time expressions as instants: 今晚8点, 周六下午4点到7点, 11.22 18:00, 两小时后, 下周一中午.

A date-less clock means its next occurrence and 晚上12点 the following midnight. A clock without a part of day (5点) is
read the way traders mean it (17:00) unless `literal` is preferred. Finding the expressions is `bot.parsing.time_scan`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from bot.parsing.normalise import normalise
from bot.parsing.time_scan import MAX_CHARS, SHANGHAI, TimeHit, scan_times
from bot.parsing.time_words import read_duration

__all__ = [
    "SHANGHAI",
    "Prefer",
    "TimeHit",
    "When",
    "clock_on",
    "deadline_of",
    "read_deadline",
    "read_duration",
    "read_time",
    "resolve",
    "scan_times",
]

Prefer = Literal["deadline", "pickup", "literal"]
_LATEST_AFTERNOON = 5  # 1点 to 5点 without more is the afternoon
_EARLIEST = 6
_PART_ENDS = {"早上": 12, "上午": 12, "中午": 14, "下午": 18, "傍晚": 20}


@dataclass(frozen=True, slots=True)
class When:
    """A resolved expression: an instant or window when a clock was written, else a day and perhaps a part of it."""

    start: datetime | None
    end: datetime | None
    on: date | None
    part: str | None


def read_time(text: str, now: datetime, *, prefer: Prefer = "literal") -> When | None:
    """The first time expression of `text`, resolved against `now` (aware); None when there is none."""
    hits = scan_times(normalise(text, limit=MAX_CHARS).text, now)
    return resolve(hits[0], now, prefer=prefer) if hits else None


def read_deadline(text: str, now: datetime) -> datetime | None:
    """The instant a leader names in 改截单 明晚8点; a day alone means 23:59, 上午 12:00, 中午 13:00, 下午 18:00."""
    for hit in scan_times(normalise(text, limit=MAX_CHARS).text, now):
        found = deadline_of(hit, now)
        if found is not None:
            return found
    return None


def clock_on(day: date, part: str | None, clock: tuple[int, int]) -> datetime:
    """`clock` on `day`: 晚上8点 is 20:00, 晚上12点 and 24:00 the following midnight, 晚上1点 the night after it."""
    hour, minute = clock
    shift = 0
    if (part in ("下午", "傍晚") and hour < 12) or (part == "中午" and 1 <= hour <= 3):
        hour += 12
    elif part == "凌晨" and hour == 12:
        hour = 0
    elif part in ("晚上", "半夜"):
        if hour in (0, 12, 24):
            hour, shift = 0, 1
        elif hour <= (3 if part == "晚上" else 5):
            shift = 1
        elif hour < 12:
            hour += 12
    if hour == 24:
        hour, shift = 0, 1
    return datetime.combine(day + timedelta(days=shift), time(hour, minute), SHANGHAI)


def resolve(hit: TimeHit, now: datetime, *, prefer: Prefer = "pickup", after: datetime | None = None) -> When:
    """Turn a hit into instants. `after` is what was spoken of before: 次日 and a date-less clock count from it."""
    local = now.astimezone(SHANGHAI)
    if hit.instant is not None:
        return When(hit.instant, None, hit.instant.date(), None)
    day = _day_of(hit, after if after is not None else local, local.date())
    if day is None and hit.to_day is not None and prefer == "literal":
        day = local.date()  # 2:00-明天4:00
    if hit.clock is None:
        return When(None, None, day or _day_of_part(hit.part, (after or local).astimezone(SHANGHAI)), hit.part)
    start = _start(hit, day, local, after, prefer)
    end = _end(hit, start, local, prefer) if hit.to_clock is not None else None
    return When(start, end, start.date(), hit.part)


def deadline_of(hit: TimeHit, now: datetime, after: datetime | None = None) -> datetime | None:
    """The closing instant a hit stands for; of a window its end, of a day its last minute."""
    if hit.clock is None and hit.to_clock is not None:  # 今天到明天下午5点
        hit = replace(hit, day=hit.to_day or hit.day, part=hit.to_part or hit.part, clock=hit.to_clock, to_clock=None)
    when = resolve(hit, now, prefer="deadline", after=after)
    if when.start is not None:
        return when.end if when.end is not None else when.start
    if when.on is None or (hit.day is None and hit.part is None):
        return None
    hours = {"凌晨": (0, 0), "早上": (12, 0), "上午": (12, 0), "中午": (13, 0), "下午": (18, 0), "傍晚": (19, 0)}
    hour, minute = hours.get(hit.part or "", (23, 59))
    found = datetime.combine(when.on, time(hour, minute), SHANGHAI)
    if hit.day is None and found <= now:
        found += timedelta(days=1)
    return found


def _day_of(hit: TimeHit, after: datetime, today: date) -> date | None:
    if hit.day is None:
        return None
    if hit.day.days_after is not None:
        if hit.day.days_after < 0 and after.date() <= today:
            return None  # the day before is over, or no day was named
        return after.date() + timedelta(days=hit.day.days_after)
    return hit.day.on


def _day_of_part(part: str | None, base: datetime) -> date:
    """中午 behind 周六晚10点 is Sunday's."""
    is_over = base.hour >= _PART_ENDS.get(part or "", 24)
    return base.date() + timedelta(days=1) if is_over else base.date()


def _start(hit: TimeHit, day: date | None, now: datetime, after: datetime | None, prefer: Prefer) -> datetime:
    clock = hit.clock or (0, 0)
    is_loose = hit.part is None and prefer != "literal" and not hit.is_exact and 1 <= clock[0] <= 12
    if day is not None:
        found = clock_on(day, hit.part, clock)
        if is_loose and (clock[0] <= _LATEST_AFTERNOON or (day == now.date() and found <= now and clock[0] < 12)):
            found += timedelta(hours=12)
        if found <= now and prefer != "literal":
            found = _not_past(hit, found, now)
        return found
    base = after if after is not None else now
    found = clock_on(base.date(), hit.part, clock)
    if prefer == "deadline" and hit.part is not None and found > now:
        return found  # 今天傍晚发货, 下午4点前下单: the same day, although it is said later
    half_days = is_loose and (
        after is not None or clock[0] <= _LATEST_AFTERNOON or not (hit.is_digital or hit.to_clock)
    )
    is_noon = is_loose and prefer == "pickup" and clock[0] == 12 and _begins_day(after)  # 周三来,12点半到1点半
    while (
        found <= base
        or (found <= now and prefer != "literal")
        or (is_noon and found.hour == 0)
        or (is_loose and after is None and clock[0] < _EARLIEST and found.hour < _EARLIEST)
    ):
        found += timedelta(hours=12 if half_days else 24)
    is_night = after is not None and 1 <= after.astimezone(SHANGHAI).hour < found.hour
    if is_loose and 1 <= found.hour <= _LATEST_AFTERNOON and not is_night:  # 凌晨两点杀,四点半装车
        found += timedelta(hours=12)
    return found


def _begins_day(at: datetime | None) -> bool:
    """Was only a day spoken of before?"""
    return at is not None and (at.astimezone(SHANGHAI) + timedelta(minutes=1)).time() <= time(0, 1)


def _not_past(hit: TimeHit, found: datetime, now: datetime) -> datetime:
    """周四20:00 said on Thursday at 21:00 is next week's; 今天0点 is the coming midnight."""
    if hit.day is not None and hit.day.is_weekday:
        return found + timedelta(days=7)
    if hit.day is not None and hit.day.is_today and found.hour < _EARLIEST:
        return found + timedelta(days=1)
    return found


def _end(hit: TimeHit, start: datetime, now: datetime, prefer: Prefer) -> datetime:
    clock = hit.to_clock or (0, 0)
    day = hit.to_day.on if hit.to_day is not None and hit.to_day.on is not None else start.date()
    if hit.to_day is not None and hit.to_day.days_after is not None:
        day = start.date() + timedelta(days=hit.to_day.days_after)
    if hit.to_part is not None:
        end = clock_on(day, hit.to_part, clock)
    else:
        end = clock_on(day, None, clock)
        if end <= start and clock[0] <= 12:
            end += timedelta(hours=12)
    while end <= start:
        end += timedelta(days=1)
    return end
