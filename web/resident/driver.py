"""`/d/<token>`: the driver's page. Who has the link drives the route: one stop after the other, no log-in.

Every tap may come twice or minutes late: what was done stays done, and the page says how things stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from flask import redirect, request, url_for
from sqlalchemy import RowMapping
from werkzeug.wrappers import Response

from models import Work
from operations import picture_intake
from operations.delivery import by_driver, driving, problems, tours
from operations.delivery.driving import Signed
from operations.delivery.plan_costs import Costs
from operations.delivery.problems import place_of
from operations.errors import LinkDead, NotFound
from operations.picture_files import Picture
from operations.routing.geo import to_gcj02
from web import route_words
from web.auth import allow
from web.forms import BadInput, read_count, read_nonce, read_text, require_text
from web.photos import read_photo
from web.resident.blueprint import public
from web.show import day_clock
from web.site import render, show_problem, site

T = TypeVar("T")

DAY_MIN = 24 * 60


def dead_link(token: str, **_: object) -> Response | None:
    """Somebody whose link opens nothing is told so before his form is read."""
    try:
        with site().store.read() as work:
            tours.route_of(work, secret=site().settings.secret, token=token)
    except LinkDead:
        return redirect(url_for("public.drive", token=token))
    return None


@public.get("/d/<token>")
@allow(public=True)
def drive(token: str) -> str | Response:
    """Where to go now, with what, and what comes after."""
    try:
        with site().store.read() as work:
            route_id = tours.route_of(work, secret=site().settings.secret, token=token)
            tour = tours.tour(work, route_id=route_id)
            may_change = by_driver.may_change(work, route_id=route_id)
    except LinkDead:
        return show_problem(410, "这个链接已经换了，或者过期了。请找调度要新的链接。")
    stop = tour.next
    return render(
        "resident/drive.html",
        title=f"线路 {tour.head['number']}",
        token=token,
        tour=tour,
        stop=stop,
        ways={one["id"]: navigation(one) for one in tour.stops},
        latest={one["id"]: _latest(one) for one in tour.stops},
        may_change=may_change,
        can_keep=site().settings.media_folder is not None,
    )


@public.post("/d/<token>/start")
@allow(public=True, first=dead_link)
def start_driving(token: str) -> Response:
    """The car leaves the warehouse."""
    return _act(token, lambda work, route_id: driving.start(work, route_id=route_id), "出发了，路上小心。")


@public.post("/d/<token>/stops/<key:stop_id>/arrived")
@allow(public=True, first=dead_link)
def car_arrived(token: str, stop_id: int) -> Response:
    """The car is there."""
    return _act(
        token,
        lambda work, route_id: driving.arrive(work, route_id=route_id, stop_id=stop_id),
        "记好了，到了。请对方点货签名。",
    )


@public.post("/d/<token>/stops/<key:stop_id>/sign")
@allow(public=True, takes_photos=True, first=dead_link)
def sign_for_goods(token: str, stop_id: int) -> Response:
    """Somebody takes the goods: name, what is missing, a photo where there is one."""

    def sign(work: Work, route_id: int) -> Signed:
        form = request.form
        return driving.sign(
            work,
            route_id=route_id,
            stop_id=stop_id,
            name=require_text(form, "name", "签收人的名字", most=40),
            remark=read_text(form, "remark") or None,
            media_id=_kept(work, route_id, stop_id, picture, read_nonce(form)) if picture else None,
        )

    try:
        picture = _photo()
    except BadInput as error:
        site().flash.say("bad", str(error))
        return redirect(url_for(".drive", token=token))
    return _act(token, sign, _signed)


@public.post("/d/<token>/stops/<key:stop_id>/leave")
@allow(public=True, first=dead_link)
def leave_goods(token: str, stop_id: int) -> Response:
    """Nobody is there to sign: on to the next stop."""
    return _act(
        token,
        lambda work, route_id: driving.leave(work, route_id=route_id, stop_id=stop_id),
        "记好了，没人签收。下一站。",
    )


@public.post("/d/<token>/stops/<key:stop_id>/order")
@allow(public=True, first=dead_link)
def reorder_stop(token: str, stop_id: int) -> Response:
    """Go there earlier or later; the answer says what it costs."""

    def reorder(work: Work, route_id: int) -> tuple[Costs, Costs]:
        return by_driver.reorder(
            work,
            route_id=route_id,
            stop_id=stop_id,
            position=read_count(request.form, "position", "第几站", most=999) or 999,
            version=read_count(request.form, "version", "版本") or 0,
        )

    return _act(token, reorder, _cost)


@public.post("/d/<token>/lock")
@allow(public=True, first=dead_link)
def lock_own_route(token: str) -> Response:
    """The driver goes as he has it: a new search leaves this route alone, or need not any more."""
    is_locked = request.form.get("lock") == "1"
    return _act(
        token,
        lambda work, route_id: by_driver.lock(work, route_id=route_id, is_locked=is_locked),
        "固定了，调度再排线路也不动您这一条。" if is_locked else "放开了，调度再排线路时可能会改。",
    )


def navigation(stop: RowMapping) -> list[tuple[str, str]]:
    """(name, address) of the map programs on a phone; all three take the coordinates of Chinese maps.

    lbs.amap.com/api/uri-api/guide/travel/route, lbs.qq.com/webApi/uriV1/uriGuide/uriWebRoute,
    developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks/MapLinks.html
    """
    place = place_of(stop)
    if place is None:
        return []
    at, name = to_gcj02(place), quote(re.sub(r"[,|;&]", " ", stop["name"]), safe="")
    lat, lng = f"{at.latitude:.6f}", f"{at.longitude:.6f}"
    return [
        ("高德导航", f"https://uri.amap.com/navigation?to={lng},{lat},{name}&mode=car&coordinate=gaode&callnative=1"),
        (
            "腾讯导航",
            f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={name}&tocoord={lat},{lng}&referer=lintuan",
        ),
        ("苹果地图", f"https://maps.apple.com/?daddr={lat},{lng}&q={name}&dirflg=d"),
    ]


def _act(token: str, job: Callable[[Work, int], T], done: str | Callable[[T], str]) -> Response:
    secret = site().settings.secret
    site().act(lambda work: job(work, tours.route_of(work, secret=secret, token=token)), done=done)
    return redirect(url_for(".drive", token=token))


def _cost(costs: tuple[Costs, Costs]) -> str:
    more = route_words.dearer(*costs)
    return f"顺序改好了。比刚才{more}。" if more else "顺序改好了，路程和时间差不多。"


def _latest(stop: RowMapping) -> int | None:
    """Minutes after midnight; None where it may be any time of the day."""
    found = problems.latest(stop["closes_min"], stop["cold_by_min"], int(stop["cold_crates"]))
    return found if found < DAY_MIN else None


def _signed(found: Signed) -> str:
    if found.is_new:
        return f"{found.by} 签收了。下一站。"
    return f"这一站 {day_clock(found.at)} 已经由 {found.by} 签收，没有重复记。"


def _photo() -> Picture | None:
    sent = request.files.get("photo")
    if sent is None or not sent.filename or site().settings.media_folder is None:
        return None
    return read_photo(sent, "这张照片打不开，签收还没有记上。请换一张，或者先不带照片。")


def _kept(work: Work, route_id: int, stop_id: int, picture: Picture, nonce: str) -> int:
    """The picture among the leader's; the same form again keeps it once."""
    folder = site().settings.media_folder
    stop = next((one for one in tours.tour(work, route_id=route_id).stops if one["id"] == stop_id), None)
    if stop is None or folder is None:
        raise NotFound(what="stop")
    picture_id, _ = picture_intake.keep(
        work,
        leader_id=stop["leader_id"],
        account_id=None,
        picture=picture,
        folder=folder,
        source_key=f"drive:{stop_id}:{nonce}",
        purpose="delivery",
        kept_for=site().settings.kept.delivery_photos,
    )
    return picture_id
