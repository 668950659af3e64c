"""一样货坏了，多家一起登记: cases for all who got one item, looked at with their sums, then confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from models import Work
from models.outcomes import CaseView
from operations import case_batches
from operations.case_batches import Affected
from operations.listings import rounds as listing
from web.auth import allow, current
from web.forms import BadInput, read_choice, read_id, read_milli, read_nonce, read_text
from web.leader.blueprint import members, own_leader_id, page
from web.show import yuan
from web.site import site
from web.words import CASE_REASONS

LEADER = ("leader",)
DECISIONS = {"": "先登记，逐单处理", "refund": "直接退款", "replacement": "下次补货"}


@members.get("/rounds/<key:round_id>/bad")
@allow(members=LEADER)
def bad_goods(round_id: int) -> str:
    """Which item; then who got it and how much."""
    return _page(round_id, read_id(request.args, "offer"))


@members.post("/rounds/<key:round_id>/bad/look")
@allow(members=LEADER)
def look_at_bad_goods(round_id: int) -> str:
    """Whom it concerns and what it comes to. Changes nothing."""
    offer_id = read_id(request.form, "offer")
    try:
        with site().store.read() as work:
            listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
            chosen = _chosen(_affected(work, round_id, offer_id), request.form)
    except BadInput as error:
        return _page(round_id, offer_id, problem=str(error))
    return _page(round_id, offer_id, chosen=chosen)


@members.post("/rounds/<key:round_id>/bad")
@allow(members=LEADER)
def open_bad_goods(round_id: int) -> Response:
    """Open the cases as they were looked at; all or none."""
    offer_id = read_id(request.form, "offer") or 0
    with site().store.read() as work:
        listing.detail(work, leader_id=own_leader_id(), round_id=round_id)

    def write(work: Work) -> list[CaseView]:
        return case_batches.open_many(
            work,
            leader_id=own_leader_id(),
            offer_id=offer_id,
            quantities=_quantities(request.form),
            reason=read_choice(request.form, "reason", tuple(CASE_REASONS), "quality"),
            decision=read_choice(request.form, "decision", tuple(DECISIONS)),
            note=read_text(request.form, "note", most=300) or None,
            actor=current().actor,
            source_key=f"web:{read_nonce(request.form)}",
        )

    is_done = site().act(write, done=_told)
    return redirect(url_for(".cases") if is_done else url_for(".bad_goods", round_id=round_id, offer=offer_id))


def _affected(work: Work, round_id: int, offer_id: int | None) -> list[Affected]:
    return case_batches.affected(work, leader_id=own_leader_id(), round_id=round_id, offer_id=offer_id or 0)


def _chosen(found: Sequence[Affected], form: Mapping[str, str]) -> list[tuple[Affected, int]]:
    wanted = _quantities(form)
    return [(one, wanted[one.order.id]) for one in found if one.order.id in wanted]


def _quantities(form: Mapping[str, str]) -> dict[int, int]:
    """Fields bad_<order id>; empty or 0 leaves an order out."""
    names = {name.removeprefix("bad_"): name for name in form if name.startswith("bad_")}
    wanted = {int(key): read_milli(form, name, "数量") for key, name in names.items() if key.isdecimal()}
    chosen = {order_id: milli for order_id, milli in wanted.items() if milli}
    if not chosen:
        raise BadInput("还没有选哪一家，请填数量。")
    return chosen


def _told(cases: Sequence[CaseView]) -> str:
    back = sum(case.approved_fen or 0 for case in cases)
    what = f"，一共退 {yuan(back)}" if back else "，下次补货" if cases[0].outcome == "replacement" else ""
    return f"已登记 {len(cases)} 单售后{what}，邻居会收到消息。"


def _page(
    round_id: int, offer_id: int | None, *, problem: str = "", chosen: Sequence[tuple[Affected, int]] = ()
) -> str:
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        offers: Sequence[RowMapping] = [
            row for row in listing.offers(work, leader_id=own_leader_id(), round_id=round_id) if row["due_milli"]
        ]
        offer = next((row for row in offers if row["id"] == offer_id), None)
        found = _affected(work, round_id, offer_id) if offer else []
    values: dict[str, Any] = {
        "round": head,
        "offers": offers,
        "offer": offer,
        "found": found,
        "chosen": chosen,
        "total_fen": sum(one.worth_fen(milli) for one, milli in chosen),
        "decisions": DECISIONS,
        "form": request.form,
        "problem": problem,
    }
    return page("bad_goods", title="多单售后", **values)
