"""What a leader asks all day: how much of what, how much money, what is missing for a full case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from models import order, order_line
from models.base import Store
from models.views import Tier
from operations import order_views, payments, totals
from operations.rounds import NewOffer
from operations.totals import RoundTotals, to_full_case
from tests.support.invariants import violations
from tests.support.world import World

EGGS = NewOffer(name="鸡蛋", price_fen=3600, unit="盒", capacity_milli=50_000, case_milli=6000)
PORK = NewOffer(name="五花肉", price_fen=86, unit="斤")
BREAD = NewOffer(name="面包", price_fen=22000, unit="个", tiers=(Tier(2000, 42000),))


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """1 鸡蛋 in cases of 6, 2 五花肉 by weight, 3 面包 in bundles."""
    yield World(store, offers=(EGGS, PORK, BREAD))
    assert violations(store) == []


def of_round(world: World) -> RoundTotals:
    with world.store.read() as work:
        return totals.of_round(work, world.leader_id, world.round_id)


def test_a_round_without_orders_is_all_zero(world: World) -> None:
    found = of_round(world)
    assert [(item.number, item.quantity_milli, item.orders, item.sum_fen) for item in found.items] == [
        (1, 0, 0, 0),
        (2, 0, 0, 0),
        (3, 0, 0, 0),
    ]
    assert (found.orders, found.total_fen, found.paid_fen, found.unpaid_fen) == (0, 0, 0, 0)
    assert [item.to_full_case_milli for item in found.items] == [0, None, None]


def test_g06_every_sum_is_the_same_sum(world: World) -> None:
    """Each line to the fen, then added up: the report, the orders and the lines agree."""
    for n in range(7):
        world.order(world.resident(f"邻居{n}"), {1: n, 2: 0.333 * (n + 1), 3: n % 4})
    found = of_round(world)
    with world.store.read() as work:
        orders = order_views.of_round(work, world.leader_id, world.round_id)
    assert found.total_fen == sum(view.total_fen for view in orders) == sum(item.sum_fen for item in found.items)
    assert found.total_fen == sum(row.line_fen for row in world.rows(order_line))
    assert found.orders == len(orders)
    assert [item.orders for item in found.items] == [6, 7, 5]


def test_g03_rounding_is_by_the_line(world: World) -> None:
    """0.333斤 at 0.86 is 0.29; three of them are 0.87 and not the 0.86 of a rounded sum."""
    for n in range(3):
        world.order(world.resident(f"邻居{n}"), {2: 0.333})
    assert of_round(world).total_fen == 87


def test_money_by_state(world: World) -> None:
    ids = [world.order(world.resident(f"邻居{n}"), {1: 1}) for n in range(4)]
    with world.store.transaction() as work:
        own = {"leader_id": world.leader_id, "actor": "system"}
        payments.mark_paid(work, order_ids=[ids[0]], source_key="a", **own)  # type: ignore[arg-type]
        payments.mark_paid(work, order_ids=[ids[1]], amount_fen=1000, source_key="b", **own)  # type: ignore[arg-type]
        payments.claim_paid(work, order_id=ids[2], source_key="c", **own)  # type: ignore[arg-type]
    found = of_round(world)
    assert (found.paid_orders, found.paid_fen) == (1, 4600)
    assert (found.claimed_orders, found.claimed_fen) == (1, 3600)
    assert (found.unpaid_orders, found.unpaid_fen) == (2, 3600 + 2600)
    assert found.paid_fen + found.claimed_fen + found.unpaid_fen == found.total_fen == 4 * 3600


def test_cancelled_orders_and_lines_do_not_count(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    world.order(li, {1: 2, 3: 1})
    world.order(zhang, {1: 3})
    world.order(zhang, {1: 0})
    world.order(li, {3: 0})
    found = of_round(world)
    assert (found.orders, found.total_fen) == (1, 7200)
    assert [(item.quantity_milli, item.orders) for item in found.items] == [(2000, 1), (0, 0), (0, 0)]


def test_e21_who_has_come_and_who_has_not(world: World) -> None:
    ids = [world.order(world.resident(f"邻居{n}"), {1: 1}) for n in range(4)]
    world.order(world.resident("陈姨"), {1: 1})
    with world.store.transaction() as work:
        for order_id, state in zip(ids, ("ready", "partly", "picked_up", "picked_up"), strict=True):
            work.db.execute(update(order).where(order.c.id == order_id).values(state=state))
    found = of_round(world)
    assert (found.picked_up, found.waiting, found.orders) == (2, 2, 5)


def test_a_round_of_somebody_else_is_empty(world: World, store: Store) -> None:
    other = World(store, name="赵团长")
    other.order(other.resident(), {1: 1})
    with store.read() as work:
        found = totals.of_round(work, world.leader_id, other.round_id)
    assert (found.items, found.orders, found.total_fen) == ((), 0, 0)


@pytest.mark.parametrize(
    ("ordered", "case", "missing"),
    [(0, 6000, 0), (1000, 6000, 5000), (6000, 6000, 0), (7000, 6000, 5000), (1500, 4000, 2500), (5000, None, None)],
)
def test_what_is_missing_for_a_full_case(ordered: int, case: int | None, missing: int | None) -> None:
    assert to_full_case(ordered, case) == missing


@given(st.integers(0, 10**7), st.integers(1, 10**5))
def test_what_is_missing_fills_the_case_exactly(ordered: int, case: int) -> None:
    missing = to_full_case(ordered, case)
    assert missing is not None
    assert 0 <= missing < case
    assert (ordered + missing) % case == 0


def test_missing_for_a_case_is_in_the_totals(world: World) -> None:
    world.order(world.resident(), {1: 4})
    world.order(world.resident("张哥"), {1: 3})
    assert of_round(world).items[0].to_full_case_milli == 5000
