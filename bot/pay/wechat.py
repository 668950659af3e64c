"""Gateway over wechatpayv3: orders, refunds, splits and bills of one merchant account.

Not left to the library (2.0.4): how old a notification is and whose serial it names are checked before it, because it
looks at neither and asks WeChat Pay for certificates on every serial it does not know; its bare exceptions become
PayError; it is given no logger, because it writes whole bodies.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.pay.calling import call, find, text
from bot.pay.gateway import BadNotice, BillRow, PayError, RefundResult, RefundState, Trade, TradeState, TradeType
from bot.pay.library import open_library, pay_type
from bot.pay.notices import open_notice
from bot.pay.sharing import WeChatSharing

API_BASE = "https://api.mch.weixin.qq.com"
REASON = "团购退款"  # stands in the resident's wallet
_TRADES: Mapping[str, TradeState] = {
    "SUCCESS": "paid", "REFUND": "refunded", "NOTPAY": "unpaid", "USERPAYING": "unpaid", "CLOSED": "closed",
    "REVOKED": "closed", "PAYERROR": "unpaid",
}  # fmt: skip
_REFUNDS: Mapping[str, RefundState] = {
    "PROCESSING": "processing", "SUCCESS": "done", "ABNORMAL": "abnormal", "CLOSED": "closed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merchant:
    """The account. Public-key mode needs `public_key` and `public_key_id`; `certificates`: the older mode, or both
    while an account migrates. Keys as PEM text; further public keys may lie in `keys_folder`.
    """

    appid: str
    mchid: str
    private_key: str
    serial: str
    apiv3_key: str
    notify_url: str
    public_key: str | None = None
    public_key_id: str | None = None
    certificates: bool = False
    keys_folder: Path | None = None


class WeChatPayGateway:
    """See `bot.pay.gateway.Gateway`. Threads may share one."""

    def __init__(self, merchant: Merchant, *, api_base: str = API_BASE, simulator: bool = False) -> None:
        """`api_base` may be a proxy: what answers is verified. Only a simulator may do without TLS."""
        if not simulator and not api_base.startswith("https://"):
            raise ValueError("WeChat Pay is reached by https; anything else is for the simulator only")
        if len(merchant.apiv3_key.encode()) != 32:
            raise ValueError("an APIv3 key has 32 characters")
        self._merchant, self._base = merchant, api_base.rstrip("/")
        self._pay = open_library(merchant, self._base, simulator=simulator)
        self.sharing = WeChatSharing(self._pay)

    def place(
        self, *, trade_type: TradeType, out_trade_no: str, amount_fen: int, description: str, openid: str | None,
        expires_at: datetime, is_shared: bool,
    ) -> str:  # fmt: skip
        answer = call(
            self._pay.pay,
            description=_fit(description, 127),
            out_trade_no=out_trade_no,
            amount={"total": amount_fen, "currency": "CNY"},
            payer={"openid": openid} if trade_type == "jsapi" else None,
            time_expire=expires_at.isoformat(timespec="seconds"),
            settle_info={"profit_sharing": True} if is_shared else None,
            pay_type=pay_type(trade_type),
        )
        return text(answer, "prepay_id" if trade_type == "jsapi" else "code_url")

    def page_parameters(self, prepay_id: str, now: datetime) -> dict[str, str]:
        """Source: https://pay.weixin.qq.com/doc/v3/merchant/4012791857."""
        timestamp, package = str(int(now.timestamp())), f"prepay_id={prepay_id}"
        nonce = hashlib.sha256(f"{prepay_id}{timestamp}".encode()).hexdigest()[:32]
        signature = self._pay.sign([self._merchant.appid, timestamp, nonce, package])
        return {
            "appId": self._merchant.appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": str(signature),
        }

    def query(self, out_trade_no: str) -> Trade | None:
        found = find(self._pay.query, out_trade_no=out_trade_no)
        return None if found is None else self._trade(found)

    def close(self, out_trade_no: str) -> None:
        call(self._pay.close, out_trade_no=out_trade_no)

    def refund(self, *, out_refund_no: str, out_trade_no: str, amount_fen: int, total_fen: int) -> RefundResult:
        answer = call(
            self._pay.refund,
            out_refund_no=out_refund_no,
            out_trade_no=out_trade_no,
            amount={"refund": amount_fen, "total": total_fen, "currency": "CNY"},
            reason=REASON,
        )
        return _refund(answer, "status")

    def query_refund(self, out_refund_no: str) -> RefundResult | None:
        found = find(self._pay.query_refund, out_refund_no=out_refund_no)
        return None if found is None else _refund(found, "status")

    def bill(self, day: date) -> list[BillRow]:
        try:
            # The library always asks for a packed file and does not unpack it.
            path = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=ALL"
            where = call(self._pay._core.request, path=path)
        except PayError as error:
            if error.code == "NO_STATEMENT_EXIST":
                return []
            raise
        url = text(where, "download_url").replace(f"{API_BASE}/", f"{self._base}/", 1)
        if not url.startswith(f"{self._base}/"):
            raise PayError("BAD_ANSWER")
        body = call(self._pay.download_bill, url=url, is_json=False)
        if hashlib.sha1(body, usedforsecurity=False).hexdigest() != where.get("hash_value"):
            raise PayError("BAD_HASH", is_unknown=True)
        return read_bill(body.decode("utf-8-sig"))

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Trade | RefundResult:
        said = open_notice(self._pay, headers, body, now)
        resource = said["resource"]
        if resource.get("mchid") != self._merchant.mchid:
            raise BadNotice("for another merchant")
        try:
            if str(said.get("event_type", "")).startswith("REFUND."):
                return _refund(resource, "refund_status")
            return self._trade(resource)
        except (PayError, KeyError, TypeError, ValueError):
            raise BadNotice("not as documented") from None

    def _trade(self, found: Mapping[str, Any]) -> Trade:
        """Raises PayError when it is not an order of ours."""
        if found.get("appid") != self._merchant.appid or found.get("mchid") != self._merchant.mchid:
            raise PayError("BAD_ANSWER")
        at = found.get("success_time")
        return Trade(
            out_trade_no=str(found["out_trade_no"]),
            state=_TRADES[str(found["trade_state"])],
            amount_fen=int(found["amount"]["total"]),
            currency=str(found["amount"].get("currency", "")),
            transaction_id=str(found.get("transaction_id", "")),
            paid_at=datetime.fromisoformat(at) if at else None,
            openid=str(found.get("payer", {}).get("openid", "")),
        )


def read_bill(text: str) -> list[BillRow]:
    """The rows of a trade bill; its last two lines are sums. Source: see API_BASE, 4013071203."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = []
    for row in csv.DictReader(io.StringIO("\n".join(lines[:-2]))):
        value = {name: (cell or "").lstrip("`") for name, cell in row.items()}
        is_refund = value["交易状态"] in {"REFUND", "REVOKED"}
        found.append(
            BillRow(
                out_trade_no=value["商户订单号"],
                transaction_id=value["微信订单号"],
                amount_fen=_fen(value["申请退款金额"] if is_refund else value["订单金额"]),
                out_refund_no=value["商户退款单号"] if is_refund else "",
                is_failed=is_refund and value["退款状态"] in {"FAIL", "CHANGE"},
            )
        )
    return found


def _refund(found: Mapping[str, Any], state: str) -> RefundResult:
    return RefundResult(
        out_refund_no=str(found["out_refund_no"]),
        out_trade_no=str(found["out_trade_no"]),
        state=_REFUNDS[str(found[state])],
        amount_fen=int(found["amount"]["refund"]),
        refund_id=str(found.get("refund_id", "")),
    )


def _fit(words: str, most: int) -> str:
    """At most so many bytes of UTF-8, whole characters."""
    return words.encode()[:most].decode(errors="ignore")


def _fen(yuan: str) -> int:
    return int(Decimal(yuan or "0") * 100)
