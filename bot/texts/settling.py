"""What leaders read of their settlements, in chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.texts.wording import day_and_clock, money

NOTHING_YET = "还没有可以结算的团。取货结束、过了售后期，结算单会自动出来。"
_THEN = "再过售后期，结算单自动发给您；您核对后回复“确认”，平台就打款。"


def not_yet(title: str, until: datetime | None) -> str:
    """Of a round whose goods are still fetched."""
    ends = f"（到 {day_and_clock(until)}）" if until else ""
    return f"“{title}”还没到结算的时候：取货结束{ends}，{_THEN}现在卖了多少，发“统计”。"


_UNPAID = {
    True: "收到了请记收款，记了才算您的提成",
    False: "不算在您的提成里；收到后记上，补在下一张结算单",
}
STATES = {"waiting": "还在售后期", "computed": "待结算", "confirmed": "已结算", "paid": "已到账"}


def statement(
    title: str,
    state: str,
    *,
    gross_fen: int,
    discount_fen: int,
    refund_fen: int,
    net_fen: int,
    commission_fen: int,
    supplier_fen: int,
    platform_fen: int,
    correction_fen: int,
    collected_fen: int,
    returned_fen: int = 0,
    fee_fen: int = 0,
    unpaid_fen: int = 0,
    shared_fen: int = 0,
    is_sharing: bool = False,
) -> str:
    """The sums of one settlement, each on its line."""
    lines = [f"【{title}】{STATES[state]}", f"卖出 {money(gross_fen)}"]
    if discount_fen:
        lines.append(f"优惠券 -{money(discount_fen)}")
    if refund_fen:
        lines.append(f"售后退款 -{money(refund_fen)}")
    lines.append(f"净额 {money(net_fen)}")
    if unpaid_fen:
        lines.append(f"还没人付的 {money(unpaid_fen)}，{_UNPAID[state == 'waiting']}")
    supplier = f"，供应商 {money(supplier_fen)}" if supplier_fen else ""
    lines.append(f"您的提成 {money(commission_fen)}{supplier}，平台 {money(platform_fen)}")
    if correction_fen:
        lines.append(f"以前几期后来退款、收款的更正 {money(correction_fen)}")
    if returned_fen:
        lines.append(f"以前分账给您、因退款收回的，补给您 {money(returned_fen)}")
    if fee_fen:
        lines.append(f"配送费、运费（归您）{money(fee_fen)}")
    part = commission_fen + correction_fen + fee_fen + returned_fen
    lines.append(_due(part, collected_fen))
    if shared_fen:
        left = part - collected_fen - shared_fen
        lines.append(f"其中微信分账已经给您 {money(shared_fen)}" + (f"，还差 {money(left)}" if left else ""))
    if is_sharing:
        lines.append("正在用微信分账付给您，有结果了会更新。")
    return "\n".join(lines)


def _due(part_fen: int, collected_fen: int) -> str:
    """Who hands what to whom, given what she collected herself."""
    due = part_fen - collected_fen
    had = f"您自己收了 {money(collected_fen)}，" if collected_fen else ""
    if due < 0:
        return f"{had}扣掉提成，交给平台 {money(-due)}"
    return f"{had}平台转给您 {money(due)}"


def until(at: datetime | None, cases: int, now: datetime) -> str:
    if cases:
        return f"还有{cases}个售后没处理完，处理好了才能结算。"
    if at and at <= now:
        return "售后期已经过了，结算单过几分钟自动出来。"
    return f"售后期到 {day_and_clock(at)}，到时自动出结算单。" if at else "取货结束、过了售后期，自动出结算单。"


def look_and_confirm(url: str, *, may_confirm: bool) -> str:
    ask = "核对没有问题，请回复“确认”；有问题请联系平台。" if may_confirm else "有问题请联系平台。"
    return f'<a href="{url}">每一单是怎么算的</a>（链接15分钟有效）\n{ask}'


def others(titles: Sequence[str]) -> str:
    return f"别的：{'，'.join(titles)}。要看请发“结算”加前面的数字。"


def confirmed(title: str, due_fen: int) -> str:
    end = f"平台会转给您 {money(due_fen)}，到账了会告诉您。" if due_fen >= 0 else f"请把 {money(-due_fen)} 交给平台。"
    return f"好的，“{title}”的结算单确认了。{end}"
