"""What can be asked of WeChat Pay, as plain values; `bot.pay.wechat` asks it, tests ask the simulator through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol

TradeState = Literal["unpaid", "paid", "refunded", "closed"]
RefundState = Literal["processing", "done", "abnormal", "closed"]
TradeType = Literal["jsapi", "native"]
ShareState = Literal["processing", "done", "failed"]


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


@dataclass(frozen=True, slots=True)
class ShareResult:
    """What became of a part, or of its way back. `amount_fen` is what WeChat Pay has down for it."""

    state: ShareState
    amount_fen: int
    problem: str | None = None  # of one that failed, the documented code


class Sharing(Protocol):
    """分账: parts of payments that go to other merchants, and back. Every call may raise PayError.

    Only merchants are given parts: nothing can be taken back out of a person's wallet.
    Source: https://pay.weixin.qq.com/doc/v3/merchant/4013080034
    """

    def add_receiver(self, *, merchant_id: str, name: str) -> None:
        """Somebody who may be given a part; `name` is the account's full name. Again changes nothing."""
        ...

    def give(self, *, transaction_id: str, out_order_no: str, merchant_id: str, amount_fen: int) -> ShareResult:
        """Give a receiver a part of a payment and free the rest; again with the same number is the same.

        With `amount_fen` 0 the whole is freed and nobody given anything.
        """
        ...

    def query(self, *, transaction_id: str, out_order_no: str, merchant_id: str) -> ShareResult | None:
        """What became of it; None when there is none of this number."""
        ...

    def take_back(self, *, out_order_no: str, out_return_no: str, merchant_id: str, amount_fen: int) -> ShareResult:
        """Get a part back before a refund; again with the same number is the same."""
        ...

    def query_return(self, *, out_order_no: str, out_return_no: str) -> ShareResult | None:
        """What became of it; None when there is none of this number."""
        ...


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

    @property
    def sharing(self) -> Sharing:
        """分账."""
        ...  # fmt: skip

    def bill(self, day: date) -> list[BillRow]:
        """All payments and refunds of a day in Shanghai. PayError STATEMENT_CREATING: not yet."""
        ...

    def read_notice(self, headers: Any, body: bytes, now: datetime) -> Trade | RefundResult:
        """What a notification says, once it is provably WeChat Pay's. Raises BadNotice."""
        ...
