"""How amounts, quantities, times and people are said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.parsing.quantity import is_weight, parse_spec
from bot.parsing.values import Pickup
from models.views import OfferView, RoundView

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLD = CHILLED, FROZEN = "冷藏", "冷冻"
_WEEKDAYS = "一二三四五六日"


def money(fen: int) -> str:
    """¥45, ¥45.5, -¥3.25, ¥1200, ¥12,000: without noughts that say nothing, with a comma from ten thousand on.

    In chat and on pages (`web.show.yuan`) alike: whoever was told ¥45 here is to find ¥45 there.
    """
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    yuan, rest = divmod(fen, 100)
    whole = f"{yuan:,}" if yuan >= 10_000 else str(yuan)
    return f"{sign}¥{whole}" if not rest else f"{sign}¥{whole}.{rest:02d}".removesuffix("0")


def amount(milli: int, unit: str = "") -> str:
    """2盒, 1.5斤."""
    whole, rest = divmod(milli, 1000)
    number = str(whole) if not rest else f"{milli / 1000:.3f}".rstrip("0")
    return f"{number}{unit}"


def in_pieces(milli: int, unit: str, spec: str | None) -> str:
    """The same, and a part of a pack whose specification counts its pieces by those: 3个（1板30个）."""
    if milli % 1000 and spec and not is_weight(unit):
        for group, inside in parse_spec(spec, unit).counts.items():
            count = round(milli * inside / 1000)
            if count and round(count * 1000 / inside) == milli:
                return f"{count}{group[0]}（1{unit}{inside}{group[0]}）"
    return amount(milli, unit)


def goods_of(lines: Sequence[Mapping[str, Any]]) -> str:
    """红颜草莓2盒、土鸡蛋1份: of lines as plain values, as in the payload of a notice."""
    return "、".join(f"{x['name']}{in_pieces(x['quantity_milli'], x['unit'], x.get('spec'))}" for x in lines)


def when(at: datetime, now: datetime) -> str:
    """今天 20:00, 明天 08:30, 周六 16:00, 12月3日 20:00 — in Shanghai, whatever the machine's zone."""
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    days = (local.date() - today).days
    clock = f"{local.hour:02d}:{local.minute:02d}"
    if days in (0, 1, 2, -1):
        return f"{ {0: '今天', 1: '明天', 2: '后天', -1: '昨天'}[days] } {clock}"
    if 2 < days < 7:
        return f"周{_WEEKDAYS[local.weekday()]} {clock}"
    return f"{local.month}月{local.day}日 {clock}"


def day_and_clock(at: datetime) -> str:
    """周五（12月5日）20:00: for texts that are read on another day than they were written."""
    local = at.astimezone(SHANGHAI)
    return f"周{_WEEKDAYS[local.weekday()]}（{local.month}月{local.day}日）{local:%H:%M}"


def span(start: datetime | None, end: datetime | None) -> str:
    """周六（12月6日）16:00–19:00."""
    if start and end:
        last = end.astimezone(SHANGHAI)
        same = last.date() == start.astimezone(SHANGHAI).date()
        return f"{day_and_clock(start)}–{f'{last:%H:%M}' if same else day_and_clock(end)}"
    if start:
        return day_and_clock(start)
    return f"{day_and_clock(end)}前" if end else ""


def pickup(round_: RoundView) -> str:
    """When and where goods are handed out; empty when neither is known yet."""
    at = span(round_.pickup_from, round_.pickup_until) or round_.pickup_text or ""
    return " ".join(part for part in (at, round_.pickup_place) if part)


def pickup_of(facts: Mapping[str, Any]) -> str:
    """The same from plain values; instants may be ISO texts, as in the payload of a notice."""
    at = span(_instant(facts, "pickup_from"), _instant(facts, "pickup_until")) or facts.get("pickup_text") or ""
    return " ".join(part for part in (at, facts.get("pickup_place")) if part)


def pickup_read(at: Pickup | None) -> str:
    """The same as it was read in a message: 周六（12月6日）16:00–19:00, or the day with its part."""
    if at is None:
        return ""
    if at.on is not None:
        return f"{at.on.month}月{at.on.day}日{at.part or ''}"
    return span(at.at or at.start, at.end)


def _instant(facts: Mapping[str, Any], key: str) -> datetime | None:
    value = facts.get(key)
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def offer_line(offer: OfferView, *, with_left: bool = True) -> str:
    """1 红颜草莓 2斤/盒 ¥45/盒，2盒¥80（剩8盒）."""
    parts = [f"{offer.number} {offer.name}"]
    if offer.spec and offer.spec not in offer.name:
        parts.append(offer.spec)
    price = f"{money(offer.price_fen)}/{offer.unit}"
    price += "".join(f"，{amount(t.quantity_milli, offer.unit)}{money(t.bundle_fen)}" for t in offer.tiers)
    parts.append(price)
    remarks = []
    if offer.is_withdrawn:
        remarks.append("已下架")
    elif with_left and offer.remaining_milli is not None:
        left = offer.remaining_milli
        remarks.append(f"剩{amount(left, offer.unit)}" if left else "订完了")
    elif offer.capacity_milli is not None:
        remarks.append(f"共{amount(offer.capacity_milli, offer.unit)}")
    if offer.limit_milli:
        remarks.append(f"每户限{amount(offer.limit_milli, offer.unit)}")
    if offer.is_cold:
        remarks.append(cold(offer.name, offer.spec, offer.storage))
    return " ".join(parts) + (f"（{'，'.join(remarks)}）" if remarks else "")


def sold_by(offer: OfferView) -> str:
    """土鸡蛋按板卖（一板30枚), 脐橙按箱卖（5斤/箱）."""
    described = offer.spec if "/" in (offer.spec or "") else f"一{offer.unit}{offer.spec}"
    pack = f"（{described}）" if offer.spec else ""
    return f"{offer.name}按{offer.unit}卖{pack}"


def choice_line(offer: OfferView, title: str | None = None) -> str:
    """An offer as one of several numbered choices: without its own number; with its round where these differ."""
    spec = f" {offer.spec}" if offer.spec and offer.spec not in offer.name else ""
    text = f"{offer.name}{spec} {money(offer.price_fen)}/{offer.unit}"
    return f"{text}（{title}）" if title else text


def who(name: str | None, room: str | None) -> str:
    """3-502 王姐; 「一位邻居」 when nothing is known."""
    return " ".join(part for part in (room, name) if part) or "一位邻居"


def in_hours(delta: timedelta) -> str:
    """1小时20分, 45分钟, 2天."""
    minutes = max(0, int(delta.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes}分钟"
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}天"
    return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"


def menu_link(words: str, number: int = 0) -> str:
    """A tap-to-send word. Where the phone does not know it, the word itself is still read and can be typed."""
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={number}">{words}</a>'


CONFIRM_OR_NOT = f"\n回复 {menu_link('确认')} 或 {menu_link('算了')}"


def building(key: str) -> str:
    """`models.buildings` as people say it: 3号楼, A座, 2期3号楼; 其他 where the room names none."""
    phase, _, name = key.rpartition("-")
    if not name:
        return "其他"
    return f"{phase}期{name}号楼" if phase else f"{name}号楼" if name.isdigit() else f"{name}座"


def cold(name: str, spec: str = "", storage: str | None = None) -> str:
    """How goods that must not stay warm are marked: as the product says, else 冷冻 where the leader's words say so."""
    if storage is not None:
        return FROZEN if storage == "frozen" else CHILLED
    return FROZEN if re.search("冻|冰淇淋|雪糕|冰棍|冰棒", name + spec) else CHILLED
