"""What people call themselves and write into notes is text on every page, never markup, address or template."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.clock import StillClock
from tests.support.databases import opened
from tests.web.conftest import Pages, make_app, make_world, with_photos
from tests.web.doors import DOORS
from tests.web.people import enter
from tests.web.world import World

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<!--<a href=//evil.example>x</a>",
)
ADDRESSES = (
    "https://lintuan.example.com/",
    "/",
    "tel:",
    "#",
    "https://uri.amap.com/marker?position=121.47,31.23&name=",
    "https://uri.amap.com/navigation?to=121.47",
    "https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=",
    "https://maps.apple.com/?daddr=31.23",
)


class Page(HTMLParser):
    """Which elements a page has, and every attribute that could run something or lead somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.styles: list[str] = []
        self.data: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "script":
            self.scripts.append(dict(attrs).get("src") or "inline")
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in {"href", "src", "action", "formaction", "xlink:href", "data"}:
                self.addresses.append(value or "")
            if name == "style":
                self.styles.append(value or "")

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def all_pages(pages: Pages) -> dict[str, Page]:
    """Every page that can be looked at, as those see it who see most."""
    found, visitors = {}, {who: enter(pages, who) for who in ("anonymous", "owner", "leader_a")}
    for door in DOORS:
        if door.method != "GET" or door.endpoint == "site.static":
            continue
        for who in visitors.keys() & set(door.admits):
            response = visitors[who].get(door.make(pages)[0])
            if response.mimetype == "text/html" and response.status_code == 200:
                found[f"{door.endpoint} {who}"] = Page(response.text)
    world = pages.world
    looked = visitors["leader_a"].post("/m/redeem/look", {"code": world.codes[5]})
    found["look"] = Page(looked.text)
    found["search"] = Page(visitors["owner"].get("/admin/orders", query_string={"q": PAYLOADS[1] + "!"}).text)
    return found


@pytest.fixture(scope="module")
def usual(ready_made: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    """What all pages are without anything odd in them; only compared with."""
    folder, clock = tmp_path_factory.mktemp("usual"), StillClock()
    shutil.copyfile(ready_made[0], folder / "copy.sqlite3")
    with opened(f"sqlite:///{folder / 'copy.sqlite3'}", clock) as store:
        return all_pages(Pages(make_app(store, with_photos(folder / "media")), store, ready_made[1], clock))


def test_pages_have_no_inline_script_no_handler_and_no_inline_style(pages: Pages) -> None:
    """The policy would block them; there is nothing to block."""
    for name, page in all_pages(pages).items():
        assert all(source.startswith("/assets/") for source in page.scripts), name
        assert page.handlers == [], name
        assert page.styles == [], name
        assert all(address.startswith(ADDRESSES) for address in page.addresses), name


@pytest.mark.parametrize("payload", PAYLOADS)
def test_stored_text_stays_text(
    payload: str,
    usual: dict[str, Page],
    open_pages: Callable[[tuple[Path, World]], Pages],
    tmp_path: Path,
) -> None:
    attacked = all_pages(open_pages(make_world(tmp_path / "attacked.sqlite3", text=payload)))
    assert usual.keys() == attacked.keys()
    shown = 0
    for name, page in attacked.items():
        assert page.tags <= usual[name].tags | {"span", "p", "div", "dt", "dd", "li", "ul", "td"}, name
        assert page.handlers == [], name
        assert all(address.startswith(ADDRESSES) for address in page.addresses), name
        shown += payload in "".join(page.data)
    assert shown >= 10, "the payload is on many pages, as the text it is"
