"""The API of api.mch.weixin.qq.com as a WSGI application: requests are verified, answers are signed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, render_template, request

from bot.simulator.clock import system_clock

from . import bills
from .book import ApiError, Return, Share
from .keys import SCHEME, seal, verifies

if TYPE_CHECKING:
    from .sim import PaySim

_PARTS = re.compile(r'(\w+)="([^"]*)"')
_AGE_S = 300
_BILL_HOUR = 10


def create_pay_simulator(sim: PaySim) -> Flask:
    """All routes of the pay half."""
    app = Flask(__name__)
    api = _Api(sim)
    for method, path, view in (
        ("POST", "/v3/pay/transactions/<any(jsapi, native, h5):kind>", api.place),
        ("GET", "/v3/pay/transactions/out-trade-no/<number>", api.query),
        ("GET", "/v3/pay/transactions/id/<transaction_id>", api.query_transaction),
        ("POST", "/v3/pay/transactions/out-trade-no/<number>/close", api.close),
        ("POST", "/v3/refund/domestic/refunds", api.refund),
        ("GET", "/v3/refund/domestic/refunds/<number>", api.query_refund),
        ("POST", "/v3/profitsharing/orders", api.share),
        ("GET", "/v3/profitsharing/orders/<number>", api.query_share),
        ("POST", "/v3/profitsharing/orders/unfreeze", api.unfreeze),
        ("POST", "/v3/profitsharing/return-orders", api.give_back_share),
        ("GET", "/v3/profitsharing/return-orders/<number>", api.query_return),
        ("POST", "/v3/profitsharing/receivers/add", api.add_receiver),
        ("POST", "/v3/profitsharing/receivers/delete", api.delete_receiver),
        ("GET", "/v3/profitsharing/transactions/<transaction_id>/amounts", api.unsplit),
        ("GET", "/v3/bill/tradebill", api.bill),
        ("GET", "/v3/certificates", api.certificates),
    ):
        app.add_url_rule(path, f"{method} {path}", _guarded(sim, view), methods=[method])
    app.add_url_rule("/v3/billdownload/file", "download", api.download)
    return app


def create_cashier(sim: PaySim) -> Blueprint:
    """The payment sheet of a phone, for the try-out: what is asked for, and a button that pays it."""
    blueprint = Blueprint("cashier", __name__)

    def show(number: str) -> str:
        trade = sim.book.trades.get(number)
        return render_template("cashier.html", trade=trade, back=request.args.get("back", ""))

    @blueprint.get("/__sim__/cashier/<number>")
    def look(number: str) -> str:
        return show(number)

    @blueprint.post("/__sim__/cashier/<number>")
    def pay(number: str) -> Response | str:
        with contextlib.suppress(ValueError, ApiError):  # paid or closed meanwhile: the sheet says so
            sim.pay(number)
        return show(number)

    return blueprint


def _guarded(sim: PaySim, view: Callable[..., Any]) -> Callable[..., Response]:
    """Verify, run, sign; every rule that is broken is a documented error."""

    def run(**values: str) -> Response:
        path = request.full_path.rstrip("?")
        try:
            _verify(sim, path)
            if (kind := sim.struck(path, "SYSTEM_ERROR", "FREQUENCY_LIMITED")) is not None:
                raise ApiError(500 if kind == "SYSTEM_ERROR" else 429, kind, "请稍后再试")
            with sim.lock:
                answer = view(**values)
            status = 204 if answer is None else 200
        except ApiError as error:
            status, answer = error.status, {"code": error.code, "message": error.words}
        sim.requests.append((request.method, path, status))
        if sim.struck(path, "lost_answer"):  # done, and nobody hears of it
            return Response("", status=502)
        body = "" if answer is None else json.dumps(answer, ensure_ascii=False)
        fault = "bad_signature" if sim.struck(path, "unsigned") else ""
        return Response(body, status=status, headers=sim.signed(body, fault))

    return run


def _verify(sim: PaySim, path: str) -> None:
    """Authorization: WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",signature="…",timestamp="…",serial_no="…"."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    said = dict(_PARTS.findall(rest))
    signed = (
        request.method,
        path,
        said.get("timestamp", ""),
        said.get("nonce_str", ""),
        request.get_data(as_text=True),
    )
    if (
        scheme != SCHEME
        or said.get("mchid") != sim.mchid
        or said.get("serial_no") != sim.keys.merchant_serial
        or abs(system_clock().timestamp() - int(said.get("timestamp", "0"))) > _AGE_S
        or not verifies(sim.keys.merchant.public_key(), said.get("signature", ""), *signed)
    ):
        raise ApiError(401, "SIGN_ERROR", "签名错误")


class _Api:
    def __init__(self, sim: PaySim) -> None:
        self._sim, self._book = sim, sim.book

    def place(self, kind: str) -> dict[str, str]:
        body = self._body()
        if body.get("appid") != self._sim.appid or body.get("mchid") != self._sim.mchid:
            raise ApiError(400, "PARAM_ERROR", "appid和mchid不匹配")
        trade = self._book.place(kind, body, self._sim.now())
        match kind:
            case "jsapi":
                return {"prepay_id": f"wx{self._sim.digits(14)}{self._sim.word(20)}"}
            case "native":
                return {"code_url": f"weixin://wxpay/bizpayurl?pr={self._sim.word(7)}"}
            case _:
                return {
                    "h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={trade.out_trade_no}"
                }

    def query(self, number: str) -> dict[str, Any]:
        return self._sim.trade_json(self._book.trade(number))

    def query_transaction(self, transaction_id: str) -> dict[str, Any]:
        return self._sim.trade_json(self._book.by_transaction(transaction_id))

    def close(self, number: str) -> None:
        self._book.close(number)

    def refund(self) -> dict[str, Any]:
        made = self._book.refund(self._body(), self._sim.now(), f"50{self._sim.digits(26)}")
        if self._sim.is_prompt:
            self._sim.refund_done(made.out_refund_no, notify=False)
        return self._sim.refund_json(made)

    def query_refund(self, number: str) -> dict[str, Any]:
        return self._sim.refund_json(self._book.refund_of(number))

    def share(self) -> dict[str, Any]:
        made = self._book.share(self._body(), self._sim.now(), f"30{self._sim.digits(26)}")
        if self._sim.is_prompt:
            self._sim.share_done(made.out_order_no)
        return _share_json(made)

    def query_share(self, number: str) -> dict[str, Any]:
        return _share_json(self._book.share_of(number))

    def unfreeze(self) -> dict[str, Any]:
        return _share_json(self._book.free(self._body(), self._sim.now(), f"30{self._sim.digits(26)}"))

    def give_back_share(self) -> dict[str, Any]:
        body = self._body()
        fault = self._sim.struck("return-orders", "return_waits", "return_fails")
        result = {"return_waits": "PROCESSING", "return_fails": "FAILED"}.get(fault or "", "SUCCESS")
        made = self._book.give_back_share(body, f"31{self._sim.digits(26)}", result)
        return _return_json(str(body["out_order_no"]), made)

    def query_return(self, number: str) -> dict[str, Any]:
        order_no = request.args.get("out_order_no", "")
        return _return_json(order_no, self._book.return_of(order_no, number))

    def add_receiver(self) -> dict[str, Any]:
        """A merchant's full name has to be there, sealed with the key that the serial names."""
        body = self._body()
        if body["type"] == "MERCHANT_ID" and self._sim.keys.opens(str(body.get("name", ""))) is None:
            raise ApiError(400, "PARAM_ERROR", "商户全称没有加密或不存在")
        self._book.receivers.add((str(body["type"]), str(body["account"])))
        return {name: body[name] for name in ("type", "account", "relation_type")}

    def delete_receiver(self) -> dict[str, Any]:
        body = self._body()
        self._book.receivers.discard((str(body["type"]), str(body["account"])))
        return {name: body[name] for name in ("type", "account")}

    def unsplit(self, transaction_id: str) -> dict[str, Any]:
        trade = self._book.by_transaction(transaction_id)
        return {"transaction_id": transaction_id, "unsplit_amount": self._book.unsplit_fen(trade)}

    def bill(self) -> dict[str, str]:
        day = date.fromisoformat(request.args.get("bill_date", ""))
        local = self._sim.now().astimezone(bills.SHANGHAI)
        is_ready = local.date() > day + timedelta(days=1) or (
            local.date() == day + timedelta(days=1) and local.hour >= _BILL_HOUR
        )
        if not is_ready or self._sim.struck("bill", "bill_not_ready"):
            raise ApiError(400, "STATEMENT_CREATING", "账单生成中")
        text = bills.trade_bill(self._book, day)
        if not text:
            raise ApiError(400, "NO_STATEMENT_EXIST", "账单不存在")
        token, digest = self._sim.word(32), hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._sim.bills[token] = text + ("tampered" if self._sim.struck("bill", "bill_hash") else "")
        return {
            "hash_type": "SHA1",
            "hash_value": digest,
            "download_url": f"{self._sim.base_url}/v3/billdownload/file?token={token}",
        }

    def download(self) -> Response:
        """Not signed, and no JSON."""
        text = self._sim.bills.get(request.args.get("token", ""))
        return Response("", status=404) if text is None else Response(text, content_type="text/plain; charset=utf-8")

    def certificates(self) -> dict[str, Any]:
        keys, nonce = self._sim.keys, self._sim.word(12)
        sealed = {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": seal(keys.apiv3_key, nonce, "certificate", keys.certificate_pem),
        }
        one = {
            "serial_no": keys.certificate_serial,
            "effective_time": keys.certificate.not_valid_before_utc.isoformat(),
            "expire_time": keys.certificate.not_valid_after_utc.isoformat(),
            "encrypt_certificate": sealed,
        }
        return {"data": [one]}

    def _body(self) -> dict[str, Any]:
        body = request.get_json(force=True, silent=True)
        if not isinstance(body, dict):
            raise ApiError(400, "PARAM_ERROR", "参数错误")
        return body


def _share_json(share: Share) -> dict[str, Any]:
    receivers = [{"result": "PENDING"} | receiver for receiver in share.receivers]
    if share.state == "FINISHED" and share.is_closing:  # what was freed stands there as the merchant's own part
        trade = share.trade
        freed = trade.total - sum(int(one["amount"]) for one in share.receivers)
        own = {"type": "MERCHANT_ID", "account": trade.body["mchid"], "amount": freed, "result": "SUCCESS"}
        receivers.append(own | {"description": "解冻给分账方"})
    return {
        "transaction_id": share.trade.transaction_id,
        "out_order_no": share.out_order_no,
        "order_id": share.order_id,
        "state": share.state,
        "receivers": receivers,
    }


def _return_json(order_no: str, one: Return) -> dict[str, Any]:
    shown = {
        "out_order_no": order_no,
        "out_return_no": one.out_return_no,
        "return_id": one.return_no,
        "return_mchid": one.merchant_id,
        "amount": one.amount,
        "result": one.result,
    }
    return shown | ({"fail_reason": one.problem} if one.problem else {})
