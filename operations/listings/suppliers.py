"""Suppliers, their products, and the words of leaders that no product was found for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, and_, case, exists, func, or_, select

from models import Work, leader, learned_product, offer, product, purchase_order, round_, supplier, supplier_photo
from models.joins import points_to
from operations.errors import NotFound
from operations.listings.paging import Page, contains, page, total
from operations.stocking import UNDER_WAY

STATES = ("active", "inactive", "farmer")
_KINDS = {"active": supplier.c.is_active, "inactive": ~supplier.c.is_active, "farmer": supplier.c.is_farmer}

_products = (
    select(func.count())
    .select_from(product)
    .where(product.c.supplier_id == supplier.c.id, product.c.is_active)
    .scalar_subquery()
)
_bought = (
    select(total(purchase_order.c.total_fen))
    .where(purchase_order.c.supplier_id == supplier.c.id, purchase_order.c.state.in_(("sent", "confirmed", "received")))
    .scalar_subquery()
)
SORTS: dict[str, tuple[Any, ...]] = {
    "new": (),
    "name": (supplier.c.name,),
    "products": (_products.desc(),),
    "bought": (_bought.desc(),),
}


def search(work: Work, *, text: str = "", state: str = "", sort: str = "new", number: int = 1) -> Page:
    """Suppliers by name, phone, origin or a product's name; the newest first or as sorted."""
    statement = select(supplier, _products.label("products"), _bought.label("bought_fen"))
    if state in _KINDS:
        statement = statement.where(_KINDS[state])
    if text:
        sells = exists().where(product.c.supplier_id == supplier.c.id, contains(product.c.name, text))
        columns = (supplier.c.name, supplier.c.phone, supplier.c.origin)
        statement = statement.where(or_(*(contains(column, text) for column in columns), sells))
    return page(work, statement.order_by(*SORTS.get(sort, ()), supplier.c.id.desc()), number)


def detail(work: Work, *, supplier_id: int) -> RowMapping:
    """One supplier. Raises NotFound."""
    row = work.db.execute(select(supplier).where(supplier.c.id == supplier_id)).mappings().first()
    if row is None:
        raise NotFound(what="supplier")
    return row


def products(work: Work, *, supplier_id: int) -> Sequence[RowMapping]:
    """What a supplier sells, what is off the list last."""
    mine = select(product).where(product.c.supplier_id == supplier_id)
    order = (product.c.is_active.desc(), product.c.name, product.c.spec, product.c.id)
    return work.db.execute(mine.order_by(*order)).mappings().all()


def one_product(work: Work, *, supplier_id: int, product_id: int) -> RowMapping:
    """One product. Raises NotFound."""
    this = select(product).where(product.c.supplier_id == supplier_id, product.c.id == product_id)
    row = work.db.execute(this).mappings().first()
    if row is None:
        raise NotFound(what="product")
    return row


def photos(work: Work, *, supplier_id: int) -> Sequence[RowMapping]:
    """Pictures and documents of a supplier and his products, the oldest first, with the product's name."""
    statement = (
        select(supplier_photo, product.c.name.label("product_name"))
        .outerjoin(product, product.c.id == supplier_photo.c.product_id)
        .where(supplier_photo.c.supplier_id == supplier_id)
        .order_by(supplier_photo.c.id)
    )
    return work.db.execute(statement).mappings().all()


def story(work: Work, *, supplier_id: int) -> RowMapping:
    """What anybody may know of an active supplier: no phone, no cost, no terms. Raises NotFound."""
    shown = (supplier.c.id, supplier.c.name, supplier.c.origin, supplier.c.story, supplier.c.is_farmer)
    row = work.db.execute(select(*shown).where(supplier.c.id == supplier_id, supplier.c.is_active)).mappings().first()
    if row is None:
        raise NotFound(what="supplier")
    return row


def open_now(work: Work, *, supplier_id: int, leader_id: int) -> Sequence[RowMapping]:
    """Goods of this supplier that can be ordered of this leader now."""
    left = case((offer.c.capacity_milli.is_not(None), offer.c.capacity_milli - offer.c.reserved_milli))
    statement = (
        select(offer, round_.c.code, round_.c.title, round_.c.closes_at, left.label("remaining_milli"))
        .join(round_, points_to(offer.c.round_id, round_))
        .join(product, product.c.id == offer.c.product_id)
        .where(
            offer.c.leader_id == leader_id,
            round_.c.leader_id == leader_id,
            round_.c.state == "open",
            round_.c.closes_at > work.now,
            product.c.supplier_id == supplier_id,
            offer.c.is_withdrawn.is_(False),
        )
        .order_by(round_.c.closes_at, offer.c.number)
    )
    return work.db.execute(statement).mappings().all()


def sources(work: Work, *, leader_id: int) -> Sequence[RowMapping]:
    """The suppliers of what can be ordered of this leader now: `id`, `name`, `origin`, `is_farmer`; farmers first."""
    statement = (
        select(supplier.c.id, supplier.c.name, supplier.c.origin, supplier.c.is_farmer)
        .join(product, product.c.supplier_id == supplier.c.id)
        .join(offer, offer.c.product_id == product.c.id)
        .join(round_, points_to(offer.c.round_id, round_))
        .where(
            offer.c.leader_id == leader_id,
            round_.c.leader_id == leader_id,
            round_.c.state == "open",
            round_.c.closes_at > work.now,
            offer.c.is_withdrawn.is_(False),
            supplier.c.is_active,
        )
        .distinct()
        .order_by(supplier.c.is_farmer.desc(), supplier.c.name)
    )
    return work.db.execute(statement).mappings().all()


def of_offers(work: Work, *, leader_id: int, round_id: int) -> dict[int, tuple[int, str]]:
    """(supplier id, name) of a round's offers that come from an active supplier, by offer id."""
    statement = (
        select(offer.c.id, supplier.c.id.label("supplier_id"), supplier.c.name)
        .join(product, product.c.id == offer.c.product_id)
        .join(supplier, supplier.c.id == product.c.supplier_id)
        .where(offer.c.leader_id == leader_id, offer.c.round_id == round_id, supplier.c.is_active)
    )
    return {row.id: (row.supplier_id, row.name) for row in work.db.execute(statement)}


WORDINGS = ("unmatched", "matched", "own")


def wordings(work: Work, *, which: str = "unmatched", leader_number: int | None = None, number: int = 1) -> Page:
    """Leaders' wordings in rounds whose goods have not come: without a product, with one, or said to be her own."""
    learnt = and_(
        learned_product.c.leader_id == offer.c.leader_id,
        learned_product.c.name == offer.c.name,
        learned_product.c.spec == offer.c.spec,
        learned_product.c.unit == offer.c.unit,
    )
    is_own = exists().where(learnt, learned_product.c.product_id.is_(None))
    kinds = {
        "unmatched": and_(offer.c.product_id.is_(None), ~is_own),
        "matched": offer.c.product_id.is_not(None),
        "own": and_(offer.c.product_id.is_(None), is_own),
    }
    words = (offer.c.leader_id, offer.c.name, offer.c.spec, offer.c.unit, offer.c.product_id)
    names = (leader.c.display_name, leader.c.number)
    latest: Any = func.max(round_.c.opened_at)
    statement = (
        select(
            *words, leader.c.display_name.label("leader_name"), leader.c.number.label("leader_number"),
            func.count().label("offers"), total(offer.c.reserved_milli).label("reserved_milli"),
            latest.label("opened_at"), product.c.name.label("product_name"), product.c.spec.label("product_spec"),
            supplier.c.name.label("supplier_name"), supplier.c.id.label("supplier_id"),
        )
        .join(round_, points_to(offer.c.round_id, round_))
        .join(leader, leader.c.id == offer.c.leader_id)
        .outerjoin(product, product.c.id == offer.c.product_id)
        .outerjoin(supplier, supplier.c.id == product.c.supplier_id)
        .where(round_.c.state.in_(UNDER_WAY), offer.c.is_withdrawn.is_(False), kinds[which])
        .group_by(*words, *names, product.c.name, product.c.spec, supplier.c.name, supplier.c.id)
        .order_by(latest.desc(), offer.c.leader_id, offer.c.name, offer.c.spec)
    )  # fmt: skip
    if leader_number is not None:
        statement = statement.where(leader.c.number == leader_number)
    return page(work, statement, number)


def unmatched(work: Work) -> int:
    """How many wordings wait for a product."""
    return wordings(work, which="unmatched").total
