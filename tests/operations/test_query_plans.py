"""What runs for every message, every tick and every page finds its rows by an index, on a database that has grown.

Ten leaders with twenty rounds each: every statement is recorded while the operation runs and explained by the
database itself. It may not read a table from end to end, nor all that a leader ever had.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, text, update

from bot import inbox
from bot.inbound import Inbound
from models import (
    Work,
    account,
    account_binding,
    inbound_message,
    leader,
    notice,
    offer,
    offer_alias,
    order,
    order_event,
    order_line,
    pickup_code,
    product,
    resident,
    round_,
)
from models.base import Store, metadata
from operations import (
    case_decisions,
    codes,
    demand,
    full_case_wishes,
    housekeeping,
    notices,
    orders,
    outbox,
    people,
    pickup_days,
    pictures,
    purchase_drafts,
    reminders,
    round_views,
    rounds,
    shelf,
    shelf_orders,
    totals,
)
from operations.orders import Change
from tests.operations.plans import Plan, plans_of
from tests.support.clock import START, StillClock
from tests.support.postgres import PostgresServer
from tests.support.rows import fill, id_of, minimal

LEADERS, ROUNDS, OFFERS, ORDERS = range(1, 11), 20, 8, 25
SEVERAL = 300  # rows that may be looked at in vain: less than a round has lines


def grown(url: str) -> None:
    """The newest round of each leader is open; 5,000 orders with two lines each."""
    store = Store.open(url)
    metadata.create_all(store.engine)
    with store.transaction() as work:
        for leader_id in LEADERS:
            fill(work.db, leader_id=leader_id)
            for table, rows in a_leaders_rows(leader_id).items():
                work.db.execute(insert(table), rows)
    if not store.is_sqlite:
        with store.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
    store.dispose()


def a_leaders_rows(leader_id: int) -> dict[Table, list[dict[str, Any]]]:
    """People, rounds, orders and what came of them; numbers above 100 are free of `fill`."""
    own: dict[Table, list[dict[str, Any]]] = {
        table: []
        for table in (account, resident, account_binding, round_, offer, offer_alias, order, order_line, order_event)
    }
    own |= {pickup_code: [], notice: [], inbound_message: []}

    def add(table: Table, nth: int, **columns: Any) -> None:
        own[table].append(minimal(table, leader_id=leader_id, nth=nth, **columns))

    for person in range(101, 101 + ORDERS):
        add(account, person, openid=f"o_test_{leader_id}_{person}")
        add(resident, person, account_id=id_of(leader_id, person))
        add(account_binding, person, is_current=True)
    for nth in range(ROUNDS):
        a_round(add, leader_id, 100 + nth, is_open=nth == ROUNDS - 1)
    return own


def a_round(add: Callable[..., None], leader_id: int, nth: int, *, is_open: bool) -> None:
    big = leader_id * 1_000_000 + nth * 1000
    mine = {"round_id": id_of(leader_id, nth)}
    add(
        round_, nth, code=f"r{leader_id}.{nth}", state="open" if is_open else "closed", last_seq=ORDERS,
        opens_at=START - timedelta(days=200 - nth), closes_at=START + timedelta(hours=5 if is_open else -5),
    )  # fmt: skip
    for n in range(1, 1 + OFFERS):
        closes_at = START + timedelta(hours=5)
        add(offer, nth, id=big + n, number=n, is_open=is_open, reserved_milli=1000, closes_at=closes_at, **mine)
        add(offer_alias, nth, offer_id=big + n, alias=f"别名{n}", **mine)
    for n in range(ORDERS):
        ids = {"order_id": big + n}
        add(order, nth, id=big + n, resident_id=id_of(leader_id, 101 + n), seq=n + 1, **mine)
        for at in range(2):
            add(order_line, nth, id=big + 2 * n + at, offer_id=big + 1 + (n + at) % OFFERS, **ids)
            add(order_event, nth, id=big + 2 * n + at, offer_id=big + at, source_key=f"k{n}", kind="place", **ids)
        add(
            pickup_code, nth, id=big + n, token=f"t{big + n}", code=f"{big + n:06}"[-6:], state="used", used_at=START,
            **ids,
        )  # fmt: skip
        add(
            notice, nth, id=big + n, dedupe_key=f"n{big + n}", state="sent", account_id=id_of(leader_id, 101 + n),
            **ids, **mine,
        )  # fmt: skip
        add(inbound_message, nth, dedupe_key=f"m{big + n}")


@pytest.fixture(scope="module")
def grown_sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("grown") / "grown.sqlite3"
    grown(f"sqlite:///{path}")
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def grown_postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    name = postgresql_server.create_database()
    grown(postgresql_server.url(name))
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def grown_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The grown database, opened; nothing that is done to it stays."""
    url = str(request.getfixturevalue(f"grown_{request.param}_url"))
    store = Store.open(url, clock=StillClock(), rng=random.Random(5))
    yield store
    store.dispose()


L = 7
OPEN_ROUND = id_of(L, 100 + ROUNDS - 1)
OPEN_ORDER = L * 1_000_000 + (100 + ROUNDS - 1) * 1000
PERSON = id_of(L, 105)
MESSAGE = Inbound(
    key="m:new", openid=f"o_test_{L}_105", to="gh_test", kind="text", type_name="text", created_at=START, text="鸡蛋+1"
)


def change(work: Work, resident_id: int = PERSON) -> object:
    wishes = [Change(OPEN_ORDER + n, 2000) for n in (3, 5)]
    return orders.change(
        work, leader_id=L, round_id=OPEN_ROUND, resident_id=resident_id, changes=wishes, actor="system", source_key="k"
    )


def known_message(work: Work) -> None:
    assert inbox.recall(work, replace(MESSAGE, key=f"m{OPEN_ORDER}")) is not None


def remembered(work: Work) -> None:
    assert inbox.recall(work, MESSAGE) is None
    inbox.remember(work, MESSAGE, "好")


def close_due(work: Work) -> None:
    work.db.execute(round_.update().where(round_.c.leader_id == L, round_.c.id == OPEN_ROUND).values(closes_at=START))
    assert rounds.close_due(work) == [(L, OPEN_ROUND)]


def missing_for_cases(work: Work) -> None:
    """The first two items of the open round are one product, by the case."""
    work.db.execute(update(product).where(product.c.id == id_of(L, 1)).values(case_milli=6000))
    first_two = (offer.c.leader_id == L, offer.c.id.in_([OPEN_ORDER + 1, OPEN_ORDER + 2]))
    work.db.execute(update(offer).where(*first_two).values(product_id=id_of(L, 1)))
    found = demand.missing_for_cases(work, leader_id=L, round_id=OPEN_ROUND)
    assert found == {OPEN_ORDER + 1: 4000, OPEN_ORDER + 2: 4000}


def shelf_order(work: Work) -> None:
    work.db.execute(leader.update().where(leader.c.id == L).values(state="active"))
    goods = [shelf.Goods(name="大米", price_fen=3500, unit="袋", stock_milli=5000)]
    (item,) = shelf.put(work, leader_id=L, goods=goods, actor="system")
    for n in (1, 2):
        shelf_orders.change(
            work,
            leader_id=L,
            resident_id=PERSON,
            changes=[Change(item.id, n * 1000)],
            actor="system",
            source_key=f"k{n}",
        )


PER_MESSAGE: dict[str, Callable[[Work], object]] = {
    "recognise": lambda work: people.recognise(work, MESSAGE.openid),
    "recall": known_message,
    "remember": remembered,
    "open_rounds": lambda work: rounds.open_rounds(work, L),
    "latest": lambda work: rounds.latest(work, L, ("open", "closed", "arrived")),
    "by_code": lambda work: round_views.by_code(work, f"r{L}.{100 + ROUNDS - 1}"),
    "load": lambda work: orders.of_resident(work, L, PERSON),
    "change": change,
    "first order": lambda work: change(work, id_of(L, 1)),
    "shelf order": shelf_order,
    "waiting_for": lambda work: notices.waiting_for(work, account_id=PERSON),
    "totals": lambda work: totals.of_round(work, L, OPEN_ROUND),
    "of_round": lambda work: orders.of_round(work, L, OPEN_ROUND),
    "pickup code": lambda work: codes.find(work, leader_id=L, token=f"t{OPEN_ORDER}"),
    "missing for cases": missing_for_cases,
    "typed code": lambda work: codes.find(work, leader_id=L, code=codes.draw(work.rng, set(), 1)[0]),
}
PER_TICK: dict[str, Callable[[Work], object]] = {
    "close_due, nothing due": rounds.close_due,
    "close_due": close_due,
    "remind_before_close": lambda work: reminders.remind_before_close(work, within=timedelta(hours=1)),
    "claim": lambda work: outbox.claim(work, limit=5, lease=timedelta(seconds=60)),
    "remind_uncollected": pickup_days.remind_uncollected,
    "end_pickup_days": pickup_days.end_pickup_days,
    "end_shelf_days": shelf_orders.end_days,
    "escalate_due": case_decisions.escalate_due,
    "expire_questions": housekeeping.expire_questions,
    "gather": lambda work: purchase_drafts.gather(work, limit=5),
    "stretch_due": full_case_wishes.stretch_due,
    "claim_wanted": lambda work: pictures.claim_wanted(work, limit=5, lease=timedelta(seconds=60)),
}

# `latest` goes back from the newest by the primary key and stops at the first that fits, which SQLite's plan does not
# say. `claim` looks through the accounts that cannot be reached, once a tick and only when something is due.
# A shelf is read whole: it holds a few dozen goods; a leader has one pickup point or two.
WALKS = {
    "latest": {"all round of a leader"},
    "claim": {"account", "270 rows in vain"},
    "shelf order": {"all shelf_item of a leader", "all pickup_point of a leader"},
}


def too_much(plan: Plan) -> list[str]:
    """What a plan reads in vain: whole tables, everything of a leader, many rows that are thrown away."""
    whole = re.findall(r"\bSCAN (\w+)(?! CONSTANT)", plan.text)
    whole = [name for name in whole if name in metadata.tables or name in ("own", "bound", "host")]
    of_leader = re.findall(r"SEARCH (\w+) USING [A-Z ]*INDEX \w+ \(leader_id=\?\)$", plan.text, re.MULTILINE)
    thrown_away = [n for n in re.findall(r"Rows Removed by (?:Join )?Filter: (\d+)", plan.text) if int(n) > SEVERAL]
    return [*whole, *(f"all {name} of a leader" for name in of_leader), *(f"{n} rows in vain" for n in thrown_away)]


@pytest.mark.parametrize("name", [*PER_MESSAGE, *PER_TICK])
def test_finds_its_rows_by_an_index(grown_store: Store, name: str) -> None:
    plans = plans_of(grown_store, {**PER_MESSAGE, **PER_TICK}[name])
    assert plans, "nothing was looked for"
    found = [(too_much(plan), plan.statement, plan.text) for plan in plans]
    assert [one for one in found if set(one[0]) - WALKS.get(name, set())] == []


def test_control_a_search_without_an_index_is_seen(grown_store: Store) -> None:
    def by_name(work: Work) -> None:
        work.db.execute(select(order_line.c.id).where(order_line.c.name == "没有"))

    def of_leader(work: Work) -> None:
        work.db.execute(select(order_line.c.id).where(order_line.c.leader_id == L, order_line.c.name == "没有"))

    for job in (by_name, of_leader):
        assert [found for plan in plans_of(grown_store, job) for found in too_much(plan)]


def test_the_database_is_big_enough_to_tell(grown_store: Store) -> None:
    with grown_store.read() as work:
        count = work.db.execute(text("SELECT count(*) FROM orders")).scalar_one()
    assert count > len(LEADERS) * ROUNDS * ORDERS
    assert leader.name in metadata.tables
