"""分账 over wechatpayv3. Sources, below https://pay.weixin.qq.com/doc/v3/merchant/ : 4013080034 and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.pay.calling import call, find, text
from bot.pay.gateway import PayError, ShareResult, ShareState

_RETURNS: Mapping[str, ShareState] = {
    "PROCESSING": "processing", "SUCCESS": "done", "FAILED": "failed", "FAIL": "failed",
}  # fmt: skip


class WeChatSharing:
    """See `bot.pay.gateway.Sharing`."""

    def __init__(self, library: Any) -> None:
        self._pay = library

    def add_receiver(self, *, merchant_id: str, name: str) -> None:
        call(
            self._pay.profitsharing_add_receiver,
            account_type="MERCHANT_ID",
            account=merchant_id,
            relation_type="DISTRIBUTOR",
            name=name,
        )

    def give(self, *, transaction_id: str, out_order_no: str, merchant_id: str, amount_fen: int) -> ShareResult:
        asked: dict[str, Any] = {"transaction_id": transaction_id, "out_order_no": out_order_no}
        if not amount_fen:
            found = call(self._pay.profitsharing_unfreeze, description="解冻剩余资金", **asked)
            return _share(found, "")
        receiver = {"type": "MERCHANT_ID", "account": merchant_id, "amount": amount_fen, "description": "团长提成"}
        found = call(self._pay.profitsharing_order, receivers=[receiver], unfreeze_unsplit=True, **asked)
        return _share(found, merchant_id)

    def query(self, *, transaction_id: str, out_order_no: str, merchant_id: str) -> ShareResult | None:
        found = find(self._pay.profitsharing_order_query, transaction_id=transaction_id, out_order_no=out_order_no)
        return None if found is None else _share(found, merchant_id)

    def take_back(self, *, out_order_no: str, out_return_no: str, merchant_id: str, amount_fen: int) -> ShareResult:
        found = call(
            self._pay.profitsharing_return,
            out_order_no=out_order_no,
            out_return_no=out_return_no,
            return_mchid=merchant_id,
            amount=amount_fen,
            description="退款前回退",
        )
        return _back(found)

    def query_return(self, *, out_order_no: str, out_return_no: str) -> ShareResult | None:
        found = find(self._pay.profitsharing_return_query, out_order_no=out_order_no, out_return_no=out_return_no)
        return None if found is None else _back(found)


def _share(found: Mapping[str, Any], merchant_id: str) -> ShareResult:
    """The receiver's own row: what is freed stands beside it, as a part of the merchant who gave it."""
    state = text(found, "state")
    mine = [one for one in found.get("receivers") or () if merchant_id and one.get("account") == merchant_id]
    amount = sum(int(one.get("amount", 0)) for one in mine)
    if state != "FINISHED":
        return ShareResult("processing", amount)
    lost = [one for one in mine if one.get("result") != "SUCCESS"]
    if not lost:
        return ShareResult("done", amount)
    return ShareResult("failed", amount, str(lost[0].get("fail_reason") or lost[0].get("result"))[:120])


def _back(found: Mapping[str, Any]) -> ShareResult:
    result = text(found, "result")
    if result not in _RETURNS:
        raise PayError("BAD_ANSWER", is_unknown=True)
    problem = str(found.get("fail_reason") or result)[:120] if _RETURNS[result] == "failed" else None
    return ShareResult(_RETURNS[result], int(found.get("amount", 0)), problem)
