"""What a neighbour asks beside the goods, answered for itself: bargaining, invoices, delivery, returns, how to reach
the leader. Each says what is known; what only the leader knows is followed by how to ask her."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts import paying
from bot.texts.wording import amount, menu_link, money, offer_line, pickup, when
from models.views import RoundView

NOT_KNOWN = f"这个我不清楚，要问团长。看现在能订什么，回复 {menu_link('团购')}。"
INVOICE = "发票、收据我开不了，能不能开、怎么开，要问团长。"
BY_ANOTHER = "谁来取都行：把您的取货码（六位数字）告诉他，取货时报给团长。到货后回复“取货码”就能看到。"
RETURNS = (
    "截单前不想要了，直接说，例如“草莓不要了”，不收钱。\n"
    "取到的货有问题，发“售后”加一句话，例如：售后 草莓坏了两颗，再拍张照片，团长会给您退或者补。"
)
_NO_PICKUP = "取货的时间地点团长还没有写。"


def reach(leader_name: str) -> str:
    """谁是团长, 团长电话多少."""
    return f"您的团长是“{leader_name}”。电话、微信和群我不能替团长给；您要说的话我可以带到。"


def bargain(rounds: Sequence[RoundView]) -> str:
    """能不能便宜点: who makes the price, and what is cheaper by itself."""
    cheaper = [
        f"{o.name}：{'，'.join(f'{amount(t.quantity_milli, o.unit)}{money(t.bundle_fen)}' for t in o.tiers)}"
        for r in rounds
        for o in r.offers
        if o.tiers and not o.is_withdrawn
    ]
    more = ["多买便宜的有：", *cheaper] if cheaper else []
    return "\n".join(["价钱是团长定的，我改不了。", *more, f"有没有优惠券，回复 {menu_link('我的券')}。"])


def delivery(rounds: Sequence[RoundView]) -> str:
    """快递到家吗, 运费多少: where it is fetched, and what is charged for bringing it."""
    lines = ["团购的货是到自提点取的，能不能送到家要问团长。"]
    for one in rounds:
        fees = paying.fee_words(one.fees)
        lines += [_place(one), "，".join(fees) if fees else "不另收运费、配送费。"]
    return "\n".join(lines)


def pickups(rounds: Sequence[RoundView]) -> str:
    """周日能取吗: when and where, and nothing else."""
    return "\n".join(_place(one) for one in rounds)


def payment(how: str) -> str:
    """可以刷微信吗, of somebody who owes nothing yet."""
    return how or "订好以后回复“付款”，点链接用微信付。"


def next_round(rounds: Sequence[RoundView], now: datetime) -> str:
    """下次什么时候开团."""
    lines = [f"【{r.title}】正开着{f'，{when(r.closes_at, now)} 截单' if r.closes_at else ''}。" for r in rounds]
    return "\n".join([*lines, "下一团哪天开、开什么，要看团长；开了会在群里说。"])


def written(rounds: Sequence[RoundView]) -> str:
    """草莓甜不甜: what the leader wrote of the goods that were named, and that this is all there is."""
    lines = []
    for one in rounds:
        lines += [f"【{one.title}】", *(offer_line(o) for o in one.offers if not o.is_withdrawn)]
        lines += [one.note] if one.note else []
    return "\n".join([*lines, "写着的就这些，别的要问团长。"])


def not_known(rounds: Sequence[RoundView]) -> str:
    """What the leader wrote about the goods, if she wrote anything: the answer may stand there."""
    return "\n".join([*(f"【{r.title}】{r.note}" for r in rounds if r.note), NOT_KNOWN])


def _place(one: RoundView) -> str:
    where = pickup(one)
    return f"【{one.title}】{f'取货：{where}' if where else _NO_PICKUP}"
