"""Purchase orders as the console and the supplier's page show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, RowMapping, func, select

from models import (
    Work,
    leader,
    offer,
    product,
    purchase_order,
    purchase_order_line,
    purchase_share,
    round_,
    supplier,
)
from models.joins import points_to
from operations.demand import GONE, among
from operations.errors import NotFound
from operations.full_cases import CasePlan, Wanted, plan_cases
from operations.listings.paging import Page, contains, page
from operations.purchase_drafts import Key, cost_of, live
from operations.purchases import lines_of

STATES = ("draft", "sent", "confirmed", "received", "cancelled")
SORTS: dict[str, tuple[Any, ...]] = {
    "needed": (purchase_order.c.needed_on.desc(),),
    "new": (purchase_order.c.id.desc(),),
    "sum": (purchase_order.c.total_fen.desc(),),
}
_HEAD = (supplier.c.name.label("supplier_name"), supplier.c.min_order_fen)


def search(
    work: Work,
    *,
    text: str = "",
    supplier_id: int | None = None,
    state: str = "",
    day: date | None = None,
    sort: str = "needed",
    number: int = 1,
) -> Page:
    """Orders by supplier's or product's name; the next day first, or as sorted."""
    statement = select(purchase_order, *_HEAD).join(supplier, supplier.c.id == purchase_order.c.supplier_id)
    if state:
        statement = statement.where(purchase_order.c.state == state)
    if supplier_id is not None:
        statement = statement.where(purchase_order.c.supplier_id == supplier_id)
    if day is not None:
        statement = statement.where(purchase_order.c.needed_on == day)
    if text:
        holds = (
            select(purchase_order_line.c.purchase_order_id)
            .join(product, product.c.id == purchase_order_line.c.product_id)
            .where(contains(product.c.name, text))
        )
        statement = statement.where(contains(supplier.c.name, text) | purchase_order.c.id.in_(holds))
    order = (*SORTS.get(sort, ()), purchase_order.c.id.desc())
    return page(work, statement.order_by(*order), number)


@dataclass(frozen=True, slots=True)
class ShownShare:
    """One leader's part of a line. `late_milli`: what changed since the order went out (negative: less is wanted)."""

    row: Row[Any]
    late_milli: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its cases and its shares."""

    row: Row[Any]
    plan: CasePlan[Key]
    shares: tuple[ShownShare, ...]

    @property
    def late_milli(self) -> int:
        """How much the wishes differ from what the supplier has; 0 in a draft."""
        return sum(share.late_milli for share in self.shares)


@dataclass(frozen=True, slots=True)
class Shown:
    """A purchase order with everything on it."""

    head: RowMapping
    lines: tuple[ShownLine, ...]

    @property
    def total_fen(self) -> int:
        return int(self.head["total_fen"])

    @property
    def sound_fen(self) -> int | None:
        """What the goods come to that came and were sound; None before they came."""
        if self.head["state"] != "received":
            return None
        return sum(
            cost_of((line.row.received_milli or 0) - line.row.damaged_milli, line.row.cost_fen) for line in self.lines
        )

    @property
    def share_count(self) -> int:
        return sum(len(line.shares) for line in self.lines)

    @property
    def below_least_fen(self) -> int:
        """How much is missing for the supplier's minimum; 0 where it is reached or there is none."""
        return max(0, (self.head["min_order_fen"] or 0) - self.total_fen)

    @property
    def undecided(self) -> list[str]:
        """Products whose last case nobody has decided about."""
        return [line.row.name for line in self.lines if self.head["state"] == "draft" and line.plan.is_undecided]


def head(work: Work, *, purchase_id: int) -> RowMapping:
    """An order with its supplier's name and minimum. Raises NotFound."""
    more = (supplier.c.phone, supplier.c.link_version)
    statement = select(purchase_order, *_HEAD, *more).join(supplier, supplier.c.id == purchase_order.c.supplier_id)
    row = work.db.execute(statement.where(purchase_order.c.id == purchase_id)).mappings().first()
    if row is None:
        raise NotFound(what="purchase")
    return row


def detail(work: Work, *, purchase_id: int) -> Shown:
    """One order with lines, cases and shares by leader. Raises NotFound."""
    found = head(work, purchase_id=purchase_id)
    by_product: dict[int, list[Row[Any]]] = defaultdict(list)
    for share in _shares(work, purchase_id):
        by_product[share.product_id].append(share)
    keys = {(s.leader_id, s.offer_id) for shares in by_product.values() for s in shares}
    now = {(row.leader_id, row.id): row for row in live(work, keys)} if keys else {}
    in_all = _in_all_orders(work, keys) if keys else {}
    lines = []
    for row in lines_of(work, purchase_id):
        shares = by_product[row.product_id]
        wanted = [Wanted((s.leader_id, s.offer_id), s.needed_milli, now[s.leader_id, s.offer_id].wish) for s in shares]
        shown = [
            ShownShare(
                s, _late(found["state"], s, now[s.leader_id, s.offer_id], in_all.get((s.leader_id, s.offer_id), 0))
            )
            for s in shares
        ]
        lines.append(ShownLine(row, plan_cases(wanted, row.case_milli, row.rest), tuple(shown)))
    return Shown(found, tuple(lines))


def _late(state: str, share: Row[Any], now: Row[Any], in_all: int) -> int:
    """Against all orders that hold this offer: what the next order already takes up is no difference."""
    if state not in GONE:
        return 0
    wanted = int(now.wanted_milli) if now.state != "cancelled" and now.product_id == share.product_id else 0
    return wanted - in_all


def _in_all_orders(work: Work, keys: set[Key]) -> dict[Key, int]:
    rows = work.db.execute(
        select(
            purchase_share.c.leader_id,
            purchase_share.c.offer_id,
            func.sum(purchase_share.c.needed_milli).label("milli"),
        )
        .join(purchase_order, purchase_order.c.id == purchase_share.c.purchase_order_id)
        .where(
            purchase_order.c.state != "cancelled",
            *among(purchase_share.c.leader_id, purchase_share.c.offer_id, keys),
        )
        .group_by(purchase_share.c.leader_id, purchase_share.c.offer_id)
    )
    return {(row.leader_id, row.offer_id): int(row.milli) for row in rows}


def _shares(work: Work, purchase_id: int) -> Sequence[Row[Any]]:
    return work.db.execute(
        select(
            purchase_share,
            offer.c.number,
            offer.c.name.label("offer_name"),
            round_.c.id.label("round_id"),
            round_.c.title,
            round_.c.state.label("round_state"),
            leader.c.display_name.label("leader_name"),
            leader.c.number.label("leader_number"),
        )
        .join(offer, points_to(purchase_share.c.offer_id, offer))
        .join(round_, points_to(offer.c.round_id, round_))
        .join(leader, leader.c.id == purchase_share.c.leader_id)
        .where(purchase_share.c.purchase_order_id == purchase_id)
        .order_by(leader.c.number, round_.c.id, offer.c.number)
    ).all()


def of_supplier(work: Work, *, supplier_id: int, number: int = 1) -> Page:
    """What a supplier may see: the orders that were sent to him, the newest day first."""
    statement = select(purchase_order).where(
        purchase_order.c.supplier_id == supplier_id, purchase_order.c.sent_at.is_not(None)
    )
    return page(work, statement.order_by(purchase_order.c.needed_on.desc(), purchase_order.c.id.desc()), number)


def one_of_supplier(work: Work, *, supplier_id: int, purchase_id: int) -> RowMapping:
    """One of them. Raises NotFound for anybody else's, and for drafts."""
    row = (
        work.db.execute(
            select(purchase_order).where(
                purchase_order.c.supplier_id == supplier_id,
                purchase_order.c.id == purchase_id,
                purchase_order.c.sent_at.is_not(None),
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFound(what="purchase")
    return row
