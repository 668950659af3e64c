"""The pages on PostgreSQL: every one that can be looked at, and the forms that write."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import Store
from tests.support.clock import StillClock
from tests.web.conftest import Pages, make_app, with_photos
from tests.web.doors import DOORS, Door
from tests.web.people import enter
from tests.web.world import build

pytestmark = pytest.mark.postgresql

NEED_AN_OPEN_ROUND = {"mall.place", "mall.use_coupon"}  # a page of a delivery closes it


def test_every_page_works(postgresql_store: Store, clock: StillClock, tmp_path: Path) -> None:
    world = build(postgresql_store, clock)
    pages = Pages(make_app(postgresql_store, with_photos(tmp_path)), postgresql_store, world, clock)
    forms = [door for door in DOORS if door.method == "POST" and door.endpoint != "admin.change_operator"]
    for door in (door for door in forms if door.endpoint in NEED_AN_OPEN_ROUND):
        assert sent(pages, door) in {200, 302}, door
    for door in DOORS:
        if door.method == "GET":
            assert enter(pages, door.admits[0]).get(door.make(pages)[0]).status_code in {200, 302}, door
    for path in ("orders?q=1", "leaders?q=L1", "cases?q=S1", "messages?q=1", "actions?q=leader&leader=1", "rounds?q=1"):
        assert enter(pages, "owner").get(f"/admin/{path}").status_code == 200, path
    for door in (door for door in forms if door.endpoint not in NEED_AN_OPEN_ROUND):
        assert sent(pages, door) in {200, 302}, door
    assert pages.visitor().log_in("owner").status_code == 302


def sent(pages: Pages, door: Door) -> int:
    """The status of its form's answer."""
    path, form = door.make(pages)
    return enter(pages, door.admits[0]).post(path, form).status_code
