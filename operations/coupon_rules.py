"""What a coupon takes off. Pure; money in fen, percentages in basis points."""

from __future__ import annotations

from typing import Literal

from operations.allocation import share_of

CouponKind = Literal["amount", "percent"]
WHOLE_BPS = 10_000


def is_sound(kind: CouponKind, value: int) -> bool:
    """Whether such a coupon may be made: something off, and never more than all of it."""
    return value > 0 and (kind == "amount" or value <= WHOLE_BPS)


def coupon_fen(
    kind: CouponKind, value: int, amount_fen: int, *, cap_fen: int | None = None, min_spend_fen: int = 0
) -> int:
    """What it takes off goods worth `amount_fen`: at most `cap_fen`, never more than they cost, nothing below the
    least that has to be spent. A percentage is rounded to the nearest fen, half up.

    >>> coupon_fen("amount", 1000, 600)
    600
    >>> coupon_fen("percent", 1000, 1500)
    150
    """
    if amount_fen < max(min_spend_fen, 0):
        return 0
    off = value if kind == "amount" else share_of(amount_fen, value, WHOLE_BPS)
    return max(0, min(off, amount_fen, amount_fen if cap_fen is None else cap_fen))
