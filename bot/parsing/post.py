"""A leader's 开团 post, as a list or as prose -> PostReading.

Doubts are short codes with an argument where one is needed; the words for people live elsewhere:
  items               nothing for sale was found
  price:N             item N has no price            name:N   item N has a price but no name
  check:N             item N has an odd name: it may be no name at all
  unit:N              item N has no unit (份 will be used)
  cold:N / cold       chilled goods are mentioned: item N is probably meant / which item is not clear
  closes_at           no deadline                    past_closes_at      the deadline has passed
  several_closes_at   two deadlines, the earlier is kept
  pickup              no pickup time                 pickup_before_close the pickup ends before the deadline
  pickup_windows      several windows, only the day is kept
  pickup_place        no place                       pickup_places       different places for different people
  figure:WORDS        a figure that nothing was made of
  shared_stock        限量100斤 behind several items: each has it
  promotion:WORDS     满100减10, 第二盒半价, 老客55: nobody will work it out
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.parsing.normalise import Normal, normalise
from bot.parsing.post_items import ItemsReading, read_items
from bot.parsing.post_names import headline_title
from bot.parsing.post_places import has_several_places, read_place
from bot.parsing.post_prices import find_prices
from bot.parsing.post_text import goods_text, mended, notes_of
from bot.parsing.post_times import PostTimes, read_post_times
from bot.parsing.post_weighed import weighed
from bot.parsing.times import SHANGHAI
from bot.parsing.values import PostReading

MAX_CHARS = 3000
_MONEY = re.compile(r"[元¥钱毛蚊圆./]|块\S")  # 豆腐3块 is no price
_SOME_DAY = datetime(2024, 1, 1, tzinfo=SHANGHAI)  # only the shape matters
_ONE_LINE_HEAD = re.compile(  # #开团 周六水果 红颜草莓 45元/盒
    r"\s*#?开团[\s:]+((?=\S*(?:[周今明]|星期|第.{1,2}期))[^\d\s,，:]{2,10}|[^\d\s,，:]{1,9}团)"
    r"(?=[ \t]+[^\s\d]{2}[^\n]*\d)"
)
_KEYCAPS = re.compile(r"^([^\S\n]*)((?:\d\ufe0f?\u20e3\ufe0f?)+)[.、:：)]?", re.M)  # 1️⃣ before the goods
_CHAIN_MARK = re.compile(r"#接龙|#group\s?note|接龙\s*$", re.M)


def read_post(text: str, now: datetime) -> PostReading:
    """Read a post as of `now` (aware; clocks are Asia/Shanghai). Never raises; the first 3,000 characters count."""
    normal = _normalised(text)
    body = mended(normal.text)
    times = weighed(body, now, read_post_times(body, now, headline_end(body)))
    has_several = has_several_places(body, times.pickup_spans)
    place = read_place(body, times.pickup_spans)
    text, promotions = goods_text(body, times, place)
    head = _ONE_LINE_HEAD.match(body)
    if head is not None:
        text = "\x00" * head.end() + text[head.end() :]
    goods = read_items(text, body, normal)
    return PostReading(
        title=(head[1] if head is not None else _plain_headline(body)) or goods.title,
        items=goods.items,
        closes_at=times.closes_at,
        pickup=times.pickup,
        pickup_place=None if has_several else _as_written(normal, body, place),
        note=notes_of(body),
        doubts=(*_doubts(goods, times, place, has_several=has_several), *(f"promotion:{term}" for term in promotions)),
    )


def times_text(text: str) -> str:
    """The text of a post as its times are looked for in it."""
    return mended(_normalised(text).text)


def _normalised(text: str) -> Normal:
    return normalise(_KEYCAPS.sub(_as_number, text), keep_quote=True, limit=MAX_CHARS)


def _as_number(keycaps: re.Match[str]) -> str:
    return f"{keycaps[1]}{re.sub(r'[^0-9]', '', keycaps[2])}. "


def _plain_headline(body: str) -> str | None:
    """#开团 夜里截单的团: a headline without a figure is the title, whatever words it holds."""
    match = re.match(r"\s*#?开团[\s:]+([^\d\s]{2,20}团)\s*(?:\n|$)", body)
    return headline_title(match[1]) if match is not None else None


def _as_written(normal: Normal, body: str, place: str | None) -> str | None:
    """The place with the letters the leader typed (B座, not b座)."""
    at = -1 if place is None else body.find(place)
    return place if place is None or at < 0 else normal.cut(at, at + len(place)) or place


def looks_like_post(text: str) -> bool:
    """Is this a leader's post? By its shape: a 开团 headline, or priced goods with a deadline, a pickup or a list."""
    body = mended(normalise(text, limit=MAX_CHARS).text)
    if _CHAIN_MARK.search(body) and not re.search(r"^\s*#?开团", body):
        return False
    if re.search(r"^[\W_]*#?\s*开团[\s:：啦]", body + "\n"):
        return True
    if re.search(r"(?:吗|么|呢|多少|[?？])\s*$", body) or _CHAIN_MARK.search(body):
        return False
    prices = [(line, price) for line in body.split("\n")[:200] for price in find_prices(line)]
    if not prices:
        return False
    found = [price for line, price in prices if price.unit or _MONEY.search(line, price.start, price.end)]
    times = read_post_times(body, _SOME_DAY)
    if times.closes_at is not None and (found or times.pickup is not None):
        return True
    if (found or "\n" in body.strip()) and re.search(r"限购|库存|团购价|团价|开团|截单|截止|就截|截团|成团", body):
        return True
    return len(found) >= 3 or (len(found) == 2 and (times.pickup is not None or "\n" in body.strip()))


def headline_end(body: str) -> int:
    """The first line is only a title unless it carries a clock, a price or a role word of its own."""
    first, newline, _ = body.partition("\n")
    if not newline or re.search(r"截|提|取|到货|[点:]\d|\d点|送", first) or find_prices(first):
        bracket = re.match(r"\s*[【\[「#][^】\]」\n]{1,20}[】\]」]", body)
        return bracket.end() if bracket is not None else 0
    return len(first)


def _doubts(goods: ItemsReading, times: PostTimes, place: str | None, *, has_several: bool) -> tuple[str, ...]:
    doubts = list(goods.doubts) if goods.items else ["items"]
    if times.closes_at is None:
        doubts.append("closes_at")
    if times.pickup is None:
        doubts.append("pickup")
    if has_several:
        doubts.append("pickup_places")
    elif place is None:
        doubts.append("pickup_place")
    return tuple(doubts + list(times.doubts))
