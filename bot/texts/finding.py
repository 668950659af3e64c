"""What somebody without a leader reads: whom he may follow, and how he says it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts.replies import HOW_TO_FOLLOW
from bot.texts.wording import menu_link

_WHERE = "编号就写在团长发到群里的开团文字最后。"
_APPLY = "想当团长，回复：我要当团长 您的称呼 小区"
WELCOME = f"您好！我是邻团，帮邻居们一起拼团。您跟哪位团长订？\n{HOW_TO_FOLLOW}\n{_APPLY}"

Row = tuple[str, int, str]
"""Name, number, where: of one leader."""


def greeted(few: Sequence[Row]) -> str:
    """A stranger has come; `few`: all the leaders there are, where they are few."""
    if not few:
        return WELCOME
    return f"您好！我是邻团，帮邻居们一起拼团。\n{_question(few)}\n{_APPLY}"


def which(found: Sequence[Row], *, is_more: bool = False) -> str:
    more = "\n还有几位，写全一点我再找。" if is_more else ""
    return f"{_question(found)}{more}"


def nobody(few: Sequence[Row], *, is_near: bool = False) -> str:
    """Nothing was found; `few`: all the leaders there are, where they are few."""
    start = "这附近没有找到团长的自提点。" if is_near else "您还没有跟着哪位团长，没有记任何东西。"
    return f"{start}\n{_question(few)}" if few else f"{start}\n{HOW_TO_FOLLOW}{_WHERE}"


def no_such_number(number: int) -> str:
    return f"没有找到编号是 L{number} 的团长，请核对一下。\n{HOW_TO_FOLLOW}"


def _question(found: Sequence[Row]) -> str:
    if len(found) == 1:
        name, number, where = found[0]
        place = f"，{where}" if where else ""
        return (
            f"您是跟团长“{name}”（L{number}{place}）订的吗？回复 {menu_link('确认')} 就能看到在卖什么；"
            "不是的话，回复团长的称呼、编号或您的小区，或者扫团长的二维码。"
        )
    lines = [
        f"{n} {name}（L{number}{f'，{where}' if where else ''}）" for n, (name, number, where) in enumerate(found, 1)
    ]
    return "\n".join(
        ["您跟哪位团长订？回复数字：", *lines, "都不是的话，回复团长的称呼、编号或您的小区，或者扫团长的二维码。"]
    )


def place(places: Sequence[str], metres: int | None) -> str:
    """阳光花园、东湖花园 约800米."""
    far = (
        ""
        if metres is None
        else f"约{max(100, round(metres, -2))}米"
        if metres < 1000
        else f"约{metres / 1000:.1f}公里"
    )
    return " ".join(part for part in ("、".join(places[:2]), far) if part)
