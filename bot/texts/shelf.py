"""现货: what neighbours and leaders read of goods that lie on the shelf between the rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.texts.replies import order_line
from bot.texts.wording import CONFIRM_OR_NOT, amount, menu_link, money, when, who
from models.views import OrderView, ShelfItem

ON_THE_SHELF = "现货，现在就能取"
NOTHING_FOR_LEADER = "货架上还没有现货。平时放在您那里、随时能卖的东西，这样上架：\n上架 大米 5kg 35元/袋 20袋"
NOT_SOLD_TODAY = "现货还没有卖出过。"
PAGE = "现货"
WORDS = {"price": "改价", "more": "加量", "stock": "库存", "off": "下架", "on": "上架"}


def nothing_there(leader_name: str) -> str:
    return f"团长“{leader_name}”现在没有现货。回复“团购”看开着的团。"


def listed(items: Sequence[ShelfItem], leader_name: str, place: str | None) -> str:
    """What a neighbour can take at once."""
    lines = [f"【现货】团长：{leader_name}，订了就能来取", *(line(one) for one in items)]
    if place:
        lines.append(f"取货：{place}")
    example = next((one for one in items if one.left_milli > 0), None)
    if example:
        lines.append(f"要的话直接回复，例如：现货 {example.name}1")
    return "\n".join(lines)


def beside(items: Sequence[ShelfItem]) -> str:
    """One line below what can be ordered in rounds."""
    some = "、".join(f"{one.name} {money(one.price_fen)}/{one.unit}" for one in items[:3])
    more = "等" if len(items) > 3 else ""
    return f"另有现货，现在就能取：{some}{more}。回复 {menu_link('现货')} 看。"


def line(one: ShelfItem) -> str:
    """大米 5kg ¥35/袋（剩18袋）."""
    left = f"剩{amount(one.left_milli, one.unit)}" if one.left_milli > 0 else "卖完了"
    return f"{name(one)} {money(one.price_fen)}/{one.unit}（{left}{'，冷藏' if one.is_cold else ''}）"


def name(one: ShelfItem) -> str:
    return f"{one.name} {one.spec}" if one.spec and one.spec not in one.name else one.name


# ------------------------------------------------------------------ orders
def booked(one: OrderView, until: datetime, now: datetime, place: str | None, *, is_prepaid: bool) -> str:
    """The whole shelf order, its code, and that it can be fetched."""
    if not one.lines:
        return "好的，现货订单已经取消。"
    lines = ["现货记好了，现在就可以来取：", *(order_line(x) for x in one.lines)]
    lines.append(f"合计 {money(one.total_fen)}")
    if one.code:
        lines.append(f"取货码：{one.code[:3]} {one.code[3:]}")
    if place:
        lines.append(f"取货：{place}")
    lines.append(f"给您留到 {when(until, now)}，要改直接说，不要了回复“取消”。")
    if one.due_fen > 0:
        pay = f"请先付 {money(one.due_fen)}，怎么付请回复“怎么付”。"
        lines.append(pay if is_prepaid else f"取货时请付 {money(one.due_fen)}。")
    return "\n".join(lines)


def booked_for_guest(one: OrderView) -> str:
    if not one.lines:
        return f"{who(one.resident_name, one.room)}的现货订单已取消。"
    goods = "，".join(f"{x.name}{amount(x.quantity_milli, x.unit)}" for x in one.lines)
    code = f"\n取货码：{one.code[:3]} {one.code[3:]}" if one.code else ""
    return f"替 {who(one.resident_name, one.room)} 记好了现货：{goods}，合计 {money(one.total_fen)}。{code}"


# ------------------------------------------------------------------ the leader's shelf
def price_wanted(name_: str) -> str:
    return f"没看到“{name_}”的价格，没有上架。请连价格和数量再发一次，例如：上架 {name_} 35元/袋 20袋"


def stock_wanted(name_: str, price_fen: int, unit: str) -> str:
    price = money(price_fen).removeprefix("¥")
    return f"“{name_}”有多少？没有上架。请连数量再发一次，例如：上架 {name_} {price}元/{unit} 20{unit}"


def of_leader(items: Sequence[ShelfItem], waiting: int) -> str:
    """Everything on the shelf with its number, and how many orders wait to be fetched."""
    lines = ["【现货】", *(_numbered(one) for one in items)]
    if waiting:
        lines.append(f"{waiting}单等着来取，发“现货 未取”看。")
    lines.append("改价：现货 改价 1 38；补货：现货 加量 1 10；一共还剩：现货 库存 1 5；收起来：现货 下架 1")
    return "\n".join(lines)


def _numbered(one: ShelfItem) -> str:
    off = "（已下架）" if not one.is_on else ""
    return f"{one.number} {line(one)}{off}"


def ask_put(goods: Sequence[str]) -> str:
    return "\n".join(["要把这些放到货架上，邻居随时可以订、订了就来取：", *goods]) + CONFIRM_OR_NOT


def to_put(name_: str, spec: str | None, price_fen: int, unit: str, stock_milli: int, *, was: ShelfItem | None) -> str:
    """One of the goods that are about to lie there; `was`: as it lies there already."""
    text = f"{name_}{f' {spec}' if spec else ''} {money(price_fen)}/{unit}，{amount(stock_milli, unit)}"
    if was is None:
        return text
    return f"{text}（货架上已有，现在{money(was.price_fen)}、剩{amount(was.left_milli, was.unit)}，会改成这样）"


def put(items: Sequence[ShelfItem]) -> str:
    goods = "\n".join(_numbered(one) for one in items)
    return f"上架好了：\n{goods}\n邻居回复“现货”就能看到；有人订，马上告诉您。"


def changed(one: ShelfItem, change: str) -> str:
    match change:
        case "price":
            return f"{name(one)}现在 {money(one.price_fen)}/{one.unit}，已经订了的还按原价。"
        case "off":
            return f"{name(one)}已从货架收起，订了没取的照样给。再放上去：现货 上架 {one.number}"
        case "on":
            return f"{name(one)}又放上货架了，剩{amount(one.left_milli, one.unit)}。"
        case _:
            return f"{name(one)}现在剩{amount(one.left_milli, one.unit)}。"


def in_both(name_: str, number: int, word: str) -> str:
    return (
        f"“{name_}”团里有、货架上也有。改团里的请写编号，例如：{word} {number} …；改货架上的请写：现货 {word} {name_} …"
    )


# ------------------------------------------------------------------ notices
def sold(p: Mapping[str, Any]) -> str:
    """To the leader: somebody is coming for goods."""
    person = who(p.get("name"), p.get("room"))
    if not p["goods"]:
        return f"现货：{person} 取消了（{p['seq']}号），货已放回货架。"
    goods = "、".join(f"{name_}{amount(milli, unit)}" for name_, milli, unit in p["goods"])
    said = "订了现货" if p["is_new"] else "的现货改成"
    return f"{person} {said}：{goods}，{money(p['total_fen'])}（{p['seq']}号）。来取时报取货码。"


def let_go(p: Mapping[str, Any]) -> str:
    goods = "、".join(f"{name_}{amount(milli, unit)}" for name_, milli, unit in p["goods"])
    return f"您订的现货（{goods}）一直没来取，已经取消，不用付钱。还要的话随时再订。"
