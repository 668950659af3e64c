"""Leaders' wordings and the products they mean: what no product was found for, settled with one tap."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from bot.parsing.products import Shelf
from models.units import may_stand_for
from operations import stocking
from operations.listings import suppliers as listing
from operations.stocking import Product
from web.admin.blueprint import admin, page, query
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_id, read_leader_number, read_page, read_text, require_text
from web.site import site

OWN = "own"


@admin.get("/wordings")
@allow(permission="view")
def wordings() -> str:
    """Rounds whose goods have not come: each wording once, with the products it may mean."""
    which = read_choice(request.args, "state", listing.WORDINGS, "unmatched")
    with site().store.read() as work:
        found = listing.wordings(
            work, which=which, leader_number=read_leader_number(request.args), number=read_page(request.args)
        )
        products = stocking.on_sale(work)
    shelf, by_id = Shelf(products), {one.id: one for one in products}
    rows = [(row, _of_unit([by_id[key] for key in shelf.candidates(row["name"])], row["unit"])) for row in found.rows]
    units = {row["unit"]: _of_unit(products, row["unit"]) for row in found.rows}
    values: dict[str, Any] = {"found": found, "rows": rows, "units": units, "which": which, "kinds": listing.WORDINGS}
    return page("wordings", here="suppliers", title="商品对应", **values)


@admin.post("/wordings/<key:leader_id>")
@allow(permission="supply")
def teach_product(leader_id: int) -> Response:
    """From now on these words of this leader mean this product, or her own goods."""
    form = request.form
    words = (
        require_text(form, "name", "商品名", most=80),
        read_text(form, "spec", most=60),
        require_text(form, "unit", "单位", most=16),
    )
    product_id = read_id(form, "product")
    if product_id is None and form.get("product") != OWN:
        raise BadInput("请选一个商品。")
    site().act(
        lambda work: stocking.teach(
            work, leader_id=leader_id, words=words, product_id=product_id, actor=current().actor
        ),
        done=lambda count: f"记住了：这位团长写「{words[0]}」就是它，现在的 {count} 个品项已经对好。",
    )
    values: dict[str, Any] = dict(query())
    return redirect(url_for(".wordings", **values))


def _of_unit(products: list[Product], unit: str) -> list[Product]:
    return [one for one in products if may_stand_for(unit, one.unit)]
