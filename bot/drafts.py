"""A round that is being prepared: what is still missing, and corrections in the leader's own short words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.commands import PostRound
from bot.parsing.normalise import normalise
from bot.parsing.post import read_post
from bot.parsing.post_items import title_of
from bot.parsing.post_prices import amount_fen
from bot.parsing.times import SHANGHAI, read_deadline
from bot.parsing.values import Pickup, PostItem, PostReading

# 2 38元 / 2号 改成38 / 价格 2 38: the number of an item and its price
_PRICE = re.compile(
    r"(?:改?价格?)?\s*(\d{1,2})\s*[号:：.、)]?\s*(?:改成|改为|是|改)?\s+?([¥￥]?\s*\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"
)
_DEADLINE = re.compile(r"(?:改?截(?:单|止|团)(?:时间)?(?:改?到|改成)?)\s*[:：]?\s*(.+)")
_PICKUP = re.compile(r"改?(?:自提|取货|提货)(?:时间)?(?:改?到|改成)?\s*[:：]?\s*(.+)")
_PLACE = re.compile(r"改?(?:地点|自提点|取货点|地址)(?:改?到|改成)?\s*[:：]?\s*(.+)")
_NAMED_PRICE = re.compile(
    r"(?P<name>[^\d\s]{1,20}?)\s*(?:改成|改为|改|价格)?\s*(?P<price>[¥￥]?\s*\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)"
)
_DROP = re.compile(r"(?:去掉|删掉|删除|不要|去除)\s*第?\s*(\d{1,2})\s*[号个]?")
_CAP = re.compile(r"限量?\s*(\d{1,2})\s*[号:：]?\s+(\d{1,4})\s*[^\d\s]{0,2}")
_MORE = re.compile(r"(?P<verb>加上?|再加|加品|还有)\s*[:：]?\s*(?P<rest>\D.+)")
_UNIT = re.compile(r"单位\s*(\d{1,2})\s*[号:：]?\s*(?:改成|改为|是|按)?\s*([^\d\s]{1,3})")
_SOLD_BY = re.compile(r"(\d{1,2})\s*号?\s*(?:单位)?(?:按|改按|改成按)\s*([^\d\s]{1,2}?)卖?")
_LIMIT = re.compile(r"(?:每户|每家|每人)?限购\s*(\d{1,2})\s*[号:：]?\s+(\d{1,3})\s*[^\d\s]{0,2}")
_NAME = re.compile(r"(\d{1,2})\s*号?\s*(?:是|叫做?|名字(?:是|叫|改成)?)\s*[:：]?\s*(\D.{0,19})")
_COLD = re.compile(
    r"(?P<no>不(?:用|要)?)?冷藏\s*(?P<number>\d{1,2})\s*号?|(?P<number2>\d{1,2})\s*号?(?P<no2>不(?:用|要)?)?冷藏"
)
# doubts that stay until the words they are about are corrected, and which correction settles them
_LASTING = {
    "several_closes_at": "closes_at",
    "pickup_windows": "pickup",
    "shared_stock": "items",
    "check": "items",
    "figure": "items",
    "cold": "items",
    "promotion": "",
}
_TITLE = re.compile(r"(?:标题|团名|名字)(?:改成|改为)?\s*[:：]?\s*(.+)")


def problems(draft: PostRound, now: datetime) -> list[str]:
    """Codes of what keeps a draft from being published, to be worded by `texts.posting.problem`."""
    reading = draft.reading
    if not reading.items:
        return ["items"]
    found = [f"name:{item.number}" for item in reading.items if not item.name]
    found += [f"price:{item.number}" for item in reading.items if item.price_fen is None]
    if reading.closes_at is None:
        found.append("closes_at")
    elif reading.closes_at <= now:
        found.append("past_closes_at")
    at = reading.pickup
    if at and at.start and at.end and at.end <= at.start:
        found.append("pickup")
    return found


def remarks(reading: PostReading) -> list[str]:
    """Codes of what was read with a doubt, or is missing but not needed, worded by `texts.posting.remarks_on`."""
    found = [code for code in reading.doubts if code.partition(":")[0] in _LASTING]
    bare = [str(item.number) for item in reading.items if item.unit is None]
    if bare:
        found.append("unit:" + "、".join(bare))
    at = reading.pickup
    if at is None:
        found.append("pickup")
    elif reading.closes_at is not None and _is_over(at, reading.closes_at):
        found.append("pickup_before_close")
    if reading.pickup_place is None:
        found.append("pickup_places" if "pickup_places" in reading.doubts else "pickup_place")
    return found


def _is_over(at: Pickup, closes_at: datetime) -> bool:
    """Does the pickup end before the deadline?"""
    last = at.end or at.at or at.start
    if last is not None:
        return last <= closes_at
    return at.on is not None and at.on < (closes_at.astimezone(SHANGHAI) - timedelta(seconds=1)).date()


def correct(draft: PostRound, text: str, now: datetime) -> PostRound | None:
    """The draft with a correction worked in; None when the text is none."""
    text = normalise(text).text.strip(" 。.!！")
    reading = draft.reading
    changed = _about_items(reading, text, now)
    if changed is not None:
        return replace(draft, reading=_settled(changed, "items"))
    if match := _DEADLINE.fullmatch(text):
        at = read_deadline(match[1], now)
        changed = _settled(replace(reading, closes_at=at), "closes_at") if at else None
    elif match := _PICKUP.fullmatch(text):
        again = read_post(f"商品 1元\n截单:{_written(reading.closes_at)}\n自提:{match[1]}", now)
        changed = replace(reading, pickup=again.pickup, pickup_place=again.pickup_place or reading.pickup_place)
        changed = _settled(changed, "pickup") if again.pickup else None
    elif match := _PLACE.fullmatch(text):
        changed = replace(reading, pickup_place=match[1].strip()[:120])
    elif match := _TITLE.fullmatch(text):
        changed = replace(reading, title=match[1].strip()[:60])
    return replace(draft, reading=changed) if changed else None


def _settled(reading: PostReading, what: str) -> PostReading:
    """Without the doubts that this correction answers."""
    doubts = tuple(code for code in reading.doubts if _LASTING.get(code.partition(":")[0]) != what)
    return replace(reading, doubts=doubts)


_BY_NAME = re.compile(r"(?P<name>[^\d\s]{1,20}?)的?\s*(?P<what>限购|限量?|单位|不?冷藏)\s*(?P<rest>.*)")
_NAME_CHANGED = re.compile(
    r"(?P<name>[^\d\s]{1,20}?)(?:的?价格?)?(?:(?:[涨降]价?了|贵了|便宜了)[\s,，]*)?(?:改成|改为|改到|改价|改|涨到|降到|卖)\s*(?P<rest>[¥￥]?\s*\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块钱?)?"
)
_NAME_DROPPED = re.compile(
    r"(?:去掉|删掉|删除|不要|去除)\s*(?P<name>[^\d\s]{1,20})|(?P<name2>[^\d\s]{1,20}?)"
    r"(?:(?:没有了|没货了?|没了|缺货了?|断货了?|卖完了?)[\s,，]*(?:下掉|下架|去掉|删掉)?吧?|(?:去掉|删掉|下掉|下架|撤掉|拿掉|不要了?|不卖了?)吧?)"
)


def _numbered(reading: PostReading, text: str) -> str:
    """鲜花饼改成29 -> 1 29元, 鸡蛋限20 -> 限量 2 20: an item that only one name of the draft fits, by its number."""
    if match := _NAME_CHANGED.fullmatch(text):
        name, form = match["name"], "{n} " + match["rest"] + "元"
    elif match := _BY_NAME.fullmatch(text):
        word = {"限": "限量"}.get(match["what"], match["what"])
        name, form = match["name"], f"{word} {{n}} {match['rest']}"
    elif match := _NAME_DROPPED.fullmatch(text):
        name, form = match["name"] or match["name2"], "去掉 {n}"
    else:
        return text
    named = [item.number for item in reading.items if item.name and name in item.name]
    return form.format(n=named[0]).strip() if len(named) == 1 else text


def _about_items(reading: PostReading, text: str, now: datetime) -> PostReading | None:
    """2 38元 / 草莓改成38 / 限量 1 20 / 草莓限20 / 去掉 3 / 加 鲜牛奶 15元."""
    text = _numbered(reading, text)
    if match := _PRICE.fullmatch(text):
        return _priced(reading, int(match[1]), amount_fen(match[2]))
    if match := _DROP.fullmatch(text):
        return _renumbered(reading, [item for item in reading.items if item.number != int(match[1])])
    if match := _CAP.fullmatch(text):
        return _with(reading, int(match[1]), capacity_milli=int(match[2]) * 1000)
    if match := _LIMIT.fullmatch(text):
        return _with(reading, int(match[1]), limit_milli=int(match[2]) * 1000)
    if match := _UNIT.fullmatch(text) or _SOLD_BY.fullmatch(text):
        return _with(reading, int(match[1]), unit=match[2])
    if match := _COLD.fullmatch(text):
        is_cold = not (match["no"] or match["no2"])
        return _with(reading, int(match["number"] or match["number2"]), is_cold=is_cold)
    if match := _NAME.fullmatch(text):
        return _with(reading, int(match[1]), name=match[2].strip())
    if match := _MORE.fullmatch(text):
        more = read_post(match["rest"], now).items
        is_asked = match["verb"] == "还有" and any(item.price_fen is None for item in more)  # 还有多少人没付钱
        return _renumbered(reading, [*reading.items, *more]) if more and not is_asked else None
    if match := _NAMED_PRICE.fullmatch(text):
        named = [item.number for item in reading.items if match["name"] in item.name]
        return _priced(reading, named[0], amount_fen(match["price"])) if len(named) == 1 else None
    return None


def _renumbered(reading: PostReading, items: list[PostItem]) -> PostReading | None:
    """None when nothing would change."""
    if len(items) == len(reading.items):
        return None
    title = title_of(items) if reading.title == title_of(reading.items) else reading.title
    return replace(reading, title=title, items=tuple(replace(item, number=n) for n, item in enumerate(items, 1)))


def _priced(reading: PostReading, number: int, fen: int | None) -> PostReading | None:
    """A new price; bundle prices went with the old one."""
    return None if fen is None else _with(reading, number, price_fen=fen, tiers=())


def _with(reading: PostReading, number: int, **values: Any) -> PostReading | None:
    if all(item.number != number for item in reading.items):
        return None
    items = tuple(replace(item, **values) if item.number == number else item for item in reading.items)
    return replace(reading, items=items)


def _written(at: datetime | None) -> str:
    return at.strftime("%m月%d日%H:%M") if at else ""
