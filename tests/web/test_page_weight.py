"""The round page on a slow phone: few bytes and few requests, so that it stands within a second on a thin line.

Bytes are counted here, in a real Chromium; seconds depend on the machine and are measured by `benchmarks.first_paint`.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from models import offer
from operations import people
from tests.web.test_browser import Served, served

__all__ = ["served"]

pytestmark = pytest.mark.browser

MOST_BYTES = 150_000
MOST_BEFORE_PAINT = 40_000  # what 1.6 Mbit/s brings in a fifth of a second: the document and its styles


def transferred(phone: Page, url: str) -> dict[str, int]:
    """Bytes over the line by address, with headers, as Chromium counts them."""
    phone.goto("about:blank")  # what the page before still waits for would be counted, or end without having begun
    session = phone.context.new_cdp_session(phone)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    address: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.requestWillBeSent", lambda e: address.update({e["requestId"]: e["request"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.update({address[e["requestId"]]: int(e["encodedDataLength"])}),
    )
    phone.goto(url)
    phone.wait_for_load_state("networkidle")
    session.detach()
    return sizes


def test_the_round_page_is_light(phone: Page, served: Served) -> None:
    pages, world = served.pages, served.pages.world
    with pages.store.transaction() as work:  # every item has a photo
        decorated = {"photo_media_id": world.face, "words": "甜" * 40}
        work.db.execute(update(offer).where(offer.c.round_id == world.open).values(decorated))
        account_id = people.recognise(work, "o_test_resident_0").account_id
    token = pages.link("resident", account_id, world.leader_a, path=f"/r/{world.round_code}")
    phone.goto(f"{served.url}/e/{token}")
    phone.get_by_role("button", name="进去下单").click()
    phone.wait_for_url(f"{served.url}/r/{world.round_code}")
    for path in (f"/r/{world.round_code}", "/l/L1"):
        sizes = transferred(phone, served.url + path)
        assert sum(sizes.values()) < MOST_BYTES, sizes
        needed = {url: size for url, size in sizes.items() if url.endswith(path) or ".css" in url}
        assert len(needed) <= 4, needed
        assert sum(needed.values()) < MOST_BEFORE_PAINT, needed
