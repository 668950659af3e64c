"""What residents read of goods that are still to be fetched."""

from __future__ import annotations

from bot.texts.wording import amount
from models.views import OrderView

HAVE_IT = "已经拿到手了的话，回复“转告”，我告诉团长补记一下。"


def left(o: OrderView, where: str) -> str:
    """What of an order was not handed out yet."""
    goods = "、".join(f"{x.name}{amount(x.left_milli, x.unit)}" for x in o.lines if x.left_milli > 0)
    code = f"\n取货码：{o.code[:3]} {o.code[3:]}" if o.code else ""
    return f"“{o.round_title}”还没取的：{goods}{code}" + (f"\n取货：{where}" if where else "")


def all_fetched(title: str) -> str:
    return f"“{title}”您的货都取完了。哪样有问题，发“售后”加一句话，例如：售后 草莓 坏了两个"
