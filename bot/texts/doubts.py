"""What was not clear in an order, as questions that a short answer settles."""

from __future__ import annotations

from collections.abc import Sequence

from bot.parsing.values import Doubt
from bot.texts.wording import CONFIRM_OR_NOT, amount


def sentence(d: Doubt, names: Sequence[str]) -> str:
    """Why a fragment was not booked; a question where it can be settled with a short answer."""
    said = f"“{d.fragment}”" if d.fragment else "这一句"
    match d.reason:
        case "not_sold":
            return f"没找到{said}，没有记上。回复“团购”看这次有什么。"
        case "which_item":
            options = "\n".join(f"{i} {name}" for i, name in enumerate(names, 1))
            return f"{said}是哪一样？回复数字：\n{options}"
        case "how_many":
            name = names[0] if names else said
            return f"{name}要多少？回复数量就行。"
        case "unit":
            return f"{said}没有记上：{names[0]}，请回复数量。" if names else f"{said}的单位对不上，请说要几份。"
        case "range":
            return f"{said}是几份？请说一个准数。"
        case "out_of_range":
            return f"{said}的数量不对，请再说一次要几份。"
        case "reference":
            return f"{said}我看不到，请直接写要什么、要几份。"
        case "which_room":
            return f"{said}是房号还是数量？房号请这样写：3-502"
        case _:
            if names:
                return f"{said}没看懂，请换个说法，例如：{'、'.join(names)}2"
            return f"{said}没看懂，请写清楚要什么、要几份。"


def in_round(title: str, *, has_order: bool) -> str:
    """The round of a choice, as its remark."""
    return f"{title}，您订了这一团" if has_order else title


def wanted(op: str, name: str, milli: int, unit: str) -> str:
    """One change as a neighbour says it."""
    if op == "set":
        return f"{name}{amount(milli, unit)}" if milli else f"不要{name}"
    return f"{name}再加{amount(milli, unit)}" if op == "add" else f"{name}少{amount(milli, unit)}"


def is_it(wanted: Sequence[str]) -> str:
    return f"没全看懂，还没有记。您是要：{'，'.join(wanted)}，对吗？{CONFIRM_OR_NOT}"


def sold_before(fragment: str, title: str) -> str:
    return f"“{fragment}”是“{title}”里的，那一团已经截单，没有记上。"


def then_asked(fragments: Sequence[str]) -> str:
    return f"{'、'.join(f'“{one}”' for one in fragments)}接着再问您。"


def had_before(milli: int, unit: str) -> str:
    return f"（现在订了{amount(milli, unit)}，请说一共要多少）"
