"""What a refusal of the business means for the person in front of a page, in a plain sentence.

The words are those of the chat (`bot.texts.errors`), except where a page must say something else: it cannot be answered
with a word, and its reader is often not the one the chat would speak to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.texts import errors as chat
from operations.errors import Refused
from web.show import quantity, shown_time, yuan

Facts = Mapping[str, Any]


def refusal(error: Refused) -> str:
    """The sentence for a refusal: the page's own, or as it would be said in chat."""
    worded = _SENTENCES.get(error.code)
    if worded is None:
        return chat.refusal(error.code, error.facts)
    return worded if isinstance(worded, str) else worded(error.facts)


def _clock(value: Any) -> str:
    return shown_time(value)[5:] if isinstance(value, datetime) else ""


def _weak(facts: Facts) -> str:
    if facts.get("problem") == "length":
        return f"密码至少要 {facts.get('least', 10)} 个字。"
    return "这个密码太容易猜了，请换一个。"


def _unknown(facts: Facts) -> str:
    typed = facts.get("typed", "")
    return f"没有「{typed}」这个取货码，" + ("像是抄错了一位。" if facts.get("is_mistyped") else "请核对团长和号码。")


def _redeemed(facts: Facts) -> str:
    by = f"，经手人：{facts['by']}" if facts.get("by") else ""
    return f"这个码在 {_clock(facts.get('at'))} 已经取过货{by}。"


def _unpaid(facts: Facts) -> str:
    claimed = "（对方说已付，还没核对）" if facts.get("claimed_at") else ""
    return f"这单还有 {yuan(facts.get('due_fen'))} 没付{claimed}，收款后才能核销。"


def _left(facts: Facts) -> str:
    if "name" not in facts:
        return "这单没有可取的了。"
    return f"「{facts['name']}」只剩 {quantity(facts.get('left_milli'), facts.get('unit', ''))} 可取。"


def _sold_out(facts: Facts) -> str:
    left = facts.get("remaining_milli")
    if not left:
        return f"{facts.get('name', '')}已经订完了，没有加上。"
    most = left + (facts.get("had_milli") or 0)
    unit = facts.get("unit", "")
    return f"{facts['name']}只剩{quantity(left, unit)}，没有加上；您最多可以订到{quantity(most, unit)}。"


def _over_limit(facts: Facts) -> str:
    unit, most = facts.get("unit", ""), facts.get("most_milli", 0)
    start = f"{facts['name']}每户最多{quantity(facts.get('limit_milli'), unit)}，没有加上"
    return f"{start}；您最多可以订到{quantity(most, unit)}。" if most > (facts.get("had_milli") or 0) else f"{start}。"


def _bad_quantity(facts: Facts) -> str:
    if "name" not in facts:
        return "数量不对，请检查。"
    return f"{facts['name']}按{facts.get('unit', '份')}卖，不能订{quantity(facts.get('quantity_milli'))}，请填整数。"


def _cases(facts: Facts) -> str:
    numbers = "、".join(f"S{number}" for number in facts.get("cases") or ())
    return (
        f"有一部分在售后处理中（{numbers}），这一样先不给，别的可以先取；处理好再取这一样。"
        if numbers
        else "正在售后处理中，先处理售后再取货。"
    )


_SENTENCES: dict[str, str | Callable[[Facts], str]] = {
    "not_found": "没有找到。可能已经被处理，或者地址不对。",
    "not_allowed": "你没有做这件事的权限。",
    "leader_inactive": "这位团长现在没有营业。",
    "wrong_state": "现在的状态不能这样操作，请刷新页面看看最新情况。",
    "link_dead": "这个链接已经用过，或者过期了。",
    "weak_password": _weak,
    "sold_out": _sold_out,
    "over_limit": _over_limit,
    "bad_quantity": _bad_quantity,
    "no_order": "还没有选东西。在要的商品后面填上数量，再提交。",
    "unknown_code": _unknown,
    "tries_locked": lambda facts: f"试错太多次，{_clock(facts.get('until'))} 以后再试。",
    "already_redeemed": _redeemed,
    "unpaid_order": _unpaid,
    "order_cancelled": "这单已经取消了，不用给货。",
    "not_arrived": "这一团还没有到货，先登记到货才能核销。",
    "code_revoked": "这个取货码已经作废，请对方看最新的取货码。",
    "nothing_left": _left,
    "under_after_sales": _cases,
    "already_picked_up": "货已经取走了，有问题请走售后。",
    "refund_too_much": lambda facts: f"最多只能退 {yuan(facts.get('max_fen'))}。",
    "case_closed": lambda facts: f"售后 S{facts.get('number', '')} 已经处理过了。",
    "not_delivered": "货还没到，不能申请售后。",
}
