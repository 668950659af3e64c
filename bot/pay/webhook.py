"""Where WeChat Pay writes to: `POST /pay/wechat`. Verified, handed on, answered; repeats are expected."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.pay.gateway import BadNotice, Gateway, RefundResult, Trade
from models import Busy, Clock

log = structlog.get_logger(__name__)

MAX_BODY = 64 * 1024
PATH = "/pay/wechat"


def create_blueprint(gateway: Gateway, clock: Clock, apply: Callable[[Trade | RefundResult], str]) -> Blueprint:
    """`apply` writes down what was said, once, and says what it made of it.

    Only a notification that was written down is answered with 204; anything else makes WeChat Pay repeat it, for a
    day. What is not provably its own is refused, as its own probes with wrong signatures want it.
    Source: https://pay.weixin.qq.com/doc/v3/merchant/4013070368
    """
    blueprint = Blueprint("pay", __name__)

    @blueprint.post(PATH)
    def notified() -> Response:
        request.max_content_length = MAX_BODY  # counted while it is read: a length need not be given
        try:
            said = gateway.read_notice(request.headers, request.get_data(cache=False), clock())
        except RequestEntityTooLarge:
            return _failed(413)
        except BadNotice as error:
            log.warning("pay_notice_refused", reason=error.reason)
            return _failed(401)
        try:
            outcome = apply(said)
        except Busy:
            return _failed(503)
        if outcome in {"unknown", "mismatch"}:
            log.error("pay_notice_does_not_fit", outcome=outcome, number=said.out_trade_no)
        return Response(status=204)

    return blueprint


def _failed(status: int) -> Response:
    return Response('{"code":"FAIL","message":"失败"}', status=status, mimetype="application/json")
