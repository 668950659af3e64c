"""What a leader reads when she asks the neighbours to come or to pay."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts.wording import CONFIRM_OR_NOT

_WHOM = {"pickup": "还没来取的", "pay": "还没付的"}


def ask(about: str, title: str, sent: int, again: int, nobody: int) -> str:
    """Shown before anything is sent; numbers are orders."""
    return f"提醒“{title}”{_WHOM[about]} {sent} 单？每单今天只提醒一次。{_rest(again, nobody)}{CONFIRM_OR_NOT}"


def which(rows: Sequence[tuple[str, str, int]]) -> str:
    """Rows of (what about, title, orders)."""
    lines = [f"{n} “{title}”{_WHOM[about]} {sent} 单" for n, (about, title, sent) in enumerate(rows, 1)]
    return "\n".join(["提醒哪些人？先给您看，没有发。回复数字：", *lines])


def reminded(sent: int, again: int, nobody: int, *, is_night: bool) -> str:
    later = "夜里不打扰，早上再送到。" if is_night else ""
    said = f"已经提醒 {sent} 单。{later}" if sent else "没有可以再提醒的了。"
    return said + _rest(again, nobody)


_NOT_YET_DUE = "没截单的先不催；取货时付的，取走了没付才催。"


def nobody_to_remind(again: int, nobody: int, about: str | None) -> str:
    if again or nobody:
        return f"没有可以再提醒的了，没有发。{_rest(again, nobody)}"
    match about:
        case "pickup":
            return "没有等着取货的邻居，没有发。还没登记到货的，先发“到货”。"
        case "pay":
            return f"没有要催付款的，没有发。{_NOT_YET_DUE}看名单发“未付”。"
        case _:
            return f"没有要催的，没有发：没有等着取货的，也没有该付没付的。{_NOT_YET_DUE}看名单发“未取”“未付”。"


def _rest(again: int, nobody: int) -> str:
    parts = [f"今天提醒过的有 {again} 单。" if again else "", f"{nobody} 单没有微信，请打电话。" if nobody else ""]
    return "".join(parts)
