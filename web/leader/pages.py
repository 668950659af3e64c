"""Today, the orders of a round by building and room, and one order."""

from __future__ import annotations

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from models.views import OrderView
from operations import order_views, payments, proofs
from operations.listings import cases
from operations.listings import rounds as listing
from operations.payments import MOST_FEN, PaidOrder
from web import photos
from web.auth import allow, current
from web.buildings import by_building
from web.forms import BadInput, read_choice, read_count, read_nonce, read_text
from web.leader.blueprint import EVERYBODY, LEADER, members, own_leader_id, page
from web.show import yuan
from web.site import site

AT_WORK = ("open", "closed", "arrived")
SHOWN = {"waiting": "未取", "unpaid": "未付", "all": "全部"}


@members.get("/")
@allow(members=EVERYBODY)
def today() -> str:
    """Rounds at work with their sums and how many were collected."""
    leader_id = own_leader_id()
    with site().store.read() as work:
        rounds = listing.of_leader(work, leader_id=leader_id, states=AT_WORK)
        recent = listing.of_leader(work, leader_id=leader_id, states=("completed", "settled"), limit=5)
        days = listing.of_leader(work, leader_id=leader_id, states=("arrived",), kind="shelf", limit=3)
        waiting = cases.count_waiting(work, leader_id=leader_id)
    return page("today", title="今天", rounds=rounds, recent=recent, shelf_days=days, waiting_cases=waiting)


@members.get("/rounds/<key:round_id>")
@allow(members=EVERYBODY)
def round_(round_id: int) -> str:
    """A round's orders by building and room: all, not collected, not paid."""
    shown = read_choice(request.args, "show", tuple(SHOWN), "all")
    if shown == "unpaid" and current().role != "leader":
        abort(403)
    text = read_text(request.args, "q", most=20)
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        offers = listing.offers(work, leader_id=own_leader_id(), round_id=round_id)
        orders = order_views.of_round(work, own_leader_id(), round_id)
    found = [order for order in orders if _is_shown(order, shown) and _matches(order, text)]
    return page(
        "round",
        title=head["title"],
        round=head,
        offers=offers,
        buildings=by_building(found),
        shown=shown,
        has_cases=head["state"] in ("open", "closed") and any(row["product_id"] for row in offers),
        choices=SHOWN,
        text=text,
    )


@members.get("/orders/<key:order_id>")
@allow(members=EVERYBODY)
def order(order_id: int) -> str:
    """One order."""
    with site().store.read() as work:
        view = order_views.view(work, leader_id=own_leader_id(), order_id=order_id)
        history = cases.of_order(work, leader_id=own_leader_id(), order_id=order_id)
        proved = proofs.of_order(work, leader_id=own_leader_id(), order_id=order_id)
    return page("order", title=f"{view.seq} 号", order=view, proofs=proved, cases=history)


@members.post("/orders/<key:order_id>/paid")
@allow(members=LEADER)
def paid(order_id: int) -> Response:
    """What she was given at the counter: all that is still to pay, as the page she looked at says it; as 「收 12」."""
    form = request.form
    with site().store.read() as work:
        due_fen = order_views.view(work, leader_id=own_leader_id(), order_id=order_id).due_fen

    def enter(work: Work) -> PaidOrder:
        nonce, seen = read_nonce(form), read_count(form, "due", "金额", most=MOST_FEN)
        if due_fen > 0 and due_fen != seen:
            raise BadInput("要付的金额变了，没有记上，请再看一眼。")
        (done,) = payments.mark_paid(
            work,
            leader_id=own_leader_id(),
            order_ids=[order_id],
            method="transfer",
            actor=f"account:{current().account_id}",
            source_key=nonce,
        ).orders
        return done

    site().act(enter, done=_entered)
    return redirect(url_for(".redeem") if form.get("back") == "redeem" else url_for(".order", order_id=order_id))


def _entered(done: PaidOrder) -> str:
    if not done.amount_fen:
        return "这一单已经付清了，没有再记。"
    return f"记上了：收到 {yuan(done.amount_fen)}。记错了，在公众号里发：收错 {done.order.seq}"


@members.get("/orders/<key:order_id>/proofs/<key:media_id>")
@allow(members=("leader",))
def proof(order_id: int, media_id: int) -> Response:
    """The picture of a payment that somebody sent. It was drawn anew when it was fetched."""
    with site().store.read() as work:
        found = proofs.of_order(work, leader_id=own_leader_id(), order_id=order_id)
    path = next((row.path for row in found if row.media_id == media_id and row.path), None)
    return photos.from_media_folder(path)


def _is_shown(order: OrderView, shown: str) -> bool:
    if shown == "waiting":
        return order.state not in {"picked_up", "cancelled"}
    return order.pay_state in {"unpaid", "claimed"} if shown == "unpaid" else True


def _matches(order: OrderView, text: str) -> bool:
    if not text:
        return True
    said = (order.resident_name, order.room, order.host_name, str(order.seq))
    return any(text in value for value in said if value)
