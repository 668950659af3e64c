"""Delivery in a real Chromium: the console's pages by day and night, the driver's taps while there is no network."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models import delivery_note
from tests.e2e.conftest import Served
from tests.web.doors import run_names
from tests.web.test_browser import Walker

pytestmark = pytest.mark.browser


def test_the_delivery_pages_are_accessible_by_day_and_by_night(page: Page, served: Served) -> None:
    names, walker = run_names(served.pages), Walker(page, served)
    walker.log_in("owner")
    run = f"/admin/runs/{names['run']}"
    paths = [
        "/admin/fleet",
        "/admin/runs",
        run,
        f"/admin/runs/{names['draft']}",
        f"{run}/links",
        f"{run}/papers?kind=routes",
    ]
    for path in [*paths, f"/d/{names['drive']}"]:
        walker.by_day_and_by_night(path, (360, 1440))


def test_what_a_driver_taps_without_network_is_sent_when_it_is_back(phone: Page, served: Served) -> None:
    names = run_names(served.pages)
    phone.goto(f"{served.url}/d/{names['drive']}")
    phone.get_by_role("button", name="装好了，出发").click()
    expect(phone.get_by_role("button", name="装好了，出发")).to_have_count(0)
    phone.get_by_role("button", name="到了", exact=True).click()
    expect(phone.get_by_label("谁签收")).to_have_value("张团长")
    served.cable.is_out = True
    phone.get_by_label("谁签收").fill("王姐")
    phone.get_by_role("button", name="签收，去下一站").click()
    expect(phone.locator("#waiting")).to_contain_text("没有网，1 步记在手机上了")
    assert signers(served) == [None]
    served.cable.is_out = False
    expect(phone.get_by_text("全部送完了")).to_be_visible()
    assert signers(served) == ["王姐"]


def signers(served: Served) -> list[str | None]:
    with served.pages.store.read() as work:
        return list(work.db.execute(select(delivery_note.c.signed_by)).scalars())
