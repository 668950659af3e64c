"""Which of the times of a post are its pickup, and what they say together: an instant, a window, or only a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.parsing.post_places import is_place
from bot.parsing.post_roles import Role
from bot.parsing.times import SHANGHAI, TimeHit
from bot.parsing.values import Pickup

_LISTED = re.compile(r"[\s、/]{0,3}|[\s、,，/]{0,3}(?:和|或者?|以及|还有|跟|要么)\s?")


_SOON = timedelta(hours=3)
SOME_TIME = datetime(2024, 1, 1, tzinfo=SHANGHAI)


@dataclass(slots=True)
class Bound:
    """A time with its role and, once resolved, its instants."""

    hit: TimeHit
    role: Role | None
    start: datetime | None = None
    end: datetime | None = None
    closes: datetime | None = None
    on: date | None = None


def pickup_hits(text: str, bound: list[Bound], deadline: datetime | None, headline_end: int) -> list[Bound]:
    """The hits that speak of pickup: 自提 before 到货 before 发货 before an unlabelled time after the deadline."""
    bound = _of_this_round(bound, deadline)
    for role in ("pickup", "arrival", "shipping"):
        found = [item for item in bound if item.role == role and _is_useful(item)]
        found = _handing(text, found, bound) if role == "arrival" else found
        found = _more_exact(found, bound) if role == "pickup" else found
        if found:
            others = [item for item in bound if item.role == "arrival" and role == "pickup" and _is_useful(item)]
            return _with_day(_window_first(text, found, bound, deadline), others)
    loose = [
        item
        for item in bound
        if item.role is None
        and item.hit.start >= headline_end
        and (item.hit.has_clock or item.hit.part or item.hit.day)
    ]
    opened = min((item.hit.start for item in bound if item.role == "close"), default=-1)
    loose = [item for item in loose if item.hit.has_clock or item.hit.start > opened]
    loose = [item for item in loose if _is_useful(item) and (deadline is None or _starts_after(item, deadline))]
    windows = [item for item in loose if item.end is not None]
    return windows or [item for item in loose if item.hit.has_clock] or loose


def _more_exact(found: list[Bound], bound: list[Bound]) -> list[Bound]:
    """周四务必拿到手 … 周四下午到货: of the same day, the one that says more."""
    days = {item.on for item in found}
    if len(days) != 1 or any(item.hit.has_clock or item.hit.part for item in found):
        return found
    exact = [item for item in bound if item.role == "arrival" and item.on in days and item.hit.day is not None]
    exact = [item for item in exact if item.hit.has_clock or item.hit.part]
    return exact if len(exact) == 1 else found


def _handing(text: str, found: list[Bound], bound: list[Bound]) -> list[Bound]:
    """11点到小区,11点半开始按楼送; 八点半回来,八点四十五西北角小门: the second is when people get their goods."""
    points = [item for item in found if item.start is not None and item.end is None]
    if not points or any(item.end is not None for item in found):
        return found
    latest = max(points, key=lambda item: item.start or SOME_TIME)
    if len(points) > 1 and latest.hit.mark == "after" and sum(item.hit.mark == "after" for item in points) == 1:
        return [latest] if len({item.on for item in found}) == 1 else found
    early = [item for item in points if item is not latest]
    if early and len({item.on for item in found}) == 1 and not latest.hit.mark and _is_at(text, latest):
        return found if any(_is_at(text, item) for item in early) else [latest]
    met = [item for item in bound if item.role is None and item.hit.clock and not item.hit.mark and item.end is None]
    met = [item for item in met if _is_soon_after(item, latest) and is_place(text, item.hit.end)]
    return met if len(met) == 1 and len(points) == 1 else found


def _is_at(text: str, item: Bound) -> bool:
    """晚上八点在大门口."""
    return text[item.hit.end : item.hit.end + 1] == "在" and is_place(text, item.hit.end)


def _is_soon_after(item: Bound, arrival: Bound) -> bool:
    return (
        item.start is not None
        and arrival.start is not None
        and timedelta(0) < item.start - arrival.start <= _SOON
        and item.hit.start > arrival.hit.start
    )


def _of_this_round(bound: list[Bound], deadline: datetime | None) -> list[Bound]:
    """上批今晚七点来拿,这批周六截,下周三七点到八点: what is handed out before the deadline is not of this round."""
    if deadline is None:
        return bound
    handed = [item for item in bound if item.role in ("pickup", "arrival") and item.start is not None]
    if any(item.start is not None and item.start > deadline for item in handed):
        bound = [item for item in bound if item not in handed or item.start is None or item.start >= deadline]
    windows = [item for item in bound if item.role is None and item.end is not None and _starts_after(item, deadline)]
    last = deadline.astimezone(SHANGHAI).date()
    return [
        item
        for item in bound  # 周六在公园摆摊 … 周日晚6点截 … 下周一7点到7点40
        if not windows or item.role not in ("pickup", "arrival") or item.start or item.on is None or item.on >= last
    ]


def _window_first(text: str, found: list[Bound], bound: list[Bound], deadline: datetime | None) -> list[Bound]:
    """What a post hands its goods out in is a window: 车八点半到,我九点半到十一点在南门发; a point beside it is not."""
    windows = [
        item
        for item in bound
        if item.role not in ("close", "other")
        and item.end is not None
        and (deadline is None or _starts_after(item, deadline))
    ]
    is_handed = found[0].role == "pickup"
    if is_handed and any(item.hit.has_clock for item in found):
        windows = [item for item in windows if item.role == "pickup"]
    elif not is_handed:
        windows = [item for item in windows if item.role in ("arrival", "shipping", None)]
    if any(item.hit.day is not None and item.hit.day.has_many and not item.hit.has_clock for item in found):
        return found  # 周末两天都可以来拿,上午九点到晚上八点
    days = {item.on for item in found if item.hit.day is not None}
    if is_handed and days:  # 周日客服8:30-17:30,下周二下午来提
        windows = [item for item in windows if item.on in days]
    spoken = {(item.start, item.end) for item in windows}
    if not windows and not is_handed and not any(item.hit.has_clock for item in found):
        return _only_point(found, bound, deadline) or found
    if not windows or (len(spoken) > 1 and any(item.hit.has_clock for item in found)):
        return found
    points = [item for item in found if item.end is None and item.hit.has_clock]
    if any(_are_listed(text, point, window) for point in points for window in windows):
        return found
    return windows


def _only_point(found: list[Bound], bound: list[Bound], deadline: datetime | None) -> list[Bound]:
    """周四从车上捎来,周四晚上7点半东门见: a clock without a role, not before the day the goods come."""
    first = min((item.on for item in found if item.on is not None), default=None)
    points = [
        item
        for item in bound
        if item.role is None and item.hit.clock is not None and (deadline is None or _starts_after(item, deadline))
    ]
    points = [item for item in points if first is None or (item.on is not None and item.on >= first)]
    if len({item.start for item in points}) > 1:  # 明早5点剪 … 明天傍晚送到城里,6:40,超市侧门
        points = [item for item in points if item.hit.start > found[0].hit.start and item.on == first][:1]
    if not points and found[0].hit.part is None:  # 周四到,几点说不准,先定周四晚上
        points = [item for item in bound if item.role is None and item.hit.part and item.hit.day and item.on == first]
        return points[:1]
    return points if len({item.start for item in points}) == 1 else []


def _are_listed(text: str, one: Bound, other: Bound) -> bool:
    """周六三点或周日9-11点: both are said of the pickup."""
    first, last = sorted((one.hit, other.hit), key=lambda hit: hit.start)
    return _LISTED.fullmatch(text[first.end : last.start]) is not None


def _with_day(found: list[Bound], arrivals: list[Bound]) -> list[Bound]:
    """16:30到南门,请17点前取走: the arrival begins the window."""
    if len(found) == 1 and found[0].hit.mark == "before" and found[0].start is not None:
        early = [item for item in arrivals if item.start is not None and item.start < found[0].start]
        return [*early[-1:], *found]
    return found


def _is_useful(item: Bound) -> bool:
    hit = item.hit
    if hit.day is not None and hit.day.days_after is not None and not hit.has_clock and hit.part is None:
        return hit.day.days_after > 0
    return True


def _starts_after(item: Bound, deadline: datetime) -> bool:
    if item.start is not None:
        return item.start > deadline
    return item.hit.day is not None and item.hit.day.on is not None and item.hit.day.on >= deadline.date()


def ends_before(pickup: Pickup, deadline: datetime) -> bool:
    """Is the pickup over before the deadline?"""
    last = pickup.end or pickup.at or pickup.start
    if last is not None:
        return last <= deadline
    return pickup.on is not None and pickup.on < (deadline - timedelta(seconds=1)).date()


def pickup_of(chosen: list[Bound]) -> Pickup | None:
    """What the chosen hits say together."""
    if not chosen:
        return None
    windows = [item for item in chosen if item.start is not None]
    distinct = {(item.start, item.end, item.hit.mark) for item in windows}
    if len(distinct) > 1:
        merged = _merged(windows)
        return merged if merged is not None else _day_pickup(chosen[0])
    if windows and any(
        item.hit.day is not None and item.hit.day.has_many and not item.hit.has_clock for item in chosen
    ):
        return _day_pickup(chosen[0])
    if windows:
        item = windows[0]
        if item.hit.mark == "before":
            return Pickup(end=item.start)
        if item.end is not None:
            return Pickup(start=item.start, end=item.end)
        return Pickup(start=item.start) if item.hit.mark == "after" else Pickup(at=item.start)
    days = {item.on for item in chosen if item.hit.day is not None or item.start is not None}
    if len(days) > 1:  # two windows on two days
        return Pickup(on=min(day for day in days if day is not None)) if None not in days else None
    same_day = [item for item in chosen if item.on == chosen[0].on]
    return _day_pickup(next((item for item in same_day if item.hit.part is not None), chosen[0]))


def _merged(windows: list[Bound]) -> Pickup | None:
    """4点后自提 and 8点前取完 are one window."""
    starts = [item for item in windows if item.end is None and item.hit.mark != "before"]
    ends = [item for item in windows if item.end is None and item.hit.mark == "before"]
    if len(starts) == 1 and len(ends) == 1 and len(windows) == 2:
        first, last = starts[0].start, ends[0].start
        if first is not None and last is not None and first < last:
            return Pickup(start=first, end=last)
    return None


def _day_pickup(item: Bound) -> Pickup | None:
    if item.start is not None:
        return Pickup(on=item.start.astimezone(SHANGHAI).date())
    return (
        None
        if item.on is None or (item.hit.day is None and item.hit.part is None)
        else Pickup(on=item.on, part=item.hit.part)
    )
