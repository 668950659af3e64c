"""Suppliers and local farmers, their products, pictures and quality documents."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import picture_files, suppliers
from operations.audit import PLATFORM
from operations.listings import purchases
from operations.listings import suppliers as listing
from operations.suppliers import ProductFacts, SupplierFacts
from web.admin.blueprint import admin, page
from web.admin.purchases import supplier_link
from web.auth import allow, current
from web.forms import (
    BadInput,
    read_choice,
    read_fen,
    read_id,
    read_milli,
    read_nonce,
    read_page,
    read_text,
    require_text,
)
from web.photos import from_media_folder, read_photos
from web.site import site


@admin.get("/suppliers")
@allow(permission="view")
def suppliers_() -> str:
    """All suppliers: searched by name, phone, place or product."""
    text = read_text(request.args, "q", most=40)
    state = read_choice(request.args, "state", listing.STATES)
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "new")
    with site().store.read() as work:
        found = listing.search(work, text=text, state=state, sort=sort, number=read_page(request.args))
        waiting = listing.unmatched(work)
    values = {"found": found, "states": listing.STATES, "state": state, "sort": sort, "waiting": waiting}
    return page("suppliers", here="suppliers", title="供应商", **values)


@admin.get("/suppliers/new")
@allow(permission="supply")
def new_supplier() -> str:
    """The empty form."""
    return page("supplier_new", here="suppliers", title="新供应商", supplier=None)


@admin.post("/suppliers")
@allow(permission="supply")
def create_supplier() -> Response:
    """Keep a new supplier."""
    made: list[int] = []

    def create(work: Work) -> None:
        made.append(suppliers.save_supplier(work, supplier_id=None, facts=_facts(), actor=current().actor))

    if not site().act(create, done="记好了。接着把他的商品加进来。"):
        return redirect(url_for(".new_supplier"))
    return redirect(url_for(".supplier", supplier_id=made[-1]))


@admin.get("/suppliers/<key:supplier_id>")
@allow(permission="view")
def supplier(supplier_id: int) -> str:
    """One supplier: facts, products, pictures, what was bought."""
    with site().store.read() as work:
        row = listing.detail(work, supplier_id=supplier_id)
        values = {
            "products": listing.products(work, supplier_id=supplier_id),
            "photos": listing.photos(work, supplier_id=supplier_id),
            "origin": site().settings.origin,
            "bought": purchases.search(work, supplier_id=supplier_id).rows[:8],
        }
    link = supplier_link(supplier_id, row["link_version"])
    return page("supplier", here="suppliers", title=row["name"], supplier=row, link=link, **values)


@admin.post("/suppliers/<key:supplier_id>")
@allow(permission="supply")
def save_supplier(supplier_id: int) -> Response:
    """Keep the facts of the form."""
    site().act(
        lambda work: suppliers.save_supplier(work, supplier_id=supplier_id, facts=_facts(), actor=current().actor),
        done="记好了。",
    )
    return _back(supplier_id)


@admin.post("/suppliers/<key:supplier_id>/products")
@allow(permission="supply")
def create_product(supplier_id: int) -> Response:
    """One more product."""
    return _keep_product(supplier_id, None)


@admin.post("/suppliers/<key:supplier_id>/products/<key:product_id>")
@allow(permission="supply")
def save_product(supplier_id: int, product_id: int) -> Response:
    """Change a product, or take it off the list."""
    return _keep_product(supplier_id, product_id)


@admin.post("/suppliers/<key:supplier_id>/photos")
@allow(permission="supply", takes_photos=True)
def add_photos(supplier_id: int) -> Response:
    """Pictures for everybody, or quality documents for the platform; drawn anew, so that they carry nothing else."""
    kind = read_choice(request.form, "kind", suppliers.PHOTO_KINDS, "story")
    product_id = read_id(request.form, "product")
    folder = site().settings.media_folder

    def keep(work: Work) -> None:
        nonce, pictures = read_nonce(request.form), read_photos()
        if not pictures or folder is None:
            raise BadInput("请选一张照片。")
        for nth, picture in enumerate(pictures):
            picture_id = work.new_id()
            kept = picture_files.store(folder, leader_id=PLATFORM, picture_id=picture_id, picture=picture)
            suppliers.add_photo(
                work,
                supplier_id=supplier_id,
                product_id=product_id,
                kind=kind,
                picture_id=picture_id,
                path=kept["path"],
                sha256=kept["sha256"],
                source_key=f"web:{nonce}:{nth}",
                actor=current().actor,
            )

    site().act(keep, done="照片放好了。")
    return _back(supplier_id)


@admin.post("/suppliers/<key:supplier_id>/photos/<key:photo_id>/remove")
@allow(permission="supply")
def remove_photo(supplier_id: int, photo_id: int) -> Response:
    """Take a picture down; its file goes with it."""
    gone: list[str] = []

    def remove(work: Work) -> None:
        gone.append(suppliers.remove_photo(work, supplier_id=supplier_id, photo_id=photo_id, actor=current().actor))

    if site().act(remove, done="照片撤下了。") and (folder := site().settings.media_folder):
        (folder / gone[-1]).unlink(missing_ok=True)
    return _back(supplier_id)


@admin.get("/suppliers/photos/<key:photo_id>")
@allow(permission="view")
def supplier_photo(photo_id: int) -> Response:
    """A picture or a document."""
    with site().store.read() as work:
        path = suppliers.photo(work, photo_id=photo_id, is_public=False)
    return from_media_folder(path)


def _facts() -> SupplierFacts:
    form = request.form
    return SupplierFacts(
        name=require_text(form, "name", "名称", most=80),
        phone=_phone(),
        origin=read_text(form, "origin", most=120) or None,
        story=read_text(form, "story", most=2000) or None,
        is_farmer=form.get("is_farmer") == "1",
        is_active=form.get("is_active") == "1",
        min_order_fen=read_fen(form, "min_order", "起订金额") if form.get("min_order", "").strip() else None,
    )


def _phone() -> str | None:
    text = read_text(request.form, "phone", most=20)
    if text and not all(char.isdigit() or char in "+- " for char in text):
        raise BadInput("电话只能写数字。")
    return text or None


def _keep_product(supplier_id: int, product_id: int | None) -> Response:
    def keep(work: Work) -> None:
        facts = _product(None if product_id is None else str(_unit_of(work, supplier_id, product_id)))
        suppliers.save_product(work, supplier_id=supplier_id, product_id=product_id, facts=facts, actor=current().actor)

    site().act(keep, done="商品记好了。")
    return _back(supplier_id)


def _unit_of(work: Work, supplier_id: int, product_id: int) -> str:
    return str(listing.one_product(work, supplier_id=supplier_id, product_id=product_id)["unit"])


def _product(unit: str | None) -> ProductFacts:
    form = request.form
    return ProductFacts(
        name=require_text(form, "name", "商品名", most=80),
        unit=unit or require_text(form, "unit", "单位", most=16),
        cost_fen=read_fen(form, "cost", "进价"),
        spec=read_text(form, "spec", most=60),
        case_milli=read_milli(form, "case", "一箱多少") or None,
        storage=read_choice(form, "storage", suppliers.STORAGES, "ambient"),
        is_active=form.get("is_active") == "1",
    )


def _back(supplier_id: int) -> Response:
    return redirect(url_for(".supplier", supplier_id=supplier_id))
