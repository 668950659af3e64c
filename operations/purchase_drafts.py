"""Drafts of purchase orders: one for each supplier and day, made when rounds close, summed over leaders.

A draft is never counted on: it is reckoned anew from the orders themselves, whoever looks and however often. So a round
that closes twice, two schedulers at once, a late cancellation or a round that is opened again all leave the same draft.
What has gone to a supplier is never changed; what is wanted beyond it goes into the next draft of that day.

Lock order: the purchase order first, then rounds, offers and orders as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from models import (
    Work,
    leader,
    offer,
    order,
    order_line,
    product,
    purchase_order,
    purchase_order_line,
    purchase_share,
    round_,
)
from models.joins import points_to
from operations import full_case_wishes
from operations.demand import GONE, among, needed_on, sent_of
from operations.full_cases import CasePlan, Wanted, plan_cases
from operations.upserts import for_update, upsert

Key = tuple[int, int]  # leader id, offer id
_TOGETHER = 40  # rounds in one transaction


def gather(work: Work, *, limit: int = _TOGETHER) -> int:
    """Bring closed rounds into the drafts, and take out those that were opened again or cancelled; how many.

    Call again until it returns 0. Two callers leave what one leaves.
    """
    rounds = [row for statement in _stale(limit) for row in work.db.execute(statement)]
    by_draft: dict[tuple[int, date], set[Key]] = defaultdict(set)
    supplied: set[Key] = set()  # leader id, round id
    for row in _offers_of(work, [row for row in rounds if row.state == "closed"]):
        by_draft[row.supplier_id, needed_on(row.pickup_from, row.closes_at)].add((row.leader_id, row.id))
        supplied.add((row.leader_id, row.round_id))
    for (supplier_id, day), keys in sorted(by_draft.items()):
        reckon(work, _draft_of(work, supplier_id, day), keys)
    _drop_others(work, rounds, by_draft)
    for row in sorted(rounds, key=lambda r: (r.leader_id, r.id)):
        work.db.execute(
            update(round_)
            .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id, round_.c.version == row.version)
            .values(gathered_version=row.version if row.state == "closed" else None)
        )
    for leader_id, round_id in sorted(supplied):
        full_case_wishes.tell_open(work, leader_id=leader_id, round_id=round_id)
    return len(rounds)


def _stale(limit: int) -> list[Any]:
    """Rounds whose goods the drafts do not know yet; and those they know although they may be ordered again."""
    is_new = and_(
        round_.c.state == "closed",
        round_.c.kind == "presale",  # what lies on a shelf is bought already
        or_(round_.c.gathered_version.is_(None), round_.c.gathered_version != round_.c.version),
    )
    is_back = and_(round_.c.state.in_(("open", "cancelled")), round_.c.gathered_version.is_not(None))
    found = select(round_.c.leader_id, round_.c.id, round_.c.version, round_.c.state)
    return [found.where(one).order_by(round_.c.leader_id, round_.c.id).limit(limit) for one in (is_new, is_back)]


def _offers_of(work: Work, rounds: Sequence[Row[Any]]) -> Sequence[Any]:
    """The offers of these rounds that come from a supplier."""
    if not rounds:
        return []
    keys = [(row.leader_id, row.id) for row in rounds]
    return work.db.execute(
        select(
            offer.c.leader_id, offer.c.id, offer.c.round_id, product.c.supplier_id, round_.c.pickup_from,
            round_.c.closes_at,
        )
        .join(round_, points_to(offer.c.round_id, round_))
        .join(product, product.c.id == offer.c.product_id)
        .where(*among(offer.c.leader_id, offer.c.round_id, keys))
    ).all()  # fmt: skip


def _drop_others(work: Work, rounds: Sequence[Row[Any]], known: Mapping[tuple[int, date], Iterable[Key]]) -> None:
    """Drafts that still hold these rounds' offers under another supplier or day are reckoned anew without them."""
    keys = [(row.leader_id, row.id) for row in rounds]
    if not keys:
        return
    of_rounds = select(offer.c.leader_id, offer.c.id).where(*among(offer.c.leader_id, offer.c.round_id, keys))
    offers = [(row.leader_id, row.id) for row in work.db.execute(of_rounds)]
    shares = select(purchase_share.c.purchase_order_id).where(
        *among(purchase_share.c.leader_id, purchase_share.c.offer_id, offers)
    )
    held = work.db.execute(
        select(purchase_order)
        .where(purchase_order.c.id.in_(shares), purchase_order.c.state == "draft")
        .order_by(purchase_order.c.supplier_id, purchase_order.c.needed_on)
    ).all()
    for row in held:
        if (row.supplier_id, row.needed_on) not in known:
            draft = lock(work, row.id)
            if draft is not None and draft.state == "draft":
                reckon(work, draft)


def _draft_of(work: Work, supplier_id: int, day: date) -> Row[Any]:
    """The draft of that supplier and day, held; made where there is none. Two makers find one."""
    mine = (purchase_order.c.supplier_id == supplier_id, purchase_order.c.needed_on == day)
    wanted = for_update(work, select(purchase_order).where(*mine, purchase_order.c.state == "draft"))
    for _ in range(4):  # between making and holding it, it may have been sent
        found = work.db.execute(wanted).first()
        if found is not None:
            return found
        last = work.db.execute(select(func.max(purchase_order.c.number)).where(*mine)).scalar() or 0
        work.db.execute(
            upsert(work, purchase_order)
            .values(
                id=work.new_id(), supplier_id=supplier_id, needed_on=day, number=last + 1, state="draft",
                created_at=work.now,
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
    raise RuntimeError("a draft that was just made is gone four times: somebody sends faster than we gather")


def lock(work: Work, purchase_id: int) -> Row[Any] | None:
    """The purchase order, held until the end of the transaction."""
    return work.db.execute(for_update(work, select(purchase_order).where(purchase_order.c.id == purchase_id))).first()


def reckon(work: Work, draft: Row[Any], more: Iterable[Key] = ()) -> dict[int, CasePlan[Key]]:
    """Make a held draft say what is wanted now; returns the plan of each product. A draft of nothing is taken away."""
    known = work.db.execute(
        select(purchase_share.c.leader_id, purchase_share.c.offer_id).where(
            purchase_share.c.purchase_order_id == draft.id
        )
    )
    keys = {(row.leader_id, row.offer_id) for row in known} | set(more)
    wanted = _wanted(work, draft, keys)
    plans = _write_lines(work, draft, wanted)
    _write_shares(work, draft, wanted, plans)
    if not plans:
        work.db.execute(delete(purchase_order).where(purchase_order.c.id == draft.id))
    return plans


def _wanted(work: Work, draft: Row[Any], keys: set[Key]) -> dict[int, list[Wanted[Key]]]:
    """By product: what these offers want beyond what has gone out, where their rounds are closed and of this day."""
    if not keys:
        return {}
    rows = live(work, keys)
    sent = sent_of(work, keys)
    found: dict[int, list[Wanted[Key]]] = defaultdict(list)
    for row in rows:
        key = (row.leader_id, row.id)
        is_of_draft = (
            row.supplier_id == draft.supplier_id and needed_on(row.pickup_from, row.closes_at) == draft.needed_on
        )
        left = int(row.wanted_milli) - sent.get(key, 0)
        if row.state == "closed" and is_of_draft and left > 0:
            found[row.product_id].append(Wanted(key, left, row.wish))
    return found


def live(work: Work, keys: Collection[Key]) -> Sequence[Any]:
    """What is due of these offers to orders that stand, with their product, round and what their leader wishes."""
    due = func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)
    placed = and_(
        order.c.leader_id == order_line.c.leader_id, order.c.id == order_line.c.order_id, order.c.state != "cancelled"
    )
    columns = (
        offer.c.leader_id, offer.c.id, offer.c.product_id, product.c.supplier_id, round_.c.id.label("round_id"),
        round_.c.state, round_.c.pickup_from, round_.c.closes_at,
        func.coalesce(offer.c.rest, leader.c.rest).label("wish"),
    )  # fmt: skip
    summed = (
        select(order_line.c.leader_id, order_line.c.offer_id, func.sum(due).label("milli"))
        .join(order, placed)
        .where(*among(order_line.c.leader_id, order_line.c.offer_id, keys))
        .group_by(order_line.c.leader_id, order_line.c.offer_id)
        .subquery()
    )
    return work.db.execute(
        select(*columns, func.coalesce(summed.c.milli, 0).label("wanted_milli"))
        .select_from(offer)
        .join(round_, points_to(offer.c.round_id, round_))
        .join(leader, leader.c.id == offer.c.leader_id)
        .outerjoin(product, product.c.id == offer.c.product_id)
        .outerjoin(summed, and_(summed.c.leader_id == offer.c.leader_id, summed.c.offer_id == offer.c.id))
        .where(*among(offer.c.leader_id, offer.c.id, keys))
        .order_by(offer.c.leader_id, offer.c.id)
    ).all()


def _write_lines(work: Work, draft: Row[Any], wanted: Mapping[int, Sequence[Wanted[Key]]]) -> dict[int, CasePlan[Key]]:
    of_draft = purchase_order_line.c.purchase_order_id == draft.id
    decided = select(purchase_order_line.c.product_id, purchase_order_line.c.rest).where(of_draft)
    rest = {row.product_id: row.rest for row in work.db.execute(decided)}
    goods = work.db.execute(
        select(product.c.id, product.c.case_milli, product.c.cost_fen).where(product.c.id.in_(list(wanted)))
    ).all()
    plans: dict[int, CasePlan[Key]] = {}
    total = 0
    for one in sorted(goods, key=lambda row: row.id):
        plan = plans[one.id] = plan_cases(wanted[one.id], one.case_milli, rest.get(one.id))
        values = {
            "needed_milli": plan.needed_milli,
            "ordered_milli": max(plan.ordered_milli, plan.needed_milli),  # what is left away goes when the order does
            "case_milli": one.case_milli,
            "cost_fen": one.cost_fen,
        }
        total += cost_of(plan.ordered_milli, one.cost_fen)
        work.db.execute(
            upsert(work, purchase_order_line)
            .values(purchase_order_id=draft.id, product_id=one.id, **values)
            .on_conflict_do_update(index_elements=["purchase_order_id", "product_id"], set_=values)
        )
    gone = [product_id for product_id in rest if product_id not in plans]
    for table in (purchase_share, purchase_order_line):
        work.db.execute(delete(table).where(table.c.purchase_order_id == draft.id, table.c.product_id.in_(gone)))
    work.db.execute(update(purchase_order).where(purchase_order.c.id == draft.id).values(total_fen=total))
    return plans


def cost_of(quantity_milli: int, cost_fen: int) -> int:
    """What a quantity costs, in fen, half rounded up."""
    return (quantity_milli * cost_fen + 500) // 1000


def _write_shares(
    work: Work,
    draft: Row[Any],
    wanted: Mapping[int, Sequence[Wanted[Key]]],
    plans: Mapping[int, CasePlan[Key]],
) -> None:
    """The shares of a draft say what was ordered, uncut: cutting is done when it goes out."""
    work.db.execute(delete(purchase_share).where(purchase_share.c.purchase_order_id == draft.id))
    rows = [
        {
            "leader_id": one.key[0],
            "purchase_order_id": draft.id,
            "offer_id": one.key[1],
            "product_id": product_id,
            "needed_milli": one.needed_milli,
            "surplus_milli": plans[product_id].surplus.get(one.key, 0),
        }
        for product_id, shares in sorted(wanted.items())
        for one in shares
    ]
    if rows:
        work.db.execute(insert(purchase_share), rows)


__all__ = ["GONE", "Key", "cost_of", "gather", "live", "lock", "reckon"]
