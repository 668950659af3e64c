"""A walk through the pages with a real browser: the operator's day at a desk, the leader's at the pickup point."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from operations import people
from tests.support.chromium import PHONE
from tests.web.conftest import Pages, make_app, with_photos
from tests.web.world import PASSWORD, World
from web import WebSettings

pytestmark = pytest.mark.browser

# Set it to a folder to look at the pages.
SHOTS = os.environ.get("LINTUAN_SHOTS")
AXE = Axe()


@dataclass
class Served:
    """The pages on a port of this machine."""

    pages: Pages
    url: str


@pytest.fixture
def served(
    open_pages: Callable[[tuple[Path, World]], Pages],
    ready_made: tuple[Path, World],
    free_port: int,
    tmp_path: Path,
) -> Iterator[Served]:
    """The ready-made platform, served over plain http."""
    pages = open_pages(ready_made)
    url = f"http://127.0.0.1:{free_port}"
    settings = WebSettings(public_url=url, account_name="邻团优选", secret="for tests only, " * 3)
    app = make_app(pages.store, with_photos(tmp_path / "media", settings))
    server = make_server("127.0.0.1", free_port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(pages, url)
    server.shutdown()
    thread.join()
    server.server_close()


class Walker:
    """A page that is checked at every step: nothing blocked by the policy, nothing wider than the window."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page, self.served = page, served
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str, shot: str = "") -> None:
        self.page.goto(self.served.url + path)
        self.look(shot)

    def look(self, shot: str = "") -> None:
        overflow = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{self.page.url} is {overflow} px too wide"
        assert self.complaints == []
        if SHOTS and shot:
            self.page.screenshot(path=str(Path(SHOTS) / f"{shot}.png"), full_page=True)

    def accessible(self) -> None:
        self._audit({"runOnly": ["wcag2a", "wcag2aa"]})

    def by_day_and_by_night(self, path: str, widths: Sequence[int]) -> None:
        """In windows of these widths; at night by the one rule that asks for colours: nothing else is different."""
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": widths[0], "height": 900})
        self.go(path)
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.look()
            self.accessible()
        self.page.emulate_media(color_scheme="dark")
        for width in reversed(widths):
            self.page.set_viewport_size({"width": width, "height": 900})
            self._audit({"runOnly": {"type": "rule", "values": ["color-contrast"]}})

    def _audit(self, options: dict[str, Any]) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.axe_script)
        # Of what is in order nothing need be described and sent over.
        wanted = options | {"resultTypes": ["violations"]}
        results = AxeResults(self.page.evaluate("options => axe.run(document, options)", wanted))
        assert results.violations_count == 0, results.generate_report()

    def thumbs(self, controls: str) -> None:
        """All of these are big enough for a thumb; asked in one go, for there are hundreds."""
        heights = "found => found.map(one => [one.getBoundingClientRect().height, one.innerText || one.name])"
        found = self.page.locator(controls).evaluate_all(heights)
        assert found, f"{self.page.url} has none of these"
        assert [(height, said) for height, said in found if height < 44] == [], self.page.url

    def log_in(self, username: str) -> None:
        self.go("/admin/login", "login")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("heading", name="总览")).to_be_visible()

    def says(self, text: str) -> None:
        expect(self.page.get_by_role("status")).to_contain_text(text)


def test_an_operators_day(page: Page, served: Served) -> None:
    walker, world = Walker(page, served), served.pages.world
    walker.log_in("operator")
    walker.look("dashboard")
    walker.accessible()

    page.locator(".side").get_by_role("link", name="团长").click()
    page.get_by_role("link", name="去审核").click()
    expect(page.get_by_role("heading", name="林晓雨")).to_be_visible()
    walker.look("applicant")
    walker.accessible()
    page.get_by_role("button", name="通过", exact=True).click()
    walker.says("专属码是 L3")

    page.locator(".side").get_by_role("link", name="售后").click()
    expect(page.get_by_role("link", name="S1")).to_be_visible()
    walker.accessible()
    page.get_by_role("link", name="S1").click()
    page.get_by_label("退款金额").fill("30")
    page.get_by_label("给居民的说明").fill("坏了小半盒，退 30 元")
    page.get_by_role("button", name="确定处理").click()
    walker.says("S1 已同意退 ¥30")
    walker.look("case")
    walker.accessible()

    walker.go(f"/admin/orders/{world.leader_a}/{world.orders[5]}", "order")
    walker.accessible()
    page.get_by_role("link", name=world.codes[5]).click()
    page.get_by_role("button", name="查看").click()
    page.get_by_label("本地青菜取多少").fill("2")
    walker.look("redeem")
    walker.accessible()
    page.get_by_role("button", name="确认核销").click()
    expect(page.get_by_text("已核销")).to_be_visible()

    with page.expect_download() as download:
        walker.go(f"/admin/rounds/{world.leader_a}/{world.arrived}", "round")
        page.get_by_role("button", name="导出表格").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert "周六水果团" in download.value.suggested_filename

    page.get_by_role("button", name="退出").first.click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()


def test_the_console_fits_a_phone(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    walker, world = Walker(page, served), served.pages.world
    walker.log_in("owner")
    for name in ("", "leaders", "rounds", "orders", "redeem", "cases", "notices", "messages", "actions", "operators"):
        walker.go(f"/admin/{name}", f"phone-{name or 'dashboard'}")
    for path in (
        f"/admin/leaders/{world.leader_a}",
        f"/admin/rounds/{world.leader_a}/{world.arrived}",
        f"/admin/orders/{world.leader_a}/{world.orders[0]}",
        f"/admin/cases/{world.leader_a}/{world.case}",
    ):
        walker.go(path)
    page.locator(".phone-bar summary").click()
    page.locator(".phone-bar").get_by_role("link", name="订单").click()
    expect(page.get_by_role("heading", name="订单")).to_be_visible()


def test_a_leaders_pickup_day(phone: Page, served: Served) -> None:
    walker, pages, world = Walker(phone, served), served.pages, served.pages.world
    token = pages.link("leader", world.account_a, world.leader_a)
    walker.go(f"/m/enter/{token}", "enter")
    walker.accessible()
    phone.get_by_role("button", name="进入后台").tap()
    expect(phone.get_by_role("heading", name="张团长")).to_be_visible()
    walker.look("today")
    walker.accessible()

    phone.get_by_role("link", name="按楼号看订单").last.tap()
    expect(phone.get_by_role("heading", name="周六水果团")).to_be_visible()
    walker.look("orders")
    walker.accessible()
    phone.get_by_role("link", name="赵阿姨").tap()
    expect(phone.get_by_role("heading", name="3 号 赵阿姨")).to_be_visible()
    walker.look("one")
    walker.accessible()
    phone.get_by_role("link", name="核销", exact=True).tap()
    expect(phone.get_by_role("heading", name="核销")).to_be_visible()
    phone.get_by_label("取货码").fill("123456")
    phone.get_by_role("button", name="查看").tap()
    expect(phone.get_by_role("alert")).to_contain_text("没有「123456」这个取货码")
    walker.look("wrong")
    phone.get_by_label("取货码").fill(world.codes[3])
    phone.get_by_role("button", name="查看").tap()
    expect(phone.get_by_role("heading", name="4 号 小陈")).to_be_visible()
    walker.look("look")
    walker.accessible()
    phone.get_by_role("button", name="确认核销").tap()
    expect(phone.get_by_role("heading", name="已核销")).to_be_visible()
    walker.look("done")
    walker.accessible()

    walker.go(f"/p/{world.tokens[4]}", "ticket-leader")
    phone.get_by_role("button", name="确认核销").tap()
    expect(phone.get_by_role("heading", name="已核销")).to_be_visible()


def test_what_a_neighbour_sees(phone: Page, served: Served) -> None:
    walker, world = Walker(phone, served), served.pages.world
    walker.go(f"/p/{world.tokens[0]}", "ticket")
    walker.accessible()
    expect(phone.get_by_text(world.codes[0])).to_be_visible()
    walker.go("/l/L1", "card")
    walker.accessible()
    expect(phone.get_by_role("heading", name="周二牛奶鸡蛋团")).to_be_visible()


def test_buttons_are_big_enough_for_thumbs(phone: Page, served: Served) -> None:
    walker, world = Walker(phone, served), served.pages.world
    token = served.pages.link("helper", world.account_helper, world.leader_a)
    walker.go(f"/m/enter/{token}")
    phone.get_by_role("button", name="进入后台").tap()
    expect(phone.get_by_text("协助核销：小徐")).to_be_visible()
    for path in ("/m/", f"/m/rounds/{world.arrived}", f"/m/orders/{world.orders[0]}", "/m/redeem"):
        walker.go(path)
        walker.thumbs(".btn:visible, .tabbar a, .tabs a, .list a, input:not([type=hidden]):visible")


def test_a_neighbour_orders_in_three_taps(phone: Page, served: Served) -> None:
    """The link of the chat, one more strawberry, done: the page says what the order is and costs."""
    walker, pages, world = Walker(phone, served), served.pages, served.pages.world
    with pages.store.transaction() as work:
        account_id = people.recognise(work, "o_test_resident_0").account_id
    path = f"/r/{world.round_code}"
    walker.go(path, "round-stranger")
    walker.accessible()
    token = pages.link("resident", account_id, world.leader_a, path=path)
    walker.go(f"/e/{token}", "enter-resident")
    walker.accessible()
    phone.get_by_role("button", name="进去下单").tap()
    expect(phone.get_by_role("heading", name="周二牛奶鸡蛋团")).to_be_visible()
    phone.get_by_role("button", name="红颜草莓加一").tap()
    expect(phone.locator("[data-total]")).to_have_text("¥207")
    walker.look("round")
    walker.accessible()
    phone.get_by_role("button", name="改好了，提交").tap()
    expect(phone.get_by_role("status")).to_contain_text("合计 ¥207（接龙号 1）")
    walker.look("round-ordered")
    walker.go("/l/L1", "home")
    walker.accessible()


def test_a_neighbour_orders_without_a_script(browser: Browser, served: Served) -> None:
    pages, world = served.pages, served.pages.world
    with pages.store.transaction() as work:
        account_id = people.recognise(work, "o_test_resident_4").account_id
    path = f"/r/{world.round_code}"
    token = pages.link("resident", account_id, world.leader_a, path=path)
    with browser.new_context(viewport=PHONE, java_script_enabled=False, locale="zh-CN") as context:
        phone = context.new_page()
        phone.goto(f"{served.url}/e/{token}")
        phone.get_by_role("button", name="进去下单").click()
        phone.get_by_label("土鸡蛋要多少份").fill("2")
        phone.get_by_role("button", name="改好了，提交").click()
        expect(phone.get_by_role("status")).to_contain_text("合计 ¥117（接龙号 2）")
