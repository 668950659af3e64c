"""What is kept of a person, told to himself; and having it erased."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts.growth import stars
from bot.texts.replies import my_order
from bot.texts.wording import day_and_clock, menu_link
from models.views import OwnData

NOTHING = "这里没有您的资料。"
ERASED = "已经删除。以后要订货，重新扫团长的二维码就行。"
HOW_TO_ERASE = "要全部清掉，回复：删除我的资料"


def kept(worlds: Sequence[OwnData]) -> str:
    """Leader by leader: who he is there, his orders, and every word of his."""
    return "\n\n".join(_of_leader(one) for one in worlds) or NOTHING


def _of_leader(one: OwnData) -> str:
    lines = [f"团长“{one.leader_name}”那里记着：", f"称呼：{one.name or '（没有）'}", f"房号：{one.room or '（没有）'}"]
    lines.append(f"电话：{one.phone or '（没有）'}")
    lines += [f"小区：{one.community}"] if one.community else []
    lines.append(f"订单：{len(one.orders)}个")
    lines += [f"\n{my_order(order)}" for order in one.orders]
    lines += [""] if one.questions or one.reviews or one.complaints else []
    lines += [f"留言（{day_and_clock(at)}）：{asked}{_answer(answer)}" for at, asked, answer in one.questions]
    lines += [f"评价“{title}”：{stars(count)}{words or ''}" for title, count, words in one.reviews]
    lines += [f"售后 S{number}：{words}" for number, words in one.complaints]
    return "\n".join(lines)


def _answer(words: str | None) -> str:
    return f"　团长回复：{words}" if words else ""


def ask_erase() -> str:
    return (
        "删除后，您的称呼、房号、电话、留言和评价的话都会清掉，订单只留数量和金额。没取的订单请先处理好。\n"
        f"回复 {menu_link('确认')} 或 {menu_link('算了')}"
    )
