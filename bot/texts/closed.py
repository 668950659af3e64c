"""What residents read who order or cancel when it is too late."""

from __future__ import annotations

NOTHING_TO_ANSWER = "现在没有等您回复数字的问题，没有改动。看订单回复“我的订单”，看取货码回复“取货码”。"


def round_is_over_for(title: str) -> str:
    """Goods of a round that has closed, ordered or changed; how to reach the leader follows."""
    return f"“{title}”已经截单，这次改不了了，也加不了了。"


def too_late_to_cancel(title: str, name: str) -> str:
    """The goods have come: giving them back is the leader's to decide, item by item."""
    return f"“{title}”的货已经到了，取消不了，没有改动。不想要哪一样直接说，例如：{name}不要了，我开售后单请团长处理。"


def round_is_over(title: str) -> str:
    return f"“{title}”已经截单，这次改不了了。有急事请发：联系团长 加上您要说的话。"
