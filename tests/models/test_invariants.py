"""The checker that the race tests stand on: silent on what the operations write, and every rule of it bites."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, delete, update

from models import notice, offer, order, order_event, order_line, purchase_share, round_, shelf_item
from models.base import Store
from tests.support.farm import Farm
from tests.support.invariants import RULES, violations
from tests.support.world import EGGS, World

# One way each to break a rule behind the operations' back: table, what is written, or None for deleting the rows.
BREAKS: dict[str, tuple[Table, dict[str, Any] | None]] = {
    "reserved_is_the_sum_of_lines": (offer, {"reserved_milli": 99_000}),
    "an_order_costs_what_its_lines_cost": (order, {"total_fen": 1}),
    "a_line_costs_its_own_price": (order_line, {"unit_price_fen": 1}),
    "history_adds_up_to_the_lines": (order_event, {"delta_milli": 1}),
    "an_order_is_cancelled_when_it_is_empty": (order, {"state": "cancelled"}),
    "chain_numbers_are_one_each": (round_, {"last_seq": 0}),
    "a_shut_round_sells_nothing": (offer, {"is_open": True}),
    "a_closed_round_knows_its_total": (round_, {"closed_total_fen": 1}),
    "whose_order_is_closed_is_told": (notice, None),
    "a_purchase_line_is_the_sum_of_its_shares": (purchase_share, {"needed_milli": 1}),
    "a_shelf_gives_what_is_ordered_of_it": (shelf_item, {"taken_milli": 1}),
    "shelf_and_rounds_are_apart": (order, {"is_current": False}),
}


@pytest.fixture
def closed(store: Store) -> World:
    """Two orders in a round that is closed, and what they make a supplier be asked for."""
    farm = Farm(store)
    berries = farm.sell()
    world = World(store, offers=(farm.offer(berries), EGGS))
    world.order(world.resident(), {1: 2, 2: 1})
    world.order(world.resident("张哥"), {2: 3})
    world.close()
    farm.gather()
    world.shelve()
    return world


def test_what_the_operations_write_is_in_order(closed: World) -> None:
    assert violations(closed.store) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_bites(closed: World, rule: str) -> None:
    table, values = BREAKS[rule]
    with closed.store.transaction() as work:
        work.db.execute(delete(table) if values is None else update(table).values(values))
    assert any(found.startswith(rule) for found in violations(closed.store))


def test_every_rule_is_shown_to_bite() -> None:
    """All but overselling, which the database refuses by itself (`ck_offer_not_oversold`)."""
    assert {rule.__name__ for rule in RULES} - {"nothing_is_oversold"} == BREAKS.keys()
