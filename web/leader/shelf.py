"""The leader's shelf (现货) on her phone: what lies there, price and amount, her words and a photo, what was sold."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import shelf, showcase
from operations.listings import rounds as listing
from operations.shelf import Goods
from web.auth import allow, current
from web.forms import read_fen, read_milli, read_text, require_text
from web.leader.blueprint import members, own_leader_id, page
from web.leader.showcase import LEADER, kept_photo
from web.site import site

_DAYS = 7


@members.get("/shelf")
@allow(members=LEADER)
def shelf_() -> str:
    """Everything on it, the last days, and a form for more."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        goods = shelf.items(work, leader_id=leader_id, with_off=True)
        days = listing.of_leader(work, leader_id=leader_id, kind="shelf", limit=_DAYS)
    return page("shelf", title="现货", goods=goods, days=days)


@members.post("/shelf")
@allow(members=LEADER)
def put_on_shelf() -> Response:
    """上架: one more, or the same again with another price and amount."""
    leader_id, form = own_leader_id(), request.form
    goods = Goods(
        name=require_text(form, "name", "名称", most=80),
        spec=read_text(form, "spec", most=60),
        unit=require_text(form, "unit", "单位", most=16),
        price_fen=read_fen(form, "price", "价格"),
        stock_milli=read_milli(form, "stock", "数量"),
        is_cold=bool(form.get("is_cold")),
    )
    site().act(
        lambda work: shelf.put(work, leader_id=leader_id, goods=[goods], actor=current().actor),
        done=f"{goods.name}上架好了，邻居现在就能订。",
    )
    return redirect(url_for(".shelf_"))


@members.post("/shelf/<int:number>")
@allow(members=LEADER, takes_photos=True)
def keep_shelf(number: int) -> Response:
    """Price, what is left, words and photo of one of the goods, or take it off and put it back."""
    leader_id, form, actor = own_leader_id(), request.form, current().actor
    with site().store.read() as work:
        shelf.get(work, leader_id=leader_id, number=number)  # goods of another leader are none

    def change(work: Work) -> None:
        if form.get("on") or form.get("off"):
            shelf.set_on(work, leader_id=leader_id, number=number, is_on=bool(form.get("on")), actor=actor)
            return
        now = shelf.get(work, leader_id=leader_id, number=number)
        price = read_fen(form, "price", "价格")
        if price != now.price_fen:
            shelf.set_price(work, leader_id=leader_id, number=number, price_fen=price, actor=actor)
        left = read_milli(form, "left", "还剩")
        if left != read_milli(form, "had", "还剩"):  # somebody may have ordered since: only what was typed counts
            shelf.set_stock(work, leader_id=leader_id, number=number, left_milli=left, actor=actor)
        words = read_text(form, "words", most=showcase.LONGEST_WORDS) or None
        photo = kept_photo(work, leader_id)
        if words != now.words or photo is not None:
            shelf.describe(work, leader_id=leader_id, number=number, words=words, media_id=photo, actor=actor)

    site().act(change, done="记好了。")
    return redirect(url_for(".shelf_"))
