"""Scanning with the camera of a real Chromium, with and without network."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from models import redemption
from tests.e2e.conftest import Filmed, Served, no_network

pytestmark = pytest.mark.browser


def written(served: Served) -> list[Any]:
    with served.pages.store.read() as work:
        return list(work.db.execute(select(redemption).order_by(redemption.c.at)))


def ticket(served: Served, at: int) -> str:
    """What the QR of a neighbour says."""
    return f"{served.url}/p/{served.pages.world.tokens[at]}"


def kept(page: Page) -> int:
    """How many scans wait in the phone."""
    return int(
        page.evaluate(
            "Object.keys(localStorage).filter(k => k.startsWith('lintuan.scans'))"
            ".reduce((n, k) => n + JSON.parse(localStorage[k]).length, 0)"
        )
    )


def type_code(page: Page, code: str) -> None:
    page.get_by_label("取货码").fill(code)
    page.get_by_role("button", name="核销", exact=True).click()


# All that the page says of scans: the answer to one is soon followed by that to the next.
REMEMBERS = """
window.said = [];
document.addEventListener("DOMContentLoaded", () => {
  const result = document.getElementById("result");
  new MutationObserver(() => window.said.push(result.innerText)).observe(result, { childList: true, subtree: true });
});
"""


def test_two_neighbours_hold_up_their_codes(filmed: Filmed, served: Served) -> None:
    """One after the other, without a tap in between; a code that stays in view is one scan."""
    page = filmed(ticket(served, 4), served.pages.world.codes[3])
    walker = served.enter(page)
    page.add_init_script(REMEMBERS)
    page.get_by_role("link", name="扫码核销").click()
    result = page.locator("#result")
    log = page.locator("#log")
    expect(result).to_contain_text("已核销")
    walker.look("scan-good")
    walker.accessible()
    expect(log.get_by_role("listitem")).to_have_count(2)
    page.wait_for_timeout(4000)  # the film begins again
    expect(log.get_by_role("listitem")).to_have_count(2)
    expect(result).to_have_class("scan-result good")
    said = "\n".join(page.evaluate("window.said"))
    for words in ("5 号 12-603 孙老师", "4 号 5-1802 小陈", "鲜牛奶 4瓶", "还要收 ¥68.7"):
        assert words in said
    assert [row.ok for row in written(served)] == [True, True]
    walker.look("scan-log")


def test_a_code_that_was_used_is_refused_in_red_and_can_be_undone(filmed: Filmed, served: Served) -> None:
    page = filmed("https://example.com/other")
    served.enter(page)
    page.goto(f"{served.url}/m/scan")
    result = page.locator("#result")
    expect(result).to_contain_text("这不是取货码")
    code = served.pages.world.codes[4]
    type_code(page, code)
    expect(result).to_contain_text("已核销")
    type_code(page, code)
    expect(result).to_contain_text("已经取过货")
    expect(result).to_have_class("scan-result bad")
    type_code(page, served.pages.world.codes[0])
    expect(result).to_contain_text("有一部分在售后处理中")
    type_code(page, served.pages.world.codes[2])
    expect(result).to_contain_text("3 号 5-201 赵阿姨")
    page.get_by_role("button", name="核错了，撤销").click()
    expect(page.get_by_role("status")).to_contain_text("已撤销核销")


def test_scanning_goes_on_without_network_and_is_delivered_once(filmed: Filmed, served: Served) -> None:
    page = filmed(ticket(served, 4))
    walker = served.enter(page)
    result, began = page.locator("#result"), time.monotonic()
    with no_network(page):
        page.goto(f"{served.url}/m/scan")
        expect(result).to_contain_text("可以给货")
        expect(result).to_contain_text("5 号 12-603 孙**")
        expect(result).to_contain_text("红颜草莓 3盒")
        type_code(page, served.pages.world.codes[4])
        expect(result).to_contain_text("名单上这一单已经取过货")
        type_code(page, "123456")
        expect(result).to_contain_text("名单也没有这个码")
        expect(page.locator("#network")).to_contain_text("有 1 个扫码还没上传")
        assert kept(page) == 1
        assert written(served) == []
        walker.complaints.clear()  # the browser's own lines about what did not come through
        walker.look("scan-offline")
        walker.accessible()
    expect(page.locator("#network")).to_be_hidden()
    assert kept(page) == 0
    [row] = written(served)
    assert row.ok
    since = timedelta(seconds=time.monotonic() - began)
    assert timedelta(0) < row.recorded_at - row.at < since, "its own time, not that of the delivery"
    expect(page.locator("#log")).to_contain_text("补传成功")


def test_an_answer_that_is_lost_counts_once(phone: Page, served: Served) -> None:
    """The server has the scan, the phone does not know: it sends it again."""
    served.enter(phone)
    phone.goto(f"{served.url}/m/scan")
    phone.wait_for_selector("#scan[data-ready=yes]")
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("internetdisconnected")

    phone.route("**/m/scans", lose)
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("可以给货")
    phone.unroute("**/m/scans")
    expect(phone.locator("#network")).to_be_hidden()
    assert 200 in lost
    assert [(row.ok, row.forced) for row in written(served)] == [(True, False)]


def test_what_waits_in_the_phone_outlives_the_page(phone: Page, served: Served) -> None:
    served.enter(phone, "helper")
    phone.goto(f"{served.url}/m/scan")
    phone.wait_for_selector("#scan[data-ready=yes]")
    with no_network(phone):
        type_code(phone, served.pages.world.codes[4])
        expect(phone.locator("#result")).to_contain_text("5 号 12-603 孙**")
        phone.goto(f"{served.url}/m/")
    assert kept(phone) == 1
    phone.goto(f"{served.url}/m/scan")
    expect(phone.locator("#log")).to_contain_text("补传成功")
    assert kept(phone) == 0
    assert [row.redeemed_by for row in written(served)] == [served.pages.world.account_helper]


def test_without_a_camera_the_page_says_what_to_do(phone: Page, served: Served) -> None:
    walker = served.enter(phone)
    phone.goto(f"{served.url}/m/scan")
    phone.wait_for_selector("#scan[data-ready=yes]")
    expect(phone.locator("#camera-said")).to_contain_text("可以在下面输入取货码")
    expect(phone.get_by_role("button", name="打开摄像头")).to_be_visible()
    walker.look("scan-no-camera")
    walker.accessible()


def test_a_session_that_ended_is_said_and_loses_nothing(phone: Page, served: Served) -> None:
    served.enter(phone)
    phone.goto(f"{served.url}/m/scan")
    phone.wait_for_selector("#scan[data-ready=yes]")
    with no_network(phone):
        type_code(phone, served.pages.world.codes[4])
        expect(phone.locator("#result")).to_contain_text("可以给货")
        served.pages.clock.advance(hours=13)
    expect(phone.locator("#network")).to_contain_text("登录已经过期")
    type_code(phone, served.pages.world.codes[3])
    expect(phone.locator("#result")).to_contain_text("这一单没有核销")
    assert kept(phone) == 1
    assert written(served) == []


def test_typing_works_without_scripts(served: Served, phone: Page) -> None:
    """The same page with scripts switched off: the form leads to the usual look-up."""
    browser = phone.context.browser
    assert browser is not None
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        world = served.pages.world
        page.goto(f"{served.url}/m/enter/{served.pages.link('leader', world.account_a, world.leader_a)}")
        page.get_by_role("button", name="进入后台").click()
        page.goto(f"{served.url}/m/scan")
        type_code(page, world.codes[4])
        expect(page.get_by_role("heading", name="5 号 孙老师")).to_be_visible()
