"""What a quantity costs, by hand-made examples, by published ones and by rules that hold for any."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.views import OfferView, Tier
from operations.pricing import line_total

FACTS: list[dict[str, Any]] = json.loads((Path(__file__).parent.parent / "data" / "facts.json").read_text("utf-8"))
BUNDLE = (Tier(2000, 42000),)

quantities = st.integers(0, 500_000)
prices = st.integers(0, 1_000_000)
tiers = st.lists(
    st.builds(Tier, quantity_milli=st.integers(1, 20).map(lambda n: n * 1000), bundle_fen=st.integers(0, 100_000)),
    max_size=3,
    unique_by=lambda tier: tier.quantity_milli,
)


def facts(*functions: str) -> list[Any]:
    return [pytest.param(fact, id=fact["id"]) for fact in FACTS if fact["fn"] in functions]


@pytest.mark.parametrize("fact", facts("tiered"))
def test_bundle_prices_of_other_programs(fact: dict[str, Any]) -> None:
    case = fact["in"]
    bundles = [Tier(quantity * 1000, fen) for quantity, fen in case["tiers"]]
    assert line_total(case["qty"] * 1000, case["unit_price"], bundles) == fact["out"]


@pytest.mark.parametrize("fact", facts("fee_per_item"))
def test_unit_prices_that_other_programs_once_got_wrong(fact: dict[str, Any]) -> None:
    assert line_total(fact["in"]["qty"] * 1000, fact["in"]["amount"]) == fact["out"]


@pytest.mark.parametrize("fact", facts("available"))
def test_what_is_left_after_what_is_taken(fact: dict[str, Any]) -> None:
    """Paid, placed and held units are all taken: an order holds its goods whether or not it is paid."""
    taken = sum(fact["in"].get(kind, 0) for kind in ("paid", "pending", "held"))
    assert remaining(fact["in"]["size"], taken) == fact["out"]


def remaining(size: int | None, taken: int) -> int | None:
    left = OfferView(
        id=1, round_id=1, number=1, name="鸡蛋", spec="", unit="盒", price_fen=1, limit_milli=None, case_milli=None,
        capacity_milli=None if size is None else size * 1000, reserved_milli=taken * 1000, is_open=True,
        is_withdrawn=False, is_cold=False,
    ).remaining_milli  # fmt: skip
    return None if left is None else left // 1000


@pytest.mark.parametrize(
    ("milli", "price", "bundles", "fen"),
    [
        (0, 22000, BUNDLE, 0),
        (1000, 22000, BUNDLE, 22000),
        (2000, 22000, BUNDLE, 42000),
        (3000, 22000, BUNDLE, 64000),
        (5000, 22000, BUNDLE, 106000),
        (7000, 1000, (Tier(2000, 1800), Tier(5000, 4000)), 5800),
        (1500, 2999, (), 4499),  # 44.985
        (500, 1, (), 1),  # half a fen
        (499, 1, (), 0),
        (333, 3, (), 1),
    ],
)
def test_examples(milli: int, price: int, bundles: tuple[Tier, ...], fen: int) -> None:
    assert line_total(milli, price, bundles) == fen
    assert line_total(milli, price, bundles[::-1]) == fen, "the order in which bundles are named does not matter"


@given(quantities, prices)
def test_without_bundles_it_is_the_price_to_the_nearest_fen(milli: int, price: int) -> None:
    assert abs(Fraction(milli * price, 1000) - line_total(milli, price)) <= Fraction(1, 2)


@given(st.integers(0, 500), prices)
def test_whole_units_are_exact(units: int, price: int) -> None:
    assert line_total(units * 1000, price) == units * price


@given(quantities, quantities, prices)
def test_more_never_costs_less(milli: int, more: int, price: int) -> None:
    assert line_total(milli, price) <= line_total(milli + more, price)


@given(quantities, prices, tiers)
def test_it_is_a_price_that_could_be_reckoned_by_hand(milli: int, price: int, bundles: list[Tier]) -> None:
    """Some number of each bundle and the rest singly, and as many of the largest bundle as fit."""
    total = line_total(milli, price, bundles)
    assert isinstance(total, int)
    assert total >= 0
    if bundles:
        largest = max(bundles, key=lambda tier: tier.quantity_milli)
        count, rest = divmod(milli, largest.quantity_milli)
        others = [tier for tier in bundles if tier is not largest]
        assert total == count * largest.bundle_fen + line_total(rest, price, others)


@given(st.integers(0, 12), st.integers(100, 5000))
def test_cheaper_bundles_never_make_it_dearer(units: int, price: int) -> None:
    """Bundles that are bargains: no way of splitting the same goods over two lines is cheaper by more than a bundle."""
    bargain = (Tier(2000, 2 * price - price // 2),)
    best = min(
        sum(line_total(part * 1000, price, bargain) for part in split)
        for split in combinations_with_replacement(range(units + 1), 2)
        if sum(split) == units
    )
    assert line_total(units * 1000, price, bargain) == best
