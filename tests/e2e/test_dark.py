"""The leader's pages at night, as the phone is set: readable by axe-core's measure, nothing wider than the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from operations import rounds
from tests.e2e.conftest import Served
from tests.e2e.test_camera import type_code
from tests.support.chromium import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def night(browser: Browser) -> Iterator[Page]:
    with browser.new_context(
        viewport=PHONE, device_scale_factor=2, has_touch=True, locale="zh-CN", color_scheme="dark"
    ) as context:
        yield context.new_page()


def test_the_leaders_pages_at_night(night: Page, served: Served) -> None:
    world = served.pages.world
    with served.pages.store.transaction() as work:
        rounds.close(work, leader_id=world.leader_a, round_id=world.open, actor=f"account:{world.account_a}")
    walker = served.enter(night)
    assert night.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 19)"
    for name, path in {
        "today": "/m/",
        "redeem": "/m/redeem",
        "find": "/m/find?q=周",
        "round": f"/m/rounds/{world.arrived}",
        "order": f"/m/orders/{world.orders[0]}",
        "picking": f"/m/rounds/{world.arrived}/picking",
        "offers": f"/m/rounds/{world.arrived}/picking?by=offer",
        "goods": f"/m/rounds/{world.open}/goods",
        "short": f"/m/rounds/{world.arrived}/short",
    }.items():
        walker.go(path, f"night-{name}")
        walker.accessible()
    walker.go("/m/scan")
    night.wait_for_selector("#scan[data-ready=yes]")
    for code, shot in ((world.codes[4], "night-scan-good"), (world.codes[4], "night-scan-bad")):
        type_code(night, code)
        night.wait_for_selector("#result:not(.busy)")
        walker.look(shot)
        walker.accessible()
    walker.go(f"/p/{world.tokens[2]}", "night-ticket")
    walker.accessible()
