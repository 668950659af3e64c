"""What a leader reads of her post: how it was understood, what is missing or doubtful, and the round it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.parsing.values import PostItem, PostReading
from bot.texts.replies import example
from bot.texts.wording import amount, day_and_clock, menu_link, money, offer_line, pickup, pickup_read
from models.views import RoundView

DEFAULT_UNIT = "份"


def preview(reading: PostReading, now: datetime, problems: Sequence[str], remarks: Sequence[str] = ()) -> str:
    """What was understood of a post, what was not sure in it; with what is missing, or the question whether to publish."""
    lines = [f"【{reading.title}】请核对："]
    lines += [item_line(item) for item in reading.items]
    lines.append(f"截单：{day_and_clock(reading.closes_at) if reading.closes_at else '（没写）'}")
    at = pickup_read(reading.pickup)
    lines.append("取货：" + (" ".join(x for x in (at, reading.pickup_place) if x) or "（没写）"))
    if reading.note:
        lines.append(reading.note)
    if remarks:
        lines += ["", *(f"※ {remark}" for remark in remarks)]
    if problems:
        lines += ["", *problems]
        return "\n".join(lines)
    return (
        "\n".join(lines)
        + f"\n没问题就回复 {menu_link('确认')} 开团，不开回复 {menu_link('算了')}；要改就直接说，例如“2 38元”“截单 周五20:00”。"
    )


def item_line(item: PostItem) -> str:
    """1 红颜草莓 2斤/盒 ¥45/盒（共20盒，每户限2盒）, or what of it was not read."""
    unit = item.unit or DEFAULT_UNIT
    price = f"{money(item.price_fen)}/{unit}" if item.price_fen is not None else "（没看到价格）"
    price += "".join(f"，{amount(t.quantity_milli, unit)}{money(t.bundle_fen)}" for t in item.tiers)
    parts = [f"{item.number} {item.name}", item.spec or "", price]
    remarks = []
    if item.capacity_milli is not None:
        remarks.append(f"共{amount(item.capacity_milli, unit)}")
    if item.limit_milli is not None:
        remarks.append(f"每户限{amount(item.limit_milli, unit)}")
    if item.case_milli is not None:
        remarks.append(f"{amount(item.case_milli, unit)}一箱")
    if item.is_cold:
        remarks.append("冷藏")
    return " ".join(p for p in parts if p) + (f"（{'，'.join(remarks)}）" if remarks else "")


def problem(code: str, names: Sequence[str]) -> str:
    """A doubt of the reader, as a question with an example answer."""
    kind, _, argument = code.partition(":")
    match kind:
        case "price":
            return f"{argument}号“{_name(names, argument)}”没看到价格，请回复：{argument} 15元"
        case "name":
            return f"{argument}号没看到卖的是什么，请回复：{argument}号叫草莓"
        case "items":
            return "没看到要卖什么。请写商品和价格，例如：1) 红颜草莓 2斤/盒 45元"
        case "closes_at":
            return "没看到截单时间，请回复：截单 周五20:00"
        case "past_closes_at":
            return "截单时间已经过去了，请回复：截单 明天20:00"
        case "pickup":
            return "取货时间看不准，请回复：自提 周六16:00-19:00"
        case _:
            return "有一处看不准，请再核对一下上面的内容。"


def remarks_on(codes: Sequence[str], names: Sequence[str]) -> list[str]:
    """What was read with a doubt, or is missing: each with the short answer that settles it."""
    terms = [code.partition(":")[2] for code in codes if code.startswith("promotion:")]
    found = [_remark(code, names) for code in codes if not code.startswith("promotion:")]
    if terms:
        found.insert(0, f"{'、'.join(f'“{term}”' for term in terms)}系统不会算，没有记，请您自己算给邻居。")
    return [remark for remark in found if remark]


def _remark(code: str, names: Sequence[str]) -> str:
    kind, _, argument = code.partition(":")
    match kind:
        case "unit":
            first = argument.partition("、")[0]
            return f"{argument}号没写按什么卖，先按“{DEFAULT_UNIT}”。要改回复：单位 {first} 盒"
        case "several_closes_at":
            return "写了不止一个截单时间，先按早的。不对请回复：截单 周五20:00"
        case "pickup":
            return "没看到取货时间。要补回复：自提 周六16:00-19:00"
        case "pickup_windows":
            return "取货写了不止一个时间，先只记了日期。要写清楚回复：自提 周六16:00-19:00"
        case "pickup_before_close":
            return "取货比截单还早，是不是写反了？要改回复：自提 周六16:00-19:00"
        case "pickup_place":
            return "没看到在哪里取。要补回复：地点 3号楼大堂"
        case "pickup_places":
            return "取货写了不止一个地方，先没有记。要写清楚回复：地点 东区6栋大堂，西区15栋大堂"
        case "shared_stock":
            return "限的总数记成了每样都有这么多。不对请回复：限量 1 20"
        case "figure" | "check":
            return _unsure(kind, argument, names)
        case "cold" if argument:
            return f"{argument}号“{_name(names, argument)}”记成要冷藏的。不用的话回复：不冷藏 {argument}"
        case "cold":
            return "写了有要冷藏的，没看出是哪一样。请回复：冷藏 2"
        case _:
            return "有一处看不准，请再核对一下上面的内容。"


def _unsure(kind: str, argument: str, names: Sequence[str]) -> str:
    """What may have been misread: a figure nothing was made of, a name that is perhaps none."""
    if kind == "figure":
        return f"“{argument}”里的数字没有记，请核对一下上面的价格和数量。"
    return f"{argument}号“{_name(names, argument)}”的品名看不太准，请核对。要改回复：{argument}号叫草莓"


def _name(names: Sequence[str], number: str) -> str:
    index = int(number) - 1 if number.isdigit() else -1
    return names[index] if 0 <= index < len(names) else ""


def draft_waits(title: str) -> str:
    return (
        f"这句没看懂。“{title}”还没发布：要改就说“2 38元”“截单 周五20:00”“去掉 3”，"
        f"没问题回复 {menu_link('确认')}，不开回复 {menu_link('算了')}。"
    )


def published(round_: RoundView, leader_number: int, url: str) -> str:
    return f"开团了！下面这段可以直接转发到群里，二维码随后发给您：\n\n{group_text(round_, leader_number, url)}"


def group_text(round_: RoundView, leader_number: int, url: str) -> str:
    """Copy-ready text for the group: nothing in it depends on the day it is read."""
    lines = [f"#开团 {round_.title}"]
    lines += [offer_line(o, with_left=False) for o in round_.offers if not o.is_withdrawn]
    if round_.closes_at:
        lines.append(f"截单：{day_and_clock(round_.closes_at)}")
    if pickup(round_):
        lines.append(f"取货：{pickup(round_)}")
    if round_.note:
        lines.append(round_.note)
    lines.append(f"下单：关注公众号发“{example(round_.offers)} 3-502”")
    lines.append(f"第一次来先发 L{leader_number}，或点 {url}")
    return "\n".join(lines)
