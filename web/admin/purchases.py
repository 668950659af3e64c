"""Purchase orders: drafts of closed rounds, what happens with cases that are not full, sending, goods received."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import purchase_drafts, purchase_receipts, purchases, suppliers
from operations.listings import purchases as listing
from operations.supplier_links import token_of
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_id, read_milli, read_page, read_text
from web.purchase_files import purchase_sheet, purchase_text
from web.show import yuan
from web.site import site


@admin.get("/purchases")
@allow(permission="view")
def purchases_() -> str:
    """All purchase orders, by the day they are needed on."""
    state = read_choice(request.args, "state", listing.STATES)
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "needed")
    with site().store.read() as work:
        found = listing.search(
            work,
            text=read_text(request.args, "q", most=40),
            supplier_id=read_id(request.args, "supplier"),
            state=state,
            day=_day(read_text(request.args, "day", most=10)),
            sort=sort,
            number=read_page(request.args),
        )
    values: dict[str, Any] = {"found": found, "states": listing.STATES, "state": state, "sort": sort}
    return page("purchases", here="purchases", title="采购单", **values)


@admin.post("/purchases/gather")
@allow(permission="supply")
def gather_purchases() -> Response:
    """Bring in what closed a moment ago, instead of waiting for the scheduler."""
    site().act(purchase_drafts.gather, done="已经是最新的了。")
    return redirect(url_for(".purchases_"))


@admin.get("/purchases/<key:purchase_id>")
@allow(permission="view")
def purchase(purchase_id: int) -> str:
    """One order: lines with their cases, the leaders' shares, what was promised and what came."""
    with site().store.read() as work:
        shown = listing.detail(work, purchase_id=purchase_id)
    title = f"{shown.head['supplier_name']} {shown.head['needed_on']}"
    text = purchase_text(shown)
    link = supplier_link(shown.head["supplier_id"], shown.head["link_version"])
    values = {"shown": shown, "text": text, "link": link, "origin": site().settings.origin}
    return page("purchase", here="purchases", title=title, **values)


@admin.post("/purchases/<key:purchase_id>/cases")
@allow(permission="supply")
def decide_cases(purchase_id: int) -> Response:
    """What happens with a product's last case: buy it full, leave it, or as the leaders wish."""
    product_id = read_id(request.form, "product") or 0
    rest = read_choice(request.form, "rest", ("cap", "buy")) or None
    site().act(
        lambda work: purchases.decide(
            work, purchase_id=purchase_id, product_id=product_id, rest=rest, actor=current().actor
        ),
        done="定好了。发出去的时候才会照办。",
    )
    return _back(purchase_id)


@admin.post("/purchases/<key:purchase_id>/send")
@allow(permission="supply")
def send_purchase(purchase_id: int) -> Response:
    """The order stands from now on; the link and the file are for the supplier."""
    site().act(
        lambda work: purchases.send(
            work, purchase_id=purchase_id, actor=current().actor, is_small=request.form.get("small") == "1"
        ),
        done=lambda total: f"发出了，一共 {yuan(total)}。把下面的链接、文字或表格发给供应商。",
    )
    return _back(purchase_id)


@admin.post("/purchases/<key:purchase_id>/receive")
@allow(permission="supply")
def receive_purchase(purchase_id: int) -> Response:
    """What came, and how much of it is damaged."""

    def enter(work: Work) -> None:
        received, damaged = {}, {}
        for line in purchases.lines_of(work, purchase_id):
            came, broken = f"came_{line.product_id}", f"broken_{line.product_id}"
            if request.form.get(came, "").strip():
                received[line.product_id] = read_milli(request.form, came, f"「{line.name}」实收")
            damaged[line.product_id] = read_milli(request.form, broken, f"「{line.name}」坏的")
        purchase_receipts.receive(
            work, purchase_id=purchase_id, received=received, damaged=damaged, actor=current().actor
        )

    site().act(enter, done="收货记好了，已经分到各位团长。他们登记到货时会带出这个数量。")
    return _back(purchase_id)


@admin.post("/purchases/<key:purchase_id>/cancel")
@allow(permission="supply")
def cancel_purchase(purchase_id: int) -> Response:
    """Take an order back that the supplier has."""
    site().act(
        lambda work: purchases.cancel(work, purchase_id=purchase_id, actor=current().actor),
        done="取消了，供应商的页面上也写着已取消，请再打个电话说一声。还要的货会进下一张采购单。",
    )
    return _back(purchase_id)


@admin.post("/purchases/<key:purchase_id>/file")
@allow(permission="view")
def purchase_file(purchase_id: int) -> Response:
    """The order as a workbook for the supplier."""
    with site().store.read() as work:
        shown = listing.detail(work, purchase_id=purchase_id)
    return purchase_sheet(shown)


@admin.post("/suppliers/<key:supplier_id>/link")
@allow(permission="supply")
def renew_supplier_link(supplier_id: int) -> Response:
    """A new link; the old ones open nothing any more."""
    site().act(
        lambda work: suppliers.renew_link(work, supplier_id=supplier_id, actor=current().actor),
        done="换好了，请把新链接发给供应商。",
    )
    return redirect(url_for(".supplier", supplier_id=supplier_id))


def supplier_link(supplier_id: int, version: int) -> str:
    """The address of a supplier's own page on this site."""
    token = token_of(site().settings.secret, supplier_id=supplier_id, version=version)
    return url_for("public.supplier_orders", token=token)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back(purchase_id: int) -> Response:
    return redirect(url_for(".purchase", purchase_id=purchase_id))
