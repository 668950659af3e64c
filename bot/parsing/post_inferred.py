"""A deadline that no word of closing names: 星期天晚上8点我就打总数, 今晚11点要给我数, 周三中午12点我跟他对账.

Of the times that nothing else explains, the one before the pickup closes the round, when its clause speaks of counting,
of being too late, or of the leader who does something with the orders.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.parsing.post_pickup import Bound
from bot.parsing.times import SHANGHAI, deadline_of

_COUNTS = re.compile(
    r"数(?!码)|表(?:格|单)?(?:就)?(?:给|交|发|递|传|锁|关)|交(?:上去|掉|出去|给)|单(?!元|独|位|价|身)|龙(?!虾|井|眼|须|利)|报(?!纸|价)|总(?:的|共)|统计|统数|汇总|订(?!金)|定(?!金|制)|封|锁(?!门)|停(?!车|在)|截|登记|填表|名额|"
    r"告诉|跟我[说讲]|给我(?!妈|爸)|回我|找我|私我|[@＠]我|喊我|说(?:一?声|好)|拍板|敲定|打住|结束|为止|为准|最后|抓紧|赶紧|赶快|趁早|尽快|别犹豫|过时|过期|过了|"
    r"就[没不](?:有|了|再|接|收|等|加|补|能)|来不及|等下(?:次|回|期|批|趟)|等明年|等下个|没[了有]你|转给|发给|交给|传给|甩给|递给|发[他她]|下定|落定|买断|要货|定货|备料|配货|开买"
)
_LINE_END = re.compile(r"[\n。；;!！]")
_NEAR = 22
_FEW_DAYS = timedelta(days=7)
_OF_GOODS = re.compile(
    r"\s?(?:中午|早上|一早|晚上|下午)?(?:现[炸做摘杀烤蒸煮磨包捞采割]|的(?:货|菜|早[餐饭]|午[餐饭]|晚[餐饭]|夜宵|团|单|面包|那[批炉]|第)|那[批炉锅]|出[炉锅]|开[炉锅])"
)


def infer_close(text: str, bound: list[Bound], now: datetime, headline_end: int) -> bool:
    """Give the role of closing to a time without a role, when no other closes the round; was there one?"""
    if any(item.role == "close" for item in bound):
        return False
    handed = [item for item in bound if item.role in ("pickup", "arrival") or item.hit.to_clock is not None]
    free = [
        item
        for item in bound
        if item.role is None
        and item.hit.start >= headline_end
        and item.hit.to_clock is None
        and (item.hit.has_clock or item.hit.part is not None or item.hit.mark == "before")
        and (at := deadline_of(item.hit, now)) is not None
        and at > now
    ]
    early = [item for item in free if _is_before(item, [one for one in handed if one is not item])]
    said = [item for item in early if _COUNTS.search(_around(text, bound, item))]
    only = early if len(early) == 1 and early[0].hit.has_clock and handed else []
    for item in (said or only)[:1]:
        item.role = "close"
        return True
    return False


def to_named_day(text: str, bound: list[Bound], deadline: datetime | None) -> None:
    """明天中午现炸,11点前登记,12点半来拿: the pickup has the day of the goods; it never begins before the deadline."""
    handed = [item for item in bound if item.role in ("pickup", "arrival") or (item.role is None and item.end)]
    if deadline is None or not handed or any(item.hit.day is not None or item.hit.instant for item in handed):
        return
    starts = [item.start for item in handed if item.start is not None]
    if not starts:
        return
    days = {
        item.on
        for item in bound
        if item.hit.day is not None
        and item.on is not None
        and item.hit.day.on == item.on
        and not item.hit.day.has_many
        and _OF_GOODS.match(text, item.hit.end)
    }
    first = min(starts)
    by = timedelta(0)
    if len(days) == 1:
        by = max(by, days.pop() - first.astimezone(SHANGHAI).date())
    while first + by < deadline:
        by += timedelta(days=1)
    for item in handed if by <= _FEW_DAYS else []:
        item.start = item.start + by if item.start is not None else None
        item.end = item.end + by if item.end is not None else None
        item.on = item.on + by if item.on is not None else None


def before_the_day(bound: list[Bound], now: datetime) -> datetime | None:
    """明天我做,晚上十点以前说,中午十一点半下来端: tonight, and noon is tomorrow's; None where nothing is moved."""
    closing = [item for item in bound if item.role == "close" and item.closes is not None]
    handed = [item for item in bound if item.role in ("pickup", "arrival") and item.start is not None]
    if len(closing) != 1 or closing[0].closes is None or not handed:
        return None
    if any(item.hit.day is not None or item.hit.instant is not None for item in [*closing, *handed]):
        return None
    day, own = closing[0].closes.astimezone(SHANGHAI).date(), deadline_of(closing[0].hit, now)
    made = [item for item in bound if item.role is None and item.hit.day is not None and not item.hit.has_clock]
    starts = [item.start for item in handed if item.start is not None]
    is_next = min(starts).astimezone(SHANGHAI).date() == day + timedelta(days=1)
    if own is None or not (now < own < closing[0].closes) or not is_next or all(item.on != day for item in made):
        return None
    for item in handed if min(starts) - timedelta(days=1) > own else []:
        item.start = item.start - timedelta(days=1) if item.start is not None else None
        item.end = item.end - timedelta(days=1) if item.end is not None else None
        item.on = item.on - timedelta(days=1) if item.on is not None else None
    return own if min(item.start for item in handed if item.start) < closing[0].closes else None


def _is_before(item: Bound, others: list[Bound]) -> bool:
    """Is nothing handed out before it, and is it said of another time than the pickup?"""
    if item.start is None:
        return all(one.on is None or item.on is None or item.on <= one.on for one in others)
    return all(one.start is None or item.start < one.start for one in others) and all(
        one.on is None or item.start.date() <= one.on for one in others
    )


def _around(text: str, bound: list[Bound], item: Bound) -> str:
    """The clause of a time and the one behind it, without the words of other times."""
    left = max((one.hit.end for one in bound if one.hit.end <= item.hit.start), default=0)
    right = min((one.hit.start for one in bound if one.hit.start >= item.hit.end), default=len(text))
    before = re.split(r"[\n,，。;；!！]", text[max(left, item.hit.start - 12) : item.hit.start])[-1]
    behind = _LINE_END.split(text[item.hit.end : min(right, item.hit.end + _NEAR)])[0]
    return f"{before} {behind}"
