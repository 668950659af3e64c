"""What can be asked of WeChat Pay, as plain values; `bot.pay.wechat` asks it, tests ask the simulator through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

TradeState = Literal["unpaid", "paid", "refunded", "closed"]
RefundState = Literal["processing", "done", "abnormal", "closed"]
TradeType = Literal["jsapi", "native"]


class PayError(Exception):
    """WeChat Pay did not do it. `is_unknown`: it may have done it, nobody knows; ask before trying again.

    `code` is the documented one (ORDERPAID, NOT_ENOUGH, …), or NETWORK, BAD_SIGNATURE, BAD_ANSWER.
    """

    def __init__(self, code: str, *, is_unknown: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_unknown = code, is_unknown

    @property
    def may_repeat(self) -> bool:
        """Whether the same request may be sent again later."""
        return self.is_unknown or self.code in {"SYSTEM_ERROR", "FREQUENCY_LIMITED", "NETWORK"}


class BadNotice(Exception):
    """A notification that is not provably WeChat Pay's, or not for us. `reason` is for the log, not for its sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trade:
    """An order as WeChat Pay has it. Amounts in fen; `transaction_id` is empty until it is paid."""

    out_trade_no: str
    state: TradeState
    amount_fen: int
    currency: str
    transaction_id: str = ""
    paid_at: datetime | None = None
    openid: str = ""


@dataclass(frozen=True, slots=True)
class RefundResult:
    """A refund as WeChat Pay has it."""

    out_refund_no: str
    out_trade_no: str
    state: RefundState
    amount_fen: int
    refund_id: str = ""


@dataclass(frozen=True, slots=True)
class BillRow:
    """One line of a day's bill: a payment, or a refund with its own number. Amounts in fen."""

    out_trade_no: str
    transaction_id: str
    amount_fen: int
    out_refund_no: str = ""
    is_failed: bool = False


class Gateway(Protocol):
    """Every call may raise PayError; none of them is called inside a database transaction."""

    def place(
        self,
        *,
        trade_type: TradeType,
        out_trade_no: str,
        amount_fen: int,
        description: str,
        openid: str | None,
        expires_at: datetime,
        is_shared: bool,
    ) -> str:
        """Put an order in; returns the prepay_id (jsapi) or the address a QR code shows (native)."""
        ...  # fmt: skip

    def page_parameters(self, prepay_id: str, now: datetime) -> dict[str, str]:
        """What the page hands to WeixinJSBridge, signed."""
        ...

    def query(self, out_trade_no: str) -> Trade | None:
        """The order; None when WeChat Pay has none of this number."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Nobody can pay it any more."""
        ...

    def refund(self, *, out_refund_no: str, out_trade_no: str, amount_fen: int, total_fen: int) -> RefundResult:
        """Ask for a refund; again with the same number is the same refund."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundResult | None:
        """The refund; None when there is none of this number."""
        ...

    def add_receiver(self, merchant_id: str) -> None:
        """Somebody who may be given a part (分账). Again changes nothing."""
        ...

    def share(self, *, transaction_id: str, out_order_no: str, merchant_id: str, amount_fen: int) -> str:
        """Give a receiver a part of a payment; returns PROCESSING or FINISHED."""
        ...

    def query_share(self, *, transaction_id: str, out_order_no: str) -> Literal["processing", "done", "failed"]:
        """What became of it."""
        ...

    def return_share(self, *, out_order_no: str, out_return_no: str, merchant_id: str, amount_fen: int) -> bool:
        """Get a part back before a refund; True when it is back."""
        ...

    def bill(self, day: date) -> list[BillRow]:
        """All payments and refunds of a day in Shanghai. PayError STATEMENT_CREATING: not yet."""
        ...

    def read_notice(self, headers: Any, body: bytes, now: datetime) -> Trade | RefundResult:
        """What a notification says, once it is provably WeChat Pay's. Raises BadNotice."""
        ...
