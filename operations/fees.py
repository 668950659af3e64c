"""What is charged on top of the goods, and what stays when an order is taken back. Pure; money in fen, shares in bps.

The rules alone; what a round charges is in `order_fees`. What a unit and a share come to is used by settlement too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from operations.allocation import share_of

WHOLE_BPS = 10_000
Goods = Sequence[tuple[int, int]]  # (unit price, quantity in thousandths)
FeeKind = Literal["per_order", "per_unit", "share", "stepped"]


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee of an order.

    `per_order` is `amount_fen` once, or `reduced_fen` from `free_from_fen` of goods on; `per_unit` is `amount_fen` for
    each unit; `share` is `bps` of each unit's price; `stepped` is 首件 `amount_fen`, 续件 `more_fen`, for at most
    `most_units` units.
    """

    name: str
    kind: FeeKind
    amount_fen: int = 0
    bps: int = 0
    more_fen: int = 0
    most_units: int | None = None
    free_from_fen: int | None = None
    reduced_fen: int = 0

    def of(self, goods: Goods) -> int:
        """What it comes to for an order of these goods; nothing for an order of nothing."""
        if not any(milli for _, milli in goods):
            return 0
        match self.kind:
            case "per_order":
                worth = sum(price * milli for price, milli in goods) // 1000
                return below_or_from(worth, self.free_from_fen, self.amount_fen, self.reduced_fen)
            case "per_unit":
                return sum(per_unit(self.amount_fen, milli) for _, milli in goods)
            case "share":
                return sum(share_per_unit(price, self.bps, milli) for price, milli in goods)
            case "stepped":
                return stepped(self.amount_fen, self.more_fen, self.most_units, _units(goods))


def total(fees: Iterable[Fee], goods: Goods) -> int:
    """All fees of an order."""
    return sum(fee.of(goods) for fee in fees)


def per_unit(amount_fen: int, quantity_milli: int) -> int:
    """The same for every unit, half a fen rounded up."""
    return (amount_fen * quantity_milli + 500) // 1000


def share_per_unit(price_fen: int, bps: int, quantity_milli: int) -> int:
    """A share of each unit's price, rounded unit by unit: eight at 0.86 and 20 % are 8 x 0.17.

    >>> share_per_unit(86, 2000, 8000)
    136
    """
    return per_unit(share_of(price_fen, bps, WHOLE_BPS), quantity_milli)


def share_of_total(goods: Goods, bps: int) -> int:
    """A share of what all goods come to, rounded once."""
    return share_of(sum(per_unit(price, milli) for price, milli in goods), bps, WHOLE_BPS)


def stepped(first_fen: int, more_fen: int, most_units: int | None, units: int) -> int:
    """首件, 续件: the first unit costs `first_fen`, each further one `more_fen`; units beyond `most_units` nothing."""
    counted = units if most_units is None else min(units, most_units)
    return first_fen + more_fen * (counted - 1) if counted > 0 else 0


def below_or_from(worth_fen: int, limit_fen: int | None, below_fen: int, from_fen: int) -> int:
    """满减: one fee below a value of goods, another from it on."""
    return from_fen if limit_fen is not None and worth_fen >= limit_fen else below_fen


def kept_on_cancel(
    *, items_fen: int, fees_fen: int = 0, keep_fixed_fen: int = 0, keep_bps: int = 0, keeps_fees: bool = False
) -> int:
    """What stays when a paid order is taken back: a sum, a share, the fees; never more than the order was worth."""
    base = items_fen if keeps_fees else items_fen + fees_fen
    kept = keep_fixed_fen + share_of(base, keep_bps, WHOLE_BPS) + (fees_fen if keeps_fees else 0)
    return min(kept, items_fen + fees_fen)


def _units(goods: Goods) -> int:
    """Things to carry: a part of a unit (1.5斤) is one more."""
    return sum(-(-milli // 1000) for _, milli in goods)
