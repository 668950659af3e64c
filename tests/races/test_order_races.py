"""People who order in the same instant: nothing is sold twice, nothing is lost, nobody waits for ever.

Each rule has a control next to it: the same without the guard, on PostgreSQL, where it must go wrong. A race test
whose control passes tests nothing.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg.errors
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError

from models import Store, Work, account_binding, offer, order, order_event, order_line
from models.views import Tier
from operations import leadership, offers, orders, people, standing
from operations.errors import SoldOut
from operations.orders import Change, Changed
from operations.rounds import NewOffer
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once
from tests.support.world import World

BUYERS = 100
UNITS = 10
RACES = int(os.environ.get("LINTUAN_RACES", "3"))
EGGS = NewOffer(name="鸡蛋", price_fen=3600, unit="盒", capacity_milli=UNITS * 1000)
PLENTY = tuple(NewOffer(name=f"水果{n}", price_fen=100 * n, unit="盒") for n in range(1, 5))


def change(world: World, resident_id: int, *changes: Change, key: str | None = None) -> Changed:
    """One message of one resident."""
    with world.store.transaction() as work:
        return orders.change(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            changes=changes,
            actor="system",
            source_key=key or f"key:{work.new_id()}",
        )


def failures(outcomes: list[Any]) -> list[Exception]:
    return [one for one in outcomes if isinstance(one, Exception)]


# ---------------------------------------------------------------- the last units


def test_c01_a_hundred_buyers_of_ten_units(crowd: Store) -> None:
    world = World(crowd, offers=(EGGS,))
    buyers = [world.resident(f"邻居{n}") for n in range(BUYERS)]
    for _ in range(RACES):
        world.publish()
        one = Change(world.offers[1], 1000, "add")
        outcomes = at_once([partial(change, world, buyer, one) for buyer in buyers])
        assert Counter(type(outcome) for outcome in outcomes) == {Changed: UNITS, SoldOut: BUYERS - UNITS}
        assert {outcome.facts["remaining_milli"] for outcome in outcomes if isinstance(outcome, SoldOut)} == {0}
        sold = world.rows(order, round_id=world.round_id)
        assert sorted(row.seq for row in sold) == list(range(1, UNITS + 1)), "numbers without gaps"


def test_the_last_units_in_different_amounts(crowd: Store) -> None:
    """Nobody gets a part of what he asked for, and no more is sold than there is."""
    world = World(crowd, offers=(EGGS,))
    buyers = [world.resident(f"邻居{n}") for n in range(30)]
    wanted = [1 + n % 4 for n in range(30)]
    outcomes = at_once(
        [
            partial(change, world, buyer, Change(world.offers[1], n * 1000))
            for buyer, n in zip(buyers, wanted, strict=True)
        ]
    )
    assert {type(outcome) for outcome in outcomes} == {Changed, SoldOut}
    sold = [n for n, outcome in zip(wanted, outcomes, strict=True) if isinstance(outcome, Changed)]
    too_much = [n for n, outcome in zip(wanted, outcomes, strict=True) if isinstance(outcome, SoldOut)]
    assert UNITS - min(too_much) < sum(sold) <= UNITS, "who was refused would not have fitted in"


@pytest.mark.postgresql
def test_c02_control_look_first_then_write_sells_twice(unguarded: Store) -> None:
    world = World(unguarded, offers=(NewOffer(name="鸡蛋", price_fen=3600, unit="盒", capacity_milli=1000),))
    ids = [world.order(world.resident(f"邻居{n}"), {1: 1}) for n in range(1)]
    world.publish()
    buyers = [world.resident(f"邻居{n}") for n in range(2)]
    everybody_has_looked = threading.Barrier(2)

    def naive(buyer: int, seq: int) -> bool:
        with unguarded.transaction() as work:
            if sold_milli(work, world) + 1000 > 1000:
                return False
            everybody_has_looked.wait(PATIENCE_S)
            write_order(work, world, buyer, seq)
            return True

    assert at_once([partial(naive, buyer, seq) for seq, buyer in enumerate(buyers, 1)]) == [True, True]
    with unguarded.read() as work:
        assert sold_milli(work, world) == 2000
    assert any("reserved_is_the_sum_of_lines" in line for line in violations(unguarded))
    assert ids


def sold_milli(work: Work, world: World) -> int:
    mine = (order_line.c.leader_id == world.leader_id, order_line.c.offer_id == world.offers[1])
    return int(
        work.db.execute(select(func.coalesce(func.sum(order_line.c.quantity_milli), 0)).where(*mine)).scalar_one()
    )


def write_order(work: Work, world: World, buyer: int, seq: int) -> None:
    """An order of one unit of the first offer, past every guard."""
    own = {"leader_id": world.leader_id}
    order_id = work.new_id()
    facts = {"round_id": world.round_id, "resident_id": buyer, "seq": seq, "total_fen": 3600}
    work.db.execute(insert(order).values(id=order_id, placed_at=work.now, changed_at=work.now, **own, **facts))
    line = {"name": "鸡蛋", "unit": "盒", "unit_price_fen": 3600, "quantity_milli": 1000, "line_fen": 3600}
    work.db.execute(
        insert(order_line).values(id=work.new_id(), order_id=order_id, offer_id=world.offers[1], **own, **line)
    )


# ---------------------------------------------------------------- one person, several messages


def test_two_messages_of_one_person_are_one_after_the_other(crowd: Store) -> None:
    """「3盒」 and 「+1」 at once: 4 or 3, depending on which came first, and nothing else."""
    world = World(crowd, offers=PLENTY)
    li = world.resident()
    for n in range(15):
        world.publish()
        if n % 2:
            world.order(li, {1: 1})
        offer_id = world.offers[1]
        wishes = [Change(offer_id, 3000, "set"), Change(offer_id, 1000, "add")]
        outcomes = at_once([partial(change, world, li, wish) for wish in wishes])
        assert failures(outcomes) == []
        (row,) = world.rows(order, round_id=world.round_id)
        assert [line.quantity_milli for line in world.view(row.id).lines] in ([3000], [4000])
        assert world.view(row.id) in [outcome.order for outcome in outcomes if isinstance(outcome, Changed)]


def test_c06_many_first_messages_of_one_person_are_one_order(crowd: Store) -> None:
    world = World(crowd, offers=PLENTY)
    li = world.resident()
    one = Change(world.offers[1], 1000, "add")
    assert failures(at_once([partial(change, world, li, one) for _ in range(12)])) == []
    (row,) = world.rows(order)
    assert [line.quantity_milli for line in world.view(row.id).lines] == [12_000]


@pytest.mark.postgresql
def test_control_without_the_lock_two_messages_of_one_person_lose_each_other(
    unguarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(unguarded, offers=PLENTY)
    li = world.resident()
    world.order(li, {1: 1})
    both_have_read = threading.Barrier(2)

    def read_together(work: Work, **whose: Any) -> standing.Standing:
        found = standing.standing(work, **whose)
        both_have_read.wait(PATIENCE_S)
        return found

    monkeypatch.setattr(orders, "lock_person", lambda *_: None)
    monkeypatch.setattr(orders, "standing", read_together)
    wishes = [Change(world.offers[1], 3000, "set"), Change(world.offers[1], 1000, "add")]
    at_once([partial(change, world, li, wish) for wish in wishes])
    assert any("reserved_is_the_sum_of_lines" in line for line in violations(unguarded))


def test_c08_the_same_message_at_the_same_time_counts_once(crowd: Store) -> None:
    world = World(crowd, offers=PLENTY)
    for n in range(5):
        buyer = world.resident(f"邻居{n}")
        one = Change(world.offers[1], 1000, "add")
        outcomes = at_once([partial(change, world, buyer, one, key="m:1")] * 4)
        assert failures(outcomes) == []
        assert sorted(len(outcome.moved) for outcome in outcomes if isinstance(outcome, Changed)) == [0, 0, 0, 1]
        (row,) = world.rows(order, resident_id=buyer)
        assert [line.quantity_milli for line in world.view(row.id).lines] == [1000]
        assert world.count(order_event, order_id=row.id) == 1


@pytest.mark.postgresql
def test_c08_control_without_the_key_it_counts_twice(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        orders, "standing", lambda work, **whose: standing.standing(work, **whose)._replace(is_repeat=False)
    )
    world = World(unguarded, offers=PLENTY)
    one = Change(world.offers[1], 1000, "add")
    at_once([partial(change, world, world.resident(), one, key="m:1")] * 2)
    (row,) = world.rows(order)
    assert [line.quantity_milli for line in world.view(row.id).lines] == [2000]


# ---------------------------------------------------------------- several items


def test_items_named_in_any_order_do_not_deadlock(crowd: Store) -> None:
    world = World(crowd, offers=PLENTY)
    buyers = [world.resident(f"邻居{n}") for n in range(24)]
    shuffle = random.Random(3)
    for _ in range(3):
        jobs = []
        for buyer in buyers:
            numbers = shuffle.sample(range(1, 5), k=4)
            jobs.append(partial(change, world, buyer, *(Change(world.offers[n], 1000, "add") for n in numbers)))
        assert failures(at_once(jobs)) == []
    assert {row.reserved_milli for row in world.rows(offer)} == {72_000}


@pytest.mark.postgresql
def test_control_items_taken_as_they_are_named_deadlock(unguarded: Store) -> None:
    world = World(unguarded, offers=PLENTY)
    both_hold_one = threading.Barrier(2)

    def naive(numbers: tuple[int, int]) -> None:
        with unguarded.transaction() as work:
            for at, number in enumerate(numbers):
                mine = (offer.c.leader_id == world.leader_id, offer.c.id == world.offers[number])
                work.db.execute(update(offer).where(*mine).values(version=offer.c.version + 1))
                if at == 0:
                    both_hold_one.wait(PATIENCE_S)

    (error,) = failures(at_once([partial(naive, (1, 2)), partial(naive, (2, 1))]))
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, psycopg.errors.DeadlockDetected)


def several(world: World, wishes: list[tuple[int, int]], *, between: Callable[[], object] = lambda: None) -> None:
    """Orders of several people in one unit of work, as a 接龙 brings them: (resident, offer number)."""
    with world.store.transaction() as work:
        own: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id}
        orders.hold(work, resident_ids=[resident_id for resident_id, _ in wishes], **own)
        for resident_id, number in wishes:
            one = Change(world.offers[number], 1000, "add")
            key = f"key:{work.new_id()}"
            orders.change(work, resident_id=resident_id, changes=[one], actor="system", source_key=key, **own)
            between()


def test_a_list_of_orders_does_not_deadlock_with_those_who_order_themselves(crowd: Store) -> None:
    world = World(crowd, offers=PLENTY)
    buyers = [world.resident(f"邻居{n}") for n in range(12)]
    shuffle = random.Random(3)
    for _ in range(4):
        jobs: list[Callable[[], object]] = []
        for _ in range(3):
            wishes = [(buyer, shuffle.randint(1, 4)) for buyer in shuffle.sample(buyers, k=8)]
            jobs.append(partial(several, world, wishes))
        both = [Change(world.offers[n], 1000, "add") for n in (4, 1)]
        jobs += [partial(change, world, buyer, *both) for buyer in buyers]
        assert failures(at_once(jobs)) == []
    assert sum(row.reserved_milli for row in world.rows(offer)) == 4 * (3 * 8 + 12 * 2) * 1000


@pytest.mark.postgresql
def test_control_two_lists_that_lock_as_they_go_deadlock(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "hold", lambda *_, **__: None)
    world = World(unguarded, offers=PLENTY)
    buyers = [world.resident(f"邻居{n}") for n in range(4)]
    for buyer in buyers:
        world.order(buyer, {2: 1})  # so that nobody needs a new number, which would let them pass one by one
    both_hold_one = threading.Barrier(2)

    done = threading.local()

    def first_of_each() -> None:
        if not hasattr(done, "once"):
            done.once = both_hold_one.wait(PATIENCE_S)

    one, other = [(buyers[0], 1), (buyers[1], 4)], [(buyers[2], 4), (buyers[3], 1)]
    (error, *_) = failures(at_once([partial(several, world, wishes, between=first_of_each) for wishes in (one, other)]))
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, psycopg.errors.DeadlockDetected)


# ---------------------------------------------------------------- while the leader changes the offer


def test_price_and_bundles_of_a_line_belong_together(crowd: Store) -> None:
    """改价 while somebody orders: the old price with its bundles or the new one without, never half of each."""
    bread = NewOffer(name="面包", price_fen=22000, unit="个", tiers=(Tier(2000, 42000),))
    world = World(crowd, offers=(bread,))
    buyers = [world.resident(f"邻居{n}") for n in range(6)]
    for _ in range(10):
        world.publish()
        jobs: list[Callable[[], object]] = [
            partial(change, world, buyer, Change(world.offers[1], 2000)) for buyer in buyers
        ]
        jobs.insert(3, partial(reprice, world, 20000))
        assert failures(at_once(jobs)) == []
        lines = [line for row in world.rows(order, round_id=world.round_id) for line in world.view(row.id).lines]
        terms = {(line.unit_price_fen, line.tiers, line.line_fen) for line in lines}
        assert terms <= {(22000, (Tier(2000, 42000),), 42000), (20000, (), 40000)}


def reprice(world: World, price_fen: int) -> int:
    with world.store.transaction() as work:
        return offers.set_price(
            work, leader_id=world.leader_id, round_id=world.round_id, number=1, price_fen=price_fen, actor="system"
        )


def test_less_to_sell_while_people_order(crowd: Store) -> None:
    """限量 down to 5 against 12 buyers: either it came too late for that, or no more than 5 were sold."""
    world = World(crowd, offers=(EGGS,))
    buyers = [world.resident(f"邻居{n}") for n in range(12)]
    jobs: list[Callable[[], object]] = [
        partial(change, world, buyer, Change(world.offers[1], 1000)) for buyer in buyers
    ]
    jobs.insert(4, partial(cap, world, 5000))
    outcomes = at_once(jobs)
    (row,) = world.rows(offer)
    sold = sum(isinstance(outcome, Changed) for outcome in outcomes)
    assert row.reserved_milli == sold * 1000
    assert (row.capacity_milli, sold) in [(5000, 5), (UNITS * 1000, UNITS)]


def cap(world: World, capacity_milli: int) -> None:
    with world.store.transaction() as work:
        offers.set_capacity(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            number=1,
            capacity_milli=capacity_milli,
            actor="system",
        )


# ---------------------------------------------------------------- people who appear twice at once


def test_a_stranger_who_writes_twice_at_once_is_one_person(crowd: Store) -> None:
    def recognise() -> int:
        with crowd.transaction() as work:
            return people.recognise(work, "o_test_twice").account_id

    outcomes = at_once([recognise] * 8)
    assert failures(outcomes) == []
    assert len(set(outcomes)) == 1


def test_a_person_has_one_current_leader_however_fast_he_scans(crowd: Store) -> None:
    worlds = [World(crowd, name=f"团长{n}") for n in range(3)]
    for _ in range(5):
        account_id = worlds[0].account()

        def bind(world: World, account_id: int = account_id) -> int:
            with crowd.transaction() as work:
                return people.bind(work, account_id=account_id, leader_id=world.leader_id, via="scene")

        assert failures(at_once([partial(bind, world) for world in worlds])) == []
        with crowd.read() as work:
            mine = select(account_binding.c.is_current).where(account_binding.c.account_id == account_id)
            assert sorted(work.db.execute(mine).scalars()) == [False, False, True]


def test_a_guest_named_twice_at_once_is_one_guest(crowd: Store) -> None:
    world = World(crowd)
    host = world.resident()
    outcomes = at_once([partial(world.guest, host, "小明", room="1-101")] * 6)
    assert failures(outcomes) == []
    assert len(set(outcomes)) == 1


def test_applying_twice_at_once_is_one_application(crowd: Store) -> None:
    world = World(crowd)
    for _ in range(5):
        account_id = world.account()

        def apply(account_id: int = account_id) -> int:
            with crowd.transaction() as work:
                return leadership.apply_as_leader(work, account_id=account_id, name="李团长", note=None, share_bps=1000)

        refused = failures(at_once([apply] * 4))
        assert [type(error).__name__ for error in refused] == ["AlreadyApplied"] * 3
