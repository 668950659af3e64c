"""`/s/<token>`: a supplier's own purchase orders, and the form that promises what he can bring.

He sees products and sums. Whose neighbours eat it, and which leaders hand it out, is not his business.
"""

from __future__ import annotations

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from models import Work
from operations import purchases
from operations.listings import purchases as listing
from operations.listings.purchases import Shown
from operations.supplier_links import find
from web.auth import allow
from web.forms import read_milli, read_page, read_text
from web.purchase_files import purchase_sheet, purchase_text
from web.resident.blueprint import public
from web.site import render, site


@public.get("/s/<token>")
@allow(public=True)
def supplier_orders(token: str) -> str:
    """All orders that were sent to this supplier, the newest day first."""
    with site().store.read() as work:
        row = _supplier(work, token)
        found = listing.of_supplier(work, supplier_id=row["id"], number=read_page(request.args))
    return render("resident/supplier_orders.html", title=row["name"], supplier=row, found=found, token=token)


@public.get("/s/<token>/<key:purchase_id>")
@allow(public=True)
def supplier_order(token: str, purchase_id: int) -> str:
    """One of them."""
    with site().store.read() as work:
        row, shown = _own(work, token, purchase_id)
    text = purchase_text(shown)
    return render("resident/supplier_order.html", title=row["name"], supplier=row, shown=shown, token=token, text=text)


@public.post("/s/<token>/<key:purchase_id>")
@allow(public=True)
def promise_order(token: str, purchase_id: int) -> Response:
    """How much of each product he can bring; it may be said anew until the goods are there."""

    def promise(work: Work) -> None:
        row, _ = _own(work, token, purchase_id)
        promised = {}
        for line in purchases.lines_of(work, purchase_id):
            field = f"can_{line.product_id}"
            if request.form.get(field, "").strip():
                promised[line.product_id] = read_milli(request.form, field, f"「{line.name}」")
        purchases.promise(
            work,
            purchase_id=purchase_id,
            supplier_id=row["id"],
            promised=promised,
            note=read_text(request.form, "note", most=300) or None,
            actor=f"supplier:{row['id']}",
        )

    with site().store.read() as work:
        _own(work, token, purchase_id)
    site().act(promise, done="确认好了，平台看得到。到货前还可以改。")
    return redirect(url_for(".supplier_order", token=token, purchase_id=purchase_id))


@public.get("/s/<token>/<key:purchase_id>/file.xlsx")
@allow(public=True)
def supplier_file(token: str, purchase_id: int) -> Response:
    """The order as a workbook."""
    with site().store.read() as work:
        _, shown = _own(work, token, purchase_id)
    return purchase_sheet(shown)


def _supplier(work: Work, token: str) -> RowMapping:
    """Every miss is the same page: malformed, made up, withdrawn."""
    row = find(work, site().settings.secret, token)
    if row is None:
        raise NotFound
    return row


def _own(work: Work, token: str, purchase_id: int) -> tuple[RowMapping, Shown]:
    row = _supplier(work, token)
    listing.one_of_supplier(work, supplier_id=row["id"], purchase_id=purchase_id)
    return row, listing.detail(work, purchase_id=purchase_id)
