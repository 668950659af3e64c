"""`/l/<code>/shelf`: what lies at the leader's (现货), and the form that changes the same order as chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import jsonify, redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from models import Work
from models.views import OrderView, ShelfItem
from operations import codes, communities, coupons, shelf, shelf_days, shelf_orders, visitors
from operations.communities import Community
from operations.errors import NoOrder, Refused
from operations.listings import leaders
from operations.orders import Change, Changed, NothingBooked
from operations.pricing import line_total
from operations.visitors import Visitor
from web.auth import allow, current
from web.forms import BadInput, read_milli, read_nonce
from web.refusals import refusal
from web.resident.about import keep_about
from web.resident.blueprint import RESIDENTS, mall
from web.resident.home import leader_number
from web.resident.identity import ask, is_to_be_asked, known
from web.show import yuan
from web.site import render, site


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the page shows. `mine`: thousandths in the visitor's open order, by item id."""

    leader: RowMapping
    points: Sequence[RowMapping]
    goods: Sequence[ShelfItem]
    visitor: Visitor | None
    order: OrderView | None
    token: str | None
    mine: Mapping[int, int]
    is_open: bool
    place: str | None
    has_coupons: bool
    served: Sequence[Community]  # 小区, where this neighbour may be asked


@mall.get("/l/<code>/shelf")
@allow(public=True)
def goods_in_stock(code: str) -> Response | str:
    """What can be taken at once, what this neighbour has ordered of it, and the form."""
    number = leader_number(code)
    if is_to_be_asked():
        return ask(f"/l/L{number}/shelf")
    with site().store.read() as work:
        return _page(_look(work, number))


@mall.post("/l/<code>/shelf")
@allow(members=RESIDENTS)
def take(code: str) -> Response | str:
    """Change the order to what the form says; what it did not touch stays as it is."""
    number, account_id, form = leader_number(code), current().account_id or 0, request.form
    try:
        done = site().store.run(lambda work: _take(work, number, account_id, form))
    except NothingBooked as refused:
        return _again(number, 409, [refusal(one) for one in refused.refusals], form)
    except Refused as refused:
        return _again(number, 409, [refusal(refused)], form)
    except BadInput as error:
        return _again(number, 400, [str(error)], form)
    is_refused = bool(done.refused) and not done.moved
    lines = [_said(done.order, is_changed=not is_refused), *(refusal(one) for one in done.refused)]
    site().flash.say("bad" if is_refused else "good", "\n".join(lines))
    return redirect(url_for(".goods_in_stock", code=f"L{number}"))


@mall.get("/l/<code>/shelf/live")
@allow(public=True)
def shelf_now(code: str) -> Response:
    """For the page's script: what is left now, and what these quantities would cost."""
    with site().store.read() as work:
        shown = _look(work, leader_number(code))
    priced = {line.name: line.unit_price_fen for line in shown.order.lines} if shown.order else {}
    total = sum(line_total(_asked(one.number), priced.get(one.name, one.price_fen)) for one in shown.goods)
    left = {str(one.number): one.left_milli / 1000 for one in shown.goods}
    return jsonify(total=yuan(total), left=left, is_open=shown.is_open)


def _look(work: Work, number: int) -> Shown:
    leader = leaders.card(work, leader_number=number)
    leader_id = leader["id"]
    visitor = known(work, leader_id)
    own = None
    if visitor and visitor.resident_id:
        own = shelf_orders.open_order(work, leader_id=leader_id, resident_id=visitor.resident_id)
    items = shelf_orders.items_of(work, own)
    return Shown(
        leader=leader,
        points=leaders.pickup_points(work, leader_id=leader_id),
        goods=shelf.items(work, leader_id=leader_id),
        visitor=visitor,
        order=own,
        token=codes.token_of(work, leader_id=leader_id, order_id=own.id) if own else None,
        mine={items[line.offer_id]: line.quantity_milli for line in own.lines} if own else {},
        is_open=leader["state"] == "active",
        has_coupons=bool(
            visitor
            and visitor.resident_id
            and coupons.usable(work, leader_id=leader_id, resident_id=visitor.resident_id)
        ),
        place=shelf_days.place_of(work, leader_id=leader_id),
        served=communities.of_leader(work, leader_id=leader_id) if visitor else (),
    )


def _page(shown: Shown, *, problems: list[str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    return render(
        "resident/shelf.html",
        title="现货",
        shown=shown,
        leader=shown.leader,
        typed=typed or {},
        problems=problems or [],
        path=f"/l/L{shown.leader['number']}/shelf",
    )


def _take(work: Work, number: int, account_id: int, form: Mapping[str, str]) -> Changed:
    leader_id = leaders.card(work, leader_number=number)["id"]
    key, changes = f"page:{read_nonce(form)}", _changes(shelf.items(work, leader_id=leader_id), form)
    resident_id = visitors.customer(work, account_id=account_id, leader_id=leader_id)
    room = keep_about(work, form, leader_id=leader_id, resident_id=resident_id)
    try:
        return shelf_orders.change(
            work,
            leader_id=leader_id,
            resident_id=resident_id,
            changes=changes,
            actor=f"account:{account_id}",
            source_key=key,
            room=room,
        )
    except NoOrder:
        raise BadInput(refusal(NoOrder())) from None


def _changes(goods: Sequence[ShelfItem], form: Mapping[str, str]) -> list[Change]:
    """The lines somebody has touched: what stands in the field is no longer what the page had put there."""
    found = []
    for one in goods:
        wanted, shown = (read_milli(form, f"{field}_{one.number}", one.name) for field in ("q", "had"))
        if wanted != shown:
            found.append(Change(one.id, wanted))
    return found


def _again(number: int, status: int, problems: list[str], form: Mapping[str, str]) -> Response:
    """The page with what was typed, and why it was not taken."""
    with site().store.read() as work:
        return Response(_page(_look(work, number), problems=problems, typed=form), status, mimetype="text/html")


def _said(order: OrderView, *, is_changed: bool = True) -> str:
    if not order.lines:
        return "好的，现货订单已经取消。"
    if not is_changed:
        return f"订单没有变，合计 {yuan(order.total_fen)}。"
    code = f"取货码 {order.code[:3]} {order.code[3:]}，" if order.code else ""
    return f"记好了，合计 {yuan(order.total_fen)}，{code}现在就可以来取。"


def _asked(number: int) -> int:
    try:
        return read_milli(request.args, f"q_{number}", "")
    except BadInput:
        return 0
