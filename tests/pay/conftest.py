"""A simulated WeChat Pay on an address of this machine, and the product's gateway to it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
import wechatpayv3.core
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.pay.wechat import Merchant, WeChatPayGateway
from bot.simulator.pay import PaySim
from bot.simulator.pay.keys import PUBLIC_KEY_ID
from bot.simulator.server import serve
from tests.support.clock import StillClock

NOTIFY_PATH = "/pay/wechat"


@pytest.fixture(scope="session")
def pay_keys() -> dict[str, rsa.RSAPrivateKey]:
    """The merchant's key and the platform's, made once per test process: making them costs more than most tests."""
    return {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("merchant", "platform")}


@pytest.fixture(scope="session", autouse=True)
def keys_read_once() -> Iterator[None]:
    """The library checks a private key whenever it reads it, which takes as long as making one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wechatpayv3.core, "load_private_key", functools.cache(wechatpayv3.core.load_private_key))
        yield


@pytest.fixture
def sim(clock: StillClock, pay_keys: dict[str, rsa.RSAPrivateKey]) -> Iterator[PaySim]:
    made = PaySim(clock=clock)
    made.keys.__dict__.update(pay_keys)
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
