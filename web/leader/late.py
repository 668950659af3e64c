"""Less than was announced: a box is opened at the counter, and something is missing or broken. Look, confirm, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from models import Work
from models.outcomes import LateShortage, ShortagePlan
from operations import late_shortage
from operations.errors import Refused
from operations.listings import rounds as listing
from operations.shortage import Goods
from web.auth import allow, current
from web.forms import BadInput, read_milli, read_nonce, read_text
from web.leader.blueprint import LEADER, members, own_leader_id, page
from web.leader.goods import fingerprint, said
from web.show import yuan
from web.site import site


@members.get("/rounds/<key:round_id>/short")
@allow(members=LEADER)
def short(round_id: int) -> str:
    """The form: for each offer that is not all collected, how much is missing or broken."""
    return _page(round_id)


@members.post("/rounds/<key:round_id>/short/look")
@allow(members=LEADER)
def look_at_short(round_id: int) -> str:
    """Who would get less. Changes nothing."""
    return _look(round_id)


@members.post("/rounds/<key:round_id>/short")
@allow(members=LEADER)
def confirm_short(round_id: int) -> Response | str:
    """Enter it exactly as it was looked at; when somebody collected in between, it is shown anew."""

    def enter(work: Work) -> LateShortage | None:
        missing, key = _read(_offers(work, round_id), request.form), f"web:{read_nonce(request.form)}"
        whose = {"leader_id": own_leader_id(), "round_id": round_id}
        if late_shortage.was_reported(work, **whose, source_key=key):
            return LateShortage(ShortagePlan((), ()), 0, is_repeat=True)
        if read_text(request.form, "plan", most=64) != fingerprint(late_shortage.plan(work, **whose, missing=missing)):
            return None
        return late_shortage.report(work, **whose, missing=missing, actor=current().actor, source_key=key)

    try:
        done = site().store.run(enter)
    except (BadInput, Refused) as error:
        return _page(round_id, problem=said(error))
    if done is None:
        return _look(round_id, problem="刚才有人来取了货，请看一遍再确认。")
    site().flash.say("good", _told(done))
    return redirect(url_for(".picking", round_id=round_id))


def _told(done: LateShortage) -> str:
    if done.is_repeat:
        return "这次缺货之前已经登记过，没有重复登记。"
    back = f"，一共要退 {yuan(done.owed_back_fen)}" if done.owed_back_fen else ""
    return f"登记好了：{done.plan.orders} 单少拿，已安排告诉他们{back}。"


def _look(round_id: int, *, problem: str = "") -> str:
    try:
        with site().store.read() as work:
            missing = _read(_offers(work, round_id), request.form)
            plan = late_shortage.plan(work, leader_id=own_leader_id(), round_id=round_id, missing=missing)
    except (BadInput, Refused) as error:
        return _page(round_id, problem=said(error))
    return _page(round_id, problem=problem, plan=plan, fingerprint=fingerprint(plan))


def _read(offers: Sequence[RowMapping], form: Mapping[str, str]) -> Goods:
    """Fields short_<offer> and broken_<offer>. Raises BadInput."""
    found: dict[str, dict[int, int]] = {"short": {}, "broken": {}}
    for row in offers:
        for kind, said_kind in (("short", "少了"), ("broken", "坏了")):
            milli = read_milli(form, f"{kind}_{row['id']}", f"「{row['name']}」{said_kind}")
            if milli:
                found[kind][row["id"]] = milli
        left = row["due_milli"] - row["picked_milli"]
        if found["short"].get(row["id"], 0) + found["broken"].get(row["id"], 0) > left:
            raise BadInput(f"「{row['name']}」还没取的没有这么多，请检查。")
    if not any(found.values()):
        raise BadInput("请填哪一样少了、坏了多少。")
    return Goods(short=found["short"], damaged=found["broken"])


def _offers(work: Work, round_id: int) -> list[RowMapping]:
    """Those of which something is still to be handed out."""
    rows = listing.offers(work, leader_id=own_leader_id(), round_id=round_id)
    return [row for row in rows if (row["due_milli"] or 0) > row["picked_milli"]]


def _page(round_id: int, *, problem: str = "", plan: ShortagePlan | None = None, **values: Any) -> str:
    with site().store.read() as work:
        head = listing.detail(work, leader_id=own_leader_id(), round_id=round_id)
        offers = _offers(work, round_id)
    return page(
        "short", title="发现少了", round=head, offers=offers, problem=problem, plan=plan, form=request.form, **values
    )
