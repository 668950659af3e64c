"""What the simulated WeChat Pay knows of a merchant's orders, refunds and splits, and the rules it keeps them by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ORDER_NO = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
REFUND_NO = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
MOST_REFUNDS = 50
REFUND_PAUSE = timedelta(minutes=1)
REFUNDABLE_FOR = timedelta(days=365)
SHARE_AFTER = timedelta(seconds=30)
MOST_SHARED_BPS = 3000


class ApiError(Exception):
    """An error answer: HTTP status and the documented code."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(code)
        self.status, self.code, self.words = status, code, words


@dataclass
class Trade:
    """One order of the merchant. Amounts in fen."""

    out_trade_no: str
    kind: str
    body: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    state: str = "NOTPAY"
    transaction_id: str = ""
    openid: str = ""
    paid_at: datetime | None = None

    @property
    def total(self) -> int:
        return int(self.body["amount"]["total"])

    @property
    def is_shared(self) -> bool:
        return bool(self.body.get("settle_info", {}).get("profit_sharing"))


@dataclass
class Refund:
    """One refund; PROCESSING until the test says what became of it."""

    out_refund_no: str
    refund_id: str
    trade: Trade
    amount: int
    created_at: datetime
    notify_url: str
    status: str = "PROCESSING"
    done_at: datetime | None = None


@dataclass
class Share:
    """One request to split, with its receivers: {account, type, amount, result}."""

    out_order_no: str
    order_id: str
    trade: Trade
    receivers: list[dict[str, Any]]
    created_at: datetime
    is_closing: bool
    state: str = "PROCESSING"
    returned: dict[str, Return] = field(default_factory=dict)


@dataclass
class Return:
    """One request to get a part back."""

    out_return_no: str
    return_no: str
    merchant_id: str
    amount: int
    result: str = "SUCCESS"
    problem: str = ""


class Book:
    """All of them, by number."""

    def __init__(self) -> None:
        self.trades: dict[str, Trade] = {}
        self.refunds: dict[str, Refund] = {}
        self.shares: dict[str, Share] = {}
        self.receivers: set[tuple[str, str]] = set()

    # ---- orders

    def place(self, kind: str, body: dict[str, Any], now: datetime) -> Trade:
        """A new order, or the same one again. Raises ApiError."""
        number = str(body.get("out_trade_no", ""))
        _check_order(kind, body, now)
        known = self.trades.get(number)
        if known is None:
            expires = _instant(body["time_expire"]) if "time_expire" in body else now + timedelta(days=7)
            known = self.trades[number] = Trade(number, kind, body, now, expires)
            return known
        if known.state in {"SUCCESS", "REFUND"}:
            raise ApiError(400, "ORDERPAID", "该订单已支付")
        if known.state == "CLOSED":
            raise ApiError(400, "ORDER_CLOSED", "该订单已关闭")
        same = ("amount", "payer", "description", "appid", "mchid")
        if known.kind != kind or any(known.body.get(name) != body.get(name) for name in same):
            raise ApiError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
        return known

    def trade(self, number: str) -> Trade:
        """Raises ApiError."""
        if number not in self.trades:
            raise ApiError(404, "ORDER_NOT_EXIST", "订单不存在")
        return self.trades[number]

    def by_transaction(self, transaction_id: str) -> Trade:
        found = [trade for trade in self.trades.values() if trade.transaction_id == transaction_id]
        if not found or not transaction_id:
            raise ApiError(404, "ORDER_NOT_EXIST", "订单不存在")
        return found[0]

    def close(self, number: str) -> None:
        trade = self.trade(number)
        if trade.state in {"SUCCESS", "REFUND"}:
            raise ApiError(400, "ORDERPAID", "该订单已支付")
        trade.state = "CLOSED"

    # ---- refunds

    def refund(self, body: dict[str, Any], now: datetime, refund_id: str) -> Refund:
        """Ask for a refund; the same number again is the same refund. Raises ApiError."""
        trade = self._refunded_trade(body)
        number, amount = str(body.get("out_refund_no", "")), body.get("amount", {})
        if not REFUND_NO.fullmatch(number) or amount.get("currency") != "CNY" or not _is_sum(amount.get("refund")):
            raise ApiError(400, "PARAM_ERROR", "参数错误")
        if amount.get("total") != trade.total:
            raise ApiError(400, "PARAM_ERROR", "订单金额不一致")
        if (known := self.refunds.get(number)) is not None:
            if known.trade is not trade or known.amount != amount["refund"]:
                raise ApiError(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
            return known
        self._check_refund(trade, int(amount["refund"]), now)
        made = Refund(number, refund_id, trade, int(amount["refund"]), now, str(body.get("notify_url", "")))
        self.refunds[number] = made
        trade.state = "REFUND"
        return made

    def refund_of(self, number: str) -> Refund:
        if number not in self.refunds:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return self.refunds[number]

    def refunds_of(self, trade: Trade) -> list[Refund]:
        return [refund for refund in self.refunds.values() if refund.trade is trade and refund.status != "CLOSED"]

    def _refunded_trade(self, body: dict[str, Any]) -> Trade:
        if "transaction_id" in body:
            trade = self.by_transaction(str(body["transaction_id"]))
        else:
            trade = self.trade(str(body.get("out_trade_no", "")))
        if trade.state not in {"SUCCESS", "REFUND"}:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "订单未支付")
        return trade

    def _check_refund(self, trade: Trade, amount: int, now: datetime) -> None:
        earlier = self.refunds_of(trade)
        if sum(refund.amount for refund in earlier) + amount > trade.total:
            raise ApiError(403, "NOT_ENOUGH", "申请退款金额大于订单可退金额")
        if len(earlier) >= MOST_REFUNDS:
            raise ApiError(400, "INVALID_REQUEST", "部分退款次数超限")
        if any(now - refund.created_at < REFUND_PAUSE for refund in earlier):
            raise ApiError(429, "FREQUENCY_LIMITED", "频率限制")
        if trade.paid_at is None or now - trade.paid_at > REFUNDABLE_FOR:
            raise ApiError(400, "INVALID_REQUEST", "订单已超过可退款的最大期限")
        if self.shared_fen(trade):
            raise ApiError(403, "NOT_ENOUGH", "已分账的订单请先回退")

    # ---- splits

    def shared_fen(self, trade: Trade) -> int:
        """What of a payment is with receivers and has not come back."""
        given = back = 0
        for share in self.shares_of(trade):
            given += sum(int(one["amount"]) for one in share.receivers)
            back += sum(one.amount for one in share.returned.values() if one.result == "SUCCESS")
        return given - back

    def shares_of(self, trade: Trade) -> list[Share]:
        return [share for share in self.shares.values() if share.trade is trade]

    def unsplit_fen(self, trade: Trade) -> int:
        """What is still frozen: neither given, nor freed, nor paid back."""
        if any(share.is_closing for share in self.shares_of(trade)):
            return 0
        return trade.total - self.shared_fen(trade) - sum(one.amount for one in self.refunds_of(trade))

    def share(self, body: dict[str, Any], now: datetime, order_id: str) -> Share:
        """Split a payment. Raises ApiError."""
        trade = self.by_transaction(str(body.get("transaction_id", "")))
        number, receivers = str(body.get("out_order_no", "")), list(body.get("receivers", []))
        if (known := self.shares.get(number)) is not None:
            return known
        if not trade.is_shared:
            raise ApiError(403, "RULE_LIMIT", "非分账订单不支持分账")
        if trade.paid_at is None or now - trade.paid_at < SHARE_AFTER:
            raise ApiError(403, "RULE_LIMIT", "订单处理中，暂时不能分账")
        if any(share.is_closing for share in self.shares_of(trade)):
            raise ApiError(403, "RULE_LIMIT", "订单已经分账完结")
        if not 0 < len(receivers) <= 50 or any((r["type"], r["account"]) not in self.receivers for r in receivers):
            raise ApiError(400, "INVALID_REQUEST", "分账接收方关系不存在")
        asked = sum(int(receiver["amount"]) for receiver in receivers)
        if (self.shared_fen(trade) + asked) * 10_000 > trade.total * MOST_SHARED_BPS:
            raise ApiError(403, "RULE_LIMIT", "分账金额超出最大分账比例")
        if asked > self.unsplit_fen(trade):
            raise ApiError(403, "NOT_ENOUGH", "分账金额大于剩余可分金额")
        made = Share(number, order_id, trade, receivers, now, bool(body.get("unfreeze_unsplit")))
        self.shares[number] = made
        return made

    def free(self, body: dict[str, Any], now: datetime, order_id: str) -> Share:
        """解冻: what is left of a payment is the merchant's. Raises ApiError."""
        trade, number = self.by_transaction(str(body.get("transaction_id", ""))), str(body.get("out_order_no", ""))
        if (known := self.shares.get(number)) is not None:
            return known
        if not trade.is_shared or self.unsplit_fen(trade) <= 0:
            raise ApiError(403, "RULE_LIMIT", "没有可解冻的资金")
        made = self.shares[number] = Share(number, order_id, trade, [], now, is_closing=True, state="FINISHED")
        return made

    def share_of(self, number: str) -> Share:
        if number not in self.shares:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "分账单不存在")
        return self.shares[number]

    def give_back_share(self, body: dict[str, Any], return_no: str, result: str) -> Return:
        """回退: only from merchants, never more than they got. Raises ApiError."""
        share = self.share_of(str(body.get("out_order_no", "")))
        ours = [r for r in share.receivers if r["type"] == "MERCHANT_ID" and r["account"] == body.get("return_mchid")]
        if not ours or share.state != "FINISHED":
            raise ApiError(403, "RULE_LIMIT", "分账接收方不支持回退")
        number, amount = str(body["out_return_no"]), int(body["amount"])
        if (known := share.returned.get(number)) is not None:
            return known
        if sum(one.amount for one in share.returned.values() if one.result != "FAILED") + amount > sum(
            int(one["amount"]) for one in ours
        ):
            raise ApiError(403, "NOT_ENOUGH", "回退金额超过可回退金额")
        made = share.returned[number] = Return(number, return_no, str(body["return_mchid"]), amount, result)
        if result == "FAILED":
            made.problem = "ACCOUNT_ABNORMAL"
        return made

    def return_of(self, out_order_no: str, number: str) -> Return:
        """Raises ApiError."""
        if number not in self.share_of(out_order_no).returned:
            raise ApiError(404, "RESOURCE_NOT_EXISTS", "回退单不存在")
        return self.share_of(out_order_no).returned[number]


def _check_order(kind: str, body: dict[str, Any], now: datetime) -> None:
    amount, url = body.get("amount", {}), str(body.get("notify_url", ""))
    wrong = (
        not ORDER_NO.fullmatch(str(body.get("out_trade_no", "")))
        or not 0 < len(str(body.get("description", "")).encode()) <= 127
        or not _is_sum(amount.get("total"))
        or amount.get("currency", "CNY") != "CNY"
        or not url.startswith(("https://", "http://127.0.0.1:"))
        or "?" in url
        or len(str(body.get("attach", ""))) > 128
        or (kind == "jsapi" and not body.get("payer", {}).get("openid"))
        or (kind == "h5" and not body.get("scene_info", {}).get("payer_client_ip"))
        or ("time_expire" in body and _instant(body["time_expire"]) < now + timedelta(minutes=1))
    )
    if wrong:
        raise ApiError(400, "PARAM_ERROR", "参数错误")


def _is_sum(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(400, "PARAM_ERROR", "时间格式错误") from None
    if found.tzinfo is None:
        raise ApiError(400, "PARAM_ERROR", "时间格式错误")
    return found
