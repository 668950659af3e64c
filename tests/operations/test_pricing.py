"""What a quantity costs, by hand-made examples and by rules that hold for any."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.views import Tier
from operations.pricing import line_total

BUNDLE = (Tier(2000, 42000),)

quantities = st.integers(0, 500_000)
prices = st.integers(0, 1_000_000)
tiers = st.lists(
    st.builds(Tier, quantity_milli=st.integers(1, 20).map(lambda n: n * 1000), bundle_fen=st.integers(0, 100_000)),
    max_size=3,
    unique_by=lambda tier: tier.quantity_milli,
)


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
