"""`PaySim`: the simulated WeChat Pay as one object."""

from __future__ import annotations

import random
import string
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal

from flask import Flask

from bot.simulator.clock import system_clock

from .book import Book, Refund, Trade
from .keys import SCHEME, Keys, sign
from .notices import FAULTS, Letter, Postman

Mode = Literal["public_key", "certificate", "mixed"]
API_FAULTS = (
    "SYSTEM_ERROR", "FREQUENCY_LIMITED", "lost_answer", "unsigned", "bill_not_ready", "bill_hash",
    "return_waits", "return_fails",
)  # fmt: skip


@dataclass
class _Fault:
    path: str
    kind: str
    times: float


class PaySim:
    """A merchant account (`mchid`) bound to `appid`. `clock` drives every rule, `seed` every made-up number.

    `mode` says what answers and notifications are signed with; `mixed` changes from one to the next, as during a
    migration. Wall time is used for the age of requests and signatures only: the bot's library signs with it.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] | None = None,
        seed: int = 0,
        appid: str = "wx0000000000000000",
        mchid: str = "1900000001",
        mode: Mode = "public_key",
        base_url: str = "http://127.0.0.1:8000",
        keys: Keys | None = None,
        is_prompt: bool = False,
    ) -> None:
        """`is_prompt`: refunds and shares are done as soon as they are asked for, and signatures go by `clock` too: for
        the try-out, whose clock is put forward by hand. Else a test says what became of them.
        """
        self.clock = clock or system_clock
        self.appid, self.mchid, self.mode, self.base_url = appid, mchid, mode, base_url
        self.lock = threading.RLock()
        self._rng = random.Random(seed)
        self.keys = keys or Keys(self._rng)
        self.is_prompt = is_prompt
        self.book = Book()
        self.postman = Postman(self)
        self.bills: dict[str, str] = {}  # by the token of their address
        self.requests: list[tuple[str, str, int]] = []  # method, path, status
        self._faults: list[_Fault] = []

    def now(self) -> datetime:
        return self.clock()

    def word(self, length: int) -> str:
        with self.lock:
            return "".join(self._rng.choices(string.ascii_letters + string.digits, k=length))

    def digits(self, length: int) -> str:
        with self.lock:
            return "".join(self._rng.choices(string.digits, k=length))

    # ---- what people do

    def pay(self, out_trade_no: str, openid: str = "", *, notify: bool = True) -> Trade:
        """Somebody pays; WeChat Pay writes to the merchant about it. Raises ApiError, ValueError (closed, paid)."""
        with self.lock:
            trade = self.book.trade(out_trade_no)
            if trade.state != "NOTPAY" or self.now() >= trade.expires_at:
                raise ValueError(f"the order is {trade.state} and can be paid until {trade.expires_at}")
            trade.state, trade.paid_at = "SUCCESS", self.now()
            trade.transaction_id = f"42{self.digits(26)}"
            trade.openid = openid or trade.body.get("payer", {}).get("openid") or f"o{self.word(27)}"
            letter = self.postman.write("TRANSACTION.SUCCESS", trade.body["notify_url"], self.trade_json(trade))
        if notify:
            self.postman.deliver(letter)
        return trade

    def refund_done(self, out_refund_no: str, status: str = "SUCCESS", *, notify: bool = True) -> Refund:
        """What became of a refund: SUCCESS, ABNORMAL or CLOSED."""
        with self.lock:
            refund = self.book.refund_of(out_refund_no)
            refund.status, refund.done_at = status, self.now()
            resource = self.refund_json(refund)
            resource["refund_status"] = resource.pop("status")
            letter = self.postman.write(f"REFUND.{status}", refund.notify_url, resource | {"mchid": self.mchid})
        if notify and refund.notify_url:
            self.postman.deliver(letter)
        return refund

    def share_done(self, out_order_no: str, result: str = "SUCCESS") -> None:
        """What became of a split."""
        with self.lock:
            share = self.book.share_of(out_order_no)
            share.state = "FINISHED"
            for receiver in share.receivers:
                receiver["result"] = result
            if result != "SUCCESS":
                failed = {"amount": 0, "fail_reason": "ACCOUNT_ABNORMAL"}
                share.receivers = [receiver | failed for receiver in share.receivers]

    def return_done(self, out_order_no: str, out_return_no: str, result: str = "SUCCESS") -> None:
        """What became of a part's way back: SUCCESS or FAILED."""
        with self.lock:
            self.book.return_of(out_order_no, out_return_no).result = result

    def deliver_due(self) -> int:
        """Notifications whose time has come."""
        return self.postman.deliver_due()

    @property
    def letters(self) -> list[Letter]:
        return self.postman.letters

    # ---- faults

    def fault(self, path: str, kind: str, times: float = 1) -> None:
        """Order a fault: `notify` with one of notices.FAULTS, or a part of an API path with one of API_FAULTS."""
        if kind not in (FAULTS if path == "notify" else API_FAULTS):
            raise ValueError(f"unknown kind of fault {kind!r}")
        self._faults.append(_Fault(path, kind, times))

    def struck(self, path: str, *kinds: str) -> str | None:
        """The fault that strikes now, used up once."""
        with self.lock:
            for fault in self._faults:
                if fault.times > 0 and fault.path in path and (not kinds or fault.kind in kinds):
                    fault.times -= 1
                    return fault.kind
        return None

    # ---- how it speaks

    def signed(self, body: str, fault: str = "") -> dict[str, str]:
        """The Wechatpay-* headers for a body."""
        age = {"stale": 600, "ancient": 8 * 365 * 86_400}.get(fault, 0)
        signed_at = self.clock() if self.is_prompt else system_clock()
        timestamp, nonce = str(int(signed_at.timestamp()) - age), self.word(32)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self._serial(fault),
            "Wechatpay-Signature": sign(self.keys.platform, timestamp, nonce, body),
            "Wechatpay-Signature-Type": SCHEME,
        }
        if fault == "bad_signature":
            headers["Wechatpay-Signature"] = sign(self.keys.merchant, timestamp, nonce, body)
        if fault == "probe":  # 签名探测: https://pay.weixin.qq.com/doc/v3/merchant/4013053249
            headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{headers['Wechatpay-Signature'][19:]}"
        if fault == "missing_header":
            del headers["Wechatpay-Nonce"]
        return headers

    def _serial(self, fault: str) -> str:
        if fault == "unknown_serial":
            return "0" + "AB" * 19
        if fault == "odd_serial":
            return "PUB_KEY_ID_OF_SOMEBODY"
        with self.lock:
            mode = self._rng.choice(["public_key", "certificate"]) if self.mode == "mixed" else self.mode
        return self.keys.public_key_id if mode == "public_key" else self.keys.certificate_serial

    def trade_json(self, trade: Trade) -> dict[str, Any]:
        """An order as the query and the notification show it."""
        shown: dict[str, Any] = {
            "appid": self.appid,
            "mchid": self.mchid,
            "out_trade_no": trade.out_trade_no,
            "trade_state": trade.state,
            "trade_state_desc": trade.state,
            "amount": {"total": trade.total, "currency": "CNY"},
        }
        if trade.paid_at is not None:
            shown |= {
                "transaction_id": trade.transaction_id,
                "trade_type": trade.kind.upper(),
                "bank_type": "OTHERS",
                "success_time": _rfc3339(trade.paid_at),
                "payer": {"openid": trade.openid},
            }
            shown["amount"] |= {"payer_total": trade.total, "payer_currency": "CNY"}
        return shown

    def refund_json(self, refund: Refund) -> dict[str, Any]:
        """A refund as the query and the notification show it."""
        shown: dict[str, Any] = {
            "refund_id": refund.refund_id,
            "out_refund_no": refund.out_refund_no,
            "transaction_id": refund.trade.transaction_id,
            "out_trade_no": refund.trade.out_trade_no,
            "user_received_account": "支付用户零钱",
            "create_time": _rfc3339(refund.created_at),
            "status": refund.status,
            "amount": {"total": refund.trade.total, "refund": refund.amount, "currency": "CNY"},
        }
        return shown | ({"success_time": _rfc3339(refund.done_at)} if refund.done_at else {})

    @cached_property
    def wsgi(self) -> Flask:
        """This simulator as an application."""
        from .server import create_pay_simulator

        return create_pay_simulator(self)


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
