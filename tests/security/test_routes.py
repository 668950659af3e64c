"""Every address x everybody of another world, with leader A's ids: nothing of hers is changed, nothing is shown.

The addresses are those of `tests/web/doors.py`, which a test holds against the address table: a new page is attacked
here by being listed there. Who may open a page at all is `tests/web/test_access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app import create_app
from config import checked
from models import Store
from operations import leadership, people, sessions
from tests.security.worlds import PRIVATE, changed, rows_of
from tests.web.conftest import Pages, Visitor, open_pages, ready_made, shared
from tests.web.doors import DOORS, TRIED_ELSEWHERE, Door
from tests.web.people import enter, fingerprint
from web.security import SAFE_METHODS

__all__ = ["open_pages", "ready_made", "shared"]

# What the holder of a link or of a leader's number is meant to see, whoever he is.
OPEN_TO_THE_HOLDER = {
    "public.ticket",
    "public.export_file",
    "public.pay",
    "mall.supplier",
    "mall.farm_picture",
    "public.supplier_orders",
    "public.supplier_order",
    "public.promise_order",
    "public.supplier_file",
    "leader.entrance",
    "leader.enter",
    "mall.home",
    "mall.round_",
    "mall.live",
    "mall.poster",
    "mall.picture",
    "mall.invited",
    "mall.entrance",
    "mall.enter",
}
OUTSIDE_PAGES = {("GET", "wechat.verify"), ("POST", "wechat.receive")}  # tests/bot/test_webhook.py attacks these

READ: dict[tuple[str, int], dict[str, str]] = {}


@pytest.fixture
def pages(request: pytest.FixtureRequest) -> Pages:
    """The ready-made platform of the page tests."""
    made: Pages = request.getfixturevalue("open_pages")(request.getfixturevalue("ready_made"))
    return made


def helper_of_b(pages: Pages) -> Visitor:
    """B's helper with a session, as A's helper has one."""
    with pages.store.transaction() as work:
        account_id = people.recognise(work, "o_test_helper_b").account_id
        leadership.add_helper(
            work,
            leader_id=pages.world.leader_b,
            account_id=account_id,
            name="小许",
            actor=f"account:{pages.world.account_b}",
        )
        token = sessions.open_for_member(work, account_id=account_id, leader_id=pages.world.leader_b, role="helper")
        found = sessions.find(work, token)
    assert found is not None
    visitor = pages.visitor()
    visitor.token = found.csrf
    visitor.client.set_cookie("__Host-lintuan_member", token, domain="lintuan.example.com", secure=True, httponly=True)
    return visitor


def neighbour_of_b(pages: Pages) -> Visitor:
    """A resident: he has no session, but the cookie and the form token of his own ticket page."""
    visitor = pages.visitor()
    visitor.get("/admin/login")
    visitor.get(f"/p/{pages.world.token_b}")
    return visitor


def bearer_of_a_made_up_session(pages: Pages) -> Visitor:
    """Somebody who writes a cookie himself."""
    visitor = neighbour_of_b(pages)
    for kind in ("member", "console"):
        visitor.client.set_cookie(f"__Host-lintuan_{kind}", "a" * 64, domain="lintuan.example.com", secure=True)
    return visitor


STRANGERS: dict[str, Callable[[Pages], Visitor]] = {
    "leader_b": lambda pages: enter(pages, "leader_b"),
    "helper_b": helper_of_b,
    "neighbour_b": neighbour_of_b,
    "made_up": bearer_of_a_made_up_session,
}


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_of_another_world_changes_or_reads_anything(pages: Pages, who: str) -> None:
    visitor, leader_a = STRANGERS[who](pages), pages.world.leader_a
    for door in DOORS:
        if door.endpoint in OPEN_TO_THE_HOLDER:
            continue
        path, form = door.make(pages)
        before = _rows(pages)
        if door.method == "GET":
            response = visitor.client.get(path, base_url="https://lintuan.example.com", buffered=True)
        else:
            filled = {"csrf_token": visitor.token, **form}
            response = visitor.client.post(path, data=filled, base_url="https://lintuan.example.com", buffered=True)
        assert response.status_code < 500, door.endpoint
        assert changed(before, _rows(pages)) == set(), f"{who} at {door.endpoint} changed rows of leader {leader_a}"
        is_secret = response.mimetype == "text/html" and "anonymous" not in door.admits
        shown = [word for word in PRIVATE if word in response.text] if is_secret else []
        assert shown == [], f"{who} reads {shown} at {door.endpoint}"


def test_control_the_leader_herself_changes_and_reads(pages: Pages) -> None:
    """The check above can fail: the same requests of leader A change her rows and show her neighbours."""
    visitor, did, saw = enter(pages, "leader_a"), set(), set()
    for door in DOORS:
        if door.endpoint == "leader.logout" or "leader_a" not in door.admits:
            continue
        path, form = door.make(pages)
        before = _rows(pages)
        response = visitor.get(path) if door.method == "GET" else visitor.post(path, form)
        if changed(before, _rows(pages)):
            did.add(door.endpoint)
        if response.mimetype == "text/html" and any(word in response.text for word in PRIVATE):
            saw.add(door.endpoint)
    assert {"leader.hand_out_code", "leader.remind"} <= did
    assert {"leader.today", "leader.round_", "leader.order", "leader.picking"} <= saw


def two_keys(pages: Pages) -> list[tuple[Door, str]]:
    """Console addresses that name a leader and something of hers: with the other leader's id in front of it."""
    a, b = pages.world.leader_a, pages.world.leader_b
    found = []
    for door in DOORS:
        path, form = door.make(pages)
        ids = re.findall(r"\d{10,}", " ".join([path, *form.values()]))
        if f"/{a}/" in path and len(ids) > 1:
            found.append((door, path.replace(f"/{a}/", f"/{b}/")))
    return found


def test_an_operators_address_with_the_wrong_leader_finds_nothing(pages: Pages) -> None:
    """A's order under B's id is nothing: neither shown nor changed, in A's world or in B's."""
    visitor, mixed = enter(pages, "owner"), two_keys(pages)
    assert len(mixed) >= 10
    for door, path in mixed:
        form = door.make(pages)[1]
        before = (_rows(pages), _rows(pages, pages.world.leader_b))
        response = visitor.get(path) if door.method == "GET" else visitor.post(path, form)
        assert response.status_code in {302, 404, 409}, f"{door.endpoint}: {response.status_code}"
        assert changed(before[0], _rows(pages)) == set(), door.endpoint
        assert changed(before[1], _rows(pages, pages.world.leader_b)) == set(), door.endpoint
        if response.mimetype == "text/html":
            assert not any(word in response.text for word in PRIVATE), door.endpoint


def _rows(pages: Pages, leader_id: int | None = None) -> dict[str, str]:
    """A leader's world; read anew only where the database's file is another one than at the last look."""
    key = (fingerprint(pages.store), leader_id or pages.world.leader_a)
    if key not in READ:
        if len(READ) > 3:
            READ.clear()
        with pages.store.read() as work:
            READ[key] = rows_of(work, key[1])
    return READ[key]


# ---------------------------------------------------------------- the application as it is served


@pytest.fixture
def served(sqlite_store: Store) -> FlaskClient:
    """The whole of `create_app`, webhook and all."""
    config = checked(
        {
            "server": {"public_url": "https://lintuan.example.com", "secret": "for tests only, " * 3},
            "wechat": {"appid": "wx0", "secret": "s" * 32, "token": "t" * 16, "aes_key": "a" * 43},
        }
    )
    return create_app(config, sqlite_store.clock, sqlite_store).test_client()


def test_no_route_is_served_that_no_list_knows(served: FlaskClient) -> None:
    """Every address of the program as it runs stands in the table of doors or is the webhook's."""
    routes = {
        (method, rule.endpoint)
        for rule in served.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    listed = {(door.method, door.endpoint) for door in DOORS} | OUTSIDE_PAGES
    assert {route for route in routes - listed if route[1] not in TRIED_ELSEWHERE} == set()


def test_no_unsafe_address_answers_a_stranger_without_a_token(served: FlaskClient) -> None:
    """Each unsafe route of the program, knocked at with nothing: refused, and by none with a fault."""
    knocked = 0
    for rule in served.application.url_map.iter_rules():
        for method in (rule.methods or set()) - SAFE_METHODS:
            path = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
            assert path is not None, rule.endpoint
            response = served.open(path[1], method=method, base_url="https://lintuan.example.com")
            assert response.status_code in {302, 400, 401, 403, 404}, rule.endpoint
            knocked += 1
    assert knocked > 20
