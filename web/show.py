"""How values are shown: money, quantities, instants in Shanghai, names and numbers that are not for everybody."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.texts.wording import money

LOCAL = ZoneInfo("Asia/Shanghai")
_DAYS = "一二三四五六日"


def yuan(fen: int | None) -> str:
    """As in chat: ¥45, ¥45.5; nothing for None."""
    return "" if fen is None else money(fen)


def quantity(milli: int | None, unit: str = "") -> str:
    """1500, 斤 -> 1.5斤; nothing for None."""
    if milli is None:
        return ""
    whole, part = divmod(abs(milli), 1000)
    digits = f"{whole}.{part:03d}".rstrip("0").rstrip(".")
    return f"{'-' if milli < 0 else ''}{digits}{unit}"


def percent(bps: int | None) -> str:
    """1050 basis points -> 10.5%."""
    return "" if bps is None else f"{quantity(bps * 10)}%"


def shown_time(instant: datetime | None) -> str:
    """2026-05-02 18:30, in Shanghai."""
    return "" if instant is None else instant.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def short_time(instant: datetime | None, now: datetime) -> str:
    """今天 18:30 · 明天 08:00 · 周六（5月9日）18:30 · 5月2日 18:30 · 2025年12月31日 18:30.

    What is to come within two weeks has its weekday, as in chat: people plan by it.
    """
    if instant is None:
        return ""
    local, today = instant.astimezone(LOCAL), now.astimezone(LOCAL)
    days = (local.date() - today.date()).days
    named = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get(days)
    if 2 < days < 14:
        return f"{weekday(instant)}（{local.month}月{local.day}日）{local:%H:%M}"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{named or f'{year}{local.month}月{local.day}日'} {local:%H:%M}"


def time_span(start: datetime | None, end: datetime | None, now: datetime) -> str:
    """今天 16:00-19:00 · 今天 16:00 到 明天 10:00."""
    if start is None or end is None:
        return short_time(start or end, now)
    if start.astimezone(LOCAL).date() == end.astimezone(LOCAL).date():
        return f"{short_time(start, now)}-{end.astimezone(LOCAL):%H:%M}"
    return f"{short_time(start, now)} 到 {short_time(end, now)}"


def day_clock(instant: datetime | None) -> str:
    """07:40, in Shanghai."""
    return "" if instant is None else f"{instant.astimezone(LOCAL):%H:%M}"


def minutes(instant: datetime | None) -> int:
    """Minutes after midnight in Shanghai; 0 for None."""
    local = instant.astimezone(LOCAL) if instant else None
    return local.hour * 60 + local.minute if local else 0


def weekday(instant: datetime | None) -> str:
    """周六."""
    return "" if instant is None else f"周{_DAYS[instant.astimezone(LOCAL).weekday()]}"


def time_left(until: datetime | None, now: datetime) -> str:
    """还剩3小时12分 · 已超时2天."""
    if until is None:
        return "没有期限"
    left = until - now
    return f"已超时{_span(-left)}" if left < timedelta(0) else f"还剩{_span(left)}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes}分钟"
    if minutes < 24 * 60:
        return f"{minutes // 60}小时{minutes % 60}分" if minutes % 60 else f"{minutes // 60}小时"
    hours = minutes // 60
    return f"{hours // 24}天{hours % 24}小时" if hours % 24 else f"{hours // 24}天"


def masked_phone(phone: str | None) -> str:
    """138****0000."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 9 else "*" * len(phone)


def masked_openid(openid: str | None) -> str:
    """o_te…nt_1: enough to see that two rows are the same person."""
    if not openid:
        return ""
    return openid if len(openid) <= 8 else f"{openid[:4]}…{openid[-4:]}"


_TAG = re.compile(r"<[^<>]{1,300}>")
_TOKEN = re.compile(r"(/(?:m/enter|p|x)/)[\w\-]+")
_CODE = re.compile(r"(?<!\d)\d{3} ?\d{3}(?!\d)")


def without_secrets(text: str | None) -> str:
    """A reply as it may stand in a list: links as their words, pickup codes and one-time addresses covered."""
    return _CODE.sub("••• •••", _TOKEN.sub(r"\1…", _TAG.sub("", text or "")))


def first_character(name: str | None) -> str:
    """王**: what a neighbour's page shows of a name."""
    return f"{name[0]}**" if name else ""


def person(name: str | None, host: str | None = None) -> str:
    """王姐, or 李奶奶（王姐代）, or what stands for somebody without a name."""
    shown = name or "没留名字"
    return f"{shown}（{host}代）" if host else shown
