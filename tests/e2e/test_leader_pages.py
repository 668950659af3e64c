"""The leader's pages beside the camera, in a real Chromium: found by phone, lists, papers, goods in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from operations import pickup, rounds
from tests.e2e.conftest import Served

pytestmark = pytest.mark.browser
MM = 72 / 25.4  # PDF points


def hand_out(served: Served, at: int) -> None:
    """Somebody else hands out meanwhile."""
    world = served.pages.world
    with served.pages.store.transaction() as work:
        done = pickup.redeem(
            work,
            leader_id=world.leader_a,
            device="test",
            nonce=str(at),
            by_account_id=world.account_a,
            token=world.tokens[at],
        )
    assert done.ok


def test_a_neighbour_without_the_code(phone: Page, served: Served) -> None:
    walker = served.enter(phone)
    walker.look("today")
    walker.accessible()
    phone.get_by_role("link", name="核销", exact=True).tap()
    expect(phone.get_by_role("heading", name="核销", exact=True)).to_be_visible()
    walker.look("redeem")
    walker.accessible()
    phone.get_by_label("手机尾号、房号或称呼").fill("周")
    phone.get_by_role("button", name="找").tap()
    expect(phone.get_by_role("heading", name="12-2004")).to_be_visible()
    walker.look("household")
    walker.accessible()
    phone.get_by_label("6 号本地青菜取多少").fill("1")
    phone.get_by_role("button", name="确认核销").tap()
    expect(phone.get_by_role("heading", name="已核销")).to_be_visible()
    expect(phone.get_by_text("还没取：本地青菜1.5斤")).to_be_visible()
    walker.look("household-done")
    walker.accessible()
    walker.go("/m/find?q=孙老师", "find")
    walker.go("/m/find?q=隔壁", "find-nobody")
    walker.accessible()


def test_the_list_keeps_itself_up_to_date(phone: Page, served: Served) -> None:
    """Without a jump: what is on the screen stays there; a list that is folded open stays open."""
    world = served.pages.world
    walker = served.enter(phone)
    phone.clock.install()
    walker.go(f"/m/rounds/{world.arrived}/picking", "picking-building")
    walker.accessible()
    wanted = phone.locator(f"#order-{world.orders[5]}")
    wanted.scroll_into_view_if_needed()
    phone.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
    before = wanted.bounding_box()
    hand_out(served, 2)
    phone.clock.fast_forward(21_000)
    expect(phone.get_by_text("赵阿姨")).to_have_count(0)
    after = wanted.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    walker.go(f"/m/rounds/{world.arrived}/picking?by=offer", "picking-offer")
    walker.accessible()
    milk = phone.locator("article", has_text="鲜牛奶")
    milk.get_by_text("还有 1 户没取").tap()
    expect(milk.get_by_text("5-1802")).to_be_visible()
    hand_out(served, 4)
    phone.clock.fast_forward(21_000)
    expect(phone.locator("article", has_text="红颜草莓")).to_contain_text("还有 3 户没取")
    expect(milk.get_by_text("5-1802")).to_be_visible()
    walker.look("picking-open")


def test_without_network_the_list_says_so(phone: Page, served: Served) -> None:
    walker = served.enter(phone)
    phone.clock.install()
    walker.go(f"/m/rounds/{served.pages.world.arrived}/picking")
    phone.context.set_offline(True)
    phone.clock.fast_forward(21_000)
    expect(phone.get_by_text("现在连不上，上面是刚才的情况")).to_be_visible()
    expect(phone.get_by_text("赵阿姨").first).to_be_visible()
    phone.context.set_offline(False)
    phone.clock.fast_forward(21_000)
    expect(phone.get_by_text("现在连不上，上面是刚才的情况")).to_be_hidden()


def test_one_tap_and_a_confirmation_remind(phone: Page, served: Served) -> None:
    world = served.pages.world
    walker = served.enter(phone)
    walker.go(f"/m/rounds/{world.arrived}/picking")
    row = phone.locator(f"#order-{world.orders[2]}")
    row.get_by_text("提醒", exact=True).tap()
    walker.look("remind")
    walker.accessible()
    row.get_by_role("button", name="请赵阿姨来取货").tap()
    expect(phone.get_by_role("status").first).to_contain_text("已经提醒了")
    expect(row).to_contain_text("今天 10:00 提醒过")


def page_sizes(pdf: bytes) -> set[tuple[int, int]]:
    """Widths and heights of the pages, in whole millimetres."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    return {(round(float(width) / MM), round(float(height) / MM)) for width, height in boxes}


def test_papers_are_printed_on_their_sheet(page: Page, served: Served) -> None:
    walker, world = served.enter(page), served.pages.world
    sheets = {
        ("list", "a4"): (210, 297),
        ("totals", "a4"): (210, 297),
        ("labels", "a4"): (210, 297),
        ("list", "roll"): (58, 297),
        ("totals", "roll"): (58, 297),
        ("labels", "roll"): (58, 40),
    }
    for (kind, size), sheet in sheets.items():
        walker.go(f"/m/rounds/{world.arrived}/papers?kind={kind}&size={size}", f"paper-{kind}-{size}")
        walker.accessible()
        pdf = page.pdf(prefer_css_page_size=True)
        assert page_sizes(pdf) == {sheet}, (kind, size)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == (7 if (kind, size) == ("labels", "roll") else 1)


def test_nothing_but_the_paper_is_printed(page: Page, served: Served) -> None:
    served.enter(page)
    page.goto(f"{served.url}/m/rounds/{served.pages.world.arrived}/papers")
    page.emulate_media(media="print")
    expect(page.locator(".paper")).to_be_visible()
    for hidden in (".tabbar", "textarea", ".back", "#copy", ".tabs >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()


def test_the_text_is_copied(phone: Page, served: Served) -> None:
    walker = served.enter(phone)
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for kind in ("totals", "labels", "list"):
        walker.go(f"/m/rounds/{served.pages.world.arrived}/papers?kind={kind}", f"phone-paper-{kind}")
        walker.accessible()
    phone.get_by_role("button", name="复制文字").tap()
    expect(phone.get_by_role("status")).to_contain_text("已复制")
    copied = phone.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("【周六水果团】取货单\n—— 3号楼 2 单 ——\n1号 3-502 王姐：红颜草莓 2斤装 2盒")


def test_goods_are_counted_looked_at_and_confirmed(phone: Page, served: Served) -> None:
    world = served.pages.world
    with served.pages.store.transaction() as work:
        rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor=f"account:{world.account_a}")
    walker = served.enter(phone)
    phone.get_by_role("link", name="货到了，去清点").tap()
    expect(phone.get_by_role("heading", name="到货清点")).to_be_visible()
    walker.look("goods")
    walker.accessible()
    phone.get_by_label("鲜牛奶实到多少").fill("5")
    phone.get_by_label("鲜牛奶坏了多少").fill("1")
    phone.get_by_role("button", name="看看谁会少拿").tap()
    expect(phone.get_by_text("订 6瓶，到 5瓶，坏 1瓶")).to_be_visible()
    walker.look("goods-plan")
    walker.accessible()
    phone.get_by_role("button", name="确认到货，通知 2 单来取").tap()
    expect(phone.get_by_role("status").first).to_contain_text("已登记到货：2 单可以取")
    walker.look("goods-done")


def test_controls_are_big_enough_for_thumbs(phone: Page, served: Served) -> None:
    walker, world = served.enter(phone), served.pages.world
    for path in (
        "/m/scan",
        "/m/find?q=孙老师",
        f"/m/households/{world.orders[4]}",
        f"/m/rounds/{world.arrived}/picking",
        f"/m/rounds/{world.arrived}/picking?by=offer",
        f"/m/rounds/{world.arrived}/papers",
        f"/m/rounds/{world.arrived}",
    ):
        walker.go(path)
        walker.thumbs(".btn:visible, .tabbar a, .tabs a, .list a, summary:visible, input:not([type=hidden]):visible")


def test_goods_in_building_by_building_then_less_than_that(phone: Page, served: Served) -> None:
    """Count, look, confirm; then a box is opened and two are missing."""
    world = served.pages.world
    with served.pages.store.transaction() as work:
        rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor=f"account:{world.account_a}")
    walker = served.enter(phone)
    walker.go(f"/m/rounds/{world.open}/goods", "goods-form")
    phone.get_by_label("按楼栋分批").check()
    phone.get_by_label("每栋间隔").fill("20")
    phone.get_by_label("先通知").fill("12号楼")
    walker.accessible()
    phone.get_by_role("button", name="看看谁会少拿").tap()
    expect(phone.get_by_role("heading", name="按楼栋分批通知")).to_be_visible()
    walker.look("goods-batches")
    walker.accessible()
    phone.get_by_role("button", name="确认到货，分批通知").tap()
    expect(phone.get_by_role("status")).to_contain_text("已登记到货")
    walker.look("picking-batches")
    walker.accessible()
    phone.get_by_role("link", name="开箱发现少了、坏了").tap()
    expect(phone.get_by_role("heading", name="发现少了、坏了")).to_be_visible()
    walker.look("short-form")
    walker.accessible()
    phone.get_by_label("鲜牛奶少了多少").fill("2")
    phone.get_by_role("button", name="看看谁会少拿").tap()
    expect(phone.get_by_text("鲜牛奶 原来 6瓶，改成 4瓶")).to_be_visible()
    walker.look("short-plan")
    walker.accessible()
    phone.get_by_role("button", name="确认，告诉 1 单").tap()
    expect(phone.get_by_role("status")).to_contain_text("登记好了：1 单少拿")
