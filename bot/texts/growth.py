"""Coupons, invitations and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.wording import SHANGHAI, menu_link, money

INVITER_COUPON, INVITEE_COUPON = "邀请有礼", "新邻居礼"
NO_COUPONS = "您现在没有可以用的券。邀请邻居来团，两个人都有券：回复“邀请”。"
NO_COUPONS_AT_ALL = "您现在没有可以用的券。"
INVITES_OFF = "现在没有邀请活动，没有记任何东西。"
HOW_TO_REVIEW = "请这样写：评价 5 很新鲜（1 到 5 分；想署名就写：评价 5 署名 很新鲜），再发照片就会放进评价里。"
NO_REVIEWS = "还没有邻居评价。"


def worth(kind: str, value: int) -> str:
    """减¥5, 打9折."""
    if kind == "amount":
        return f"减{money(value)}"
    rest = f"{(10_000 - value) / 1000:.2f}".rstrip("0").rstrip(".")
    return f"打{rest}折" if value < 10_000 else "免单"


def coupon(title: str, kind: str, value: int, min_spend_fen: int, code: str, until: datetime | None) -> str:
    """邀请有礼 减¥5（满¥30，6月1日前）券码 ABCD2345."""
    terms = [f"满{money(min_spend_fen)}"] if min_spend_fen else []
    if until is not None:
        local = until.astimezone(SHANGHAI)
        terms.append(f"{local.month}月{local.day}日前")
    limits = f"（{'，'.join(terms)}）" if terms else ""
    return f"{title} {worth(kind, value)}{limits} 券码 {code}"


def coupons(lines: Sequence[str], code: str) -> str:
    return "\n".join(["您的券：", *lines, f"在团里下单后回复：用券 {code}（现货不能用）"])


NOT_ON_THE_SHELF = "优惠券用在团购的订单上，现货已经是现在的价格，不能再用券。券给您留着，下一团用。"


def which_coupon(lines: Sequence[str]) -> str:
    return "\n".join(["用哪一张？回复数字：", *(f"{i} {line}" for i, line in enumerate(lines, 1))])


def which_order(titles: Sequence[str]) -> str:
    lines = "\n".join(f"{i} {title}" for i, title in enumerate(titles, 1))
    return f"您在几个团里都订了，用在哪一个？回复数字：\n{lines}"


ORDER_FIRST = "券要用在订单上，您现在还没有订。先下单，再回复“用券”。"
COUPON_CAME_OFF = "优惠券用不上了（不到满减的金额），已还给您，还能再用。"
COUPON_LEFT_OUT = "好的，这张券不用了，还给您。"


def invitation(link: str, code: str, *, inviter_fen: int, invitee_fen: int, joined: int, rewarded: int) -> str:
    """What the inviter sends on, and how it went so far."""
    lines = ["把下面这段发给新邻居："]
    lines.append(f"来和我一起团，新邻居有{money(invitee_fen)}券：{link}" if invitee_fen else f"来和我一起团：{link}")
    lines.append(f"或者关注公众号发：邀请码 {code}")
    if inviter_fen:
        lines.append(f"（新邻居取走第一单后，您得{money(inviter_fen)}券）")
    if joined or rewarded:
        lines.append(f"已经来了{joined + rewarded}位，{rewarded}位的礼已经到了。")
    return "\n".join(lines)


def ask_join(inviter: str | None, now_leader: str, leader: str) -> str:
    who = inviter or "邻居"
    return f"{who}邀请您跟着团长“{leader}”。您现在跟着“{now_leader}”，要换吗？已下的订单不受影响。\n回复 {menu_link('确认')} 或 {menu_link('算了')}"


def joined(inviter: str | None, leader: str, invitee_fen: int) -> str:
    gift = f"取走第一单后，{money(invitee_fen)}券就到。" if invitee_fen else ""
    return f"好了，您是{inviter or '邻居'}邀请来的，现在跟着团长“{leader}”。{gift}"


def stars(count: int) -> str:
    return "★" * count + "☆" * (5 - count)


def reviewed(title: str, count: int, words: str | None, *, shows_name: bool) -> str:
    said = f"：{words}" if words else ""
    name = "页面上会写您的称呼。" if shows_name else "页面上不写您的名字。"
    return f"谢谢！“{title}”的评价记下了：{stars(count)}{said}\n{name}有照片现在发过来，会放进评价里。再发一次就是改。"


def review_photo_kept(count: int) -> str:
    return f"照片收到，放进您的评价了（共{count}张）。"


def review_list(rows: Sequence[tuple[int, int, str | None, int, str | None, str | None]]) -> str:
    """(number, 接龙号, name, stars, words, answer) of the newest."""
    lines = ["邻居的评价："]
    for number, seq, name, count, words, answer in rows:
        lines.append(f"{number} {stars(count)} {seq}号 {name or ''} {words or ''}".rstrip())
        if answer:
            lines.append(f"　您回复：{answer}")
    return "\n".join([*lines, f"回复邻居：回评 {rows[0][0]} 谢谢，下次见"])


def review_answered(number: int) -> str:
    return f"评价 {number} 的回复写在页面上了，也告诉了邻居。"
