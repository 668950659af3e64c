"""Warehouses, cars, and what each pickup point asks of a driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations.delivery import fleet as business
from operations.delivery.fleet import PointFacts, VehicleFacts, WarehouseFacts
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import (
    BadInput,
    read_choice,
    read_clock,
    read_count,
    read_id,
    read_page,
    read_position,
    read_text,
    require_text,
)
from web.site import site

DATUMS = ("gcj02", "wgs84")
POINT_STATES = ("nowhere",)


@admin.get("/fleet")
@allow(permission="view")
def fleet() -> str:
    """All three, each with a form; pickup points by page, searched by leader, name or zone."""
    text, state = read_text(request.args, "q", most=40), read_choice(request.args, "state", POINT_STATES)
    sort = read_choice(request.args, "sort", business.POINT_SORTS, "leader")
    with site().store.read() as work:
        warehouses, vehicles = business.warehouses(work), business.vehicles(work)
        found = business.points(
            work, text=text, is_nowhere=state == "nowhere", sort=sort, number=read_page(request.args)
        )
    values = {"warehouses": warehouses, "vehicles": vehicles, "found": found, "state": state, "sort": sort}
    return page("fleet", here="runs", title="车和仓库", **values)


@admin.post("/fleet/warehouses")
@allow(permission="deliver")
def add_warehouse() -> Response:
    """A new warehouse."""
    return _save(lambda work: business.save_warehouse(work, facts=_warehouse(), actor=current().actor))


@admin.post("/fleet/warehouses/<key:warehouse_id>")
@allow(permission="deliver")
def change_warehouse(warehouse_id: int) -> Response:
    """Other facts about one."""
    return _save(
        lambda work: business.save_warehouse(work, facts=_warehouse(), warehouse_id=warehouse_id, actor=current().actor)
    )


@admin.post("/fleet/vehicles")
@allow(permission="deliver")
def add_vehicle() -> Response:
    """A new car."""
    return _save(lambda work: business.save_vehicle(work, facts=_vehicle(), actor=current().actor))


@admin.post("/fleet/vehicles/<key:vehicle_id>")
@allow(permission="deliver")
def change_vehicle(vehicle_id: int) -> Response:
    """Other facts about one."""
    return _save(
        lambda work: business.save_vehicle(work, facts=_vehicle(), vehicle_id=vehicle_id, actor=current().actor)
    )


@admin.post("/fleet/points/<key:leader_id>/<key:point_id>")
@allow(permission="deliver")
def change_point(leader_id: int, point_id: int) -> Response:
    """Where a pickup point is, and when and how fast goods can be taken in."""

    def change(work: Work) -> None:
        business.set_point(work, leader_id=leader_id, point_id=point_id, facts=_point(), actor=current().actor)

    site().act(change, done="记好了。")
    where: dict[str, Any] = {key: request.form[key] for key in ("q", "state", "sort", "page") if request.form.get(key)}
    return redirect(url_for(".fleet", **where, _anchor="points"))  # the same part of the list again


def _save(job: Callable[[Work], int]) -> Response:
    site().act(job, done="记好了。")
    return redirect(url_for(".fleet"))


def _warehouse() -> WarehouseFacts:
    form = request.form
    return WarehouseFacts(
        name=require_text(form, "name", "仓库的名字", most=80),
        address=read_text(form, "address") or None,
        position=read_position(form, "position"),
        datum=read_choice(form, "datum", DATUMS, "gcj02"),
        is_active="off" not in form,
    )


def _vehicle() -> VehicleFacts:
    form = request.form
    starts = read_clock(form, "from", "出车时间")
    ends = read_clock(form, "until", "收车时间")
    capacity = read_count(form, "capacity", "能装几箱", most=9999)
    if capacity is None:
        raise BadInput("请填写能装几箱。")
    if starts is None or ends is None or starts >= ends:
        raise BadInput("请填写出车和收车的时间，收车要晚于出车。")
    return VehicleFacts(
        name=require_text(form, "name", "车的名字", most=40),
        driver=read_text(form, "driver", most=40) or None,
        phone=read_text(form, "phone", most=20) or None,
        capacity=capacity,
        works_from_min=starts,
        works_until_min=ends,
        is_active="off" not in form,
        warehouse_id=read_id(form, "warehouse"),
    )


def _point() -> PointFacts:
    form = request.form
    opens, closes = read_clock(form, "opens", "最早收货"), read_clock(form, "closes", "最晚收货")
    if opens is not None and closes is not None and closes <= opens:
        raise BadInput("最晚收货要晚于最早收货。")
    service = read_count(form, "service", "卸货分钟", least=0, most=240)
    return PointFacts(
        position=read_position(form, "position"),
        datum=read_choice(form, "datum", DATUMS, "gcj02"),
        service_min=5 if service is None else service,
        opens_min=opens,
        closes_min=closes,
        cold_by_min=read_clock(form, "cold", "冷藏最晚"),
        zone=read_text(form, "zone", most=40),
        warehouse_id=read_id(form, "warehouse"),
    )
