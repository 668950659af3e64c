"""Pickup codes: no slip of the finger hits a neighbour, and no two live orders share one."""

from __future__ import annotations

import itertools
import random

import pytest
from sqlalchemy import event

from models.base import Store
from operations import codes
from operations.codes import check_digit, draw, is_sound, tidy
from tests.support.world import World


def test_the_published_example() -> None:
    assert check_digit("572") == "4"


def sample() -> list[str]:
    return draw(random.Random(1), set(), 400)


def test_every_single_wrong_digit_is_noticed() -> None:
    for code in sample():
        for place, digit in itertools.product(range(6), "0123456789"):
            wrong = code[:place] + digit + code[place + 1 :]
            assert is_sound(wrong) == (wrong == code)


def test_every_swap_of_neighbours_is_noticed() -> None:
    for code in sample():
        for place in range(5):
            wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert is_sound(wrong) == (wrong == code)


def test_the_table_is_a_weakly_totally_anti_symmetric_quasigroup() -> None:
    """What makes it so for all codes, not only for those of a sample."""
    table, digits = codes._DAMM, range(10)
    for row, column in zip(table, zip(*table, strict=True), strict=True):
        assert sorted(row) == sorted(column) == list(digits)
    for c, x, y in itertools.product(digits, repeat=3):
        if table[table[c][x]][y] == table[table[c][y]][x]:
            assert x == y


def test_drawn_codes_are_sound_different_and_begin_with_no_zero() -> None:
    drawn = draw(random.Random(2), set(), 10_000)
    assert len(set(drawn)) == 10_000
    assert all(is_sound(code) and code[0] != "0" for code in drawn)


def test_taken_codes_are_not_drawn_again() -> None:
    everything = draw(random.Random(3), set(), 90_000)
    assert draw(random.Random(4), set(everything[1:]), 1) == everything[:1]
    with pytest.raises(ValueError, match="larger than population"):
        draw(random.Random(4), set(everything), 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("482913", "482913"), ("４８２９１３", "482913"), (" 482 913\n", "482913"), ("482-913", "482913"), ("", "")],
)
def test_what_a_person_types_is_tidied(typed: str, meant: str) -> None:
    assert tidy(typed) == meant


@pytest.mark.parametrize("typed", ["", "48291", "4829130", "48291a", "¹²³⁴⁵⁶", "000001"])
def test_what_cannot_be_a_code(typed: str) -> None:
    assert not is_sound(typed)


def test_orders_without_a_code_are_found_by_index(sqlite_store: Store) -> None:
    """Without an index on the order every order was compared with every code: 80 s for 10,000 that arrive."""
    seen: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    world = World(sqlite_store)
    world.order(world.resident(), {1: 1})
    event.listen(sqlite_store.engine, "before_cursor_execute", note)
    world.arrive()
    event.remove(sqlite_store.engine, "before_cursor_execute", note)
    (asked, *_) = [statement for statement in seen if "pickup_code.id IS NULL" in statement]
    with sqlite_store.read() as work:
        plan = work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (1,) * asked.count("?")).all()
    assert any("SEARCH pickup_code" in row.detail and "order_id=?" in row.detail for row in plan), plan
