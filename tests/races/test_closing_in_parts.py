"""A large round is closed at once and booked in parts: between two of them it is killed, asked, and fought over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from models import Store, Work, ledger_transfer, notice, order, round_
from models.prepared import Prepared
from operations import after_close, coupon_uses, coupons, rounds
from operations.coupons import NewCoupon
from operations.errors import CouponRefused
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded, stands_in_line
from tests.support.world import World

ROOT = Path(__file__).parent.parent.parent
ORDERS, PART = 7, 2
IN_PARTS = list(range(PART, ORDERS, PART))  # how far a round of seven is booked between its parts
KILLED = """
import os, sys
from models import Store
from operations import after_close
after_close.PART = 2
store = Store.open(sys.argv[1], wait_s=20)
while store.run(after_close.book_next):
    print("a part", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_close, "PART", PART)


def closed_round(store: Store) -> tuple[World, list[int]]:
    """A round of seven orders, closed a moment ago; and the orders."""
    world = World(store)
    orders = [world.order(world.resident(f"邻居{n}"), {1: 1, 2: n}) for n in range(1, ORDERS + 1)]
    world.close()
    return world, orders


def booked(world: World) -> int | None:
    """How far the round is booked; None when nothing is left."""
    found: int | None = world.rows(round_, id=world.round_id)[0].booked_seq
    return found


def sales(world: World) -> int:
    return world.count(ledger_transfer, round_id=world.round_id, kind="sale")


def told(world: World) -> int:
    return world.count(notice, round_id=world.round_id, kind="order_closed")


def test_closed_is_closed_for_all_and_booked_for_some(crowd: Store) -> None:
    """In between nobody is told anything wrong, and the books agree."""
    world, orders = closed_round(crowd)
    for at in IN_PARTS:
        assert (booked(world), sales(world), told(world)) == (at, at, at)
        assert violations(crowd) == []
        seen = [world.view(order_id) for order_id in orders]
        assert {one.state for one in seen} == {"confirmed"}, "the person reads 已截单 whether it is booked or not"
        assert [one.is_sold for one in seen] == [n < at for n in range(ORDERS)]
        row = world.rows(round_, id=world.round_id)[0]
        assert (row.closed_orders, row.closed_total_fen) == (ORDERS, sum(one.total_fen for one in seen))
        assert crowd.run(after_close.book_next) == min(PART, ORDERS - at)
    assert (booked(world), sales(world), told(world)) == (None, ORDERS, ORDERS)
    assert crowd.run(after_close.book_next) == 0
    assert world.count(order, state="placed") == 0


@pytest.mark.parametrize("what", ["arrive", "reopen", "cancel"])
def test_what_changes_the_orders_books_the_rest_first(what: str, crowd: Store) -> None:
    world, _ = closed_round(crowd)
    net = {"arrive": ORDERS, "reopen": 0, "cancel": 0}[what]
    mine: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id, "actor": world.actor}
    with crowd.transaction() as work:
        match what:
            case "reopen":
                rounds.set_deadline(work, closes_at=work.now + timedelta(hours=5), **mine)
            case "cancel":
                rounds.cancel_round(work, reason=None, **mine)
    if what == "arrive":
        world.arrive()
    assert booked(world) is None
    assert sales(world) - world.count(ledger_transfer, round_id=world.round_id, kind="reversal") == net
    if what == "reopen":  # and the next close is a close of its own
        world.close()
        assert (booked(world), sales(world)) == (PART, ORDERS + PART)
        assert violations(crowd) == []
        while crowd.run(after_close.book_next):
            pass
        assert (sales(world), told(world)) == (2 * ORDERS, 2 * ORDERS)


def test_kill_9_between_two_parts_and_another_goes_on(crowd: Store, database_url: str) -> None:
    world, _ = closed_round(crowd)
    command = [sys.executable, "-c", KILLED, database_url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"a part\n"
        os.kill(process.pid, signal.SIGKILL)
    assert (booked(world), sales(world), told(world)) == (2 * PART, 2 * PART, 2 * PART)
    assert violations(crowd) == []
    while crowd.run(after_close.book_next):
        pass
    assert (booked(world), sales(world), told(world)) == (None, ORDERS, ORDERS)


def test_a_part_is_done_or_it_is_not(crowd: Store) -> None:
    """Whatever is written first: with the transaction goes all of it."""
    world, _ = closed_round(crowd)

    def lost(work: Work) -> None:
        after_close.book_next(work)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        crowd.run(lost)
    assert (booked(world), sales(world), told(world)) == (PART, PART, PART)
    while crowd.run(after_close.book_next):
        pass
    assert (sales(world), told(world)) == (ORDERS, ORDERS)


def test_schedulers_at_once_book_each_order_once(crowd: Store) -> None:
    worlds = [closed_round(crowd)[0] for _ in range(3)]

    def book_all() -> None:
        while any(booked(world) is not None for world in worlds):
            crowd.run(after_close.book_next)

    assert at_once([book_all] * 4) == [None] * 4
    assert [(sales(world), told(world)) for world in worlds] == [(ORDERS, ORDERS)] * 3


@pytest.mark.postgresql
def test_control_schedulers_that_only_look_book_the_same(
    postgresql_url: str, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the key of the sale stops the second."""
    with crowded(postgresql_url, clock, people=8) as store:
        closed_round(store)
        both_have_looked = threading.Barrier(2)
        book: Callable[..., int] = after_close.book

        def late(work: Work, row: Row[Any]) -> int:
            both_have_looked.wait(PATIENCE_S)
            return book(work, row)

        monkeypatch.setattr(after_close, "_NEXT", Prepared(after_close._LEFT))
        monkeypatch.setattr(after_close, "book", late)
        outcomes = at_once([partial(store.run, after_close.book_next)] * 2)
        assert [type(one) for one in outcomes if one != PART] == [IntegrityError]


@pytest.mark.postgresql
def test_a_coupon_that_waited_for_the_close_is_too_late(postgresql_url: str, clock: StillClock) -> None:
    """It asked while the round was open, and got the order when its sum was told."""
    with crowded(postgresql_url, clock, people=8) as store:
        world = World(store)
        li = world.resident()
        world.order(li, {1: 1})
        with store.transaction() as work:
            new = NewCoupon("立减", "amount", 500, code="LATE")
            coupons.create(work, leader_id=world.leader_id, new=new, actor="operator:1")
        mine: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id, "actor": "system"}
        is_shut = threading.Event()

        def close() -> None:
            with store.transaction() as work:
                rounds.close(work, **mine)
                is_shut.set()
                stands_in_line(store)

        def use() -> object:
            assert is_shut.wait(PATIENCE_S)
            with store.transaction() as work:
                return coupon_uses.use(work, resident_id=li, code="LATE", source_key="use", **mine)

        _, refused = at_once([close, use])
        assert isinstance(refused, CouponRefused)
        assert refused.facts["why"] == "closed"
        assert violations(store) == []


def test_an_empty_round_leaves_nothing(crowd: Store) -> None:
    world = World(crowd)
    world.close()
    assert booked(world) is None
    assert crowd.run(after_close.book_next) == 0


def test_numbers_of_cancelled_orders_are_passed_over(crowd: Store) -> None:
    """A part without anybody in it is a part all the same."""
    world = World(crowd)
    residents = [world.resident(f"邻居{n}") for n in range(ORDERS)]
    for n in residents:
        world.order(n, {1: 1})
    for n in residents[:-1]:
        world.order(n, {1: 0})
    world.close()
    while crowd.run(after_close.book_next):
        pass
    assert (booked(world), sales(world), told(world)) == (None, 1, 1)
