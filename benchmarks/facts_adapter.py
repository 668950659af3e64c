"""The project's pure rules by the names and in the plain values of `tests/data/facts.json`, for whoever scores them.

Translation only: whole units become thousandths, dicts become values; every figure comes out of the functions the
product itself calls. `run(row)` reckons one row of the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from models.views import OfferView, OrderView, Tier
from operations import fees as fee_rules
from operations import refund_plan
from operations.allocation import allocate_by_increase
from operations.allocation import cap_lines as cap
from operations.allocation import spread as spread_by_weight
from operations.allocation import units_to_order as cases_to_buy
from operations.coupon_rules import CouponKind, coupon_fen
from operations.fees import Fee
from operations.pricing import line_total
from operations.refund_plan import Refundable, Way
from operations.splitting import Kept, commissions
from operations.splitting import split as split_parts

Dict = dict[str, Any]
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def run(row: Mapping[str, Any]) -> Any:
    """What the function of a row makes of its input. Raises KeyError for a name that is not known here."""
    return RULES[row["fn"]](**row["in"])


def allocate(events: Sequence[Sequence[Any]], total: int) -> Dict:
    """[who, more, and so much more if there is some over] in order of time."""
    got, left = allocate_by_increase(
        [(who, quantity) for who, quantity, _ in events],
        total,
        tolerances=[(who, more) for who, _, more in events],
    )
    return {"got": got, "left": left}


def available(size: int | None, **taken: int) -> int | None:
    """Paid, placed and held units are all taken: an order holds its goods whether or not it is paid."""
    left = _offer(size, sum(taken.values())).remaining_milli
    return None if left is None else left // 1000


def cap_lines(lines: Any, stock: Any) -> Dict:
    """Lines and stock as mappings or as pairs; keys as they came."""
    capped, changed = cap(dict(lines), dict(stock))
    return {"lines": capped, "changed": changed}


def coupon(kind: CouponKind, value: int, amount: int, cap: int | None = None, min_spend: int = 0) -> int:
    return coupon_fen(kind, value, amount, cap_fen=cap, min_spend_fen=min_spend)


def split(net: int, leader_bps: int, supplier: int = 0) -> Dict:
    """The leader's share of one sum; `supplier` in fen."""
    parts = split_parts(net, leader_fen=commissions([Kept(net, 1000, leader_bps)])[0], supplier_fen=supplier)
    return {"leader": parts.leader_fen, "supplier": parts.supplier_fen, "platform": parts.platform_fen}


def spread(total: int, weights: Sequence[int]) -> list[int]:
    return spread_by_weight(total, weights)


def tiered(unit_price: int, tiers: Sequence[Sequence[int]], qty: int) -> int:
    return line_total(qty * 1000, unit_price, [Tier(quantity * 1000, fen) for quantity, fen in tiers])


def max_refund(paid: int, already: int, promised: int = 0) -> int:
    return refund_plan.most_refundable(paid, already, promised)


def can_refund(paid: int, already: int, amount: int, promised: int = 0) -> bool:
    return refund_plan.may_refund(amount, paid, already, promised)


def propose_refund(payments: Sequence[Sequence[Any]], amount: int) -> Dict:
    """[name, fen, full | partial | manual] for each payment."""
    ways: list[tuple[str, int, Way]] = [(name, fen, way) for name, fen, way in payments]
    return {str(key): fen for key, fen in refund_plan.propose([Refundable(*one) for one in ways], amount).items()}


def pending(total: int, paid: int, **refunds: int) -> int:
    """What is still owed; negative: we owe the resident."""
    return _order(total, paid, sum(refunds.values())).due_fen


def units_to_order(unit: int, qty: int, tol: int = 0, moq: int = 0) -> int:
    return cases_to_buy(qty, unit, tolerance_milli=tol, least_cases=moq)


def fees(rules: Sequence[Mapping[str, Any]], goods: Sequence[Sequence[int]]) -> int:
    """Several fees of one order; goods as [price, whole units]."""
    return fee_rules.total([Fee(name="", **rule) for rule in rules], [(price, qty * 1000) for price, qty in goods])


def fee_per_item(amount: int, qty: int) -> int:
    return Fee("", "per_unit", amount_fen=amount).of([(0, qty * 1000)])


def fee_percent_per_item(price: int, bps: int, qty: int) -> int:
    return Fee("", "share", bps=bps).of([(price, qty * 1000)])


def fee_percent_total(lines: Sequence[Sequence[int]], bps: int) -> int:
    return fee_rules.share_of_total([(price, qty * 1000) for price, qty in lines], bps)


def fee_flexi(first: int, extra: int, maxn: int | None, qty: int) -> int:
    return Fee("", "stepped", amount_fen=first, more_fen=extra, most_units=maxn or None).of([(0, qty * 1000)])


def fee_threshold(minimum: int, below: int, at_or_above: int, order_amount: int) -> int:
    fee = Fee("", "per_order", amount_fen=below, free_from_fen=minimum, reduced_fen=at_or_above)
    return fee.of([(order_amount, 1000)])


def cancel_fee(items: int, fees: int = 0, keep_fixed: int = 0, keep_bps: int = 0, keep_fees: bool = False) -> int:
    return fee_rules.kept_on_cancel(
        items_fen=items, fees_fen=fees, keep_fixed_fen=keep_fixed, keep_bps=keep_bps, keeps_fees=keep_fees
    )


def refund_after_cancel(paid: int, items: int, fees_kept: int = 0, keep_fixed: int = 0, keep_bps: int = 0) -> int:
    return max_refund(paid, cancel_fee(items, fees_kept, keep_fixed, keep_bps, keep_fees=True))


RULES = {
    rule.__name__: rule
    for rule in (
        allocate, available, cap_lines, coupon, split, spread, tiered, max_refund, can_refund, propose_refund, pending,
        units_to_order, fees, fee_per_item, fee_percent_per_item, fee_percent_total, fee_flexi, fee_threshold,
        cancel_fee, refund_after_cancel,
    )
}  # fmt: skip


def _offer(size: int | None, taken: int) -> OfferView:
    return OfferView(
        id=1, round_id=1, number=1, name="", spec="", unit="盒", price_fen=1, limit_milli=None, case_milli=None,
        capacity_milli=None if size is None else size * 1000, reserved_milli=taken * 1000, is_open=True,
        is_withdrawn=False, is_cold=False,
    )  # fmt: skip


def _order(total_fen: int, paid_fen: int, refunded_fen: int) -> OrderView:
    return OrderView(
        leader_id=1, id=1, round_id=1, round_title="", round_state="open", resident_id=1, account_id=1,
        resident_name=None, room=None, phone=None, host_name=None, seq=1, state="placed", note=None, lines=(),
        total_fen=total_fen, discount_fen=0, paid_fen=paid_fen, refunded_fen=refunded_fen, pay_claimed_at=None,
        placed_at=_LONG_AGO, changed_at=_LONG_AGO,
    )  # fmt: skip
