"""The application as it is put together: with a merchant account in the configuration, its pages offer WeChat Pay."""

from __future__ import annotations

import random
from pathlib import Path

from app import create_app
from bot.pay.wechat import WeChatPayGateway
from bot.simulator.pay.keys import PUBLIC_KEY_ID, Keys
from config import Config, checked
from models import Store
from tests.support.clock import StillClock
from web import WebSettings
from web.site import site


def settings_of(store: Store, clock: StillClock, config: Config) -> WebSettings:
    with create_app(config, clock, store).app_context():
        return site().settings


def config_with(folder: Path, *, has_account: bool) -> Config:
    keys = Keys(random.Random(1))
    private, public = folder / "merchant.pem", folder / "public.pem"
    private.write_text(keys.merchant_pem, "utf-8")
    public.write_text(keys.public_pem, "utf-8")
    account = {
        "mchid": "1900000001",
        "serial": keys.merchant_serial,
        "private_key": str(private),
        "apiv3_key": keys.apiv3_key,
        "public_key_id": PUBLIC_KEY_ID,
        "public_key": str(public),
    }
    wechat = {"appid": "wx0123456789abcdef", "secret": "s" * 32, "token": "t" * 20, "aes_key": "k" * 43}
    server = {"public_url": "https://lintuan.example.com", "secret": "for tests only, " * 3}
    return checked({"server": server, "wechat": wechat} | ({"wechatpay": account} if has_account else {}))


def test_pages_offer_what_the_configuration_has(sqlite_store: Store, clock: StillClock, tmp_path: Path) -> None:
    with_account = settings_of(sqlite_store, clock, config_with(tmp_path, has_account=True))
    assert isinstance(with_account.gateway, WeChatPayGateway)
    without = settings_of(sqlite_store, clock, config_with(tmp_path, has_account=False))
    assert without.gateway is None
