"""What a quantity costs. Pure; money in fen, quantities in thousandths of the offer's unit."""

from __future__ import annotations

from collections.abc import Sequence

from models.views import Tier

MOST_MILLI = 9_999_000  # of one offer in one order: beyond it somebody typed a phone number


def line_total(quantity_milli: int, price_fen: int, tiers: Sequence[Tier] = ()) -> int:
    """Price of a line: the largest bundles first, the rest at the unit price, half a fen rounded up.

    >>> line_total(5000, 22000, [Tier(2000, 42000)])
    106000
    """
    total, left = 0, quantity_milli
    for tier in sorted(tiers, key=lambda t: -t.quantity_milli):
        bundles, left = divmod(left, tier.quantity_milli)
        total += bundles * tier.bundle_fen
    return total + (left * price_fen + 500) // 1000
