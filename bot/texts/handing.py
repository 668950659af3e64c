"""Pickup day: what leaders and helpers read."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts.leading import CONFIRM_OR_NOT
from bot.texts.wording import amount, money, who
from models.outcomes import Arrival
from models.views import OrderView, RoundView

SCANNED = "扫到的码"
PICTURE_OF_A_CODE = "图片收到了，但我看不了图里的码，没有登记。核销请直接发六位取货码，或者点菜单里的“扫码核销”。"


def shortage_unread(unread: Sequence[str]) -> str:
    return f"没看懂“{'、'.join(unread)}”，没有登记。请这样写：到货 草莓少3 鸡蛋破2"


def more_missing_than_ordered(name: str) -> str:
    return f"{name}没有订出去这么多，没有登记。请再核对一下少了多少。"


def ask_arrival(round_: RoundView, orders: int, shortages: Sequence[str]) -> str:
    """`shortages` are ready lines: who gets less of what."""
    lines = [f"“{round_.title}”到货，通知{orders}位来取？"]
    if shortages:
        lines += ["不够分的，按下单先后，这些邻居会少拿：", *shortages]
    return "\n".join(lines) + CONFIRM_OR_NOT


def shortage(name: str | None, room: str | None, goods: str, unit: str, wanted: int, gets: int, owed_fen: int) -> str:
    owed = f"，少收{money(owed_fen)}" if owed_fen else ""
    return f"{who(name, room)} {goods}：订{amount(wanted, unit)}，给{amount(gets, unit)}{owed}"


def arrived(round_: RoundView, done: Arrival) -> str:
    owed = f"少拿的已付款邻居，要退 {money(done.owed_back_fen)}。\n" if done.owed_back_fen else ""
    return (
        f"“{round_.title}”已到货，{done.ready_orders}单可以取，已安排通知{done.notices}位。\n{owed}"
        "邻居报六位取货码，您直接把码发给我就核销。"
    )


def arrived_before(round_: RoundView) -> str:
    return f"“{round_.title}”之前已经登记过到货，没有再登记，也没有再通知。"


def unpaid_for_helper(seq: int) -> str:
    return f"{seq}号还没付清，没有登记，请找团长。"


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
        lines.append(f"请收 {money(collect_fen)}，收好后发“收 {o.seq}”")
    return "\n".join(lines)


def not_redeemed(code: str, reason: str) -> str:
    return f"❌ {code}：{reason}"


def annulled(o: OrderView) -> str:
    return f"已撤销，{o.seq}号 {who(o.resident_name, o.room)}的货又算没取，取货码可以再用。"


def part_not_understood(code: str, rest: str) -> str:
    return f"{code} 后面的“{rest}”没看懂，没有核销。整单取走就只发取货码；取一部分这样写：{code} 草莓1"
