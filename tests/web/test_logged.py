"""What a form of console or phone changes stands in the action log afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, func, select

from models import account_binding, action_log, order_event, relay, web_session
from tests.web.conftest import Pages
from tests.web.doors import DOORS, Door
from tests.web.people import enter, fingerprint

# They change what is nobody's business later: sessions, counted wrong tries, what was only looked at.
NOT_LOGGED = {
    "admin.change_password",  # with a wrong one, as here; a right one is logged: test_login
    "admin.logout",
    "admin.look_at_code",
    "leader.enter",
    "leader.logout",
    "leader.look_at_code",
}
# A neighbour's own doing, on a page as in chat: it stands in rows of its own, with who and when, which stay. The action
# log is for what leaders and operators do to others.
TELLS = {
    "mall.enter": web_session,
    "mall.place": order_event,
    "mall.use_coupon": order_event,
    "mall.follow": account_binding,
    "mall.ask_leader": relay,
}
FORMS = [door for door in DOORS if door.method == "POST" and door.endpoint not in NOT_LOGGED]


@pytest.mark.parametrize("door", FORMS, ids=lambda door: door.endpoint)
def test_a_change_is_in_the_log(pages: Pages, door: Door) -> None:
    visitor, (path, form) = enter(pages, door.admits[0]), door.make(pages)
    told = TELLS.get(door.endpoint, action_log)
    before, logged = fingerprint(pages.store), count(pages, told)
    visitor.post(path, form)
    if fingerprint(pages.store) != before:
        assert count(pages, told) > logged


def test_most_of_them_do_change_something(pages: Pages) -> None:
    assert len(FORMS) > 20


def test_only_what_neighbours_do_stands_elsewhere() -> None:
    assert {endpoint.split(".")[0] for endpoint in TELLS} == {"mall"}
    assert set(TELLS) <= {door.endpoint for door in FORMS}


def count(pages: Pages, table: Table) -> int:
    with pages.store.read() as work:
        return int(work.db.execute(select(func.count()).select_from(table)).scalar_one())
