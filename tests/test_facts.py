"""Every published number of other programs (tests/data/facts.json), reckoned by our own rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import facts_adapter
from operations.allocation import spread

FACTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "facts.json").read_text("utf-8"))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_fact(fact: dict[str, Any]) -> None:
    assert facts_adapter.run(fact) == fact["out"]


def test_every_name_of_the_file_is_known() -> None:
    assert {fact["fn"] for fact in FACTS} <= facts_adapter.RULES.keys()


def test_a_wish_is_capped_at_what_there_is_and_what_was_wished_is_told() -> None:
    """openfoodnetwork cap_quantity_spec: 3, 3, 3 while the stock became 5, 2, 0."""
    assert facts_adapter.cap_lines({1: 3, 2: 3, 3: 3}, {1: 5, 2: 2, 3: 0}) == {
        "lines": {1: 3, 2: 2, 3: 0},
        "changed": {2: 3, 3: 3},
    }
    assert facts_adapter.cap_lines({1: 3, 2: 3}, {1: None}) == {"lines": {1: 3, 2: 0}, "changed": {2: 3}}


def test_flat_fees_are_charged_once_and_unit_fees_for_each() -> None:
    rules = [{"kind": "per_unit", "amount_fen": 300}, {"kind": "per_order", "amount_fen": 200}]
    assert facts_adapter.fees(rules, [(1000, 1)]) == 500
    assert facts_adapter.fees(rules, [(1000, 2), (500, 1)]) == 1100
    assert facts_adapter.fees(rules, []) == 0


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_spread_parts_add_up_and_are_fair(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == amount
    whole = sum(weights)
    assert all(abs(part * whole - amount * weight) < whole for part, weight in zip(parts, weights, strict=True))


@given(st.integers(1, 10**7), st.integers(1, 10**7), st.sampled_from(["amount", "percent"]), st.integers(0, 10**6))
def test_a_coupon_never_takes_more_than_there_is(amount: int, value: int, kind: Any, least: int) -> None:
    value = value % 10_000 + 1 if kind == "percent" else value
    off = facts_adapter.coupon(kind, value, amount, min_spend=least)
    assert 0 <= off <= amount
    assert off == 0 or amount >= least


@given(st.integers(0, 10**8), st.integers(0, 10_000), st.integers(0, 10**8))
def test_a_split_always_adds_up(net: int, bps: int, supplier: int) -> None:
    parts = facts_adapter.split(net, bps, supplier)
    assert sum(parts.values()) == net
    assert min(parts.values()) >= 0
