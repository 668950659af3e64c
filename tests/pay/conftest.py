"""A simulated WeChat Pay on an address of this machine, and the product's gateway to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.pay.wechat import Merchant, WeChatPayGateway
from bot.simulator.pay import PaySim
from bot.simulator.pay.keys import PUBLIC_KEY_ID
from bot.simulator.server import serve
from tests.support.clock import StillClock

NOTIFY_PATH = "/pay/wechat"


@pytest.fixture
def sim(clock: StillClock) -> Iterator[PaySim]:
    made = PaySim(clock=clock)
    with serve(made.wsgi) as base:
        made.base_url = base
        yield made


@pytest.fixture
def gateway(sim: PaySim) -> WeChatPayGateway:
    return gateway_to(sim)


def gateway_to(sim: PaySim, notify_url: str = "http://127.0.0.1:9/pay/wechat") -> WeChatPayGateway:
    """The product's gateway, set up as the simulator's mode asks for."""
    return WeChatPayGateway(merchant_of(sim, notify_url), api_base=sim.base_url, simulator=True)


def merchant_of(sim: PaySim, notify_url: str = "http://127.0.0.1:9/pay/wechat") -> Merchant:
    """The simulator's merchant account, as its mode asks for."""
    has_key = sim.mode != "certificate"
    return Merchant(
        appid=sim.appid,
        mchid=sim.mchid,
        private_key=sim.keys.merchant_pem,
        serial=sim.keys.merchant_serial,
        apiv3_key=sim.keys.apiv3_key,
        notify_url=notify_url,
        public_key=sim.keys.public_pem if has_key else None,
        public_key_id=PUBLIC_KEY_ID if has_key else None,
        certificates=sim.mode == "mixed",
    )
