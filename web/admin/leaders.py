"""Leaders, their applications, and the share they get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from models import Work
from operations import applications, leadership, share_receivers
from operations.listings import leaders as listing
from operations.listings import rounds, traffic
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_bps, read_choice, read_page, read_text, require_text
from web.site import site


@admin.get("/leaders")
@allow(permission="view")
def leaders() -> str:
    """All leaders, applications first."""
    text = read_text(request.args, "q", most=40)
    state = read_choice(request.args, "state", listing.STATES)
    sort = read_choice(request.args, "sort", tuple(listing.SORTS), "new")
    with site().store.read() as work:
        found = listing.search(work, text=text, state=state, sort=sort, number=read_page(request.args))
    return page("leaders", here="leaders", title="团长", found=found, states=listing.STATES, state=state, sort=sort)


@admin.get("/leaders/<key:leader_id>")
@allow(permission="view")
def leader(leader_id: int) -> str:
    """One leader: profile, rounds, helpers, what was changed."""
    with site().store.read() as work:
        row = listing.detail(work, leader_id=leader_id)
        values = {
            "sums": listing.sums(work, leader_id=leader_id),
            "helpers": listing.helpers(work, leader_id=leader_id),
            "points": listing.pickup_points(work, leader_id=leader_id),
            "rounds": rounds.of_leader(work, leader_id=leader_id, limit=8),
            "actions": traffic.actions(work, leader_id=leader_id, entity="leader", entity_id=leader_id).rows[:8],
            "receiver": share_receivers.of(work, leader_id),
            "shares_profits": site().settings.shares_profits,
        }
    return page("leader", here="leaders", title=f"{row['display_name']} L{row['number']}", leader=row, **values)


@admin.post("/leaders/<key:leader_id>/approve")
@allow(permission="leaders")
def approve_leader(leader_id: int) -> Response:
    """Let an applicant, or a suspended leader, work."""
    return _decide(leader_id, applications.approve, "{0.display_name} 可以开团了，专属码是 L{0.number}。")


@admin.post("/leaders/<key:leader_id>/reject")
@allow(permission="leaders")
def reject_leader(leader_id: int) -> Response:
    """Turn an application down; the applicant is told why."""
    site().act(
        lambda work: applications.reject(
            work,
            leader_id=leader_id,
            reason=require_text(request.form, "reason", "不通过的原因"),
            actor=current().actor,
        ),
        done=lambda row: f"已拒绝 {row.display_name} 的申请，原因会发给对方。",
    )
    return _back(leader_id)


@admin.post("/leaders/<key:leader_id>/suspend")
@allow(permission="leaders")
def suspend_leader(leader_id: int) -> Response:
    """Stop a leader for now."""
    return _decide(leader_id, applications.suspend, "已停用 {0.display_name}：不能再接单，已有的订单照常取货。")


@admin.post("/leaders/<key:leader_id>/share")
@allow(permission="leaders")
def set_share(leader_id: int) -> Response:
    """The share for rounds from now on."""
    site().act(
        lambda work: leadership.set_share(
            work, leader_id=leader_id, share_bps=read_bps(request.form, "share", "分成"), actor=current().actor
        ),
        done="新的分成从下一次开团算起，已经开的团不变。",
    )
    return _back(leader_id)


@admin.post("/leaders/<key:leader_id>/share-receiver")
@allow(permission="settle")
def set_share_receiver(leader_id: int) -> Response:
    """Into which merchant account her part goes by 分账; empty: paid by hand again."""
    merchant_id = read_text(request.form, "merchant_id", most=32)

    def change(work: Work) -> str:
        mine: dict[str, Any] = {"leader_id": leader_id, "actor": current().actor}
        if not merchant_id:
            share_receivers.drop(work, **mine)
            return "好了，以后的付款不再分账，提成照旧转账。"
        name = require_text(request.form, "name", "商户全称", most=100)
        share_receivers.enter(work, merchant_id=merchant_id, name=name, **mine)
        return "记好了，正在向微信支付登记；登记好以后的付款才会分账。"

    site().act(change, done=str)
    return _back(leader_id)


def _decide(leader_id: int, change: Callable[..., Row[Any]], done: str) -> Response:
    """A change of a leader's state; `done` is said of the row it returns."""
    actor = current().actor
    site().act(lambda work: change(work, leader_id=leader_id, actor=actor), done=done.format)
    return _back(leader_id)


def _back(leader_id: int) -> Response:
    return redirect(url_for(".leader", leader_id=leader_id))
