"""The whole way of the mall: a link in the group, an order on the page, changed by chat, closed, handed out, reviewed;
a neighbour invited by it, both rewarded. Real pages, a real Chromium, the simulated WeChat, the jobs."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from bot.simulator.api.oauth import PHONE_COOKIE
from bot.wechat import WeChatPageLogin
from models import Store
from tests.support.chat import SECRET, World, world
from tests.support.chromium import PHONE
from tests.support.clock import StillClock
from tests.support.invariants import violations
from web import WebSettings, register

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("LINTUAN_SHOTS")
IN_WECHAT = "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 Chrome/126 Mobile MicroMessenger/8.0.50"
POST = """#开团 {title}
1) 红颜草莓 2斤/盒 45元 限20盒
2) 土鸡蛋 30枚 36元
截单:今天20:00  自提:明天16:00-19:00
地点:3号楼大堂"""


@contextmanager
def pages_of(place: World, port: int, media: Path) -> Iterator[str]:
    """The pages beside the chat, asking the same simulated WeChat who opens them; their address."""
    url = f"http://127.0.0.1:{port}"
    app = Flask("mall")
    login = WeChatPageLogin(place.sim.account.appid, SECRET, simulator=place.sim.base_url)
    settings = WebSettings(public_url=url, account_name="邻团", secret="for tests only, " * 3, media_folder=media)
    register(app, place.store, settings, login)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Neighbour:
    """A person with a phone: WeChat's own browser, and the chat."""

    def __init__(self, place: World, browser: Browser, name: str) -> None:
        self.place, self.name = place, name
        self.openid = place.sim.add_user(name=name, subscribed=False).openid
        self.context = browser.new_context(
            viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", user_agent=IN_WECHAT, device_scale_factor=2
        )
        self.context.add_cookies([{"name": PHONE_COOKIE, "value": self.openid, "domain": "127.0.0.1", "path": "/"}])
        self.page: Page = self.context.new_page()

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))

    def come(self, url: str) -> None:
        """By the leader's link: WeChat says who it is, and whose neighbour he is now."""
        self.page.goto(f"{url}/l/L1")
        expect(self.page.get_by_text("您跟着小美")).to_be_visible()
        self.page.get_by_role("link", name="去下单").tap()

    def as_usual(self, url: str) -> None:
        """老样子: the form is filled, and sent by himself."""
        self.page.goto(url)
        expect(self.page.get_by_text("您平常要的")).to_be_visible()
        self.page.get_by_role("link", name="老样子").tap()
        expect(self.page.locator("[data-total]")).to_have_text("¥81")
        self.page.get_by_role("button", name="下单").tap()
        expect(self.page.get_by_role("status")).to_contain_text("合计 ¥81")

    def order(self, *, room: str, seq: int) -> None:
        """One box of strawberries and one tray of eggs; who orders first says where he lives."""
        expect(self.page.get_by_text("邻居接龙" if seq == 1 else "还没有邻居接龙")).to_be_visible()
        self.page.get_by_role("button", name="红颜草莓加一").tap()
        self.page.get_by_role("button", name="土鸡蛋加一").tap()
        expect(self.page.locator("[data-total]")).to_have_text("¥81")
        self.shot(f"mall-round-{seq}")
        if self.page.get_by_label("房号").count():
            self.page.get_by_label("房号").fill(room)
            self.page.get_by_label("称呼").fill(self.name)
        self.page.get_by_role("button", name="下单").tap()
        expect(self.page.get_by_role("status")).to_contain_text("合计 ¥81")


def open_round(place: World, title: str) -> str:
    """小美 posts it; the code of its page, read off the text she forwards."""
    place.say("小美", POST.format(title=title))
    found = re.search(r"/r/([2-9A-Z]{6})", place.say("小美", "确认"))
    assert found
    return found[1]


def hand_out(place: World, who: str) -> None:
    """Closed by the clock, goods in, the code told and redeemed."""
    place.pass_time("+11h")
    place.say("小美", "到货")
    place.say("小美", "确认")
    place.run_jobs()
    code = re.search(r"取货码：(\d{3}) (\d{3})", "\n".join(place.hear(who)))
    assert code
    assert "都取完了" in place.say("小美", code[1] + code[2])


def take_from_the_shelf(place: World, wang: Neighbour, url: str) -> None:
    """Between the rounds: put there by chat, ordered on the page, changed by chat, fetched with the code it shows."""
    place.say("小美", "上架\n大米 5kg 35元/袋 20袋\n菜籽油 5L 68元/桶 3桶")
    assert "上架好了" in place.say("小美", "确认")
    wang.page.goto(f"{url}/l/L1")
    wang.page.get_by_role("link", name="看现货").tap()
    expect(wang.page.get_by_role("heading", name="现货", exact=True)).to_be_visible()
    wang.page.get_by_role("button", name="大米加一").tap()
    wang.page.get_by_role("button", name="大米加一").tap()
    expect(wang.page.locator("[data-total]")).to_have_text("¥70")
    wang.shot("mall-shelf")
    wang.page.get_by_role("button", name="下单").tap()
    expect(wang.page.get_by_role("status")).to_contain_text("现在就可以来取")
    assert "大米（5kg） 1袋 ¥35" in place.say("王姐", "大米1")
    wang.page.reload()
    code = re.search(r"取货码 (\d{3}) (\d{3})", wang.page.get_by_role("link", name="取货码").inner_text())
    assert code
    wang.shot("mall-shelf-ordered")
    assert "3-502 王姐：大米1袋" in place.say("小美", code[1] + code[2])
    wang.page.reload()
    expect(wang.page.get_by_text("等您来取")).to_have_count(0)


def test_from_the_link_in_the_group_to_the_reward(
    sqlite_store: Store, clock: StillClock, browser: Browser, free_port: int, tmp_path: Path
) -> None:
    with world(sqlite_store, clock, tmp_path) as place, pages_of(place, free_port, tmp_path) as url:
        first = open_round(place, "周六水果团")
        wang = Neighbour(place, browser, "王姐")
        wang.come(url)
        expect(wang.page).to_have_url(re.compile(f"/r/{first}"))
        wang.order(room="3-502", seq=1)
        place.scan_leader("王姐", "")  # now she follows the account, too
        assert "红颜草莓（2斤/盒） 3盒 ¥135" in place.say("王姐", "草莓3")
        wang.page.reload()
        expect(wang.page.get_by_text("¥171").first).to_be_visible()

        hand_out(place, "王姐")
        wang.page.goto(f"{url}/my")
        wang.page.get_by_label("5", exact=True).check()
        wang.page.get_by_label("说说怎么样").fill("很新鲜，个头大")
        wang.page.get_by_role("button", name="提交评价").tap()
        expect(wang.page.get_by_role("status")).to_contain_text("谢谢您的评价")
        wang.page.goto(f"{url}/l/L1")
        expect(wang.page.get_by_text("很新鲜，个头大")).to_be_visible()
        wang.shot("mall-home")

        invitation = re.search(r"/y/(\d{8})", place.say("王姐", "邀请"))
        assert invitation
        li = Neighbour(place, browser, "老李")
        li.page.goto(f"{url}/y/{invitation[1]}")
        expect(li.page.get_by_role("heading", name="王**邀请您")).to_be_visible()
        li.shot("mall-invited")
        li.page.get_by_role("button", name="跟着小美").tap()
        expect(li.page.get_by_role("status")).to_contain_text("您现在跟着团长“小美”")

        place.pass_time("+13h")  # the next morning
        second = open_round(place, "周日鸡蛋团")
        li.page.goto(f"{url}/r/{second}")
        li.order(room="5-301", seq=2)
        place.scan_leader("老李", "")
        assert "合计 ¥81" in place.say("老李", "我的订单")  # who writes can be told for two days
        hand_out(place, "老李")
        place.pass_time("+13h")  # past the quiet hours, in which nobody is told
        place.run_jobs()  # one job gives, the next round of jobs tells
        assert any("送您一张¥5券" in text for text in place.hear("王姐"))
        assert any("送您一张¥5券" in text for text in place.hear("老李"))

        third = open_round(place, "水果再来")
        li.as_usual(f"{url}/r/{third}")
        li.shot("mall-round-3")
        li.page.get_by_role("button", name="用这张券").tap()
        expect(li.page.get_by_role("status")).to_contain_text("合计 ¥76")
        take_from_the_shelf(place, wang, url)
        wang.page.goto(f"{url}/my/data")
        expect(wang.page.get_by_text("★★★★★很新鲜，个头大")).to_be_visible()
        assert violations(sqlite_store) == []
        for neighbour in (wang, li):
            neighbour.context.close()
