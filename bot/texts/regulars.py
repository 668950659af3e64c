"""Regulars: what a neighbour usually takes, and who has not come for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.wording import CONFIRM_OR_NOT, amount, money, when, who
from models.views import OfferView

NO_HABIT = "还没有您以前的订单，不知道您平常要什么。请直接写商品和数量，回复“团购”看这次有什么。"
NOBODY_AWAY = "没有。订过的邻居，最近三期里都来过。"


def usual(
    goods: Sequence[tuple[OfferView, int]], missing: Sequence[str], *, is_last: bool = False, has_some: bool = False
) -> str:
    """What would be booked, with prices, and what is not to be had; asked, never booked unasked."""
    gone = f"这次没有：{'、'.join(missing)}" if missing else ""
    if not goods:
        known = "您平常要的，这次的订单里已经有了。要改直接说。" if has_some else "您平常要的，这次都没有。"
        return "\n".join(line for line in (known, gone if has_some else "", "回复“团购”看这次有什么。") if line)
    lines = ["照您上次订的：" if is_last else "照您平常要的："]
    lines += [f"{one.name} {amount(milli, one.unit)}（{money(one.price_fen)}/{one.unit}）" for one, milli in goods]
    lines += [gone] if gone else []
    return "\n".join([*lines, "要改直接写，例如：" + f"{goods[0][0].name}1。就这样订吗？"]) + CONFIRM_OR_NOT


def away(rows: Sequence[tuple[str | None, str | None, datetime]], now: datetime) -> str:
    """(room, name, last order) of neighbours who used to order."""
    if not rows:
        return NOBODY_AWAY
    lines = [f"{who(name, room)}（上次 {when(at, now)}）" for room, name, at in rows]
    return "\n".join([f"这{len(rows)}户连着三期没订了：", *lines, "想请大家回来，可以发预告，例如：预告 下周有西瓜"])
