"""After-sales, neighbours, papers, charts in a real Chromium: at 360 and 1440 px, by day and night, by keyboard."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Served
from tests.web.test_browser import Walker
from tests.web.world import World

pytestmark = pytest.mark.browser

WIDTHS = (360, 1440)


def leaders_pages(world: World) -> list[str]:
    round_ = f"/m/rounds/{world.arrived}"
    return [
        "/m/",
        "/m/cases",
        f"/m/cases/{world.case}",
        f"/m/orders/{world.orders[2]}/case",
        f"{round_}/bad",
        f"{round_}/bad?offer={world.offer}",
        "/m/neighbours",
        f"/m/neighbours/{world.resident}",
        *(f"{round_}/papers?kind={kind}" for kind in ("list", "totals", "labels", "receipt")),
    ]


def operators_pages(world: World) -> list[str]:
    chosen = f"r={world.leader_a}-{world.arrived}&r={world.leader_b}-{world.arrived_b}"
    return [
        "/admin/",
        "/admin/papers?state=arrived",
        f"/admin/papers/print?{chosen}&kind=routes",
        f"/admin/orders/{world.leader_a}/{world.orders[2]}/case",
        f"/admin/cases/{world.leader_a}/{world.case}",
        "/admin/cases",
        "/admin/actions",
        "/admin/operators",
    ]


def test_the_leaders_new_pages_are_accessible_by_day_and_by_night(page: Page, served: Served) -> None:
    walker = served.enter(page)
    for path in leaders_pages(served.pages.world):
        walker.by_day_and_by_night(path, WIDTHS)


def test_the_operators_new_pages_are_accessible_by_day_and_by_night(page: Page, served: Served) -> None:
    walker = Walker(page, served)
    walker.by_day_and_by_night("/admin/login", WIDTHS)
    walker.log_in("owner")
    for path in operators_pages(served.pages.world):
        walker.by_day_and_by_night(path, WIDTHS)


def test_a_case_is_decided_with_the_keyboard_alone(page: Page, served: Served) -> None:
    walker, world = served.enter(page), served.pages.world
    walker.go(f"/m/cases/{world.case}")
    press_until(page, "input[name=decision]:checked")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="不同意")).to_be_checked()
    press_until(page, "textarea[name=reason]")
    page.keyboard.type("照片看不清，请再拍一张")
    press_until(page, "button:text('下一步')")
    page.keyboard.press("Enter")
    expect(page.get_by_text("不退不补")).to_be_visible()
    press_until(page, "button:text('确认拒绝')")
    page.keyboard.press("Enter")
    walker.says("S1 已拒绝")


def press_until(page: Page, selector: str, most: int = 40) -> None:
    """Tab on until this has the focus; nothing on the way may hold it."""
    wanted = page.locator(selector).first
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_leader_adds_photos_and_refunds_a_part(phone: Page, served: Served, tmp_path: Path) -> None:
    walker, world = served.enter(phone), served.pages.world
    walker.go(f"/m/orders/{world.orders[2]}")
    phone.get_by_role("link", name="替邻居登记售后").tap()
    phone.get_by_label("土鸡蛋有问题的数量").fill("1")
    phone.get_by_role("textbox", name="说明").fill("破了几个")
    phone.get_by_label("照片").set_input_files([picture(tmp_path, "red"), picture(tmp_path, "blue")])
    phone.get_by_role("button", name="登记，并告诉邻居").tap()
    walker.says("售后 S3 已登记")
    for shown in phone.locator(".photos img").all():
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    assert phone.locator(".photos img").count() == 2
    phone.get_by_label("退多少").fill("12.5")
    phone.get_by_role("button", name="下一步").tap()
    expect(phone.get_by_text("¥102 → ¥89.5")).to_be_visible()
    walker.accessible()
    phone.get_by_role("button", name="确认退款").tap()
    walker.says("S3 已同意退 ¥12.5")


def picture(folder: Path, colour: str) -> Path:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    path = folder / f"{colour}.png"
    path.write_bytes(out.getvalue())
    return path


def test_many_are_refunded_in_three_taps(phone: Page, served: Served) -> None:
    walker, world = served.enter(phone), served.pages.world
    walker.go(f"/m/rounds/{world.arrived}")
    phone.get_by_role("link", name="一样货坏了").tap()
    phone.get_by_role("link", name="红颜草莓").tap()
    phone.get_by_label("怎么处理").select_option("refund")
    phone.get_by_role("button", name="下一步").tap()
    expect(phone.get_by_role("button", name="确认，退 ¥225")).to_be_visible()
    walker.accessible()
    phone.get_by_role("button", name="确认，退 ¥225").tap()
    walker.says("已登记 3 单售后，一共退 ¥225")


def test_the_operator_prints_several_rounds(page: Page, served: Served) -> None:
    walker = Walker(page, served)
    walker.log_in("operator")
    walker.go("/admin/papers?state=arrived")
    page.get_by_role("button", name="线路分拣单").click()
    expect(page.get_by_text("司机签收")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF").click()
    assert download.value.suggested_filename == "线路分拣单_2026-05-02.pdf"
    page.emulate_media(media="print")
    expect(page.locator(".paper")).to_be_visible()
    for hidden in (".side", ".tabs", "#print"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_charts_say_their_numbers(page: Page, served: Served) -> None:
    walker = Walker(page, served)
    walker.log_in("viewer")
    expect(page.get_by_role("img", name="每天的订单")).to_be_visible()
    assert "5/1：8 单" in (page.get_by_role("img", name="每天的订单").get_attribute("aria-label") or "")


def test_controls_are_big_enough_for_thumbs(phone: Page, served: Served) -> None:
    walker = served.enter(phone)
    for path in leaders_pages(served.pages.world)[1:9]:
        walker.go(path)
        walker.thumbs(
            ".btn:visible, .tabbar a, .tabs a, .list a, summary:visible, select:visible, input[type=text]:visible"
        )
