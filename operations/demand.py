"""What is wanted of a product over all leaders, and what is missing for a full case while people can still order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from models import Work, offer, product, purchase_order, purchase_share, round_
from models.joins import points_to
from operations.quiet_hours import SHANGHAI


def needed_on(pickup_from: datetime | None, closes_at: datetime | None) -> date:
    """The day the goods have to be there: the day of pickup; where none is known, the day after the close."""
    if pickup_from is not None:
        return pickup_from.astimezone(SHANGHAI).date()
    if closes_at is None:
        raise ValueError("a round that was never dated has nothing to buy")
    return closes_at.astimezone(SHANGHAI).date() + timedelta(days=1)


def missing_for_cases(work: Work, *, leader_id: int, round_id: int) -> dict[int, int]:
    """还差几盒凑整箱, by offer id, for offers whose product is bought by the case; 0 when the last case is full.

    Counted over all leaders who need the product on the same day: what others order fills the same case. Offers whose
    order has gone to the supplier are left out, nothing can be added to them.
    """
    head = work.db.execute(
        select(round_.c.pickup_from, round_.c.closes_at, round_.c.state, round_.c.kind).where(
            round_.c.leader_id == leader_id, round_.c.id == round_id
        )
    ).one()
    mine = work.db.execute(
        select(offer.c.id, offer.c.product_id, offer.c.reserved_milli, product.c.case_milli)
        .join(product, product.c.id == offer.c.product_id)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, product.c.case_milli.is_not(None))
    ).all()
    if not mine or head.kind != "presale" or head.state not in {"open", "closed"}:
        return {}
    day = needed_on(head.pickup_from, head.closes_at)
    pooled = _of_others(work, day, {row.product_id for row in mine}, leader_id, round_id)
    sent = sent_of(work, {(leader_id, row.id) for row in mine})
    for row in mine:
        pooled[row.product_id] += max(0, row.reserved_milli - sent.get((leader_id, row.id), 0))
    open_still = [row for row in mine if head.state == "open" or (leader_id, row.id) not in sent]
    return {row.id: -pooled[row.product_id] % row.case_milli for row in open_still}


def _of_others(work: Work, day: date, product_ids: set[int], leader_id: int, round_id: int) -> dict[int, int]:
    """By product: what stands in other open rounds and in the draft of that day, without this round."""
    found: dict[int, int] = defaultdict(int)
    in_open = (
        select(offer.c.product_id, offer.c.reserved_milli, round_.c.pickup_from, round_.c.closes_at)
        .join(round_, points_to(offer.c.round_id, round_))
        .where(offer.c.product_id.in_(product_ids), offer.c.is_open, offer.c.round_id != round_id)
        .where(round_.c.kind == "presale")
    )
    for row in work.db.execute(in_open):
        if needed_on(row.pickup_from, row.closes_at) == day:
            found[row.product_id] += row.reserved_milli
    in_draft = (
        select(purchase_share.c.product_id, func.sum(purchase_share.c.needed_milli).label("milli"))
        .join(purchase_order, purchase_order.c.id == purchase_share.c.purchase_order_id)
        .where(
            purchase_order.c.state == "draft",
            purchase_order.c.needed_on == day,
            purchase_share.c.product_id.in_(product_ids),
            purchase_share.c.offer_id.not_in(offer_ids(leader_id, round_id)),
        )
        .group_by(purchase_share.c.product_id)
    )
    for product_id, milli in work.db.execute(in_draft):
        found[product_id] += int(milli)
    return found


def sent_of(work: Work, keys: set[tuple[int, int]]) -> Mapping[tuple[int, int], int]:
    """By (leader id, offer id): how much of it stands in orders that have gone out. What is in none is missing."""
    rows = work.db.execute(
        select(
            purchase_share.c.leader_id,
            purchase_share.c.offer_id,
            func.sum(purchase_share.c.needed_milli + purchase_share.c.cut_milli).label("milli"),
        )
        .join(purchase_order, purchase_order.c.id == purchase_share.c.purchase_order_id)
        .where(
            *among(purchase_share.c.leader_id, purchase_share.c.offer_id, keys),
            purchase_order.c.state.in_(GONE),
        )
        .group_by(purchase_share.c.leader_id, purchase_share.c.offer_id)
    )
    return {(row.leader_id, row.offer_id): int(row.milli) for row in rows}


def among(leaders: ColumnElement[int], ids: ColumnElement[int], keys: Collection[tuple[int, int]]) -> tuple[Any, ...]:
    """Conditions for rows of these (leader id, id). An id is one leader's alone, so two lists say the same as pairs;
    SQLite finds no index for a list of pairs.
    """
    return leaders.in_({leader_id for leader_id, _ in keys}), ids.in_([one for _, one in keys])


def offer_ids(leader_id: int, round_id: int) -> Select[tuple[int]]:
    """The ids of a round's offers, for a condition."""
    return select(offer.c.id).where(offer.c.leader_id == leader_id, offer.c.round_id == round_id)


def was_cut(work: Work, *, leader_id: int, round_id: int) -> bool:
    """Whether the round's neighbours were told that they get less because a case was not full."""
    found = select(purchase_share.c.offer_id).where(
        purchase_share.c.leader_id == leader_id,
        purchase_share.c.offer_id.in_(offer_ids(leader_id, round_id)),
        purchase_share.c.cut_milli > 0,
    )
    return work.db.execute(found.limit(1)).first() is not None


GONE = ("sent", "confirmed", "received")  # a supplier has it: nothing in it is changed silently
