"""What after-sales do to an order's worth.

A refund has two halves. The order becomes worth less: the claimed lines cost less, with their share of the order's
discount, so lines, total and what is due still agree. Whatever has then been paid too much goes back in money; an order
that was not paid yet simply owes less. Settlement sees the first half as `reversal` rows of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import update

from models import Work, order, order_line
from models.views import LineView, OrderView
from operations import coupon_uses, ledger
from operations.allocation import share_of, spread
from operations.case_claims import Claim, not_picked
from operations.errors import RefundTooMuch
from operations.orders import add_event
from operations.pricing import line_total


def net_fen(one: OrderView) -> int:
    """What its goods are worth now; fees for bringing them are not given back with them."""
    return one.goods_fen - one.discount_fen


@dataclass(frozen=True, slots=True)
class PartOfPack:
    """`count` of the `per_pack` pieces in one unit of sale: what thousandths cannot say exactly (5 of 12)."""

    count: int
    per_pack: int

    @property
    def milli(self) -> int:
        """In thousandths of the unit of sale, half rounded to even, and never nothing."""
        return max(1, round(self.count * 1000 / self.per_pack))


def worth_fen(line: LineView, quantity_milli: int, pieces: PartOfPack | None = None) -> int:
    """What a part of a line costs: its even share of the line at its own price and bundles, and never more than all."""
    whole = line_total(line.due_milli, line.unit_price_fen, line.tiers)
    if pieces is not None:
        return min(line.line_fen, share_of(whole, pieces.count * 1000, line.due_milli * pieces.per_pack))
    return min(line.line_fen, share_of(whole, quantity_milli, line.due_milli))


def proposal_fen(one: OrderView, claimed: Mapping[int, int], pieces: Mapping[int, PartOfPack] | None = None) -> int:
    """What to refund for these quantities (by order line id; `pieces` by offer id): their worth less their share of the
    discount."""
    inside = pieces or {}
    gross = sum(
        worth_fen(line, claimed[line.id], inside.get(line.offer_id)) for line in one.lines if line.id in claimed
    )
    return gross - share_of(one.discount_fen, gross, one.goods_fen)


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """What a refund of `amount_fen` does to an order.

    The goods cost `gross_fen`; `discount_fen` of that was the order's coupon and is not paid out. `back_fen` of the
    amount is money that goes back, the rest was not paid yet and is owed no more.
    """

    amount_fen: int
    discount_fen: int
    before_fen: int  # what the order was worth
    back_fen: int

    @property
    def gross_fen(self) -> int:
        return self.amount_fen + self.discount_fen

    @property
    def after_fen(self) -> int:
        return self.before_fen - self.amount_fen

    @property
    def unpaid_fen(self) -> int:
        return self.amount_fen - self.back_fen


def refund_plan(one: OrderView, amount_fen: int, *, pending_fen: int) -> RefundPlan:
    """The plan for an amount the order is worth at least; `pending_fen` is promised to go back already."""
    net = net_fen(one)
    too_much = amount_fen - one.due_fen - pending_fen
    return RefundPlan(
        amount_fen=amount_fen,
        discount_fen=share_of(one.discount_fen, amount_fen, net),
        before_fen=net,
        back_fen=max(0, min(amount_fen, too_much)),
    )


def lower_worth(
    work: Work, *, one: OrderView, claimed: Mapping[int, int], amount_fen: int, reference: str, actor: str
) -> None:
    """Make a locked order worth `amount_fen` less, net of its discount; the claimed lines first.

    Raises RefundTooMuch when it is not worth that much.
    """
    net = net_fen(one)
    if amount_fen > net:
        raise RefundTooMuch(amount_fen=amount_fen, max_fen=net)
    discount = share_of(one.discount_fen, amount_fen, net)
    parts = _parts(one, claimed, amount_fen + discount)
    for line_id, part in parts.items():
        work.db.execute(
            update(order_line)
            .where(order_line.c.leader_id == one.leader_id, order_line.c.id == line_id)
            .values(line_fen=order_line.c.line_fen - part)
        )
    _lower_order(work, one, amount_fen, discount)
    if discount:
        coupon_uses.follow(work, leader_id=one.leader_id, order_ids=[one.id])
    _write_events(work, one, parts, discount, reference, actor)
    if one.is_sold:  # before, nothing was booked that could be taken back
        back = ledger.Transfer(
            "reversal", reference, ledger.SALES, ledger.of(one.resident_id), amount_fen, one.round_id, one.id
        )
        less = ledger.discount(reference, -discount, one.round_id, one.id)
        ledger.post_many(work, leader_id=one.leader_id, transfers=[back, less])


def _lower_order(work: Work, one: OrderView, amount_fen: int, discount_fen: int) -> None:
    """Conditional although the order is locked: what was read must still stand. Raises RefundTooMuch."""
    changed = work.db.execute(
        update(order)
        .where(
            order.c.leader_id == one.leader_id,
            order.c.id == one.id,
            order.c.total_fen == one.total_fen,
            order.c.discount_fen == one.discount_fen,
        )
        .values(
            total_fen=one.total_fen - amount_fen - discount_fen,
            discount_fen=one.discount_fen - discount_fen,
            version=order.c.version + 1,
        )
    )
    if changed.rowcount != 1:
        raise RefundTooMuch(amount_fen=amount_fen, max_fen=0)


def _write_events(
    work: Work, one: OrderView, parts: Mapping[int, int], discount: int, reference: str, actor: str
) -> None:
    """One event per line, so that a line's own history adds up to what it costs; one for the discount that shrank."""
    deltas = [("refund", line.offer_id, -parts[line.id]) for line in one.lines if line.id in parts]
    if discount:
        deltas.append(("discount", 0, -discount))
    for kind, offer_id, delta_fen in deltas:
        add_event(
            work,
            leader_id=one.leader_id,
            order_id=one.id,
            kind=kind,
            source_key=reference,
            actor=actor,
            offer_id=offer_id,
            delta_fen=delta_fen,
        )


def drop_unpicked(
    work: Work, *, one: OrderView, claimed: Mapping[int, int], earlier: Mapping[int, Claim], reference: str, actor: str
) -> None:
    """Refunded goods that were not handed out yet stay with the leader: less of the line is due."""
    is_all = True
    for line in one.lines:
        before = earlier.get(line.id, Claim())
        gone = not_picked(claimed.get(line.id, 0), earlier_milli=before.milli, line=line)
        is_all = is_all and line.left_milli == gone
        if not gone:
            continue
        work.db.execute(
            update(order_line)
            .where(order_line.c.leader_id == one.leader_id, order_line.c.id == line.id)
            .values(allocated_milli=line.due_milli - gone)
        )
        add_event(
            work,
            leader_id=one.leader_id,
            order_id=one.id,
            kind="allocate",
            source_key=reference,
            actor=actor,
            offer_id=line.offer_id,
            delta_milli=-gone,
        )
    if is_all and one.state in {"ready", "partly", "no_show"}:  # nothing is left to wait for
        work.db.execute(
            update(order)
            .where(order.c.leader_id == one.leader_id, order.c.id == one.id)
            .values(state="picked_up", picked_up_at=work.now, version=order.c.version + 1)
        )


def _parts(one: OrderView, claimed: Mapping[int, int], gross: int) -> dict[int, int]:
    """Which line gives up how much: claimed lines by their worth, then whatever has something left."""
    ours = [line for line in one.lines if line.id in claimed]
    shares = spread(gross, [worth_fen(line, claimed[line.id]) for line in ours])
    parts = {line.id: min(line.line_fen, share) for line, share in zip(ours, shares, strict=True)}
    missing = gross - sum(parts.values())
    for line in [*ours, *(line for line in one.lines if line.id not in claimed)]:
        more = min(line.line_fen - parts.get(line.id, 0), missing)
        parts[line.id] = parts.get(line.id, 0) + more
        missing -= more
    return {line_id: part for line_id, part in parts.items() if part}
