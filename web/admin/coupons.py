"""Coupons of all leaders: made and stopped here, used by neighbours in chat and on pages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations import coupons as business
from operations.coupons import CouponView, NewCoupon
from operations.listings import growth as listing
from operations.listings import leaders
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import (
    BadInput,
    read_bps,
    read_choice,
    read_count,
    read_day,
    read_fen,
    read_leader_number,
    read_page,
    read_text,
    require_text,
)
from web.site import site

_SHANGHAI = ZoneInfo("Asia/Shanghai")


@admin.get("/coupons")
@allow(permission="view")
def coupons() -> str:
    """All coupons, the newest first, with how often each was used and what it took off."""
    number = read_leader_number(request.args)
    sort = read_choice(request.args, "sort", tuple(listing.COUPON_SORTS), "new")
    with site().store.read() as work:
        found = listing.coupons(work, leader_number=number, sort=sort, number=read_page(request.args))
    return page("coupons", here="coupons", title="优惠券", found=found, sort=sort)


@admin.post("/coupons")
@allow(permission="growth")
def create_coupon() -> Response:
    """A new coupon of one leader."""

    def create(work: Work) -> CouponView:
        number = read_leader_number(request.form)
        leader_id = leaders.id_of(work, number=number) if number is not None else None
        if leader_id is None:
            raise BadInput("没有这个团长编号，请写成 L7 这样。")
        return business.create(work, leader_id=leader_id, new=_new(), actor=current().actor)

    site().act(create, done=lambda made: f"券“{made.title}”建好了，券码 {made.code}。")
    return redirect(url_for(".coupons"))


@admin.post("/coupons/<key:leader_id>/<key:coupon_id>/stop")
@allow(permission="growth")
def stop_coupon(leader_id: int, coupon_id: int) -> Response:
    """Nobody can use it from now on."""
    site().act(
        lambda work: business.stop(work, leader_id=leader_id, coupon_id=coupon_id, actor=current().actor),
        done="已停用。已经用在订单里的不变。",
    )
    return redirect(url_for(".coupons"))


def _new() -> NewCoupon:
    form = request.form
    kind = read_choice(form, "kind", ("amount", "percent"), "amount")
    value = read_fen(form, "value", "面额") if kind == "amount" else read_bps(form, "value", "减百分之几")
    return NewCoupon(
        title=require_text(form, "title", "券的名字", most=40),
        kind=kind,
        value=value,
        min_spend_fen=read_fen(form, "min_spend", "最低消费") if form.get("min_spend") else 0,
        max_uses=read_count(request.form, "max_uses", "总张数"),
        per_resident=read_count(request.form, "per_resident", "每人张数") or 1,
        valid_from=_day("valid_from"),
        valid_until=_day("valid_until", ends=True),
        code=read_text(form, "code", most=30) or None,
    )


def _day(name: str, *, ends: bool = False) -> datetime | None:
    """A date of Shanghai; a last day counts whole."""
    day = read_day(request.form, name)
    if day is None:
        return None
    start = datetime.combine(day, time(), _SHANGHAI)
    return (start + timedelta(days=1) if ends else start).astimezone(UTC)
