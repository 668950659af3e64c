"""How often the database is asked for a typical message, so that it cannot creep up unseen.

Budgets of statements (on both databases) and of round trips (PostgreSQL: what travels together counts once). Whoever
needs one more changes the figure here, and knows it. The first message of each kind is not counted: the process
learns the round's names then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import bindparam, event, select

from bot import inbox
from bot.inbound import Inbound
from handlers import Crowds, Settings, create_answer
from models import Store, Work, account, resident, round_
from models.prepared import Prepared
from models.sqlite import sqlite3
from models.wires import PostgresWire
from tests.support.world import World

CROWDS = Crowds()
ANSWER = create_answer(Settings("http://127.0.0.1:8000"), crowds=CROWDS)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


class Traffic:
    """Statements that went to the database, and how many times somebody waited for it."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.trips = 0


@contextmanager
def watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Traffic]:
    traffic, converse = Traffic(), PostgresWire.converse

    def note(_db: Any, _cursor: Any, text: str, _values: Any, context: Any, _many: bool) -> None:
        traffic.statements.append(text)
        traffic.trips += context is not None

    def conversing(*args: Any, **named: Any) -> Any:
        traffic.trips += 1
        return converse(*args, **named)

    event.listen(store.engine, "before_cursor_execute", note)
    monkeypatch.setattr(PostgresWire, "converse", conversing)
    try:
        yield traffic
    finally:
        monkeypatch.undo()
        event.remove(store.engine, "before_cursor_execute", note)


def say(world: World, openid: str, text: str) -> str:
    """One message through inbox and handlers, in a transaction of its own."""

    def handle(work: Work) -> str:
        key = f"m:{work.new_id()}"
        inbound = Inbound(key, openid, "gh_test", "text", "text", work.now, text=text)
        inbox.ahead(work, inbound)
        CROWDS.look_ahead(work, inbound)
        assert inbox.recall(work, inbound) is None
        assert inbox.deferred_of(work, openid) == []
        reply = ANSWER(work, inbound)
        inbox.remember(work, inbound, reply)
        return str(reply)

    return world.store.run_together(handle)


def openid_of(world: World, resident_id: int) -> str:
    with world.store.read() as work:
        found = account.select().join(resident, resident.c.account_id == account.c.id)
        return str(work.db.execute(found.where(resident.c.id == resident_id)).one().openid)


# message: (words in the answer, statements, round trips on PostgreSQL)
BUDGETS = {
    "草莓1 鸡蛋1": ("合计", 18, 3),  # a first order of two items
    "草莓2 鸡蛋3": ("合计", 15, 3),  # a change of both
    "草莓还有吗": ("草莓", 9, 2),
    "团购": ("草莓", 9, 2),
    "我的订单": ("接龙", 16, 5),
    "取消": ("确认", 10, 2),
    "付好了": ("已付", 19, 8),
}
LEADERS = {
    "统计": ("单", 18, 9),
    "名单": ("名单", 15, 9),
}


@pytest.mark.parametrize("text", BUDGETS)
def test_a_message_asks_the_database_no_more_than_this(
    world: World, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    words, statements, trips = BUDGETS[text]
    somebody, me = (openid_of(world, world.resident(name, room="3-502")) for name in ("王姐", "李姐"))
    say(world, somebody, "草莓1 鸡蛋1")
    say(world, me, "草莓1 鸡蛋1" if text != "草莓1 鸡蛋1" else "团购")
    with watched(world.store, monkeypatch) as traffic:
        answer = say(world, me, text)
    assert words in answer
    told = "\n".join(traffic.statements)
    assert len(traffic.statements) <= statements, told
    if not world.store.is_sqlite:
        assert traffic.trips <= trips, told


@pytest.mark.parametrize("text", LEADERS)
def test_a_leader_asks_the_database_no_more_than_this(world: World, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    words, statements, trips = LEADERS[text]
    for name in ("王姐", "李姐"):
        world.order(world.resident(name), {1: 1, 2: 2})
    leader = leader_of(world)
    say(world, leader, text)
    with watched(world.store, monkeypatch) as traffic:
        answer = say(world, leader, text)
    assert words in answer
    told = "\n".join(traffic.statements)
    assert len(traffic.statements) <= statements, told
    if not world.store.is_sqlite:
        assert traffic.trips <= trips, told


def leader_of(world: World) -> str:
    with world.store.read() as work:
        return str(work.db.execute(account.select().where(account.c.id == world.owner)).one().openid)


def test_a_pickup_code_asks_the_database_no_more_than_this(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (world.order(world.resident(name), {1: 1, 2: 2}) for name in ("王姐", "李姐"))
    world.arrive()
    leader = leader_of(world)
    say(world, leader, world.code(one))
    code = world.code(two)
    with watched(world.store, monkeypatch) as traffic:
        answer = say(world, leader, code)
    assert "李姐" in answer
    told = "\n".join(traffic.statements)
    assert len(traffic.statements) <= 36, told
    if not world.store.is_sqlite:
        assert traffic.trips <= 11, told


def test_control_one_more_statement_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    me = openid_of(world, world.resident("李姐"))
    say(world, me, "团购")
    with watched(world.store, monkeypatch) as few:
        say(world, me, "团购")
    with watched(world.store, monkeypatch) as more:
        say(world, me, "团购")
        world.count(resident)
    assert len(more.statements) > len(few.statements)


@contextmanager
def plans(store: Store) -> Iterator[list[str]]:
    """The tables of which SQLite plans to read or write, each time it plans a statement."""
    planned: list[str] = []

    def note(action: int, table: str | None, *_: Any) -> int:
        if action in {sqlite3.SQLITE_READ, sqlite3.SQLITE_INSERT, sqlite3.SQLITE_DELETE}:
            planned.append(str(table))
        return sqlite3.SQLITE_OK

    def watch(raw: Any, *_: Any) -> None:
        if raw not in watched_ones:  # it is told once: being told makes it forget its plans
            watched_ones.append(raw)
            raw.set_authorizer(note)

    watched_ones: list[Any] = []
    event.listen(store.engine, "checkout", watch)
    try:
        yield planned
    finally:
        event.remove(store.engine, "checkout", watch)
        for raw in watched_ones:
            raw.set_authorizer(None)


def test_sqlite_plans_a_statement_once(sqlite_store: Store) -> None:
    """A value compared with a column of a partial index's condition makes it plan anew at each execution."""
    world = World(sqlite_store)
    me, leader = openid_of(world, world.resident("李姐", room="3-502")), leader_of(world)
    with plans(sqlite_store) as planned:
        for _ in range(3):
            planned.clear()
            for text in BUDGETS:
                say(world, me, text)
            for text in LEADERS:
                say(world, leader, text)
    assert planned == []


def test_control_a_statement_that_is_planned_anew_is_seen(sqlite_store: Store) -> None:
    anew = Prepared(select(round_.c.id).where(round_.c.state == bindparam("state"), round_.c.closes_at.is_not(None)))
    with plans(sqlite_store) as planned:
        for _ in range(3):
            planned.clear()
            with sqlite_store.read() as work:
                anew.rows(work, state="open")
    assert set(planned) == {"round"}
