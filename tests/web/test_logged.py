"""What a form of console or phone changes stands in the action log afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models import action_log
from tests.web.conftest import Pages
from tests.web.doors import DOORS, Door
from tests.web.people import enter, fingerprint

# They change what is nobody's business later: sessions, counted wrong tries, what was only looked at.
NOT_LOGGED = {
    "admin.logout",
    "admin.look_at_code",
    "leader.enter",
    "leader.logout",
    "leader.look_at_code",
}
FORMS = [door for door in DOORS if door.method == "POST" and door.endpoint not in NOT_LOGGED]


@pytest.mark.parametrize("door", FORMS, ids=lambda door: door.endpoint)
def test_a_change_is_in_the_log(pages: Pages, door: Door) -> None:
    visitor, (path, form) = enter(pages, door.admits[0]), door.make(pages)
    before, logged = fingerprint(pages.store), count(pages)
    visitor.post(path, form)
    if fingerprint(pages.store) != before:
        assert count(pages) > logged


def test_most_of_them_do_change_something(pages: Pages) -> None:
    assert len(FORMS) > 20


def count(pages: Pages) -> int:
    with pages.store.read() as work:
        return int(work.db.execute(select(func.count()).select_from(action_log)).scalar_one())
