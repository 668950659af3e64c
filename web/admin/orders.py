"""Orders of all leaders and everything that happened to one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import order_views
from operations.audit import record
from operations.listings import cases
from operations.listings import orders as listing
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_id, read_leader_number, read_page, read_text
from web.site import site


@admin.get("/orders")
@allow(permission="view")
def orders() -> str:
    """Orders by leader, state, payment; sorted as asked."""
    args = request.args
    chosen = {
        "state": read_choice(args, "state", listing.STATES),
        "pay": read_choice(args, "pay", listing.PAY_STATES),
        "sort": read_choice(args, "sort", tuple(listing.SORTS), "new"),
    }
    with site().store.read() as work:
        found = listing.search(
            work,
            text=read_text(args, "q", most=40),
            leader_number=read_leader_number(args),
            round_id=read_id(args, "round"),
            number=read_page(args),
            **chosen,
        )
    return page(
        "orders",
        here="orders",
        title="订单",
        found=found,
        states=listing.STATES,
        pay_states=listing.PAY_STATES,
        chosen=chosen,
    )


@admin.get("/orders/<key:leader_id>/<key:order_id>")
@allow(permission="view")
def order(leader_id: int, order_id: int) -> str:
    """One order: lines, payments, redemptions, cases, history."""
    return _order_page(leader_id, order_id)


@admin.post("/orders/<key:leader_id>/<key:order_id>/contact")
@allow(permission="contact")
def show_contact(leader_id: int, order_id: int) -> str:
    """The whole phone number, on request; who looked is in the log."""
    with site().store.transaction() as work:
        head = listing.detail(work, leader_id=leader_id, order_id=order_id)
        record(
            work,
            leader_id=leader_id,
            actor=current().actor,
            action="contact.show",
            entity="order",
            entity_id=order_id,
        )
    return _order_page(leader_id, order_id, phone=head["phone"])


@admin.get("/orders/<key:leader_id>/<key:order_id>/contact")
@allow(permission="view")
def contact_was_shown(leader_id: int, order_id: int) -> Response:
    """Where a reloaded address leads: the number is shown again on request only."""
    return redirect(url_for(".order", leader_id=leader_id, order_id=order_id))


def _order_page(leader_id: int, order_id: int, phone: str | None = None) -> str:
    where: dict[str, Any] = {"leader_id": leader_id, "order_id": order_id}
    with site().store.read() as work:
        head = listing.detail(work, **where)
        handed_out = defaultdict(list)
        for row in listing.handed_out(work, **where):
            handed_out[row["redemption_id"]].append(row)
        values = {
            "view": order_views.view(work, **where),
            "events": listing.events(work, **where),
            "payments": listing.payments(work, **where),
            "refunds": listing.refunds(work, **where),
            "redemptions": listing.redemptions(work, **where),
            "cases": cases.of_order(work, **where),
        }
    title = f"订单 {head['seq']} 号"
    return page("order", here="orders", title=title, order=head, handed_out=handed_out, phone=phone, **values)
