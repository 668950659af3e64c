"""The last goods on a shelf, and the first orders of a day, wanted by many in the same instant. With controls."""

from __future__ import annotations

import threading
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from models import Store, Work, order, round_, shelf_item
from models.views import OrderView, ShelfItem
from operations import shelf, shelf_orders, shelf_taking
from operations.errors import SoldOut
from operations.shelf import Goods
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S
from tests.support.together import at_once
from tests.support.world import World

BUYERS, UNITS = 24, 5


def shop(store: Store, units: int) -> World:
    world = World(store)
    world.shelve(Goods(name="大米", price_fen=3500, unit="袋", stock_milli=units * 1000))
    return world


def cancel(world: World, buyer: int) -> OrderView:
    with world.store.transaction() as work:
        return shelf_orders.cancel(
            work, leader_id=world.leader_id, resident_id=buyer, actor="system", source_key=f"c:{work.new_id()}"
        ).order


def test_the_last_goods_go_to_as_many_as_there_are(crowd: Store) -> None:
    """And the day is opened once, by whoever comes first."""
    world = shop(crowd, UNITS)
    buyers = [world.resident(f"邻居{n}") for n in range(BUYERS)]
    outcomes = at_once([partial(world.take, buyer, {"大米": 1}) for buyer in buyers])
    assert Counter(type(one) for one in outcomes) == {OrderView: UNITS, SoldOut: BUYERS - UNITS}, outcomes
    assert world.count(round_, kind="shelf") == 1
    assert sorted(row.seq for row in world.rows(order)) == list(range(1, UNITS + 1))
    assert len({one.code for one in outcomes if isinstance(one, OrderView)}) == UNITS


def test_what_is_cancelled_while_others_want_it_is_sold_again_and_never_twice(crowd: Store) -> None:
    world = shop(crowd, UNITS)
    holders = [world.resident(f"有货{n}") for n in range(UNITS)]
    wanting = [world.resident(f"想要{n}") for n in range(8)]
    for holder in holders:
        world.take(holder, {"大米": 1})
    outcomes = at_once(
        [partial(cancel, world, holder) for holder in holders]
        + [partial(world.take, buyer, {"大米": 1}) for buyer in wanting]
    )
    assert {type(one) for one in outcomes} <= {OrderView, SoldOut}, outcomes
    sold = sum(isinstance(one, OrderView) for one in outcomes[UNITS:])
    (row,) = world.rows(shelf_item)
    assert row.taken_milli == sold * 1000


def test_one_person_who_says_it_twice_at_once_has_one_order(crowd: Store) -> None:
    world = shop(crowd, 90)
    for n in range(4):
        me = world.resident(f"邻居{n}")
        key = None if n % 2 else "m:1"
        outcomes = at_once([partial(world.take, me, {"大米": 2}, key=key) for _ in range(2)])
        assert all(isinstance(one, OrderView) for one in outcomes), outcomes
        (mine,) = world.rows(order, resident_id=me)
        assert mine.total_fen == 7000


def test_price_and_stock_change_while_people_order(crowd: Store) -> None:
    world = shop(crowd, 90)
    buyers = [world.resident(f"邻居{n}") for n in range(8)]

    def keep(n: int) -> ShelfItem:
        with crowd.transaction() as work:
            facts: dict[str, Any] = {"leader_id": world.leader_id, "number": 1, "actor": world.actor}
            return (
                shelf.add_stock(work, more_milli=1000, **facts)
                if n % 2
                else shelf.set_price(work, price_fen=3000 + n, **facts)
            )

    outcomes = at_once(
        [partial(world.take, buyer, {"大米": 1}) for buyer in buyers] + [partial(keep, n) for n in range(6)]
    )
    assert {type(one) for one in outcomes} == {OrderView, ShelfItem}, outcomes
    (row,) = world.rows(shelf_item)
    assert (row.put_milli, row.taken_milli) == (93_000, 8000)


def test_control_look_first_then_write_sells_the_last_one_twice(
    unguarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = shop(unguarded, 1)
    buyers = [world.resident(f"邻居{n}") for n in range(2)]
    both_have_looked = threading.Barrier(2)

    def naive(work: Work, leader_id: int, item_id: int, was: int, now: int) -> ShelfItem:
        mine = (shelf_item.c.leader_id == leader_id, shelf_item.c.id == item_id)
        row = work.db.execute(select(shelf_item).where(*mine)).one()
        assert row.put_milli - row.taken_milli >= now - was
        both_have_looked.wait(PATIENCE_S)
        work.db.execute(update(shelf_item).where(*mine).values(taken_milli=row.taken_milli + now - was))
        return shelf.item_of(row)

    monkeypatch.setattr(shelf_taking, "_take_one", naive)
    outcomes = at_once([partial(world.take, buyer, {"大米": 1}) for buyer in buyers])
    assert [type(one) for one in outcomes] == [OrderView, OrderView], outcomes
    assert any("a_shelf_gives_what_is_ordered_of_it" in line for line in violations(unguarded))
