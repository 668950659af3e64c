"""Writing a shortage down: lines, orders, history, books.

What was paid too much afterwards is owed back (`due_fen` below zero) until it is paid back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, update

from models import Work, order, order_event, order_line
from operations import coupon_uses, ledger
from operations.shortage_money import OrderChange, Reckoning


def write(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    reckoning: Reckoning,
    actor: str,
    source_key: str,
    reference: str = "allocate",
) -> None:
    """Carry a plan out: lines, orders, history, books. The caller holds the round, its offers and the orders.

    `reference` is what the books call it: one for each time that goods of a round are found short.
    """
    if not reckoning.plan.lines:
        return
    _write_lines(work, leader_id, reckoning)
    _write_orders(work, leader_id, reckoning.orders)
    less_discount = [o.order_id for o in reckoning.orders if o.discount_delta_fen]
    coupon_uses.follow(work, leader_id=leader_id, order_ids=less_discount)
    _write_events(work, leader_id, reckoning, actor, source_key)
    _write_books(work, leader_id, round_id, reckoning.orders, reference)


def _write_lines(work: Work, leader_id: int, reckoning: Reckoning) -> None:
    lines = [(line, reckoning.line_ids[line.order_id, line.offer_id]) for line in reckoning.plan.lines]
    work.db.execute(
        update(order_line)
        .where(order_line.c.leader_id == leader_id, order_line.c.id == bindparam("line_id"))
        .values(allocated_milli=bindparam("to_milli"), line_fen=bindparam("to_fen")),
        [{"line_id": i, "to_milli": line.allocated_milli, "to_fen": reckoning.line_fen[i]} for line, i in lines],
    )


def _write_orders(work: Work, leader_id: int, changes: Sequence[OrderChange]) -> None:
    work.db.execute(
        update(order)
        .where(order.c.leader_id == leader_id, order.c.id == bindparam("of_order"))
        .values(
            total_fen=bindparam("to_total"),
            fee_fen=bindparam("to_fee"),
            transport_fen=bindparam("to_transport"),
            discount_fen=bindparam("to_discount"),
            version=order.c.version + 1,
            changed_at=work.now,
        ),
        [
            {
                "of_order": o.order_id,
                "to_total": o.total_fen,
                "to_discount": o.discount_fen,
                "to_fee": o.fee_fen,
                "to_transport": o.transport_fen,
            }
            for o in changes
        ],
    )


def _write_events(work: Work, leader_id: int, reckoning: Reckoning, actor: str, source_key: str) -> None:
    """A line's own history adds up to what it costs; a discount that shrank is a fact of the order."""
    common = {"leader_id": leader_id, "source_key": source_key, "actor": actor, "at": work.now}
    rows: list[dict[str, Any]] = []
    for line in reckoning.plan.lines:
        line_id = reckoning.line_ids[line.order_id, line.offer_id]
        rows.append(
            {
                "order_id": line.order_id,
                "offer_id": line.offer_id,
                "kind": "allocate",
                "delta_milli": line.allocated_milli - line.ordered_milli,
                "delta_fen": reckoning.line_delta_fen[line_id],
            }
        )
    for one in reckoning.orders:
        if one.discount_delta_fen:
            delta = {"delta_milli": 0, "delta_fen": one.discount_delta_fen}
            rows.append({"order_id": one.order_id, "offer_id": 0, "kind": "discount"} | delta)
    work.db.execute(insert(order_event), [common | {"id": work.new_id()} | row for row in rows])


def _write_books(work: Work, leader_id: int, round_id: int, changes: Sequence[OrderChange], reference: str) -> None:
    known_as = {o.order_id: f"{reference}:{round_id}:{o.order_id}" for o in changes}
    sales = [
        ledger.Transfer(
            "sale_change",
            known_as[o.order_id],
            ledger.of(o.resident_id),
            ledger.SALES,
            o.net_delta_fen,
            round_id,
            o.order_id,
        )
        for o in changes
    ]
    discounts = [ledger.discount(known_as[o.order_id], o.discount_delta_fen, round_id, o.order_id) for o in changes]
    ledger.post_many(work, leader_id=leader_id, transfers=[*sales, *discounts])
