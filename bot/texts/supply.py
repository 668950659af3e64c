"""What leaders read of full cases and of goods that come from suppliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.texts.wording import amount, day_and_clock

_WISHES = {"buy": "补满（多买的归您）", "cap": "只要整箱（后订的少拿）", "extend": "先延长两小时", None: "还没定"}


def cases(title: str, goods: Sequence[tuple[int, str, str, int, int | None, str | None]], usual: str | None) -> str:
    """Goods as (number, name, unit, in a case, missing or None when the order has gone out, what is wished)."""
    if not goods:
        return f"“{title}”里没有按整箱进的商品。"
    lines = [f"【{title}】按整箱进的（各位团长的加起来算）："]
    for number, name, unit, case, missing, wish in goods:
        lines.append(f"{number} {name}，{amount(case, unit)}一箱：{_stands(missing, unit, wish)}")
    lines.append(f"平时：{_WISHES[usual]}。")
    lines.append(
        "凑不满怎么办，可以这样回：整箱 1 补满，整箱 1 只要整箱，整箱 1 延长。不写编号就是以后都这样：整箱 补满"
    )
    return "\n".join(lines)


def _stands(missing: int | None, unit: str, wish: str | None) -> str:
    if missing is None:
        return "已经向供应商订了"
    if not missing:
        return "正好是整箱"
    return (
        f"还差{amount(missing, unit)}凑整箱，凑不满就{_WISHES[wish]}"
        if wish
        else f"还差{amount(missing, unit)}凑整箱，还没定怎么办"
    )


def case_wished(name: str | None, wish: str) -> str:
    """One item's wish, or the usual one."""
    of = f"{name}这次" if name else "以后按整箱进的商品"
    return f"记住了：{of}凑不满整箱，就{_WISHES[wish]}。" + (
        "到截单前十分钟还没凑满，系统会延长一次并告诉邻居。" if wish == "extend" else ""
    )


def choose_hint() -> str:
    return "凑不满整箱怎么办，发“整箱”来定。"


def cases_open(p: Mapping[str, Any]) -> str:
    """The notice after the close."""
    first = p["goods"][0]["number"]
    return (
        f"“{p['title']}”截单了，{_short(p)}。凑不满怎么办？回复“整箱 {first} 补满”（多买的归您），"
        f"或“整箱 {first} 只要整箱”（后订的少拿）。不回复由平台定。"
    )


def cases_stretched(p: Mapping[str, Any]) -> str:
    """The notice of an extension."""
    until = day_and_clock(datetime.fromisoformat(p["closes_at"]))
    return f"“{p['title']}”{_short(p)}，按您说的延长到{until}，邻居已经通知。"


def promised(p: Mapping[str, Any]) -> str:
    """The notice when a supplier cannot bring everything, or can after all."""
    goods = p["goods"]
    if all(x["promised_milli"] == x["needed_milli"] for x in goods):
        whole = "、".join(f"{x['name']}{amount(x['needed_milli'], x['unit'])}" for x in goods)
        return f"“{p['title']}”：供应商又说给得齐了，{whole}。"
    said = "、".join(
        f"{x['name']}您订了{amount(x['needed_milli'], x['unit'])}，大约分到{amount(x['promised_milli'], x['unit'])}"
        for x in goods
    )
    return (
        f"“{p['title']}”：供应商说货不够，按各位团长订的分，{said}。现在什么都不用改；"
        "实际到多少，登记到货时会带出来，后下单的少拿。可以先跟邻居打个招呼。"
    )


def _short(p: Mapping[str, Any]) -> str:
    return "、".join(f"{x['name']}还差{amount(x['missing_milli'], x['unit'])}凑整箱" for x in p["goods"])
