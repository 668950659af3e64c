"""What every order line of a round is worth now, and whose part of it is whose: the rows behind a settlement's sums.

The leader's part is of what was paid; the supplier's of what was kept, paid or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, func, select

from models import Work, after_sales_case, case_line, offer, order, order_event, order_line, round_
from models.joins import points_to
from operations.allocation import spread
from operations.errors import NotFound
from operations.fees import per_unit
from operations.settlement_orders import owed_goods_fen
from operations.splitting import Kept, commissions


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line: what was sold, less its part of a coupon, less what after-sales gave back. Money in fen.

    `unpaid_fen` of it nobody has paid.
    """

    order_id: int
    order_line_id: int
    kept_milli: int
    gross_fen: int
    discount_fen: int
    refund_fen: int
    unpaid_fen: int
    commission_fen: int
    supplier_fen: int

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.discount_fen - self.refund_fen


def of_round(work: Work, leader_id: int, round_id: int) -> list[SettledLine]:
    """Every line of the round's orders, cancelled ones left out, by order. Raises NotFound."""
    head = select(round_.c.share_bps).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
    share_bps = work.db.execute(head).scalar()
    if share_bps is None:
        raise NotFound(what="round")
    rows = _rows(work, leader_id, round_id)
    back = _given_back(work, leader_id, round_id)
    claimed, dropped = refunded_milli(work, leader_id, round_id), dropped_milli(work, leader_id, round_id)
    sums: list[_Sums] = []
    for of_order in _by_order(rows):
        sums += _sums(of_order, back)
    kept = [_kept_milli(row, claimed, dropped) for row in rows]
    shares = commissions(
        [
            Kept(one.paid_fen, milli, share_bps if row.share_bps is None else row.share_bps, row.commission_fen)
            for row, one, milli in zip(rows, sums, kept, strict=True)
        ]
    )
    return [
        SettledLine(
            order_id=row.order_id,
            order_line_id=row.id,
            kept_milli=milli,
            gross_fen=one.gross_fen,
            discount_fen=one.discount_fen,
            refund_fen=one.refund_fen,
            unpaid_fen=one.unpaid_fen,
            commission_fen=share,
            supplier_fen=min(per_unit(row.cost_fen or 0, milli), max(0, one.net_fen - share)),
        )
        for row, one, milli, share in zip(rows, sums, kept, shares, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Sums:
    gross_fen: int
    discount_fen: int
    refund_fen: int
    unpaid_fen: int = 0

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.discount_fen - self.refund_fen

    @property
    def paid_fen(self) -> int:
        return max(0, self.net_fen) - self.unpaid_fen


def _sums(rows: Sequence[Row[Any]], back: Mapping[tuple[int, int], int]) -> list[_Sums]:
    """The money of one order on its lines: the columns add up to the order's to the fen."""
    head = rows[0]
    worth = [row.line_fen for row in rows]
    given = [back.get((row.order_id, row.offer_id), 0) for row in rows]
    # By what was sold, so that a line that was given back whole still carries its part.
    sold = [now + gone for now, gone in zip(worth, given, strict=True)]
    shrunk = spread(back.get((head.order_id, 0), 0), given)
    discounts = spread(head.discount_fen, worth if any(worth) else sold)
    found = [
        _Sums(now + gone, discount + less, gone - less)
        for now, gone, discount, less in zip(worth, given, discounts, shrunk, strict=True)
    ]
    nets = [max(0, one.net_fen) for one in found]
    unpaid = min(owed_goods_fen(head.due_fen, head.fee_fen), sum(nets))
    return [replace(one, unpaid_fen=part) for one, part in zip(found, spread(unpaid, nets), strict=True)]


def _rows(work: Work, leader_id: int, round_id: int) -> list[Row[Any]]:
    return list(
        work.db.execute(
            select(
                order_line.c.id,
                order_line.c.order_id,
                order_line.c.offer_id,
                order_line.c.line_fen,
                func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli).label("due_milli"),
                order.c.discount_fen,
                (order.c.fee_fen + order.c.transport_fen).label("fee_fen"),
                (order.c.total_fen - order.c.discount_fen - order.c.paid_fen + order.c.refunded_fen).label("due_fen"),
                offer.c.share_bps,
                offer.c.commission_fen,
                offer.c.cost_fen,
            )
            .join(order, points_to(order_line.c.order_id, order))
            .join(offer, points_to(order_line.c.offer_id, offer))
            .where(
                order_line.c.leader_id == leader_id,
                order.c.round_id == round_id,
                order.c.state != "cancelled",
                order_line.c.quantity_milli > 0,
            )
            .order_by(order.c.seq, order_line.c.id)
        )
    )


def _by_order(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    groups: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.order_id].append(row)
    return list(groups.values())


def _given_back(work: Work, leader_id: int, round_id: int) -> dict[tuple[int, int], int]:
    """Fen by (order, offer) that after-sales took off; offer 0: by how much the order's discount shrank with it."""
    taken_off = func.sum(-order_event.c.delta_fen).label("fen")
    statement = (
        select(order_event.c.order_id, order_event.c.offer_id, taken_off)
        .join(order, points_to(order_event.c.order_id, order))
        .where(
            order_event.c.leader_id == leader_id,
            order.c.round_id == round_id,
            order_event.c.kind.in_(("refund", "discount")),
            order_event.c.source_key.startswith("case:"),
        )
        .group_by(order_event.c.order_id, order_event.c.offer_id)
    )
    return {(row.order_id, row.offer_id): int(row.fen) for row in work.db.execute(statement)}


def _kept_milli(row: Row[Any], claimed: Mapping[int, int], dropped: Mapping[tuple[int, int], int]) -> int:
    """What was handed out and not refunded; goods that a case took off before they were handed out count once."""
    refunded = claimed.get(row.id, 0) - dropped.get((row.order_id, row.offer_id), 0)
    return max(0, int(row.due_milli) - max(0, refunded))


def refunded_milli(work: Work, leader_id: int, round_id: int) -> dict[int, int]:
    """Thousandths by order line, of cases that were decided with money back."""
    statement = (
        select(case_line.c.order_line_id, case_line.c.quantity_milli)
        .join(after_sales_case, points_to(case_line.c.case_id, after_sales_case))
        .join(order, points_to(after_sales_case.c.order_id, order))
        .where(
            case_line.c.leader_id == leader_id,
            order.c.round_id == round_id,
            after_sales_case.c.state == "resolved",
            after_sales_case.c.outcome == "refund",
        )
    )
    sums: dict[int, int] = defaultdict(int)
    for row in work.db.execute(statement):
        sums[row.order_line_id] += row.quantity_milli
    return dict(sums)


def dropped_milli(work: Work, leader_id: int, round_id: int) -> dict[tuple[int, int], int]:
    """Thousandths that cases took off what is to be handed out; they are among what cases paid back for."""
    statement = (
        select(order_event.c.order_id, order_event.c.offer_id, func.sum(-order_event.c.delta_milli).label("milli"))
        .join(order, points_to(order_event.c.order_id, order))
        .where(
            order_event.c.leader_id == leader_id,
            order.c.round_id == round_id,
            order_event.c.kind == "allocate",
            order_event.c.source_key.startswith("case:"),
        )
        .group_by(order_event.c.order_id, order_event.c.offer_id)
    )
    return {(row.order_id, row.offer_id): int(row.milli) for row in work.db.execute(statement)}
