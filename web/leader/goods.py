"""到货 on the page: count what came, see who gets less and what that comes to, confirm; building by building if wished.

A shortage that is found later has a page of its own: web/leader/late.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from bot.parsing.batches import read_batches
from models import Work
from models.outcomes import Arrival, ShortagePlan
from operations import batches, goods, purchase_receipts
from operations.batches import MOST_MINUTES, USUAL_MINUTES, Wish
from operations.errors import Refused
from operations.listings import rounds as listing
from web.auth import allow, current
from web.forms import BadInput, read_milli, read_nonce, read_text
from web.leader.blueprint import LEADER, members, own_leader_id, page
from web.refusals import refusal
from web.show import yuan
from web.site import site


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted, by offer id, in thousandths; offers that came as ordered are in `received` too."""

    received: Mapping[int, int]
    damaged: Mapping[int, int]


@members.get("/rounds/<key:round_id>/goods")
@allow(members=LEADER)
def goods_in(round_id: int) -> str:
    """The form: for each offer how much came and how much of it is broken."""
    return _page(round_id)


@members.post("/rounds/<key:round_id>/goods/look")
@allow(members=LEADER)
def look_at_goods(round_id: int) -> str:
    """Who would get less. Changes nothing."""
    return _look(round_id)


@members.post("/rounds/<key:round_id>/goods")
@allow(members=LEADER)
def confirm_goods(round_id: int) -> Response | str:
    """Enter the goods exactly as they were looked at; when orders changed in between, it is shown anew."""
    try:
        nonce = read_nonce(request.form)
    except BadInput as error:
        return _page(round_id, problem=str(error))

    def enter(work: Work) -> Arrival | None:
        count = _read(*_expected(work, round_id), request.form)
        if read_text(request.form, "plan", most=64) != fingerprint(_plan(work, round_id, count)):
            return None
        return goods.mark_arrived(
            work,
            leader_id=own_leader_id(),
            round_id=round_id,
            actor=current().actor,
            source_key=f"web:{nonce}",
            received=count.received,
            damaged=count.damaged,
            batches=_read_wish(request.form),
        )

    try:
        arrival = site().store.run(enter)
    except (BadInput, Refused) as error:
        return _page(round_id, problem=said(error))
    if arrival is None:
        return _look(round_id, problem="刚才订单有变化，请看一遍再确认。")
    site().flash.say("good", _told(arrival))
    return redirect(url_for(".picking", round_id=round_id))


def _look(round_id: int, *, problem: str = "") -> str:
    try:
        with site().store.read() as work:
            count = _read(*_expected(work, round_id), request.form)
            plan = _plan(work, round_id, count)
            wish = _read_wish(request.form)
            turns = batches.plan(work, leader_id=own_leader_id(), round_id=round_id, wish=wish) if wish else []
    except (BadInput, Refused) as error:
        return _page(round_id, problem=said(error))
    return _page(round_id, problem=problem, plan=plan, count=count, turns=turns, fingerprint=fingerprint(plan))


def _plan(work: Work, round_id: int, count: Count) -> ShortagePlan:
    return goods.plan_shortage(
        work, leader_id=own_leader_id(), round_id=round_id, received=count.received, damaged=count.damaged
    )


def _expected(work: Work, round_id: int) -> tuple[Sequence[RowMapping], Mapping[int, int]]:
    """The round's offers, and what the warehouse has divided to it of them."""
    offers = listing.offers(work, leader_id=own_leader_id(), round_id=round_id)
    return offers, purchase_receipts.expected(work, leader_id=own_leader_id(), round_id=round_id)


def _read(offers: Sequence[RowMapping], came_in: Mapping[int, int], form: Mapping[str, str]) -> Count:
    """Fields came_<offer> and broken_<offer>; an empty `came` is what the warehouse sent, else what was ordered."""
    received, damaged = {}, {}
    for row in offers:
        came, broken = f"came_{row['id']}", f"broken_{row['id']}"
        if not row["quantity_milli"]:
            continue
        usual = came_in.get(row["id"], row["due_milli"])
        received[row["id"]] = read_milli(form, came, f"「{row['name']}」实到") if form.get(came, "").strip() else usual
        if bad := read_milli(form, broken, f"「{row['name']}」坏的"):
            damaged[row["id"]] = bad
        if bad > received[row["id"]]:
            raise BadInput(f"「{row['name']}」坏的比实到的还多，请检查。")
    return Count(received, damaged)


def _read_wish(form: Mapping[str, str]) -> Wish | None:
    """Fields batches (yes), minutes, first: buildings as people write them, `3 5` or `3号楼、A座`."""
    if form.get("batches") != "yes":
        return None
    minutes = form.get("minutes", "").strip() or str(USUAL_MINUTES)
    if not (minutes.isascii() and minutes.isdigit() and 1 <= int(minutes) <= MOST_MINUTES):
        raise BadInput(f"每栋间隔请写 1 到 {MOST_MINUTES} 分钟。")
    named = read_batches(f"先{read_text(form, 'first', most=60)}")[0]
    return Wish(int(minutes), named.first if named else ())


def fingerprint(plan: ShortagePlan) -> str:
    """A plan as a word in a form: what is confirmed is what was shown."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()


def said(error: BadInput | Refused) -> str:
    """What is wrong, in words."""
    return refusal(error) if isinstance(error, Refused) else str(error)


def _told(arrival: Arrival) -> str:
    if arrival.is_repeat:
        return "这一团之前已经登记过到货，没有重复登记。"
    short = f"，{arrival.plan.orders} 单缺货已说明" if arrival.plan.orders else ""
    back = f"，要退 {yuan(arrival.owed_back_fen)}" if arrival.owed_back_fen else ""
    return f"已登记到货：{arrival.ready_orders} 单可以取，取货通知在发{short}{back}。"


def _page(round_id: int, *, problem: str = "", plan: ShortagePlan | None = None, **values: Any) -> str:
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        offers, came_in = _expected(work, round_id)
    ordered = [row for row in offers if row["quantity_milli"]]
    return page(
        "goods", title="到货", round=head, offers=ordered, came_in=came_in, problem=problem, plan=plan,
        form=request.form, **values
    )  # fmt: skip
