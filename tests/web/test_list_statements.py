"""Every page that only looks takes as many statements with 200 rows as with 10.

The pages are taken from the address table, so that a new one is among them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import url_for
from sqlalchemy import Table, UniqueConstraint, insert, update

from models import Store, account_binding, after_sales_case, inbound_message, leader, notice, operator, order, round_
from models.base import metadata
from operations import sessions
from tests.support.clock import StillClock
from tests.support.databases import create_schema
from tests.support.rows import first_resident, id_of, minimal
from tests.web.conftest import Pages, Visitor, make_app, with_photos
from tests.web.people import RESIDENTS, counting
from tests.web.world import World
from web.auth import Access, access_of

FEW, MANY = 10, 200  # lists have pages of fewer
# One-time links and files: no lists, and what they name must be there.
NO_PAGES = {
    "case_photo",
    "papers_pdf",
    "settlement_file",
    "contact_was_shown",
    "phone_was_shown",
    "signature_photo",
    "supplier_photo",
    "proof",
    "scan_list",
}


def is_one_per_leader(table: Table) -> bool:
    """The leader himself, and what he has one of."""
    alone = [
        one for one in table.constraints if isinstance(one, UniqueConstraint) and one.columns.keys() == ["leader_id"]
    ]
    return table.name == "leader" or bool(alone)


def crowd(path: Path, count: int) -> Store:
    """So many leaders with a row of everything, and one of them with so many of everything."""
    url = f"sqlite:///{path}"
    create_schema(url)
    store = Store.open(url, clock=StillClock(), rng=random.Random(1))
    worlds = [(leader_id, 1) for leader_id in range(1, count + 1)] + [(1, nth) for nth in range(2, count)]
    with store.transaction() as work:
        for table in metadata.sorted_tables:
            rows = [
                minimal(table, leader_id=leader_id, nth=nth, stars=5)
                for leader_id, nth in worlds
                if nth == 1 or not is_one_per_leader(table)
            ]
            work.db.execute(insert(table), rows)
            if table.name == "resident":
                work.db.execute(insert(table), [first_resident(leader_id) for leader_id in range(1, count + 1)])
        work.db.execute(update(leader).values(state="active"))
        work.db.execute(update(account_binding).values(is_current=True))
        work.db.execute(update(operator).values(role="owner", is_active=True))
        work.db.execute(update(round_).values(state="arrived"))
        work.db.execute(update(order).values(state="ready"))
        work.db.execute(update(notice).values(state="failed"))
        work.db.execute(update(inbound_message).values(reading="unclear", content="那个", leader_id=1))
        work.db.execute(update(after_sales_case).values(state="open"))
    return store


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Pages]]:
    """The same platform, small and big."""
    folder = tmp_path_factory.mktemp("crowds")
    stores = [crowd(folder / f"{count}.sqlite3", count) for count in (FEW, MANY)]
    yield [Pages(make_app(store, with_photos(folder / "media")), store, World(), StillClock()) for store in stores]
    for store in stores:
        store.dispose()


def visitor(pages: Pages, access: Access) -> Visitor:
    """Somebody who may."""
    made = pages.visitor()
    with pages.store.transaction() as work:
        if access.permission is not None:
            token, kind = sessions.open_for_operator(work, operator_id=id_of(1, 1)), "console"
        elif access.members == RESIDENTS:
            token = sessions.open_for_resident(work, account_id=id_of(1, 1), leader_id=1)
            kind = "neighbour"
        else:
            token = sessions.open_for_member(work, account_id=id_of(1, 1), leader_id=1, role="leader")
            kind = "member"
    made.client.set_cookie(f"__Host-lintuan_{kind}", token, domain="lintuan.example.com", secure=True, httponly=True)
    return made


def addresses(pages: Pages) -> dict[str, tuple[str, Access]]:
    """By endpoint: the address of every page behind a log-in, with the ids of the crowded leader."""
    found = {}
    for rule in pages.app.url_map.iter_rules():
        access = access_of(pages.app.view_functions[rule.endpoint])
        if access is None or access.is_public or "GET" not in (rule.methods or ()):
            continue
        if rule.endpoint.split(".")[1] in NO_PAGES:
            continue
        ids: dict[str, Any] = {name: 1 if name == "leader_id" else id_of(1, 1) for name in rule.arguments}
        with pages.app.test_request_context(base_url="https://lintuan.example.com"):
            found[rule.endpoint] = url_for(rule.endpoint, **ids), access
    return found


def test_every_page_takes_the_same_statements_however_long_its_lists(both: list[Pages]) -> None:
    counts: dict[str, list[tuple[int, int]]] = {}
    for pages in both:
        for endpoint, (path, access) in addresses(pages).items():
            who = visitor(pages, access)
            with counting(pages.store) as count:
                answer = who.get(path)
            counts.setdefault(endpoint, []).append((answer.status_code, count.statements))
    assert len(counts) > 30
    broken = {
        endpoint: found for endpoint, found in counts.items() if not {200, 302, 409} >= {found[0][0], found[1][0]}
    }
    assert broken == {}
    grown = {endpoint: found for endpoint, found in counts.items() if found[0] != found[1]}
    assert grown == {}


def test_every_list_is_paged_filtered_and_sorted(both: list[Pages]) -> None:
    """A list is what tells how many rows it has in all."""
    paged = []
    for endpoint, (path, access) in addresses(both[1]).items():
        answer = visitor(both[1], access).get(path, query_string=FILLED.get(endpoint))
        text = answer.text if answer.mimetype == "text/html" else ""
        if 'class="pager"' in text and endpoint not in EMPTY:
            paged.append(endpoint.split(".")[1])
            assert "下一页" in text, endpoint
            assert 'name="sort"' in text or "sort=" in text or endpoint in UNSORTED, endpoint
            assert 'role="search"' in text or 'name="state"' in text or endpoint in UNSEARCHED, endpoint
    assert {"leaders", "rounds", "orders", "cases", "notices", "messages", "actions", "operators", "papers"} <= set(
        paged
    )


FILLED = {"admin.papers": {"state": "arrived"}, "admin.settlements": {"state": "computed"}}
# What waits by the time that is left, what is done from the newest: there is no other order to wish for.
UNSORTED = {
    "leader.cases",
    "admin.differences",
    "admin.delivery_runs",
    "admin.settlements",
    "admin.relays",
    "admin.news",
}
# Runs stand day by day; which one it was is known by its day.
UNSEARCHED = {"admin.delivery_runs"}
# Of goods that have not come: here they all have.
EMPTY = {"admin.wordings"}
