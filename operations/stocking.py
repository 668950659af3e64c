"""Which product of which supplier an offer is: so its cost, its supplier, its case and its storage are known.

Words are matched to products above (`bot.parsing.products`); what an operator decided is remembered here, by the
leader's own wording. An offer without a product stays possible: the leader buys it herself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, tuple_, update

from models import Work, learned_product, offer, product, round_, supplier
from models.units import may_stand_for
from operations.audit import record
from operations.errors import NotFound, UnitsDiffer
from operations.offers import NewOffer
from operations.upserts import upsert

Wording = tuple[str, str, str]  # name, spec, unit, as the leader wrote them
UNDER_WAY = ("open", "closed")  # until the goods have come, what an offer is may be set right


@dataclass(frozen=True, slots=True)
class Product:
    """A product on sale, with what an offer takes over from it."""

    id: int
    supplier_id: int
    supplier_name: str
    name: str
    spec: str
    unit: str
    cost_fen: int
    case_milli: int | None
    storage: str


def wording(new: NewOffer) -> Wording:
    """What an offer is called, cut as the schema keeps it."""
    return new.name[:80], new.spec[:60], new.unit[:16]


def on_sale(work: Work) -> list[Product]:
    """All products that are to be had now, by name."""
    rows = work.db.execute(
        select(
            product.c.id, product.c.supplier_id, supplier.c.name.label("supplier_name"), product.c.name, product.c.spec,
            product.c.unit, product.c.cost_fen, product.c.case_milli, product.c.storage,
        )
        .join(supplier, supplier.c.id == product.c.supplier_id)
        .where(product.c.is_active, supplier.c.is_active)
        .order_by(product.c.name, product.c.spec, product.c.id)
    )  # fmt: skip
    return [Product(*row) for row in rows]


def remembered(work: Work, *, leader_id: int, wordings: Iterable[Wording]) -> dict[Wording, int | None]:
    """What was decided about these words of this leader; None: her own goods. Words nobody decided on are missing."""
    columns = (learned_product.c.name, learned_product.c.spec, learned_product.c.unit)
    rows = work.db.execute(
        select(*columns, learned_product.c.product_id).where(
            learned_product.c.leader_id == leader_id, tuple_(*columns).in_(list(wordings))
        )
    )
    return {(row.name, row.spec, row.unit): row.product_id for row in rows}


def taken_over(new: NewOffer, found: Product | None) -> NewOffer:
    """An offer that is this product: its cost, how it is kept, and its case where the leader named none."""
    if found is None:
        return new
    return replace(
        new,
        product_id=found.id,
        cost_fen=found.cost_fen,
        case_milli=new.case_milli or found.case_milli,
        storage=found.storage,
        is_cold=found.storage != "ambient",
    )


def teach(work: Work, *, leader_id: int, words: Wording, product_id: int | None, actor: str) -> int:
    """These words of this leader mean this product (None: her own goods), now and later; how many offers it concerns.

    Offers of rounds whose goods have not come are set right. Raises NotFound, UnitsDiffer.
    """
    found = None if product_id is None else _product(work, product_id)
    if found is not None and not may_stand_for(words[2], found.unit):
        raise UnitsDiffer(name=words[0], unit=words[2], product_unit=found.unit)
    _remember(work, leader_id, words, product_id, actor)
    rounds = select(round_.c.id).where(round_.c.leader_id == leader_id, round_.c.state.in_(UNDER_WAY))
    of_words = (
        offer.c.leader_id == leader_id,
        offer.c.round_id.in_(rounds),
        offer.c.name == words[0],
        offer.c.spec == words[1],
        offer.c.unit == words[2],
    )
    touched: Sequence[int] = work.db.execute(select(offer.c.round_id).where(*of_words).distinct()).scalars().all()
    work.db.execute(  # rounds before offers, as everybody locks them; the new version makes others look again
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id.in_(touched))
        .values(version=round_.c.version + 1)
    )
    changed = work.db.execute(update(offer).where(*of_words).values(_columns(found)))
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="offer.product",
        entity="leader",
        entity_id=leader_id,
        after={"name": words[0], "product": found.name if found else None, "offers": changed.rowcount},
    )
    return int(changed.rowcount)


def _columns(found: Product | None) -> dict[str, object]:
    if found is None:
        return {"product_id": None, "cost_fen": None, "storage": None}
    return {
        "product_id": found.id,
        "cost_fen": found.cost_fen,
        "storage": found.storage,
        "is_cold": found.storage != "ambient",
    }


def _remember(work: Work, leader_id: int, words: Wording, product_id: int | None, actor: str) -> None:
    name, spec, unit = words
    values = {"product_id": product_id, "taught_at": work.now, "taught_by": actor}
    work.db.execute(
        upsert(work, learned_product)
        .values(leader_id=leader_id, name=name, spec=spec, unit=unit, **values)
        .on_conflict_do_update(index_elements=["leader_id", "name", "spec", "unit"], set_=values)
    )


def _product(work: Work, product_id: int) -> Product:
    found = next((one for one in on_sale(work) if one.id == product_id), None)
    if found is None:
        raise NotFound(what="product")
    return found
