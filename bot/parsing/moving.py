"""Another time or place for a round's pickup: 自提改到后天16:00-19:00, 地点改成南门, 明天不送了，改后天下午4点到7点.

The times are read as those of a post are (`bot.parsing.post_times`); a place behind its own word stays as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.parsing.normalise import Normal, normalise
from bot.parsing.post_places import has_several_places, read_place
from bot.parsing.post_times import PostTimes, read_post_times
from bot.parsing.time_words import read_duration
from bot.parsing.times import SHANGHAI
from bot.parsing.values import Pickup

MAX_CHARS = 200
_CHANGE = (
    r"(?:先|还是|都|就)?(?:改|换|挪|移|调整?|推迟|延后|延期|提前|变更?)(?:一?下|个)?(?:到|成|为|在|至)?\s*[:：]?\s*"
)
_KIND = r"(?:自提|取货|提货|取件|领货)(?:的)?"
_SPOT = rf"(?:(?:{_KIND})?(?:地点|地址|地方|位置)|(?:自提|取货|提货|取件)点)"
_PLACE = re.compile(rf"(?:{_CHANGE})?{_SPOT}\s*(?:{_CHANGE}|[:：]|在)?\s*(?P<place>[^\n,，。;；!！]*)")
# The day that is off is the old one: 明天不送了，改后天.
_OFF = re.compile(
    r"[^\s,，。]{0,8}?(?:不送货?了|送不了|送不过来|来不了|到不了|取不了|没法送|不能送|不发货?了)(?:[啊呀哈吧]|的话)?"
)
_WORD = re.compile(rf"(?:{_CHANGE})?(?:{_KIND}|送货|配送|发货)(?:时间|日期)?\s*(?:{_CHANGE})?|{_CHANGE}")
_SHIFT = re.compile(r"(?P<later>推迟|延后|延期|往后推?|晚)|(?P<sooner>提前|提早|早)(?!上|晨)")
# What stands around a time or a place and says nothing of its own.
_AROUND = re.compile(
    r"自提|取货|提货|取件|送货|配送|发货|时间|日期|地点|统一|开始|大家|麻烦|那边|再|才|来|去|到|在|给|送|取|拿|领|了|吧|啊|哈|哦|的|请|都|就|和|及|与|改|成|为"
)


# Where the hours that stand already may be meant: 后天下午 of a round that is handed out from 16 to 19.
_PARTS = {"早上": (5, 10), "上午": (8, 12), "中午": (11, 14), "下午": (12, 18), "傍晚": (16, 20), "晚上": (17, 24)}


@dataclass(frozen=True, slots=True)
class Move:
    """What was said. `is_day_said` False: a clock of the day that stands there. `by`: so much later (or sooner).

    `unread` was neither time nor place.
    """

    pickup: Pickup | None = None
    place: str | None = None
    by: timedelta | None = None
    is_day_said: bool = True
    unread: str = ""


def read_move(text: str, now: datetime) -> Move | None:
    """The change that a message asks for; None where no time and no place can be read, or more than one."""
    normal = normalise(text, keep_quote=True, limit=MAX_CHARS)
    body, place = _without_place(_OFF.sub(",", normal.text), now)
    by = _shift(body)
    if by is not None:
        return Move(by=by, place=_as_typed(normal, place))
    body = "自提:" + _WORD.sub(",", body).strip(" ,，:：。")
    times = read_post_times(body, now)
    if "pickup_windows" in times.doubts or has_several_places(body, times.pickup_spans):
        return None
    place = place or read_place(body, times.pickup_spans)
    if times.pickup is None and place is None:
        return None
    said = [hit for hit in times.hits if (hit.start, hit.end) in times.pickup_spans]
    is_day_said = any(hit.day is not None or hit.instant is not None for hit in said)
    unread = _as_typed(normal, _left(body, times, place)) or ""
    return Move(times.pickup, _as_typed(normal, place), None, is_day_said, unread)


def is_in_part(at: datetime, part: str) -> bool:
    """Is 16:00 (in Shanghai) in the 下午?"""
    first, last = _PARTS.get(part, (0, 0))
    return first <= at.astimezone(SHANGHAI).hour < last


def _without_place(text: str, now: datetime) -> tuple[str, str | None]:
    """The message without 地点改成南门, and 南门; a time behind it stays in the message."""
    match = _PLACE.search(text)
    if match is None:
        return text, None
    words, start = match["place"], match.start("place")
    hits = read_post_times(f"自提:{words}", now).hits
    cuts = [(hit.start - 3, hit.end - 3) for hit in hits if hit.has_clock or hit.day is not None]
    begin, end = (min(a for a, _ in cuts), max(b for _, b in cuts)) if cuts else (len(words), len(words))
    place = words[:begin].strip(" :：,，") or words[end:].strip(" :：,，")
    rest = text[: match.start()] + "," + words[begin:end] + "," + text[start + len(words) :]
    return rest, place[:120] or None


def _shift(text: str) -> timedelta | None:
    """推迟1小时, 提前半小时; a length of time alone is none: 改到两小时后 is an instant."""
    match = _SHIFT.search(text)
    by = read_duration(text[match.end() :].strip(" 了一下")) if match else None
    if match is None or by is None:
        return None
    return by if match["later"] else -by


def _as_typed(normal: Normal, words: str | None) -> str | None:
    """With the letters that were typed (B座, not b座)."""
    at = -1 if not words else normal.text.find(words)
    return words if not words or at < 0 else normal.cut(at, at + len(words)) or words


def _left(body: str, times: PostTimes, place: str | None) -> str:
    """The longest words that are no part of the time or the place."""
    for hit in sorted(times.hits, key=lambda one: -one.start):
        body = body[: hit.start] + "," + body[hit.end :]
    body = body.replace(place, ",") if place else body
    pieces = [piece for piece in re.split(r"[\s,，。;；:：!！?？、~()（）-]+", body) if len(_AROUND.sub("", piece)) > 1]
    return max(pieces, key=len, default="")
