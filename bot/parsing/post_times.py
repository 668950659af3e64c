"""When a post closes and when its goods are handed out: which time belongs to which word.

Every time expression is given a role by the words around it (截单, 前下单, 自提, 到货 …); times that belong to neither
(临期, 采摘, 开抢, 售后24小时) are dropped. Two deadlines: the earlier. Two windows: the day only.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from bot.parsing.post_roles import ROLE, Role
from bot.parsing.times import SHANGHAI, TimeHit, deadline_of, resolve, scan_times
from bot.parsing.values import Pickup

_LINK = re.compile(
    r"(?:[\s:=>\-|【\]】)(,]|时间|日期|时段|时刻|为|是|定在|定|在|于|到|至|约|大概|大约"
    r"|预计|估计|最晚|最迟|就|都|也|一般|统一|安排|安排在|改|暂定|初步|的|了|点|我|"
    r"大家|请|开始|开到|要|得|必须|之?后|服务|方式|地点|应该|差不多|今次|这次){0,6}"
)
_BREAK = re.compile(r"[\n。;!?]")
_CLAUSE = re.compile(r"[\n,，。;!?]|\s{2,}")
_STATES_ONLY = re.compile(r"(?:就|已经|都|的)?不(?:再)?[接收等加补]")  # 今天不接单了: no deadline
_UNTIL = re.compile(r"(?:^|[,，、\s]|一直|持续|直|截止|开放|都|可以|[,，][拿取提领发])(?:到|至)\s*$")
_ENUMERATION = re.compile(r"[\s、,，/和及或与&;；]{0,4}(?:和|或者?|以及|都行)?")
_MOST_HITS = 60
_OPEN_UNTIL = re.compile(
    r"(?:接龙|接单|下单|报名|报单|登记|活动|统计|开放|持续|开团|接受?|收单?|开|团|拼|抢)(?:时间)?[:为是]?到\s*$"
)
_LATEST = re.compile(
    r"(?:最晚|最迟|不晚于|超过|过了|截|收|接|开|开放|持续|报|下单|接龙|一直|留)(?:时间)?[:为是]?到?\s*$"
)


@dataclass(slots=True)
class _Word:
    role: Role
    start: int
    end: int
    is_taken: bool = False
    is_held: bool = False  # by a day without a clock: 今日截单时间:20:00 may still use it
    is_weak: bool = False  # 现烤: says something about a time only when it touches it


@dataclass(slots=True)
class _Bound:
    hit: TimeHit
    role: Role | None
    start: datetime | None = None
    end: datetime | None = None
    closes: datetime | None = None
    on: date | None = None


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
    hits = scan_times(text, now)[:_MOST_HITS]
    words = _role_words(text, hits)
    bound = [_Bound(hit, _role(text, hit, hits, words)) for hit in hits]
    _spread(text, bound)
    _close_windows(text, bound)
    _resolve_all(text, bound, now, headline_end)
    closes = sorted(item.closes for item in bound if item.role == "close" and item.closes is not None)
    deadline = next((at for at in closes if at > now), closes[-1] if closes else None)
    chosen = _pickup_hits(text, bound, deadline, headline_end)
    doubts = [] if deadline is None or deadline > now else ["past_closes_at"]
    if len({at for at in closes if at > now}) > 1:
        doubts.append("several_closes_at")
    pickup = _pickup(chosen)
    if pickup is not None and deadline is not None and _ends_before(pickup, deadline):
        doubts.append("pickup_before_close")
    spans = tuple((item.hit.start, item.hit.end) for item in chosen)
    terms = {item.hit.start for item in bound if item.role not in (None, "other")} | {start for start, _ in spans}
    taken = tuple((word.start, word.end) for word in words if word.is_taken)
    return PostTimes(deadline, pickup, tuple(hits), spans, tuple(doubts), taken, tuple(sorted(terms)))


def _role_words(text: str, hits: list[TimeHit]) -> list[_Word]:
    found: list[_Word] = []
    for match in ROLE.finditer(text):
        start, end = match.span()
        if any(hit.start < end and start < hit.end for hit in hits):
            continue
        if match[0] == "到" and any(hit.start == end for hit in hits):  # 接龙到今晚9点: until
            continue
        role: Role = match.lastgroup  # type: ignore[assignment]
        found.append(_Word(role, start, end, is_weak=match[0].startswith("现")))
    return found


def _role(text: str, hit: TimeHit, hits: list[TimeHit], words: list[_Word]) -> Role | None:
    """The role of one hit: a label right before it, else the next word of its clause, else the one before it."""
    left, right = _clause_of(text, hit.start, hit.end)
    words = [word for word in words if not _is_unrelated(word, hit)]
    before = [word for word in words if left <= word.start and word.end <= hit.start]
    label = before[-1] if before else None
    between = text[label.end : hit.start] if label is not None else ""
    is_free = label is not None and (not label.is_taken or label.is_held)
    if label is not None and is_free and _is_label(text, label, hit):
        if label.role != "offer":
            label.is_taken, label.is_held = True, not hit.has_clock
            return label.role
        if hit.mark == "before" or "时间" in between:
            label.is_taken = True
            return "close"
    following = next((other.start for other in hits if other.start >= hit.end), len(text))
    after = [word for word in words if hit.end <= word.start < min(right, following)]
    if _OPEN_UNTIL.search(text, max(0, hit.start - 10), hit.start) or _is_countdown(text, hit):
        for word in after[:1]:
            word.is_taken = word.is_taken or word.role == "close"
        return "close"
    role = _strongest(after, hit)
    if role == "close" and not hit.has_clock and _STATES_ONLY.match(text, hit.end):
        return "other"
    if role is not None:
        return role
    if _LATEST.search(text, max(0, hit.start - 6), hit.start) and (label is None or not label.is_taken):
        return "close" if label is None or label.role in ("offer", "close") else label.role
    if label is not None and label.role != "offer" and not label.is_taken:
        label.is_taken = True
        return label.role
    return _from_neighbours(text, hit, hits, words, left, right)


def _is_countdown(text: str, hit: TimeHit) -> bool:
    """倒计时5小时, 还剩2小时: until the post closes, unless the goods are on their way."""
    if hit.instant is None or not re.match("倒计时|还剩|仅剩|最后|还有", text[hit.start : hit.end]):
        return False
    return re.match(r"\s?(?:就|能|可以)?(?:到|送|取|提|拿|发)", text[hit.end :]) is None


def _is_unrelated(word: _Word, hit: TimeHit) -> bool:
    """现烤, 出炉: say something about a time only when they touch it."""
    reach = 1 if word.is_weak else 6
    return word.role == "other" and not (0 <= word.start - hit.end <= reach or 0 <= hit.start - word.end <= 4)


def _is_label(text: str, word: _Word, hit: TimeHit) -> bool:
    """自提:周六, 截单时间 周五, or a role word that begins its clause: then the time behind it is its own."""
    if _LINK.fullmatch(text, word.end, hit.start) is None:
        return False
    between = text[word.end : hit.start]
    if ":" in between or "时间" in between or "日期" in between:
        return True
    lead = text[max(0, word.start - 1) : word.start]
    return not lead or lead in "\n,，。;!? ()（）【】-|~:" or not lead.isalnum() or ord(lead) > 0xFFFF


def _strongest(words: list[_Word], hit: TimeHit) -> Role | None:
    """Of the role words behind a time: the first that says something about it."""
    for word in words:
        if word.role == "offer":
            is_window = hit.to_clock is not None and word.start - hit.end <= 2
            if hit.mark == "before" or is_window:
                word.is_taken = True
                return "close"
            continue
        if word.role == "other" and word.start - hit.end > 6:
            continue
        word.is_taken, word.is_held = True, not hit.has_clock
        if word.role in ("arrival", "other"):
            better = next(
                (
                    other
                    for other in words
                    if other.role == "pickup" and other.start - word.end < (8 if word.role == "arrival" else 4)
                ),
                None,
            )
            if better is not None:
                better.is_taken = True
                return "pickup"
        return word.role
    return None


def _from_neighbours(
    text: str, hit: TimeHit, hits: list[TimeHit], words: list[_Word], left: int, right: int
) -> Role | None:
    """A clause without a role word borrows that of the next clause, or of the one before, if no time stands there."""
    if hit.mark == "before":
        return "close"
    line_end = text.find("\n", right)
    line_end = line_end if line_end >= 0 else len(text)
    next_hit = next((other.start for other in hits if other.start >= hit.end), len(text))
    for word in words:
        if right <= word.start < min(line_end, next_hit, right + 24) and word.role != "offer":
            word.is_taken = True
            return word.role
    previous_hit = max((other.end for other in hits if other.end <= hit.start), default=0)
    for word in reversed(words):
        is_free = not word.is_taken and word.role != "offer"
        if is_free and max(previous_hit, left - 12) <= word.start and word.end <= left:
            word.is_taken = True
            return word.role
    return None


def _clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    left = 0
    for match in _CLAUSE.finditer(text, max(0, start - 60), start):
        left = match.end()
    stop = _CLAUSE.search(text, end)
    return max(left, start - 60), stop.start() if stop is not None else len(text)


def _close_windows(text: str, bound: list[_Bound]) -> None:
    """10:30开始提货,一直到12:00: the second clock ends the window that the first began."""
    for one, other in itertools.pairwise(bound):
        gap = text[one.hit.end : other.hit.start]
        is_open = one.role in ("pickup", "arrival") and one.hit.to_clock is None
        if not is_open or other.hit.day is not None or not other.hit.has_clock or len(gap) > 14:
            continue
        if _UNTIL.search(gap) and not re.search(r"[。;\n]|截|接龙|下单", gap):
            other.role, other.hit = one.role, replace(other.hit, mark="before")


def _spread(text: str, bound: list[_Bound]) -> None:
    """上午9-11点、下午3-5点自提: neighbours in one enumeration share the role of pickup."""
    for one, other in [*itertools.pairwise(bound), *itertools.pairwise(reversed(bound))]:
        first, last = (one, other) if one.hit.start < other.hit.start else (other, one)
        is_shared = one.role in ("pickup", "arrival") and other.role is None
        if is_shared and _ENUMERATION.fullmatch(text[first.hit.end : last.hit.start]):
            other.role = one.role


def _resolve_all(text: str, bound: list[_Bound], now: datetime, headline_end: int) -> None:
    """Give every hit its instants. A date-less clock inherits the day spoken of before it."""
    after: datetime | None = None
    before_close: datetime | None = None  # a deadline does not inherit the day of the pickup
    for item in bound:
        hit = item.hit
        if item.role == "close" and hit.day is None:
            after = before_close
        if item.role == "other" and re.search("临期|期|保质", text[max(0, hit.start - 8) : hit.end + 4]):
            continue
        prefer: Literal["deadline", "pickup"] = "deadline" if item.role == "close" else "pickup"
        when = resolve(hit, now, prefer=prefer, after=after)
        item.start, item.end, item.on = when.start, when.end, when.on
        if item.role == "close":
            item.closes = deadline_of(hit, now, after)
        is_named_day = hit.day is not None or hit.instant is not None
        spoken = when.end or when.start
        if spoken is not None and (is_named_day or after is not None or item.role == "close"):
            after = spoken
        elif spoken is None and when.on is not None and hit.day is not None:
            after = datetime(when.on.year, when.on.month, when.on.day, tzinfo=SHANGHAI)
        if item.role in (None, "close"):
            before_close = after


def _pickup_hits(text: str, bound: list[_Bound], deadline: datetime | None, headline_end: int) -> list[_Bound]:
    """The hits that speak of pickup: 自提 before 到货 before 发货 before an unlabelled time after the deadline."""
    for role in ("pickup", "arrival", "shipping"):
        found = [item for item in bound if item.role == role and _is_useful(item)]
        if found:
            others = [item for item in bound if item.role == "arrival" and role == "pickup" and _is_useful(item)]
            return _with_day(found, others)
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
    return [item for item in loose if item.hit.has_clock] or loose


def _with_day(found: list[_Bound], arrivals: list[_Bound]) -> list[_Bound]:
    """16:30到南门,请17点前取走: the arrival begins the window."""
    if len(found) == 1 and found[0].hit.mark == "before" and found[0].start is not None:
        early = [item for item in arrivals if item.start is not None and item.start < found[0].start]
        return [*early[-1:], *found]
    return found


def _is_useful(item: _Bound) -> bool:
    hit = item.hit
    if hit.day is not None and hit.day.days_after is not None and not hit.has_clock and hit.part is None:
        return hit.day.days_after > 0
    return True


def _starts_after(item: _Bound, deadline: datetime) -> bool:
    if item.start is not None:
        return item.start > deadline
    return item.hit.day is not None and item.hit.day.on is not None and item.hit.day.on >= deadline.date()


def _ends_before(pickup: Pickup, deadline: datetime) -> bool:
    last = pickup.end or pickup.at or pickup.start
    if last is not None:
        return last <= deadline
    return pickup.on is not None and pickup.on < (deadline - timedelta(seconds=1)).date()


def _pickup(chosen: list[_Bound]) -> Pickup | None:
    if not chosen:
        return None
    windows = [item for item in chosen if item.start is not None]
    distinct = {(item.start, item.end, item.hit.mark) for item in windows}
    if len(distinct) > 1:
        merged = _merged(windows)
        return merged if merged is not None else _day_pickup(chosen[0])
    if windows:
        item = windows[0]
        if item.hit.mark == "before":
            return Pickup(end=item.start)
        if item.end is not None:
            return Pickup(start=item.start, end=item.end)
        return Pickup(start=item.start) if item.hit.mark == "after" else Pickup(at=item.start)
    same_day = [item for item in chosen if item.on == chosen[0].on]
    return _day_pickup(next((item for item in same_day if item.hit.part is not None), chosen[0]))


def _merged(windows: list[_Bound]) -> Pickup | None:
    """4点后自提 and 8点前取完 are one window."""
    starts = [item for item in windows if item.end is None and item.hit.mark != "before"]
    ends = [item for item in windows if item.end is None and item.hit.mark == "before"]
    if len(starts) == 1 and len(ends) == 1 and len(windows) == 2:
        first, last = starts[0].start, ends[0].start
        if first is not None and last is not None and first < last:
            return Pickup(start=first, end=last)
    return None


def _day_pickup(item: _Bound) -> Pickup | None:
    if item.start is not None:
        return Pickup(on=item.start.astimezone(SHANGHAI).date())
    return None if item.on is None or item.hit.day is None else Pickup(on=item.on, part=item.hit.part)
