"""How residents are told to pay, and how leaders set it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts.wording import money
from models.views import FeeTerms

NO_WECHAT_PAY = "平台还没有开通微信支付，可以用：收款方式 取货付，收款方式 转账。"
MODES = {"pickup": "取货时付", "transfer": "先转账", "wechat": "微信支付"}


@dataclass(frozen=True, slots=True)
class ToPay:
    """What one order owes. `link` where it can be paid online."""

    title: str
    seq: int
    due_fen: int
    note: str
    link: str | None


def how_to_pay(mode: str, how: str | None, orders: Sequence[ToPay]) -> str:
    lines = [f"【{one.title}】{one.seq}号 要付 {money(one.due_fen)}" + _way(mode, one) for one in orders]
    if mode == "pickup":
        lines.append("取货的时候付给团长就行。" + (f"（{how}）" if how else ""))
    elif mode == "transfer":
        lines.append(f"付款办法：{how or '按团长在群里说的办法转账'}。")
        lines.append("转账时请写上备注，付好了回复“付好了”，也可以把付款截图发过来。")
    return "\n".join(lines)


def _way(mode: str, one: ToPay) -> str:
    if one.link:
        return f'：<a href="{one.link}">点这里付款</a>'
    return f"，备注写 {one.note}" if mode == "transfer" else ""


def too_long(days: int) -> str:
    return f"没有改动：最多写 {days} 天，例如 自动取消 24小时。"


def terms(mode: str, how: str | None, cancel_after_h: int | None, *, is_change: bool) -> str:
    head = "改好了。现在是这样收款的：" if is_change else "现在是这样收款的："
    lines = [head, MODES[mode] + (f"，{how}" if how else "")]
    if mode != "pickup" or cancel_after_h:
        never = "不会自动取消"
        where = "（取货时付的不取消）" if mode == "pickup" else ""
        lines.append(f"截单后没付的：{f'{cancel_after_h}小时后自动取消' if cancel_after_h else never}{where}")
    lines.append(
        "要改请发：收款方式 取货付，收款方式 转账 扫门口的收款码，收款方式 微信支付，自动取消 24小时，自动取消 关"
    )
    return "\n".join(lines)


def fees(terms: FeeTerms, *, is_change: bool, kept: Sequence[str]) -> str:
    """What a leader charges on top of the goods."""
    lines = ["改好了，以后开的团这样收：" if is_change else "以后开的团这样收："]
    lines += fee_words(terms) or ["只收货款，没有别的费用。"]
    if kept:
        lines.append(f"“{'”“'.join(kept)}”已经有人下单，不变。")
    lines.append("要改请发：配送费 3元 满50免，每件费 0.5，起订 30，分摊运费 30（只算这一团）；后面写“关”就不收。")
    return "\n".join(lines)


def fee_words(terms: FeeTerms) -> list[str]:
    """Terms as neighbours read them, one a line."""
    lines = []
    if terms.min_order_fen:
        lines.append(f"满{money(terms.min_order_fen)}起送")
    if terms.order_fee_fen:
        free = f"，满{money(terms.fee_free_from_fen)}免" if terms.fee_free_from_fen else ""
        lines.append(f"每单配送费 {money(terms.order_fee_fen)}{free}")
    if terms.unit_fee_fen:
        lines.append(f"每件另收 {money(terms.unit_fee_fen)}")
    if terms.transport_fen:
        lines.append(f"这一团运费 {money(terms.transport_fen)}，截单时按单平摊")
    return lines


def transport(title: str, fen: int) -> str:
    if not fen:
        return f"好的，“{title}”不分摊运费了。"
    return f"好的，“{title}”的运费 {money(fen)}，截单时平摊给每一单，分摊后的合计会告诉每位邻居。"


def proof_kept(title: str, seq: int, fen: int) -> str:
    return (
        f"收到截图，放在“{title}”{seq}号下面了，记成您说已付 {money(fen)}，等团长核对。不是付款截图的话，请写一句说明。"
    )
