"""Closing while people order, pay and ask: what was announced is what is in the books, and nobody is told twice.

Each rule has a control next to it: the same without the guard, on PostgreSQL, where it must go wrong.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg.errors
import pytest
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import OperationalError

from models import Store, Work, action_log, ledger_transfer, notice, offer, order, round_
from operations import order_views, orders, payments, rounds
from operations.errors import RoundClosed
from operations.orders import Change
from operations.rounds import NewOffer
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once, crowded, stands_in_line
from tests.support.world import World

BUYERS = 30
FRUIT = tuple(NewOffer(name=f"水果{n}", price_fen=100 * n, unit="盒") for n in range(1, 9))


def change(world: World, resident_id: int, *changes: Change) -> object:
    with world.store.transaction() as work:
        return change_within(work, world, resident_id, *changes)


def change_within(work: Work, world: World, resident_id: int, *changes: Change) -> object:
    return orders.change(
        work,
        leader_id=world.leader_id,
        round_id=world.round_id,
        resident_id=resident_id,
        changes=changes,
        actor="system",
        source_key=f"key:{work.new_id()}",
    )


def failures(outcomes: list[Any]) -> list[Exception]:
    return [one for one in outcomes if isinstance(one, Exception)]


def the_round(world: World) -> Row[Any]:
    return world.rows(round_, id=world.round_id)[0]


# ---------------------------------------------------------------- orders against the closed door


def test_c13_what_is_announced_is_what_was_ordered(crowd: Store) -> None:
    """30 people go on ordering until they are told that it is over; the leader closes in between."""
    world = World(crowd, offers=FRUIT)
    buyers = [world.resident(f"邻居{n}") for n in range(BUYERS)]
    for many in (10, 40):
        world.publish()
        taken = threading.Semaphore(0)
        jobs: list[Callable[[], object]] = [
            partial(order_until_closed, world, buyer, at, taken) for at, buyer in enumerate(buyers)
        ]
        jobs.append(partial(after, taken, many, world.close))
        assert failures(at_once(jobs)) == []
        row = the_round(world)
        with crowd.read() as work:
            mine = (order.c.leader_id == world.leader_id, order.c.round_id == world.round_id)
            total = work.db.execute(select(func.coalesce(func.sum(order.c.total_fen), 0)).where(*mine)).scalar_one()
        assert row.closed_total_fen == total
        assert world.count(order, round_id=world.round_id, state="placed") == 0


def order_until_closed(world: World, buyer: int, at: int, taken: threading.Semaphore) -> int:
    """Messages with four items each until the door is shut; how many were taken."""
    for n in range(1000):
        numbers = [1 + (at + n + step) % 8 for step in (0, 3, 1, 6)]
        try:
            change(world, buyer, *(Change(world.offers[number], 1000, "add") for number in numbers))
        except RoundClosed:
            return n
        taken.release()
    raise AssertionError("nobody closed the round")


def after(taken: threading.Semaphore, many: int, job: Callable[[], object]) -> None:
    """In the middle of it: when so many messages were taken."""
    for _ in range(many):
        assert taken.acquire(timeout=PATIENCE_S)
    job()


@pytest.mark.postgresql
@pytest.mark.parametrize("ahead", [0, 1, 5])
def test_a_closing_in_line_counts_everybody_who_got_in_before_it(
    postgresql_url: str, clock: StillClock, ahead: int
) -> None:
    """Somebody's order has its item, and so many more wait for it; then the closing, then five more.

    Who of them comes next is not promised: PostgreSQL wakes the first in line, but the row he then needs is the new
    one, and another may have it before him. What must hold is that the closing gets in, that each order is in the
    announced sum or was told that it is over, and that it is over for whoever comes afterwards.
    """
    with crowded(postgresql_url, clock, people=20) as store:
        world = World(store, offers=FRUIT)
        buyers = [world.resident(f"邻居{n}") for n in range(6 + ahead)]
        for buyer in buyers:
            world.order(buyer, {8: 1})  # nobody needs a number any more, for which they would stand in another line
        one = Change(world.offers[1], 1000)
        jobs: list[Callable[[], object]] = [partial(change, world, buyer, one) for buyer in buyers[1:]]
        jobs.insert(ahead, world.close)
        with ThreadPoolExecutor(len(jobs)) as pool:
            with store.transaction() as work:
                change_within(work, world, buyers[0], one)
                waiting = []
                for job in jobs:
                    waiting.append(pool.submit(job))
                    stands_in_line(store, len(waiting))
            outcomes = [type(job.exception(PATIENCE_S)) for job in waiting]
        assert outcomes.pop(ahead) is type(None)  # the closing
        assert set(outcomes) <= {RoundClosed, type(None)}
        taken = 1 + outcomes.count(type(None))  # the first had his item before the closing asked
        assert the_round(world).closed_total_fen == len(buyers) * 800 + taken * 100
        with pytest.raises(RoundClosed):
            change(world, buyers[0], one)
        assert violations(store) == []


@pytest.mark.postgresql
def test_c13_control_asking_whether_it_is_open_lets_orders_in_after_the_total(unguarded: Store) -> None:
    world = World(unguarded, offers=FRUIT)
    li = world.resident()
    has_asked, is_closed = threading.Event(), threading.Event()

    def naive() -> str:
        with unguarded.transaction() as work:
            state = work.db.execute(select(round_.c.state).where(round_.c.id == world.round_id)).scalar_one()
            has_asked.set()
            assert is_closed.wait(PATIENCE_S)
            work.db.execute(
                insert(order).values(
                    leader_id=world.leader_id, id=work.new_id(), round_id=world.round_id, resident_id=li, seq=1,
                    total_fen=100, placed_at=work.now, changed_at=work.now,
                )
            )  # fmt: skip
            return str(state)

    def close() -> str:
        assert has_asked.wait(PATIENCE_S)
        world.close()
        is_closed.set()
        return "closed"

    assert at_once([naive, close]) == ["open", "closed"]
    assert any("a_closed_round_knows_its_total" in line for line in violations(unguarded))


@pytest.mark.postgresql
def test_control_shutting_the_offers_in_any_order_deadlocks(unguarded: Store) -> None:
    """An order holds its first item and wants a later one; the closer took them the other way round."""
    world = World(unguarded, offers=FRUIT)
    both_hold_one = threading.Barrier(2)

    def take(numbers: tuple[int, int]) -> None:
        with unguarded.transaction() as work:
            for at, number in enumerate(numbers):
                mine = (offer.c.leader_id == world.leader_id, offer.c.id == world.offers[number])
                work.db.execute(update(offer).where(*mine).values(is_open=at == 0))
                if at == 0:
                    both_hold_one.wait(PATIENCE_S)

    (error,) = failures(at_once([partial(take, (1, 8)), partial(take, (8, 1))]))
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, psycopg.errors.DeadlockDetected)


# ---------------------------------------------------------------- several closers


def test_a06_three_closers_close_once_and_tell_once(crowd: Store, clock: StillClock) -> None:
    """The leader types 截单 while two schedulers find the round due."""
    world = World(crowd, offers=FRUIT)
    buyers = [world.resident(f"邻居{n}") for n in range(5)]
    for _ in range(4):
        world.publish()
        for buyer in buyers:
            world.order(buyer, {1: 1, 2: 2})
        clock.advance(hours=11)
        assert failures(at_once([world.close, partial(close_due, crowd), partial(close_due, crowd)])) == []
        told = Counter(row.kind for row in world.rows(notice, round_id=world.round_id))
        assert told.pop("round_closed", 0) <= 1, "none when the leader himself came first"
        assert told == {"order_closed": 5}
        assert world.count(action_log, entity_id=world.round_id, action="round.close") == 1
        assert world.count(ledger_transfer, round_id=world.round_id, kind="sale") == 5


def close_due(store: Store) -> None:
    with store.transaction() as work:
        rounds.close_due(work)


@pytest.mark.postgresql
def test_a06_control_closers_that_only_look_both_close(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find it open and both set about closing it; only the unique keys of the notices are left to stop them."""
    world = World(unguarded, offers=FRUIT)
    both_have_looked = threading.Barrier(2)

    def look(work: Work, leader_id: int, round_id: int) -> Row[Any]:
        row = work.db.execute(select(round_).where(round_.c.leader_id == leader_id, round_.c.id == round_id)).one()
        both_have_looked.wait(PATIENCE_S)
        return row

    monkeypatch.setattr(rounds, "lock_round", look)
    at_once([world.close, world.close])
    assert world.count(action_log, entity_id=world.round_id, action="round.close") == 2


def test_two_leaders_close_at_once_without_waiting_for_each_other_for_ever(crowd: Store, clock: StillClock) -> None:
    worlds = [World(crowd, name=f"团长{n}", offers=FRUIT) for n in range(4)]
    for world in worlds:
        for n in range(3):
            world.order(world.resident(f"邻居{n}"), {1: 1, 8: 1})
    clock.advance(hours=11)
    assert failures(at_once([partial(close_due, crowd)] * 2 + [world.close for world in worlds])) == []
    assert [the_round(world).state for world in worlds] == ["closed"] * 4


# ---------------------------------------------------------------- closing against everything else


def test_closing_while_the_deadline_is_moved(crowd: Store) -> None:
    """截单 and 延长 at once: open with every sale booked back, or closed with every sale booked."""
    world = World(crowd, offers=FRUIT)
    buyers = [world.resident(f"邻居{n}") for n in range(4)]
    for _ in range(4):
        world.publish()
        for buyer in buyers:
            world.order(buyer, {1: 1})
        jobs: list[Callable[[], object]] = [world.close, partial(extend, world)]
        jobs += [partial(change, world, buyer, Change(world.offers[2], 1000)) for buyer in buyers]
        assert {type(error) for error in failures(at_once(jobs))} <= {RoundClosed}
        assert violations(crowd) == []


def extend(world: World) -> None:
    with world.store.transaction() as work:
        rounds.set_deadline(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            closes_at=world.clock() + timedelta(hours=20),
            actor="system",
        )


def test_cancelling_the_round_while_people_order(crowd: Store) -> None:
    world = World(crowd, offers=FRUIT)
    buyers = [world.resident(f"邻居{n}") for n in range(8)]
    for _ in range(3):
        world.publish()
        taken = threading.Semaphore(0)
        jobs: list[Callable[[], object]] = [
            partial(order_until_closed, world, buyer, n, taken) for n, buyer in enumerate(buyers)
        ]
        jobs.append(partial(after, taken, 8, partial(cancel, world)))
        assert failures(at_once(jobs)) == []
        assert {row.state for row in world.rows(order, round_id=world.round_id)} <= {"cancelled"}


def cancel(world: World) -> None:
    with world.store.transaction() as work:
        rounds.cancel_round(
            work, leader_id=world.leader_id, round_id=world.round_id, reason="天气不好", actor=world.actor
        )


def test_closing_while_payments_are_entered(crowd: Store) -> None:
    world = World(crowd, offers=FRUIT)
    buyers = [world.resident(f"邻居{n}") for n in range(8)]
    for _ in range(3):
        world.publish()
        ids = [world.order(buyer, {1: 1}) for buyer in buyers]
        jobs: list[Callable[[], object]] = [partial(pay, world, order_id) for order_id in ids]
        assert failures(at_once([*jobs, world.close])) == []
        assert {row.paid_fen for row in world.rows(order, round_id=world.round_id)} == {100}


def pay(world: World, order_id: int) -> object:
    with world.store.transaction() as work:
        return payments.mark_paid(
            work, leader_id=world.leader_id, order_ids=[order_id], actor="system", source_key=f"pay:{order_id}"
        )


def pay_while_closing(world: World, order_id: int) -> list[Any]:
    """A payment that has its order and is about to write its books when the closing begins."""
    has_order = threading.Event()

    def pay_slowly() -> None:
        with world.store.transaction() as work:
            order_views.lock_order(work, world.leader_id, order_id)
            has_order.set()
            stands_in_line(world.store)
            payments.mark_paid(
                work,
                leader_id=world.leader_id,
                actor="test",
                source_key="slow",
                order_ids=[order_id],
                amount_fen=100,
            )

    def close() -> None:
        assert has_order.wait(PATIENCE_S)
        world.close()

    return at_once([pay_slowly, close])


@pytest.mark.postgresql
def test_a_row_that_points_at_the_round_need_not_wait_for_its_closing(postgresql_url: str, clock: StillClock) -> None:
    with crowded(postgresql_url, clock, people=4) as store:
        world = World(store, offers=FRUIT)
        assert failures(pay_while_closing(world, world.order(world.resident(), {1: 1}))) == []
        assert violations(store) == []


@pytest.mark.postgresql
def test_control_with_the_stronger_lock_it_deadlocks(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """FOR UPDATE on the round stops every row that refers to it; FOR NO KEY UPDATE stops only other closers."""

    def strong(work: Work, statement: Any, *, skip_locked: bool = False) -> Any:
        return statement.with_for_update(skip_locked=skip_locked)

    world = World(unguarded, offers=FRUIT)
    order_id = world.order(world.resident(), {1: 1})
    monkeypatch.setattr("operations.offers.for_update", strong)
    (error,) = failures(pay_while_closing(world, order_id))
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, psycopg.errors.DeadlockDetected)
