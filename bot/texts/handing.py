"""Pickup day: what leaders and helpers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.leading import CONFIRM_OR_NOT
from bot.texts.wording import amount, money, when, who
from models.views import OrderView, RoundView


def ask_arrival(round_: RoundView, orders: int, shortages: Sequence[str], unread: Sequence[str]) -> str:
    """`shortages` are ready lines: who gets less of what."""
    if unread:
        return f"没看懂“{'、'.join(unread)}”。请这样写：到货 草莓少3 鸡蛋破2"
    lines = [f"“{round_.title}”到货，通知{orders}位来取？"]
    if shortages:
        lines += ["不够分的，按下单先后，这些邻居会少拿：", *shortages]
    return "\n".join(lines) + CONFIRM_OR_NOT


def shortage(name: str | None, room: str | None, goods: str, unit: str, wanted: int, gets: int, owed_fen: int) -> str:
    owed = f"，少收{money(owed_fen)}" if owed_fen else ""
    return f"{who(name, room)} {goods}：订{amount(wanted, unit)}，给{amount(gets, unit)}{owed}"


def arrived(round_: RoundView, orders: int, told: int) -> str:
    return f"“{round_.title}”已到货，{orders}单可以取，已安排通知{told}位。\n邻居报六位取货码，您直接把码发给我就核销。"


def redeemed(
    o: OrderView,
    goods: Sequence[tuple[str, str, int]],
    collect_fen: int,
    *,
    owed: Sequence[tuple[int, str, str, int]] = (),
    shows_money: bool = True,
) -> str:
    """`goods` are (name, unit, quantity) handed out just now, `owed` (case, name, unit, quantity) still promised."""
    given = "、".join(f"{name}{amount(milli, unit)}" for name, unit, milli in goods)
    lines = [f"✅ {o.seq}号 {who(o.resident_name, o.room)}：{given}"]
    left = [f"{x.name}{amount(x.left_milli, x.unit)}" for x in o.lines if x.left_milli]
    lines.append(f"还没取：{'、'.join(left)}" if left else "都取完了。")
    lines += [f"还欠补货：{name}{amount(milli, unit)}（S{number}）" for number, name, unit, milli in owed]
    if o.note:
        lines.append(f"备注：{o.note}")
    if collect_fen > 0 and shows_money:
        lines.append(f"请收 {money(collect_fen)}")
    return "\n".join(lines)


def not_redeemed(code: str, reason: str) -> str:
    return f"❌ {code}：{reason}"


def annulled(o: OrderView) -> str:
    return f"已撤销，{o.seq}号 {who(o.resident_name, o.room)}的货又算没取，取货码可以再用。"


def part_not_understood(code: str, rest: str) -> str:
    return f"{code} 后面的“{rest}”没看懂，没有核销。整单取走就只发取货码；取一部分这样写：{code} 草莓1"


def progress(picked_up: int, total: int, now: datetime, until: datetime | None) -> str:
    end = f"，{when(until, now)}结束" if until else ""
    return f"已取 {picked_up}/{total} 单{end}"
