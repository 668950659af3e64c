"""`/pay/<token>`: what an order still owes, and paying it by WeChat Pay — in WeChat with one tap, elsewhere by a code.

WeChat Pay is asked outside of any transaction. Whether it was paid is what WeChat Pay says, never what the page says.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from bot.pay.gateway import Gateway, PayError
from bot.texts import paying
from models import account
from models.views import OrderView
from operations import online, order_views, pay_links, paying_terms
from operations.errors import Refused
from operations.online import PayOrder
from web.auth import allow
from web.refusals import refusal
from web.resident.blueprint import public
from web.resident.ticket import qr_path
from web.site import render, site

logger = logging.getLogger(__name__)

_WECHAT = "MicroMessenger"
_TROUBLE = "微信支付暂时没有回应，请过一会儿再试。您没有被扣钱的话，再点一次就行，不会重复付。"


@public.get("/pay/<token>")
@allow(public=True)
def pay(token: str) -> str:
    """What is owed, and the button."""
    return _page(token, _order(token))


@public.post("/pay/<token>")
@allow(public=True)
def start_paying(token: str) -> str | Response:
    """Put the order in at WeChat Pay; the page that comes opens the payment, or shows the code."""
    one, gateway = _order(token), _gateway()
    openid = _openid(one) if _WECHAT in request.headers.get("User-Agent", "") else None
    kind = "jsapi" if openid and request.form.get("way") != "code" else "native"
    try:
        asked = _put_in(gateway, one, kind, openid if kind == "jsapi" else None)
    except Refused as error:
        return _page(token, _order(token), problem=refusal(error))
    except PayError as error:
        logger.warning("an order could not be put in: %s", error.code)
        return _page(token, one, problem=_TROUBLE)
    if kind == "native":
        return _page(token, one, code=qr_path(asked.prepay or ""), number=asked.out_trade_no)
    return _page(token, one, call=gateway.page_parameters(asked.prepay or "", site().store.clock()))


@public.post("/pay/<token>/check")
@allow(public=True)
def check_payment(token: str) -> Response:
    """Ask WeChat Pay now, instead of waiting for its notification."""
    one, gateway = _order(token), _gateway()
    with site().store.read() as work:
        numbers = online.open_numbers(work, leader_id=one.leader_id, order_id=one.id)
    for number in numbers:
        _ask(gateway, number)
    return redirect(url_for(".pay", token=token))


def _put_in(gateway: Gateway, one: OrderView, kind: Any, openid: str | None) -> PayOrder:
    store = site().store
    asked = store.run(
        lambda work: online.prepare(
            work,
            leader_id=one.leader_id,
            order_id=one.id,
            trade_type=kind,
            openid=openid,
            may_share=site().settings.shares_profits,
        )
    )
    prepay = gateway.place(
        trade_type=kind,
        out_trade_no=asked.out_trade_no,
        amount_fen=asked.amount_fen,
        description=f"{one.round_title} {one.seq}号",
        openid=openid,
        expires_at=asked.expires_at,
        is_shared=asked.is_shared,
    )
    store.run(lambda work: online.placed(work, leader_id=one.leader_id, pay_order_id=asked.id, prepay=prepay))
    return online.with_prepay(asked, prepay)


def _ask(gateway: Gateway, number: str) -> None:
    try:
        trade = gateway.query(number)
    except PayError as error:
        logger.warning("an order could not be asked about: %s", error.code)
        return
    if trade is not None and trade.state in {"paid", "refunded"}:
        site().store.run(
            lambda work: online.record_paid(
                work,
                out_trade_no=trade.out_trade_no,
                transaction_id=trade.transaction_id,
                amount_fen=trade.amount_fen,
                currency=trade.currency,
                source="page",
            )
        )


def _order(token: str) -> OrderView:
    named = pay_links.read(site().settings.secret, token)
    if named is None:
        raise NotFound
    with site().store.read() as work:
        return order_views.view(work, leader_id=named[0], order_id=named[1])


def _gateway() -> Gateway:
    """WeChat Pay, or 404 where it is not switched on."""
    if (gateway := site().settings.gateway) is None:
        raise NotFound
    return gateway


def _openid(one: OrderView) -> str | None:
    """Whose wallet the one tap opens: the account the order belongs to; a guest's host has none of it."""
    if one.account_id is None:
        return None
    with site().store.read() as work:
        return work.db.execute(select(account.c.openid).where(account.c.id == one.account_id)).scalar()


def _page(token: str, one: OrderView, **values: Any) -> str:
    with site().store.read() as work:
        terms = paying_terms.get(work, one.leader_id)
        note = paying_terms.note_of(work, one)
    asked = paying.ToPay(one.round_title, one.seq, one.due_fen, note, None)
    return render(
        "resident/pay.html",
        title="付款",
        order=one,
        token=token,
        is_wechat=_WECHAT in request.headers.get("User-Agent", ""),
        has_wechat_pay=site().settings.gateway is not None and terms.payment_mode == "wechat",
        how=paying.how_to_pay(
            terms.payment_mode, terms.payment_note, [asked] if terms.payment_mode == "transfer" else []
        ),
        cashier_url=site().settings.cashier_url,
        **{"problem": "", "code": None, "call": None, "number": ""} | values,
    )
