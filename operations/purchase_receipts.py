"""Goods of a purchase order in the warehouse: what came, what of it is sound, and which leader gets how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select, update

from models import Work, purchase_order, purchase_share
from operations.demand import offer_ids
from operations.errors import BadQuantity
from operations.purchase_shares import parts
from operations.purchases import AT_SUPPLIER, held, lines_of, log, set_line


def receive(
    work: Work, *, purchase_id: int, received: Mapping[int, int], damaged: Mapping[int, int], actor: str
) -> None:
    """The goods are in the warehouse: per product how much came and how much of it is damaged; what is not named came
    as it was promised. Sound goods are divided over the leaders and wait for their 到货. It may be set right.

    Raises NotFound, WrongState (not sent), BadQuantity (more damaged than came).
    """
    row = held(work, purchase_id, *AT_SUPPLIER, "received")
    lines = lines_of(work, purchase_id)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for line in lines:
        came = received.get(line.product_id, line.ordered_milli if line.promised_milli is None else line.promised_milli)
        broken = damaged.get(line.product_id, 0)
        if came < 0 or broken < 0 or broken > came:
            raise BadQuantity(name=line.name, unit=line.unit, quantity_milli=broken, ordered_milli=came)
        set_line(work, purchase_id, line.product_id, received_milli=came, damaged_milli=broken)
        _divide(work, purchase_id, line, came - broken)
        if (line.received_milli, line.damaged_milli) != (came, broken):
            before[line.name] = (line.received_milli or 0) - line.damaged_milli
            after[line.name] = came - broken
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="received", received_at=row.received_at or work.now)
    )
    if after:
        was = {"usable": before} if row.state == "received" else None
        log(work, actor, "purchase.receive", purchase_id, {"usable": after}, before=was)


def _divide(work: Work, purchase_id: int, line: Row[Any], usable_milli: int) -> None:
    for (leader_id, offer_id), milli in parts(work, purchase_id, line, usable_milli).items():
        work.db.execute(
            update(purchase_share)
            .where(
                purchase_share.c.leader_id == leader_id,
                purchase_share.c.purchase_order_id == purchase_id,
                purchase_share.c.offer_id == offer_id,
            )
            .values(received_milli=milli)
        )


def expected(work: Work, *, leader_id: int, round_id: int) -> dict[int, int]:
    """What came for a round by offer id, where all its goods of that offer were received: the leader need not count.

    An offer that also stands in an order that has not come is left out: she counts it herself.
    """
    rows = work.db.execute(
        select(purchase_share.c.offer_id, purchase_share.c.received_milli, purchase_order.c.state)
        .join(purchase_order, purchase_order.c.id == purchase_share.c.purchase_order_id)
        .where(
            purchase_share.c.leader_id == leader_id,
            purchase_share.c.offer_id.in_(offer_ids(leader_id, round_id)),
            purchase_order.c.state != "cancelled",
        )
    ).all()
    waiting = {row.offer_id for row in rows if row.state != "received" or row.received_milli is None}
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.offer_id not in waiting:
            found[row.offer_id] += row.received_milli
    return dict(found)
