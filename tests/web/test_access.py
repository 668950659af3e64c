"""Every address x every kind of person: who may not is refused and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from operations.operators import PERMISSIONS
from tests.support.clock import StillClock
from tests.support.databases import opened
from tests.web.conftest import Pages
from tests.web.doors import DOORS, NONCE, TRIED_ELSEWHERE, Door
from tests.web.people import EVERYBODY, Key, enter, fingerprint, let_in
from tests.web.world import World
from web.auth import access_of
from web.security import SAFE_METHODS

Keys = dict[str, Key]
UNSAFE = [door for door in DOORS if door.method != "GET"]


def name(door: Door) -> str:
    return f"{door.method} {door.endpoint}"


@pytest.fixture(scope="module")
def keyed(ready_made: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, Keys]:
    """The ready-made platform with a session of everybody, made once: half of each test was making them."""
    path = tmp_path_factory.mktemp("keyed") / "world.sqlite3"
    shutil.copyfile(ready_made[0], path)
    with opened(f"sqlite:///{path}", StillClock()) as store, store.transaction() as work:
        keys = {who: let_in(work, ready_made[1], who) for who in EVERYBODY if who != "anonymous"}
    return path, ready_made[1], keys


@pytest.fixture
def keys(keyed: tuple[Path, World, Keys]) -> Keys:
    return keyed[2]


@pytest.fixture
def pages(open_pages: Callable[[tuple[Path, World]], Pages], keyed: tuple[Path, World, Keys]) -> Pages:
    return open_pages((keyed[0], keyed[1]))


def knock(pages: Pages, door: Door, who: str, keys: Keys) -> tuple[TestResponse, bool]:
    """The answer, and whether anything in the database changed."""
    visitor = enter(pages, who, keys)
    path, form = door.make(pages)
    before = fingerprint(pages.store)
    response = visitor.get(path) if door.method == "GET" else visitor.post(path, form)
    return response, fingerprint(pages.store) != before


def is_refused(response: TestResponse) -> bool:
    if response.status_code in {401, 403, 404}:
        return True
    return response.status_code == 302 and response.headers["Location"].startswith("/admin/login?")


def test_every_route_is_listed_with_who_may_enter(pages: Pages) -> None:
    routes = {
        (method, rule.endpoint)
        for rule in pages.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    listed = {(door.method, door.endpoint) for door in DOORS}
    assert {route for route in routes if route[1] not in TRIED_ELSEWHERE} == listed


def test_every_view_says_who_may_open_it(pages: Pages) -> None:
    silent = [
        rule.endpoint
        for rule in pages.app.url_map.iter_rules()
        if not rule.endpoint.endswith("static") and access_of(pages.app.view_functions[rule.endpoint]) is None
    ]
    assert silent == []


@pytest.mark.parametrize("door", DOORS, ids=name)
def test_only_who_may_enter_does(pages: Pages, door: Door, keys: Keys) -> None:
    for who in sorted(EVERYBODY, key=lambda who: who in door.admits):  # the refused first: they must change nothing
        response, has_changed = knock(pages, door, who, keys)
        if who in door.admits:
            assert not is_refused(response), f"{who} is admitted"
        else:
            assert is_refused(response), f"{who} is refused"
            assert not has_changed, f"{who} changes nothing"


@pytest.mark.parametrize("door", UNSAFE, ids=name)
def test_a_form_without_its_token_does_nothing(pages: Pages, door: Door, keys: Keys) -> None:
    who = door.admits[0]
    path, form = door.make(pages)
    for token in ("", "0" * 64, keys["owner" if who != "owner" else "leader_a"].csrf):
        visitor = enter(pages, who, keys)
        before = fingerprint(pages.store)
        response = visitor.post(path, form | {"csrf_token": token})
        assert response.status_code == 400
        assert fingerprint(pages.store) == before


@pytest.mark.parametrize("door", UNSAFE, ids=name)
def test_a_form_of_another_site_does_nothing(pages: Pages, door: Door, keys: Keys) -> None:
    path, form = door.make(pages)
    visitor = enter(pages, door.admits[0], keys)
    before = fingerprint(pages.store)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/x"}):
        assert visitor.post(path, form, headers=headers).status_code == 400, headers
        assert fingerprint(pages.store) == before, headers


@pytest.mark.parametrize("door", [door for door in DOORS if door.method == "GET"], ids=name)
def test_looking_changes_nothing(pages: Pages, door: Door, keys: Keys) -> None:
    for who in door.admits:
        visitor, (path, _) = enter(pages, who, keys), door.make(pages)
        before = fingerprint(pages.store)
        response = visitor.get(path)
        assert response.status_code in {200, 302}
        assert fingerprint(pages.store) == before


def test_unsafe_methods_are_exactly_the_posts(pages: Pages) -> None:
    methods = {method for rule in pages.app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods - SAFE_METHODS == {"POST"}


def test_nobody_but_an_owner_manages_operators() -> None:
    assert [role for role, allowed in PERMISSIONS.items() if "operators" in allowed] == ["owner"]
    assert PERMISSIONS["viewer"] == {"view"}


def test_another_leaders_code_opens_nothing(pages: Pages) -> None:
    """B types A's code: not found, as if it did not exist; A's order stays as it is."""
    visitor = enter(pages, "leader_b")
    response = visitor.post("/m/redeem", {"code": pages.world.codes[4], "nonce": NONCE})
    assert "没有「" in response.text
    assert "红颜草莓" not in response.text


def test_the_today_page_of_one_leader_shows_nothing_of_another(pages: Pages) -> None:
    assert "周六水果团" not in enter(pages, "leader_b").get("/m/").text
    assert "刘姐的团" not in enter(pages, "leader_a").get("/m/").text


def test_a_helper_sees_no_money_and_no_phone(pages: Pages) -> None:
    helper = enter(pages, "helper")
    world = pages.world
    texts = [
        helper.get(path).text
        for path in ("/m/", f"/m/rounds/{world.arrived}", f"/m/orders/{world.orders[2]}", f"/p/{world.tokens[4]}")
    ]
    texts.append(helper.post("/m/redeem/look", {"code": world.codes[5]}).text)
    texts.append(helper.post("/m/redeem", {"code": world.codes[5], "nonce": NONCE}).text)
    for text in texts:
        assert "¥" not in text
        assert "13800000" not in text
    assert helper.get(f"/m/rounds/{world.arrived}?show=unpaid").status_code == 403


def test_a_viewer_sees_no_whole_phone_number(pages: Pages) -> None:
    viewer = enter(pages, "viewer")
    world = pages.world
    for path in ("/admin/orders", f"/admin/orders/{world.leader_a}/{world.orders[0]}", "/admin/leaders"):
        assert "13800000001" not in viewer.get(path).text


def test_the_fingerprint_notices_a_change(pages: Pages) -> None:
    before = fingerprint(pages.store)
    enter(pages, "viewer")
    assert fingerprint(pages.store) != before
