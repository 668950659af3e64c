"""A round that is being prepared: what is still missing, and corrections in the leader's own short words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from bot.commands import PostRound
from bot.parsing.post import read_post
from bot.parsing.post_prices import amount_fen
from bot.parsing.times import read_deadline
from bot.parsing.values import PostItem, PostReading

# 2 38元 / 2号 改成38 / 价格 2 38: the number of an item and its price
_PRICE = re.compile(
    r"(?:改?价格?)?\s*(\d{1,2})\s*[号:：.、)]?\s*(?:改成|改为|是|改)?\s+?([¥￥]?\s*\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"
)
_DEADLINE = re.compile(r"(?:改?截(?:单|止|团)(?:时间)?(?:改?到|改成)?)\s*[:：]?\s*(.+)")
_PICKUP = re.compile(r"(?:自提|取货|提货)(?:时间)?(?:改?到|改成)?\s*[:：]?\s*(.+)")
_PLACE = re.compile(r"(?:地点|自提点|取货点|地址)(?:改?到|改成)?\s*[:：]?\s*(.+)")
_TITLE = re.compile(r"(?:标题|团名|名字)(?:改成|改为)?\s*[:：]?\s*(.+)")


def problems(draft: PostRound, now: datetime) -> list[str]:
    """Codes of what keeps a draft from being published, to be worded by `texts.leading.post_problem`."""
    reading = draft.reading
    if not reading.items:
        return ["items"]
    found = [f"price:{item.number}" for item in reading.items if item.price_fen is None]
    if reading.closes_at is None:
        found.append("closes_at")
    elif reading.closes_at <= now:
        found.append("past_closes_at")
    at = reading.pickup
    if at and at.start and at.end and at.end <= at.start:
        found.append("pickup")
    return found


def correct(draft: PostRound, text: str, now: datetime) -> PostRound | None:
    """The draft with a correction worked in; None when the text is none."""
    text = text.strip()
    reading = draft.reading
    changed: PostReading | None = None
    if match := _DEADLINE.fullmatch(text):
        at = read_deadline(match[1], now)
        changed = replace(reading, closes_at=at) if at else None
    elif match := _PICKUP.fullmatch(text):
        again = read_post(f"商品 1元\n截单:{_written(reading.closes_at)}\n自提:{match[1]}", now)
        changed = replace(reading, pickup=again.pickup, pickup_place=again.pickup_place or reading.pickup_place)
        changed = changed if again.pickup else None
    elif match := _PLACE.fullmatch(text):
        changed = replace(reading, pickup_place=match[1].strip()[:120])
    elif match := _TITLE.fullmatch(text):
        changed = replace(reading, title=match[1].strip()[:60])
    elif match := _PRICE.fullmatch(text):
        changed = _priced(reading, int(match[1]), amount_fen(match[2]))
    return replace(draft, reading=changed) if changed else None


def _priced(reading: PostReading, number: int, fen: int | None) -> PostReading | None:
    if fen is None or all(item.number != number for item in reading.items):
        return None
    items: tuple[PostItem, ...] = tuple(
        replace(item, price_fen=fen) if item.number == number else item for item in reading.items
    )
    return replace(reading, items=items)


def _written(at: datetime | None) -> str:
    return at.strftime("%m月%d日%H:%M") if at else ""
