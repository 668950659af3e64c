"""The payment page: one tap inside WeChat, a code elsewhere; what counts is what WeChat Pay says."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.simulator import Sim, create_simulator
from bot.simulator.pay import PaySim
from models import Store
from operations import order_views, refunds
from operations.pay_links import read, token_of
from tests.pay.shop import Shop, open_shop
from tests.support.clock import StillClock
from tests.web.conftest import SETTINGS, Visitor, make_app

WECHAT = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.50"}


@pytest.fixture
def shop(sqlite_store: Store, sim: PaySim, clock: StillClock) -> Iterator[Shop]:
    with open_shop(sqlite_store, sim, clock) as opened:
        yield opened
        opened.check_books()


@pytest.fixture
def path(shop: Shop) -> str:
    order_id = shop.world.order(shop.world.resident(), {1: 2})
    return f"/pay/{token_of(SETTINGS.secret, leader_id=shop.world.leader_id, order_id=order_id)}"


@pytest.fixture
def visitor(shop: Shop) -> Visitor:
    return Visitor(make_app(shop.store, replace(SETTINGS, gateway=shop.gateway)).test_client())


def test_in_wechat_one_tap_opens_the_payment(visitor: Visitor, shop: Shop, path: str) -> None:
    assert "微信支付 ¥90" in visitor.get(path, headers=WECHAT).text
    opened = visitor.post(path, headers=WECHAT).text
    (trade,) = shop.sim.book.trades.values()
    assert trade.kind == "jsapi"
    assert re.search(r'data-package="prepay_id=wx\w+"', opened)
    assert 'data-paysign="' in opened
    shop.sim.fault("notify", "lost")
    shop.sim.pay(trade.out_trade_no)
    assert visitor.post(f"{path}/check", headers=WECHAT).status_code == 302
    assert "已经付清了" in visitor.get(path, headers=WECHAT).text
    assert "不用付钱了" in visitor.post(path, headers=WECHAT).text


def test_elsewhere_and_for_others_it_is_a_code(visitor: Visitor, shop: Shop, path: str) -> None:
    visitor.get(path)
    assert "付款码" in visitor.post(path).text
    visitor.get(path, headers=WECHAT)
    assert "付款码" in visitor.post(path, {"way": "code"}, headers=WECHAT).text
    assert {trade.kind for trade in shop.sim.book.trades.values()} == {"native"}


def test_in_a_try_out_a_cashier_takes_the_phones_place(shop: Shop, path: str) -> None:
    settings = replace(SETTINGS, gateway=shop.gateway, cashier_url="/__sim__/cashier/")
    visitor = Visitor(make_app(shop.store, settings).test_client())
    visitor.get(path)
    link = re.search(r'href="(/__sim__/cashier/LT\d+)\?back=', visitor.post(path).text)
    assert link is not None
    cashier = create_simulator(Sim(), shop.sim).test_client()
    assert "¥90" in cashier.get(link[1]).text
    for _ in range(2):
        assert "付好了" in cashier.post(link[1]).text
    assert "已经付清了" in visitor.get(path).text
    assert "没有这个单子" in cashier.get("/__sim__/cashier/LT1").text
    assert cashier.get("/v3/certificates").status_code == 401, "what is not signed is refused"


def test_a_prompt_simulator_needs_nobody_to_say_what_became_of_it(shop: Shop, path: str) -> None:
    shop.sim.is_prompt = True
    order_id = shop.world.order(shop.world.resident("张"), {2: 1})
    shop.sim.pay(shop.put_in(order_id), notify=False)
    shop.clock.advance(minutes=1)
    shop.ask()
    with shop.store.transaction() as work:
        one = order_views.lock_order(work, shop.world.leader_id, order_id)
        refunds.create(work, one=one, amount_fen=600, request_key="x", actor="system", case_id=None)
    shop.send_refunds()
    assert shop.refunds() == [("done", 600)]


def test_trouble_is_said_and_tapping_again_is_safe(visitor: Visitor, shop: Shop, path: str) -> None:
    visitor.get(path)
    shop.sim.fault("/native", "lost_answer")
    assert "微信支付暂时没有回应" in visitor.post(path).text
    assert "付款码" in visitor.post(path).text
    assert len(shop.sim.book.trades) == 1


def test_a_link_that_was_changed_opens_nothing(visitor: Visitor, path: str) -> None:
    token = path.removeprefix("/pay/")
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), "1" + token, token.upper(), "x", "1-2-" + "0" * 24):
        assert visitor.get(f"/pay/{wrong}").status_code == 404
    assert read("another secret", token) is None


def test_without_wechat_pay_it_says_what_to_do(shop: Shop, path: str) -> None:
    visitor = Visitor(make_app(shop.store).test_client())
    assert "微信支付 ¥" not in visitor.get(path).text
    assert "请按团长说的办法付款" in visitor.get(path).text
    assert visitor.post(path, {"csrf_token": "0" * 64}).status_code in {400, 404}


def test_random_tokens_are_never_right() -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert read("secret", "".join(rng.choices("0123456789abcdef-", k=40))) is None
