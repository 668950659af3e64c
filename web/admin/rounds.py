"""Rounds of all leaders, their items and sums, and the order export."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from operations import exports
from operations.listings import rounds as listing
from web import moving
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_leader_number, read_page, read_text
from web.sheets import order_sheet
from web.site import site


@admin.get("/rounds")
@allow(permission="view")
def rounds() -> str:
    """All rounds, newest first, or the days of the shelves (现货)."""
    text = read_text(request.args, "q", most=40)
    state = read_choice(request.args, "state", listing.STATES)
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "new")
    kind = read_choice(request.args, "kind", listing.KINDS, "presale")
    number = read_leader_number(request.args)
    with site().store.read() as work:
        found = listing.search(
            work, text=text, leader_number=number, state=state, kind=kind, sort=sort, number=read_page(request.args)
        )
    return page(
        "rounds", here="rounds", title="团购", found=found, states=listing.STATES, state=state, kind=kind, sort=sort
    )


@admin.get("/rounds/<key:leader_id>/<key:round_id>")
@allow(permission="view")
def round_(leader_id: int, round_id: int) -> str:
    """One round: items with totals, money by state of payment."""
    with site().store.read() as work:
        row = listing.detail(work, leader_id=leader_id, round_id=round_id)
        offers = listing.offers(work, leader_id=leader_id, round_id=round_id)
        money = listing.money(work, leader_id=leader_id, round_id=round_id)
        moves = listing.moves(work, leader_id=leader_id, round_id=round_id)
    filled = moving.as_filled(row) if row["kind"] == "presale" and row["state"] in moving.MOVABLE else None
    shown = {"offers": offers, "money": money, "moves": moves, "filled": filled}
    return page("round", here="rounds", title=row["title"], round=row, **shown)


@admin.post("/rounds/<key:leader_id>/<key:round_id>/pickup")
@allow(permission="leaders")
def move_pickup(leader_id: int, round_id: int) -> Response:
    """改自提: another time or place; the neighbours are told."""
    with site().store.read() as work:
        listing.detail(work, leader_id=leader_id, round_id=round_id)
    moving.move(leader_id, round_id)
    return redirect(url_for(".round_", leader_id=leader_id, round_id=round_id))


@admin.post("/rounds/<key:leader_id>/<key:round_id>/export")
@allow(permission="export")
def export_round(leader_id: int, round_id: int) -> Response:
    """The orders of a round as a workbook; names and phones leave the house, so it is logged and a POST."""
    with site().store.transaction() as work:
        listing.detail(work, leader_id=leader_id, round_id=round_id)
        exports.note(work, leader_id=leader_id, round_id=round_id, actor=current().actor)
    return order_sheet(leader_id, round_id)
