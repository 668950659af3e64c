"""The routes of a run: searched for, changed by hand, shown on a map, handed to drivers."""

from __future__ import annotations

from flask import make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from models import Work
from operations.delivery import driving, plan_costs, planning, plans, run_views, tours
from web import route_map, route_words
from web.admin.blueprint import admin, page
from web.auth import allow, current
from web.forms import read_choice, read_count, read_id
from web.security import CONTENT_SECURITY_POLICY
from web.site import render, site

SECONDS = ("10", "30", "60")


@admin.post("/runs/<key:run_id>/plan")
@allow(permission="deliver")
def plan_routes(run_id: int) -> Response:
    """Ask for routes; the scheduler searches."""
    seconds = int(read_choice(request.form, "seconds", SECONDS, "10"))
    keeps_zones = "zones" in request.form
    site().act(
        lambda work: planning.ask(work, run_id=run_id, seconds=seconds, keeps_zones=keeps_zones, actor=current().actor),
        done=lambda is_new: "开始排线路了。" if is_new else "已经在排了。",
    )
    return _back(run_id)


@admin.post("/runs/<key:run_id>/plan/stop")
@allow(permission="deliver")
def stop_planning(run_id: int) -> Response:
    """End the search; the best so far is kept."""
    site().act(
        lambda work: planning.want_stop(work, run_id=run_id),
        done=lambda was_on: "正在停下，找到的最好的一版会留着。" if was_on else "已经排完了。",
    )
    return _back(run_id)


@admin.get("/runs/<key:run_id>/plan")
@allow(permission="view")
def planning_progress(run_id: int) -> Response:
    """The part of the page that shows how far the search is; its header says whether it still goes on."""
    with site().store.read() as work:
        search = planning.state(work, run_id=run_id)
        drawn = run_views.sketch(work, run_id=run_id)
    is_on = search is not None and search["state"] in planning.BUSY
    picture = route_map.draw(*drawn)
    stops = sum(len(one.points) for one in drawn[1]) + len(drawn[2])
    response = make_response(render("admin/run_progress.html", search=search, picture=picture, stops=stops))
    response.headers["X-Searching"] = "yes" if is_on else "no"
    return response


@admin.post("/runs/<key:run_id>/stops/<key:leader_id>/<key:point_id>/move")
@allow(permission="deliver")
def move_stop(run_id: int, leader_id: int, point_id: int) -> Response:
    """Another car, another place in the order; the answer says what the plan costs then."""

    def move(work: Work) -> plan_costs.Compared:
        return plans.move(
            work,
            run_id=run_id,
            version=read_count(request.form, "version", "版本") or 0,
            leader_id=leader_id,
            point_id=point_id,
            vehicle_id=read_id(request.form, "vehicle"),
            position=read_count(request.form, "position", "第几站", most=999) or 999,
            actor=current().actor,
        )

    def said(found: plan_costs.Compared) -> str:
        more = route_words.dearer(found.now, found.best)
        return f"改好了。和最好的一版比：{more}。" if more else "改好了，和最好的一版一样。"

    site().act(move, done=said)
    return _back(run_id)


@admin.post("/runs/<key:run_id>/stops/<key:leader_id>/<key:point_id>/lock")
@allow(permission="deliver")
def lock_stop(run_id: int, leader_id: int, point_id: int) -> Response:
    """The search leaves the stop on its car, or need not any more."""
    is_locked, actor = request.form.get("lock") == "1", current().actor
    site().act(
        lambda work: plans.lock_stop(
            work, run_id=run_id, leader_id=leader_id, point_id=point_id, is_locked=is_locked, actor=actor
        ),
        done="这一站固定在这辆车上，再排也不换车。" if is_locked else "不再固定了。",
    )
    return _back(run_id)


@admin.post("/runs/<key:run_id>/routes/<key:route_id>/lock")
@allow(permission="deliver")
def lock_route(run_id: int, route_id: int) -> Response:
    """The search leaves the route as it is, or need not any more."""
    is_locked, actor = request.form.get("lock") == "1", current().actor
    site().act(
        lambda work: plans.lock_route(work, run_id=run_id, route_id=route_id, is_locked=is_locked, actor=actor),
        done="这条线路固定了，再排也不动它。" if is_locked else "不再固定了。",
    )
    return _back(run_id)


@admin.post("/runs/<key:run_id>/plan/best")
@allow(permission="deliver")
def take_best_plan(run_id: int) -> Response:
    """Undo what was moved by hand."""
    version = read_count(request.form, "version", "版本") or 0
    site().act(
        lambda work: plans.take_best(work, run_id=run_id, version=version, actor=current().actor),
        done="换回最好的一版了。",
    )
    return _back(run_id)


@admin.post("/runs/<key:run_id>/routes/<key:route_id>/link")
@allow(permission="deliver")
def replace_driver_link(run_id: int, route_id: int) -> Response:
    """A new link for the driver; older ones open nothing."""
    site().act(
        lambda work: driving.new_link(work, run_id=run_id, route_id=route_id, actor=current().actor),
        done="换了新链接，旧的打不开了。请把新的发给司机。",
    )
    return _back(run_id)


@admin.get("/runs/<key:run_id>/links")
@allow(permission="deliver")
def driver_links(run_id: int) -> str:
    """The drivers' links, to be sent to them."""
    settings = site().settings
    with site().store.read() as work:
        routes = run_views.routes(work, run_id=run_id)
    links = {
        one.head["id"]: settings.url(
            url_for(
                "public.drive",
                token=tours.token_of(settings.secret, route_id=one.head["id"], link_no=one.head["link_no"]),
            )
        )
        for one in routes
    }
    return page("run_links", here="runs", title="司机链接", routes=routes, links=links, run_id=run_id)


@admin.get("/runs/<key:run_id>/map")
@allow(permission="view")
def run_map(run_id: int) -> Response:
    """The routes on a map of the operator's choice: this page alone may show pictures from there."""
    tiles = site().settings.tiles
    with site().store.read() as work:
        picture = route_map.draw(*run_views.sketch(work, run_id=run_id), tiles)
    response = make_response(page("run_map", here="runs", title="地图", picture=picture, run_id=run_id))
    if tiles is not None:
        policy = CONTENT_SECURITY_POLICY.replace("img-src 'self'", f"img-src 'self' {tiles.origin}")
        response.headers["Content-Security-Policy"] = policy
    return response


def _back(run_id: int) -> Response:
    return redirect(url_for(".delivery_run", run_id=run_id, _anchor="routes"))
