"""The daily trade bill: amounts in yuan, a leading backtick before every value, sums at the end.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4013071203
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .book import Book, Refund, Trade

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEADING = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,"
    "费率备注"
)
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def trade_bill(book: Book, day: date) -> str:
    """Everything of one day in Shanghai; "" when there was nothing."""
    rows = sorted([*_payments(book, day), *_refunds(book, day)])
    if not rows:
        return ""
    paid = sum(trade.total for trade in book.trades.values() if _is_on(trade.paid_at, day))
    back = sum(refund.amount for refund in book.refunds.values() if _is_on(refund.created_at, day))
    sums = [str(len(rows)), _yuan(paid), _yuan(back), "0.00", "0.00", _yuan(paid), _yuan(back)]
    return "\r\n".join([HEADING, *rows, SUMS, _row(sums)]) + "\r\n"


def _payments(book: Book, day: date) -> Iterator[str]:
    for trade in book.trades.values():
        if trade.paid_at is not None and _is_on(trade.paid_at, day):
            what, total = trade.body["description"], _yuan(trade.total)
            rest = [total, "0.00", "0", "0", "0.00", "0.00", "", "", what, "", "0.00", "0.60%", total, "0.00", ""]
            yield _row([*_common(trade, trade.paid_at, "SUCCESS"), *rest])


def _refunds(book: Book, day: date) -> Iterator[str]:
    for refund in book.refunds.values():
        if _is_on(refund.created_at, day):
            what, back = refund.trade.body["description"], _yuan(refund.amount)
            numbers = ["0.00", "0.00", refund.refund_id, refund.out_refund_no, back, "0.00", "ORIGINAL", _word(refund)]
            rest = [*numbers, what, "", "0.00", "0.60%", "0.00", back, ""]
            yield _row([*_common(refund.trade, refund.created_at, "REFUND"), *rest])


def _common(trade: Trade, at: datetime, state: str) -> list[str]:
    body = trade.body
    return [
        f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", body["appid"], body["mchid"], "0", "", trade.transaction_id,
        trade.out_trade_no, trade.openid, trade.kind.upper(), state, "OTHERS", "CNY",
    ]  # fmt: skip


def _word(refund: Refund) -> str:
    return {"ABNORMAL": "CHANGE", "CLOSED": "FAIL"}.get(refund.status, refund.status)


def _row(values: Iterable[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _is_on(at: datetime | None, day: date) -> bool:
    return at is not None and at.astimezone(SHANGHAI).date() == day
