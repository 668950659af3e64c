"""How much may go back, and over which payments. Pure; money in fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Way = Literal[
    "full", "partial", "manual"
]  # what the way it was paid can send back by itself: all of it, any part, none


@dataclass(frozen=True, slots=True)
class Refundable:
    """A payment with what has not gone back of it yet."""

    key: int | str
    left_fen: int
    way: Way


def most_refundable(paid_fen: int, gone_fen: int, promised_fen: int = 0) -> int:
    """What may still go back: what was paid, less what went back and what is on its way."""
    return max(0, paid_fen - gone_fen - promised_fen)


def may_refund(amount_fen: int, paid_fen: int, gone_fen: int, promised_fen: int = 0) -> bool:
    """Whether this sum may go back: something, and no more than came in."""
    return 0 < amount_fen <= most_refundable(paid_fen, gone_fen, promised_fen)


def propose(payments: Sequence[Refundable], amount_fen: int) -> dict[int | str, int]:
    """Which payments to send a sum back through, with the fewest transfers: one of exactly that sum, else the smallest
    larger one that can send a part, else the largest smaller one, and so on. What is left has to be given by hand.
    """
    left, plan = amount_fen, {}
    unused = [one for one in payments if one.way != "manual" and one.left_fen > 0]
    while left and (one := _next(unused, left)):
        plan[one.key] = min(one.left_fen, left)
        left -= plan[one.key]
        unused.remove(one)
    return plan


def _next(unused: Sequence[Refundable], left: int) -> Refundable | None:
    exact = [one for one in unused if one.left_fen == left]
    larger = [one for one in unused if one.left_fen > left and one.way == "partial"]
    smaller = [one for one in unused if one.left_fen < left]
    if exact:
        return exact[0]
    if larger:
        return min(larger, key=lambda one: one.left_fen)
    return max(smaller, key=lambda one: one.left_fen, default=None)
