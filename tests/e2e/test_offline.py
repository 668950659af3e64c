"""A phone that loses its network altogether: the page opens, scans, is killed, and delivers once when it is back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect
from sqlalchemy import update

from models import order
from tests.e2e.conftest import Filmed, Served
from tests.e2e.test_camera import kept, ticket, type_code, written

pytestmark = pytest.mark.browser

DEAD_S = 1.5  # no phone is fast enough to deliver within this after it scanned: it is dead meanwhile
NO_CAMERA = "Object.defineProperty(Navigator.prototype, 'mediaDevices', {get: () => undefined})"


def unplug(context: BrowserContext, served: Served) -> None:
    """No network for any page of this phone, those that are opened later among them."""
    served.cable.is_out = True
    context.set_offline(True)


def plug_in(context: BrowserContext, served: Served) -> None:
    """The network is back."""
    served.cable.is_out = False
    context.set_offline(False)


def open_scan(page: Page, served: Served) -> None:
    """Once with network, as before the way down to the garage: the page and its list are in the phone."""
    page.goto(f"{served.url}/m/scan")
    page.wait_for_selector("#scan[data-ready=yes][data-kept=yes]")
    page.reload()  # the first time the worker was not there yet to see the page come
    page.wait_for_selector("#scan[data-ready=yes]")


def remembered(page: Page) -> str:
    """Everything of people that the phone keeps, as one text."""
    return str(
        page.evaluate(
            """async () => {
              const texts = [JSON.stringify(localStorage)];
              for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
              }
              return texts.join("\\n");
            }"""
        )
    )


def caches_left(page: Page) -> list[str]:
    return list(page.evaluate("caches.keys()"))


def test_the_page_opens_scans_and_delivers_once_though_it_was_killed(filmed: Filmed, served: Served) -> None:
    first = filmed(ticket(served, 4))
    context = first.context
    first.add_init_script(NO_CAMERA)
    served.enter(first)
    open_scan(first, served)
    unplug(context, served)
    first.close()

    page, began = context.new_page(), time.monotonic()
    page.goto(f"{served.url}/m/scan")
    result = page.locator("#result")
    expect(result).to_contain_text("可以给货（没有网络，先记下）")
    expect(result).to_contain_text("5 号 12-603 孙**")
    expect(result).to_contain_text("红颜草莓 3盒")
    expect(page.locator("#waiting")).to_contain_text("5 号")
    expect(page.locator("#waiting")).to_contain_text("待上传")
    page.reload()
    expect(page.locator("#waiting")).to_contain_text("待上传")
    type_code(page, served.pages.world.codes[4])
    expect(result).to_contain_text("名单上这一单已经取过货")
    assert written(served) == []
    page.close()
    time.sleep(DEAD_S)

    plug_in(context, served)
    page = context.new_page()
    page.goto(f"{served.url}/m/scan")
    expect(page.locator("#log")).to_contain_text("补传成功")
    expect(page.locator("#waiting-card")).to_be_hidden()
    assert kept(page) == 0
    [row] = [row for row in written(served) if row.ok]
    since = timedelta(seconds=time.monotonic() - began)
    assert timedelta(seconds=DEAD_S) < row.recorded_at - row.at < since, "its own time"


def test_what_was_handed_out_here_before_is_known_without_network(phone: Page, served: Served) -> None:
    """Redeemed with network after the list came; then the page is opened anew without."""
    served.enter(phone)
    open_scan(phone, served)
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("已核销")
    unplug(phone.context, served)
    phone.reload()
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("名单上这一单已经取过货")
    type_code(phone, served.pages.world.codes[3])
    expect(phone.locator("#result")).to_contain_text("可以给货")


def test_a_conflict_is_shown_when_the_scans_arrive(phone: Page, served: Served) -> None:
    """A helper's phone without network hands out what somebody else handed out a moment ago; one was cancelled."""
    world = served.pages.world
    served.enter(phone, "helper")
    open_scan(phone, served)
    unplug(phone.context, served)
    phone.reload()
    for code in (world.codes[4], world.codes[3]):
        type_code(phone, code)
        expect(phone.locator("#result")).to_contain_text("可以给货")
    with served.pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == world.orders[4]).values(state="cancelled"))
    plug_in(phone.context, served)
    log = phone.locator("#log")
    expect(log).to_contain_text("补传时没有成功")
    expect(log).to_contain_text("已经取消")
    expect(log).to_contain_text("补传成功")
    expect(phone.locator("#result")).to_contain_text("刚才没有网络时扫的")
    assert kept(phone) == 0


def test_signing_out_leaves_no_order_in_the_phone_and_no_page_but_loses_no_scan(phone: Page, served: Served) -> None:
    served.enter(phone)
    open_scan(phone, served)
    assert "12-603" in remembered(phone)
    assert "lintuan-scan-page" in caches_left(phone)
    with phone.expect_response("**/m/scan/list"):
        phone.goto(f"{served.url}/m/scan")
    phone.route("**/m/scans", lambda route: route.abort("internetdisconnected"))
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("可以给货")
    phone.goto(f"{served.url}/m/")
    phone.get_by_role("button", name="退出").click()
    expect(phone.locator("#scans-left")).to_contain_text("还有 1 个扫码没上传")
    phone.wait_for_selector("body[data-forgotten=yes]")
    assert "12-603" not in remembered(phone)
    assert caches_left(phone) == []
    assert phone.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    assert kept(phone) == 1
    phone.unroute("**/m/scans")
    served.enter(phone)
    phone.goto(f"{served.url}/m/scan")
    expect(phone.locator("#log")).to_contain_text("补传成功")
    assert [row.ok for row in written(served)] == [True]


def test_when_the_session_is_over_the_phone_forgets_what_it_knew(phone: Page, served: Served) -> None:
    served.enter(phone)
    open_scan(phone, served)
    served.pages.clock.advance(hours=13)
    phone.goto(f"{served.url}/m/scan")
    expect(phone.get_by_role("heading", name="请从公众号进来")).to_be_visible()
    assert "lintuan-scan-page" not in caches_left(phone)
    assert "12-603" not in remembered(phone)
    unplug(phone.context, served)
    with pytest.raises(Error, match="ERR_FAILED"):
        phone.goto(f"{served.url}/m/scan")


def test_the_list_of_one_is_not_read_by_another_on_the_same_phone(phone: Page, served: Served) -> None:
    served.enter(phone)
    open_scan(phone, served)
    served.enter(phone, "helper")
    phone.route("**/m/scan/list", lambda route: route.abort("internetdisconnected"))
    open_scan(phone, served)
    phone.route("**/m/scans", lambda route: route.abort("internetdisconnected"))
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("名单也还没有载入")
    assert "12-603" not in remembered(phone)


def test_a_list_that_is_older_than_its_session_decides_nothing(phone: Page, served: Served) -> None:
    """The phone was without network all the time and could not hear that the session ended."""
    served.enter(phone)
    open_scan(phone, served)
    unplug(phone.context, served)
    phone.add_init_script("const real = Date.now; Date.now = () => real() + 13 * 3600 * 1000")
    phone.reload()
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#result")).to_contain_text("名单也过期了。先不要给货")
    assert kept(phone) == 0


def test_only_the_scanning_page_is_kept(phone: Page, served: Served) -> None:
    served.enter(phone)
    open_scan(phone, served)
    [scope] = phone.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))")
    assert scope == f"{served.url}/m/scan"
    phone.goto(f"{served.url}/m/")
    assert phone.evaluate("navigator.serviceWorker.controller") is None
    page = phone.evaluate("caches.open('lintuan-scan-page').then(c => c.match('/m/scan')).then(it => it.text())")
    for secret in ("12-603", "孙", "小陈"):
        assert secret not in page
    for secret in ("孙老师", "小陈", "¥", "13800000", *served.pages.world.codes, *served.pages.world.tokens):
        assert secret not in remembered(phone), "nor does the list name anybody or hold a code"


def test_a_page_of_an_earlier_session_takes_the_new_one_by_itself(phone: Page, served: Served) -> None:
    """The leader came in by a new link in another window; the old page is still open, with its old form token."""
    served.enter(phone)
    open_scan(phone, served)
    served.enter(phone.context.new_page())
    type_code(phone, served.pages.world.codes[4])
    expect(phone.locator("#log")).to_contain_text("补传成功")
    assert kept(phone) == 0
    assert [row.ok for row in written(served)] == [True]
