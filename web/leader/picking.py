"""The counter's live lists: what of each offer still waits, who has not come by building, and one tap to remind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from bot.texts import urging
from models import Work
from models.views import LineView, OrderView
from operations import batches, nudges, order_views, pick_lists, quiet_hours
from operations.listings import rounds as listing
from web.auth import allow, current
from web.buildings import by_building
from web.forms import read_choice, read_text
from web.leader.blueprint import EVERYBODY, LEADER, members, own_leader_id, page
from web.site import site

BY = {"building": "按楼栋", "offer": "按品项"}
_ANSWERS = {
    "sent": "已经提醒了。夜里不打扰，早上再送到。",
    "again": "今天已经提醒过了，明天可以再提醒。",
    "nobody": "这位邻居没有用微信下单，提醒不到，请打电话或在群里说一声。",
    "nothing": "这一单现在没有要取的货。",
}


@members.get("/rounds/<key:round_id>/picking")
@allow(members=EVERYBODY)
def picking(round_id: int) -> str:
    """The list; with `part=list` only what a script puts in place of the list on the open page."""
    by = read_choice(request.args, "by", tuple(BY), "building")
    is_part = read_choice(request.args, "part", ("list",)) == "list"
    with site().store.read() as work:
        values = _values(work, own_leader_id(), round_id)
    template = f"picking_{by}" if is_part else "picking"
    return page(template, title="取货进度", by=by, choices=BY, **values)


@members.post("/orders/<key:order_id>/remind")
@allow(members=EVERYBODY)
def remind(order_id: int) -> Response:
    """Write the reminder; the page says what became of it."""
    leader_id, answer = own_leader_id(), ""

    def write(work: Work) -> str:
        return nudges.remind(work, leader_id=leader_id, order_id=order_id, actor=current().actor)

    with site().store.read() as work:
        round_id = order_views.view(work, leader_id=leader_id, order_id=order_id).round_id
    answer = site().store.run(write)
    site().flash.say("good" if answer == "sent" else "bad", _ANSWERS[answer])
    return redirect(url_for(".picking", round_id=round_id, _anchor=f"order-{order_id}"))


@members.post("/rounds/<key:round_id>/remind")
@allow(members=EVERYBODY)
def remind_all(round_id: int) -> Response:
    """Everybody who has not come, or those of one building: field `building`, `*` for all."""
    leader_id, key = own_leader_id(), read_text(request.form, "building", most=12)

    def write(work: Work) -> tuple[nudges.Reminded, bool]:
        done = nudges.remind_all(
            work,
            leader_id=leader_id,
            round_id=round_id,
            actor=current().actor,
            building=None if key == "*" else key,
        )
        return done, quiet_hours.are_now(work, leader_id=leader_id)

    done, is_night = site().store.run(write)
    said = urging.reminded(done.sent, done.again, done.nobody, is_night=is_night)
    site().flash.say("good" if done.sent else "bad", said)
    return redirect(url_for(".picking", round_id=round_id))


@members.post("/rounds/<key:round_id>/tell-all")
@allow(members=LEADER)
def tell_all(round_id: int) -> Response:
    """Do not wait for the buildings' turns any more."""
    leader_id = own_leader_id()

    def tell(work: Work) -> int:
        return batches.tell_the_rest(work, leader_id=leader_id, round_id=round_id, actor=current().actor)

    told = site().store.run(tell)
    site().flash.say(
        "good", f"剩下的 {told} 位现在都通知。夜里不打扰，早上再送到。" if told else "没有在排队的通知了。"
    )
    return redirect(url_for(".picking", round_id=round_id))


def _values(work: Work, leader_id: int, round_id: int) -> dict[str, Any]:
    head = listing.detail(work, leader_id=leader_id, round_id=round_id)
    offers = listing.offers(work, leader_id=leader_id, round_id=round_id)
    orders = order_views.of_round(work, leader_id, round_id)
    waiting = [one for one in orders if any(line.left_milli > 0 for line in one.lines)]
    return {
        "turns": batches.pending(work, leader_id=leader_id, round_id=round_id),
        "round": head,
        "offers": offers,
        "alike": pick_lists.look_alikes(offers),
        "buildings": by_building(waiting),
        "takers": _takers(offers, waiting),
        "waiting": len(waiting),
        "collected": len(orders) - len(waiting),
        "reminded": pick_lists.reminded_at(work, leader_id=leader_id, round_id=round_id),
        "is_here": head["state"] in {"arrived", "completed"},
        "is_waiting": pick_lists.is_waiting,
    }


def _takers(offers: Iterable[RowMapping], waiting: Iterable[OrderView]) -> dict[int, list[tuple[OrderView, LineView]]]:
    """By offer id: who still gets some of it, in walking order."""
    takers: dict[int, list[tuple[OrderView, LineView]]] = {row["id"]: [] for row in offers}
    for _, orders in by_building(waiting):
        for one in orders:
            for line in one.lines:
                if line.left_milli > 0:
                    takers[line.offer_id].append((one, line))
    return takers
