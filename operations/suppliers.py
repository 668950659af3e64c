"""Suppliers and local farmers, and what they sell. The platform's own: no leader and no resident is in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from models import Work, product, supplier, supplier_photo
from operations.audit import PLATFORM, record
from operations.errors import NameTaken, NotFound
from operations.upserts import upsert

STORAGES = ("ambient", "chilled", "frozen")
PHOTO_KINDS = ("story", "document")


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """What is known of a supplier. `phone` is for the platform; everything else may stand on a page."""

    name: str
    phone: str | None = None
    origin: str | None = None
    story: str | None = None
    is_farmer: bool = False
    is_active: bool = True
    min_order_fen: int | None = None


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """One product. `case_milli`: how many of its unit are in a full case; None where it is sold by the piece."""

    name: str
    unit: str
    cost_fen: int
    spec: str = ""
    case_milli: int | None = None
    storage: str = "ambient"
    is_active: bool = True


def save_supplier(work: Work, *, supplier_id: int | None, facts: SupplierFacts, actor: str) -> int:
    """A new supplier, or the facts of a known one; returns the id. Raises NameTaken, NotFound."""
    _check_free(work, supplier, supplier_id, name=facts.name)
    values = asdict(facts)
    if supplier_id is None:
        supplier_id = work.new_id()
        work.db.execute(insert(supplier).values(id=supplier_id, created_at=work.now, **values))
        _log(work, actor, "supplier.create", "supplier", supplier_id, {}, values)
        return supplier_id
    before = _held(work, supplier, supplier_id, "supplier")
    work.db.execute(update(supplier).where(supplier.c.id == supplier_id).values(**values))
    _log(work, actor, "supplier.change", "supplier", supplier_id, before, values)
    return supplier_id


def save_product(work: Work, *, supplier_id: int, product_id: int | None, facts: ProductFacts, actor: str) -> int:
    """A new product of a supplier, or the facts of a known one; returns the id.

    A known product keeps its unit: quantities of it stand in orders. Offers keep the cost they were opened with.
    Raises NameTaken, NotFound.
    """
    _check_free(work, product, product_id, supplier_id=supplier_id, name=facts.name, spec=facts.spec)
    values = asdict(facts)
    if product_id is None:
        _held(work, supplier, supplier_id, "supplier")
        product_id = work.new_id()
        work.db.execute(insert(product).values(id=product_id, supplier_id=supplier_id, **values))
        _log(work, actor, "product.create", "product", product_id, {}, values)
        return product_id
    del values["unit"]
    before = _held(work, product, product_id, "product")
    if before["supplier_id"] != supplier_id:
        raise NotFound(what="product")
    work.db.execute(update(product).where(product.c.id == product_id).values(**values))
    _log(work, actor, "product.change", "product", product_id, before, values)
    return product_id


def renew_link(work: Work, *, supplier_id: int, actor: str) -> int:
    """Links that were given out open nothing from now on; returns the version that new ones carry. Raises NotFound."""
    version: int | None = work.db.execute(
        update(supplier)
        .where(supplier.c.id == supplier_id)
        .values(link_version=supplier.c.link_version + 1)
        .returning(supplier.c.link_version)
    ).scalar()
    if version is None:
        raise NotFound(what="supplier")
    record(
        work, leader_id=PLATFORM, actor=actor, action="supplier.link", entity="supplier", entity_id=supplier_id
    )  # fmt: skip
    return version


def add_photo(
    work: Work,
    *,
    supplier_id: int,
    product_id: int | None,
    kind: str,
    picture_id: int,
    path: str,
    sha256: str,
    source_key: str,
    actor: str,
) -> None:
    """A picture that lies in the media folder; the same `source_key` again adds nothing. Raises NotFound."""
    _held(work, supplier, supplier_id, "supplier")
    if product_id is not None and _held(work, product, product_id, "product")["supplier_id"] != supplier_id:
        raise NotFound(what="product")
    kept = work.db.execute(
        upsert(work, supplier_photo)
        .values(
            id=picture_id, supplier_id=supplier_id, product_id=product_id, kind=kind, path=path, sha256=sha256,
            source_key=source_key[:160], created_at=work.now,
        )
        .on_conflict_do_nothing(index_elements=["source_key"])
        .returning(supplier_photo.c.id)
    ).first()  # fmt: skip
    if kept is not None:
        _log(work, actor, "supplier.photo", "supplier", supplier_id, {}, {"photo": kind})


def remove_photo(work: Work, *, supplier_id: int, photo_id: int, actor: str) -> str:
    """Take a picture down; returns its path in the media folder, where the file still lies. Raises NotFound."""
    path: str | None = work.db.execute(
        delete(supplier_photo)
        .where(supplier_photo.c.supplier_id == supplier_id, supplier_photo.c.id == photo_id)
        .returning(supplier_photo.c.path)
    ).scalar()
    if path is None:
        raise NotFound(what="photo")
    _log(work, actor, "supplier.photo", "supplier", supplier_id, {}, {"photo": "removed"})
    return path


def photo(work: Work, *, photo_id: int, is_public: bool) -> str | None:
    """The path of a picture; only those of the farm and the goods are public, and only while the supplier is active."""
    found = select(supplier_photo.c.path).join(supplier, supplier.c.id == supplier_photo.c.supplier_id)
    if is_public:
        found = found.where(supplier_photo.c.kind == "story", supplier.c.is_active)
    path: str | None = work.db.execute(found.where(supplier_photo.c.id == photo_id)).scalar()
    return path


def _held(work: Work, table: Table, row_id: int, what: str) -> dict[str, Any]:
    row = work.db.execute(select(table).where(table.c.id == row_id)).mappings().first()
    if row is None:
        raise NotFound(what=what)
    return {str(key): value for key, value in row.items()}


def _check_free(work: Work, table: Table, own_id: int | None, **key: Any) -> None:
    """A name that another row has is refused in words, before the schema refuses it."""
    found = work.db.execute(select(table.c.id).where(*(table.c[name] == value for name, value in key.items())))
    if any(row.id != own_id for row in found):
        raise NameTaken(name=key["name"])


def _log(
    work: Work,
    actor: str,
    action: str,
    entity: str,
    entity_id: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """What is different now; a phone and a long story are named, not repeated."""
    told = {key: value for key, value in after.items() if before.get(key) != value}
    for key in ("phone", "story"):
        if key in told:
            told[f"new_{key}"] = True
            del told[key]
    record(
        work,
        leader_id=PLATFORM,
        actor=actor,
        action=action,
        entity=entity,
        entity_id=entity_id,
        before={key: before[key] for key in told if key in before},
        after=told,
    )
