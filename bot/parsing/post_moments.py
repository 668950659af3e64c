"""What the times of a post may say: each instant that may be its deadline, each instant, window or day that may be its
pickup, with what speaks for it. Which of them is right is weighed in `post_weighed`.

A clock without a day may be of today, of tomorrow, of the day named before or behind it; one without a part of the
day of the morning or the evening; two times may be the two ends of a window, two windows say only their day. All
instants here are those of Shanghai's clocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeAlias

from bot.parsing.post_seen import form_of
from bot.parsing.times import SHANGHAI, TimeHit, clock_on
from bot.parsing.values import Pickup

CLOSE, POINT, FIRST, LAST = range(4)
"""Columns of the weights of a time: as a deadline, as a pickup, as its beginning and its end."""
MOST: Final = 16
"""Times of a post that are looked at."""
_DAY = timedelta(days=1)
_NEAR = 12  # characters
_LONGEST = timedelta(hours=30)
_ENDS = {"凌晨": (0, 0), "早上": (12, 0), "上午": (12, 0), "中午": (13, 0), "下午": (18, 0), "傍晚": (19, 0)}
Days: TypeAlias = dict[date, list[str]]
Value: TypeAlias = datetime | Pickup | None


@dataclass(slots=True)
class Moment:
    """What a time, or two of them, may say."""

    value: Value
    hits: tuple[tuple[int, int], ...]
    """Times, each with the column of its weights."""
    traits: list[str]


def with_ruled(moments: Sequence[Moment], ruled: Value) -> list[Moment]:
    """`moments`, nothing at all, and what the rules say."""
    found = [*moments, Moment(None, (), ["none", f"none{min(len(moments), 4)}"])]
    for moment in found:
        moment.traits.append(f"ruled{moment.value == ruled}{ruled is None}")
    if ruled is not None and all(moment.value != ruled for moment in moments):
        found.append(Moment(ruled, (), ["ruled", "ruledTrueFalse"]))
    return found


def closings(hits: Sequence[TimeHit], now: datetime) -> list[Moment]:
    """What may be the deadline."""
    found: list[Moment] = []
    for at, hit in enumerate(hits[:MOST]):
        part = _part_before(hits, at)
        for day, ways in _days(hits, at, now.date()).items():
            found += [
                Moment(value, ((at, CLOSE),), _said(value, ways, how, form_of(hit), now, part))
                for value, how in _deadlines(hit, day)
                if value > now
            ]
    return found


def _deadlines(hit: TimeHit, day: date) -> Iterator[tuple[datetime, str]]:
    """The instants at which a time of `day` may close."""
    if hit.to_clock is not None and hit.clock is None:  # 今天到明天下午5点
        on = hit.to_day.on if hit.to_day is not None else None
        yield clock_on(on or day, hit.to_part, hit.to_clock), "to"
    elif hit.clock is None and hit.instant is None:
        yield datetime.combine(day, time(*_ENDS.get(hit.part or "", (23, 59))), SHANGHAI), "end"
    else:
        for start, how in _clocks(hit, day):
            yield (_end(hit, start) if hit.to_clock is not None else start), how


def pickups(text: str, hits: Sequence[TimeHit], now: datetime, closes: datetime | None) -> list[Moment]:
    """What may be the pickup of a post that closes at `closes`."""
    windows = sum(hit.to_clock is not None for hit in hits)
    last = max((at for at, one in enumerate(hits) if one.has_clock and one.day is None), default=-1)
    found: list[Moment] = []
    for at, hit in enumerate(hits[:MOST]):
        lead, tail = text[max(0, hit.start - 2) : hit.start], text[hit.end : hit.end + 2]
        around = f"ws{windows}", f"f{last > at}", f"b{lead[-1:]}", f"B{lead}", f"a{tail[:1]}", f"A{tail}"
        known: dict[str, list[str]] = {}
        for moment, kind in _pickups(hits, at, now, closes):
            if kind not in known:
                known[kind] = [kind + what for what in around]
            moment.traits += known[kind]
            found.append(moment)
    return found


def _pickups(hits: Sequence[TimeHit], at: int, now: datetime, closes: datetime | None) -> Iterator[tuple[Moment, str]]:
    """What one time may say of the pickup, with the kind of it."""
    hit, part = hits[at], _part_before(hits, at)
    for day, ways in _days(hits, at, now.date()).items():
        fits = _fits(day, ways, closes)
        starts = list(_clocks(hit, day))
        kind = f"dateof{hit.to_clock is not None}" if starts else f"date{hit.part is not None}"
        if not starts and hit.part is not None:
            yield Moment(Pickup(on=day, part=hit.part), ((at, POINT),), ["part", *fits]), "part"
        on = starts[0][0].date() if starts else day
        yield Moment(Pickup(on=on), ((at, POINT),), [kind, *fits]), kind
        for start, how in starts:
            if start > now:
                said = [*_said(start, ways, how, "clock", now, part), *_after(start, closes)]
                yield from _from_clock(hits, at, start, said)


def _from_clock(hits: Sequence[TimeHit], at: int, start: datetime, said: list[str]) -> Iterator[tuple[Moment, str]]:
    """What a clock says of the pickup when it means `start`."""
    hit = hits[at]
    if hit.to_clock is not None:
        yield Moment(Pickup(start=start, end=_end(hit, start)), ((at, POINT),), ["window", *said]), "window"
        yield from _both(hits, at, start, said)
        return
    yield Moment(Pickup(at=start), ((at, POINT),), [f"at{hit.mark}", *said]), "at"
    if hit.mark != "before":
        yield Moment(Pickup(start=start), ((at, POINT),), [f"start{hit.mark}", *said]), "start"
    if hit.mark not in ("after", "around"):
        yield Moment(Pickup(end=start), ((at, POINT),), [f"end{hit.mark}", *said]), "end"
    for by in range(at + 1, min(at + 3, len(hits), MOST)):
        end = _end_of_pair(hits[by], start)
        if end is not None:
            hours = int((end - start).total_seconds() // 3600)
            traits = ["pair", f"by{by - at}", f"long{min(hours, 12)}", *said]
            yield Moment(Pickup(start=start, end=end), ((at, FIRST), (by, LAST)), traits), "pair"


def _both(hits: Sequence[TimeHit], at: int, start: datetime, said: list[str]) -> Iterator[tuple[Moment, str]]:
    """Two windows: only the day."""
    for by in range(at + 1, min(at + 4, len(hits), MOST)):
        if hits[by].to_clock is not None:
            traits = ["both", f"both{by - at}{'same' if hits[by].day is None else 'day'}", *said]
            yield Moment(Pickup(on=start.date()), ((at, POINT), (by, POINT)), traits), "both"
            return


def _end_of_pair(other: TimeHit, start: datetime) -> datetime | None:
    """The end of a window that began at `start`, when `other` says it."""
    if other.clock is None or other.to_clock is not None:
        return None
    on = other.day.on if other.day is not None else None
    end = clock_on(on or start.date(), other.part, other.clock)
    if end <= start and other.part is None and other.clock[0] <= 12:
        end += timedelta(hours=12)
    return end if timedelta(0) < end - start <= _LONGEST else None


def _days(hits: Sequence[TimeHit], at: int, today: date) -> Days:
    """Days that a time may be of, with how each comes to be one."""
    hit = hits[at]
    if hit.instant is not None:
        return {hit.instant.date(): ["own"]}
    found: Days = {}
    if hit.day is not None and hit.day.on is not None:
        found[hit.day.on] = ["own"]
        for day, name in (
            (hit.day.on + 7 * _DAY if hit.day.is_weekday else None, "week"),
            *((d, "other") for d in hit.day.others),
        ):
            if day is not None:
                found.setdefault(day, []).append(name)
        return found
    before = next((one.day.on for one in reversed(hits[:at]) if one.day is not None and one.day.on), None)
    behind = next((one.day.on for one in hits[at + 1 :] if one.day is not None and one.day.on), None)
    if hit.day is not None and hit.day.days_after is not None:
        by = hit.day.days_after * _DAY
        found[(before or today) + by] = ["rel"]
        if behind is not None and by < timedelta(0):
            found.setdefault(behind + by, []).append("relnext")
        return found
    for day, name in ((today, "today"), (today + _DAY, "tomorrow"), (before, "before"), (behind, "behind")):
        if day is not None:
            found.setdefault(day, []).append(name)
    if before is not None:
        found.setdefault(before + _DAY, []).append("after")
    if behind is not None:
        found.setdefault(behind - _DAY, []).append("eve")
    return found


def _clocks(hit: TimeHit, day: date) -> Iterator[tuple[datetime, str]]:
    """The instants a clock may be on `day`."""
    if hit.instant is not None:
        yield hit.instant, "in"
    elif hit.clock is not None and (hit.part is not None or hit.is_exact or hit.clock[0] > 12):
        yield clock_on(day, hit.part, hit.clock), "own"
    elif hit.clock is not None:
        hour, minute = hit.clock[0] % 12, hit.clock[1]
        yield clock_on(day, None, (hour, minute)), f"am{hour}"
        yield clock_on(day, None, (hour + 12, minute)), f"pm{hour}"
        if hour == 0 and minute == 0:
            yield clock_on(day, None, (24, 0)), "midnight"


def _end(hit: TimeHit, start: datetime) -> datetime:
    """The end of a window that begins at `start`."""
    clock = hit.to_clock or (0, 0)
    day = start.date()
    if hit.to_day is not None:
        day = hit.to_day.on or day + (hit.to_day.days_after or 0) * _DAY
    end = clock_on(day, hit.to_part, clock)
    while end <= start:
        end += timedelta(hours=12) if hit.to_part is None and clock[0] <= 12 else _DAY
    return end


def _part_before(hits: Sequence[TimeHit], at: int) -> str:
    """The part of the day that was spoken of last, and how near."""
    for one in reversed(hits[:at]):
        if one.part is not None:
            return f"{one.part}{one.has_clock}{hits[at].start - one.end <= _NEAR}"
    return ""


def _said(value: datetime, ways: list[str], how: str, form: str, now: datetime, part: str) -> list[str]:
    days = (value.date() - now.date()).days
    found = [f"w{form}{way}" for way in ways]
    found += [f"how{how}", f"at{value.hour}", f"in{min(days, 6)}", f"day{value.weekday()}", f"half{how[:2]}{part}"]
    found.append(f"soon{min(int((value - now).total_seconds() // 7200), 12)}")
    return found


def _fits(day: date, ways: list[str], closes: datetime | None) -> list[str]:
    """How a day stands to the deadline."""
    found = [f"dw{way}" for way in ways]
    if closes is not None:
        found.append(f"dc{max(-2, min(5, (day - closes.date()).days))}")
    return found


def _after(value: datetime, closes: datetime | None) -> list[str]:
    """How an instant stands to the deadline."""
    if closes is None:
        return ["nc"]
    days = (value.date() - closes.date()).days
    hours = (value - closes).total_seconds() / 3600
    found = [f"ac{max(-2, min(5, days))}", f"later{hours > 0}{hours >= 1}{hours >= 4}"]
    if 0 <= hours < 24:
        found.append(f"gap{int(hours // 3)}")
    return found
