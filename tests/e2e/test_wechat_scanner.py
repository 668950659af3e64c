"""The scanning page inside WeChat: its own scanner where the account may, else the camera.

WeChat's script is a stand-in that judges the signature as WeChat does, against the ticket the simulator gave out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.simulator import Account, Sim, serve
from bot.simulator.crypto import jssdk_signature
from bot.wechat import WeChatMessenger
from models import redemption
from scheduler.jobs import Context, Settings
from scheduler.runner import run_once
from tests.e2e.conftest import APPID, Served
from tests.e2e.test_camera import ticket
from tests.scheduler.words import Words
from tests.support.chromium import PHONE
from tests.web.test_browser import Walker

pytestmark = pytest.mark.browser

SDK = "https://res.wx.qq.com/open/js/jweixin-1.6.0.js"
AGENT = (
    "Mozilla/5.0 (Linux; Android 14; 23013RK75C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 "
    "Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.50.2701(0x28003258) WeChat/arm64 NetType/WIFI Language/zh_CN"
)
# As documented: `error` comes before `ready`, which is called either way; calls answer through their own functions.
STAND_IN = """
(() => {
  const later = { ready: () => {}, error: () => {} };
  window.wx = {
    ready: (then) => { later.ready = then; },
    error: (then) => { later.error = then; },
    config: async (given) => {
      const errMsg = await window.judge(given, location.href);
      if (errMsg !== "config:ok") later.error({ errMsg });
      later.ready();
    },
    checkJsApi: ({ jsApiList, success }) =>
      success({ errMsg: "checkJsApi:ok", checkResult: Object.fromEntries(jsApiList.map((name) => [name, true])) }),
    scanQRCode: async ({ needResult, success, fail, cancel }) => {
      const seen = await window.look();
      if (seen === "cancel") cancel?.({ errMsg: "scanQRCode:cancel" });
      else if (seen === "denied") fail({ errMsg: "scanQRCode:permission denied" });
      else success({ errMsg: "scanQRCode:ok", resultStr: needResult ? seen : "" });
    },
  };
})();
"""


@dataclass
class Phone:
    """A phone with WeChat: what its scanner sees next, what its pages asked for."""

    page: Page
    sees: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def sim(served: Served) -> Sim:
    return Sim(clock=served.pages.clock, account=Account(appid=APPID, secret="secret-of-the-tests"))


@pytest.fixture
def renew(sim: Sim, served: Served, tmp_path: Path) -> Iterator[Callable[[], int]]:
    """The scheduler's job, against the simulated platform."""
    with serve(sim.wsgi) as url:
        messenger = WeChatMessenger(APPID, "secret-of-the-tests", api_base=f"{url}/cgi-bin/", simulator=True)
        context = Context(served.pages.store, messenger, Words(), Settings(media_folder=tmp_path, appid=APPID))
        yield lambda: run_once("renew_page_ticket", context)
        messenger.close()


@pytest.fixture
def phone(browser: Browser, sim: Sim) -> Iterator[Phone]:
    with browser.new_context(viewport=PHONE, has_touch=True, locale="zh-CN", user_agent=AGENT) as context:
        phone = Phone(context.new_page())

        def judge(given: dict[str, Any], address: str) -> str:
            phone.asked.append(given)
            held = sim.state.jsapi_ticket
            right = held and jssdk_signature(held[0], given["nonceStr"], given["timestamp"], address)
            return "config:ok" if given["signature"] == right else "config:invalid signature"

        context.expose_function("judge", judge)
        context.expose_function("look", lambda: phone.sees)
        context.route(SDK, lambda route: route.fulfill(body=STAND_IN, content_type="application/javascript"))
        yield phone


def redeemed(served: Served) -> list[bool]:
    with served.pages.store.read() as work:
        return list(work.db.execute(select(redemption.c.ok).order_by(redemption.c.id)).scalars())


def enter(phone: Phone, served: Served, renew: Callable[[], int] | None) -> Walker:
    if renew:
        assert renew() == 1
    walker = served.enter(phone.page)
    phone.page.get_by_role("link", name="扫码核销").click()
    phone.page.wait_for_selector("#scan[data-ready=yes]")
    return walker


def test_wechats_own_scanner_redeems(phone: Phone, served: Served, renew: Callable[[], int]) -> None:
    walker, page = enter(phone, served, renew), phone.page
    [config] = phone.asked
    assert (config["appId"], config["jsApiList"], config["debug"]) == (APPID, ["scanQRCode"], False)
    assert page.locator("#lens-box").is_hidden(), "two scanners do not fight for one camera"
    walker.look("scan-wechat")
    walker.accessible()
    phone.sees = ticket(served, 4)
    page.get_by_role("button", name="用微信扫一扫").click()
    expect(page.locator("#result")).to_contain_text("5 号 12-603 孙老师")
    expect(page.locator("#result")).to_contain_text("已核销")
    phone.sees = f"CODE_128,{served.pages.world.codes[3]}"
    page.get_by_role("button", name="用微信扫一扫").click()
    expect(page.locator("#result")).to_contain_text("4 号 5-1802 小陈")
    phone.sees = ticket(served, 4)
    page.get_by_role("button", name="用微信扫一扫").click()
    expect(page.locator("#result")).to_contain_text("已经取过货")
    phone.sees = "cancel"
    page.get_by_role("button", name="用微信扫一扫").click()
    expect(page.locator("#result")).to_contain_text("已经取过货")
    assert redeemed(served) == [True, True, False]
    walker.look()


def test_an_address_that_wechat_lengthened_is_signed_as_it_stands(
    phone: Phone, served: Served, renew: Callable[[], int]
) -> None:
    enter(phone, served, renew)
    phone.page.goto(f"{served.url}/m/scan?from=singlemessage&isappinstalled=0#scan")
    phone.page.wait_for_selector("#scan[data-ready=yes]")
    expect(phone.page.get_by_role("button", name="用微信扫一扫")).to_be_visible()
    assert len(phone.asked) == 2


def to_the_camera(phone: Phone) -> None:
    expect(phone.page.locator("#camera-said")).to_contain_text("可以在下面输入取货码")
    expect(phone.page.get_by_role("button", name="用微信扫一扫")).to_be_hidden()
    expect(phone.page.locator("#lens-box")).to_be_visible()


def test_where_the_account_or_the_domain_may_not_the_camera_is_opened(
    phone: Phone, served: Served, renew: Callable[[], int], sim: Sim
) -> None:
    """The platform refuses the configuration: here because the signature is not right for it any more."""
    assert renew() == 1
    sim.state.jsapi_ticket = ("another ticket", sim.now())
    enter(phone, served, None)
    to_the_camera(phone)
    assert phone.page.locator("#scan").get_attribute("data-wechat-why") == "config:invalid signature"


def test_when_the_scanner_is_refused_the_camera_is_opened(
    phone: Phone, served: Served, renew: Callable[[], int]
) -> None:
    enter(phone, served, renew)
    phone.sees = "denied"
    phone.page.get_by_role("button", name="用微信扫一扫").click()
    to_the_camera(phone)


def test_when_wechats_script_does_not_come_the_camera_is_opened(
    phone: Phone, served: Served, renew: Callable[[], int]
) -> None:
    phone.page.context.route(SDK, lambda route: route.abort())
    enter(phone, served, renew)
    to_the_camera(phone)


def test_without_a_ticket_the_page_is_the_usual_one(phone: Phone, served: Served) -> None:
    enter(phone, served, None)
    to_the_camera(phone)
    assert phone.asked == []


def test_scripts_come_from_wechats_host_on_this_page_only(
    phone: Phone, served: Served, renew: Callable[[], int]
) -> None:
    enter(phone, served, renew)
    page = phone.page

    def policy(path: str) -> str:
        return page.request.get(served.url + path, headers={"User-Agent": AGENT}).headers["content-security-policy"]

    assert "script-src 'self' https://res.wx.qq.com;" in policy("/m/scan")
    for path in ("/m/", "/m/redeem", "/m/find?q=1", "/admin/login", "/"):
        assert "res.wx.qq.com" not in policy(path)
    plain = page.request.get(f"{served.url}/m/scan", headers={"User-Agent": "Mozilla/5.0"})
    assert "res.wx.qq.com" not in plain.headers["content-security-policy"]
    assert "wechat=" not in plain.text()
    page.context.route("https://evil.example/**", lambda route: route.fulfill(body="window.evil = 1"))
    page.evaluate(
        "() => new Promise((done) => { const s = document.createElement('script'); s.onerror = s.onload = done;"
        " s.src = 'https://evil.example/x.js'; document.head.append(s); })"
    )
    assert page.evaluate("window.evil") is None
