"""The driver's page and the console's: one link, one route; taps that come twice; what leaders are told."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from bot.texts.notices import render
from models import delivery_note, notice, order, pickup_point, route
from operations.delivery import run_views, runs
from operations.delivery.tours import token_of
from operations.routing.geo import Place, great_circle_m, to_gcj02, to_wgs84
from tests.support.runs import place_point
from tests.support.slow import Slow
from tests.web.conftest import PUBLIC_URL, SETTINGS, Pages, Visitor, make_app
from tests.web.doors import NONCE, run_names
from tests.web.people import enter, fingerprint
from web.settings import Tiles


@pytest.fixture
def tours(pages: Pages) -> tuple[Pages, dict[str, object]]:
    """Leader A's run, planned."""
    return pages, run_names(pages)


def signed(pages: Pages) -> list[tuple[str | None, str | None, bool]]:
    with pages.store.read() as work:
        rows = work.db.execute(select(delivery_note)).all()
    return [(row.signed_by, row.remark, row.photo_media_id is not None) for row in rows]


def photo() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "#557").save(out, "JPEG")
    out.seek(0)
    return out, "x.jpg"


def driver(pages: Pages, names: dict[str, object]) -> tuple[Visitor, str]:
    visitor, path = pages.visitor(), f"/d/{names['drive']}"
    assert visitor.get(path).status_code == 200
    return visitor, path


def test_a_driver_leaves_arrives_and_has_it_signed(tours: tuple[Pages, dict[str, object]]) -> None:
    pages, names = tours
    visitor, path = driver(pages, names)
    stop = f"{path}/stops/{names['stop']}"
    page = visitor.get(path).text
    assert "装好了，出发" in page
    assert "3 号楼大堂" in page
    assert "鲜牛奶" in page
    assert page.count("uri.amap.com/navigation") == 2, "the next stop, and in the list"
    for _ in range(2):  # a tap on a bad line comes twice
        visitor.post(f"{path}/start")
        visitor.post(f"{stop}/arrived")
    assert "还没有到这一站" not in visitor.get(path).text
    form = {"name": "王姐", "remark": "牛奶少一瓶", "nonce": NONCE, "photo": photo()}
    visitor.post(f"{stop}/sign", form, content_type="multipart/form-data")
    assert "全部送完了" in visitor.get(path).text
    again = visitor.post(f"{stop}/sign", {"name": "别人", "nonce": NONCE}, follow_redirects=True)
    assert "已经由 王姐 签收" in again.text
    assert signed(pages) == [("王姐", "牛奶少一瓶", True)]
    with pages.store.read() as work:
        assert runs.get(work, int(str(names["run"]))).state == "done"
        (told,) = work.db.execute(select(notice).where(notice.c.kind == "car_near")).all()
    assert told.account_id == pages.world.account_a
    assert re.fullmatch(
        r"送货车下一站就是“3 号楼大堂”，大约 \d\d:\d\d 到，一共 \d+ 箱，请准备收货。\n司机：司机1 13900000001",
        render("car_near", told.payload),
    )
    owner = enter(pages, "owner")
    shown = owner.get(f"/admin/runs/{names['run']}").text
    assert "已签收" in shown
    point = pages.store.run(lambda work: work.db.execute(select(delivery_note.c.pickup_point_id)).scalar_one())
    picture = owner.get(f"/admin/runs/{names['run']}/photos/{names['leader']}/{point}")
    assert picture.mimetype == "image/jpeg"
    leader = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.open}/papers?kind=receipt").text
    assert "已签收　王姐" in leader
    assert "缺损：牛奶少一瓶" in leader


def test_nobody_signs_before_the_car_is_there(tours: tuple[Pages, dict[str, object]]) -> None:
    pages, names = tours
    visitor, path = driver(pages, names)
    said = visitor.post(
        f"{path}/stops/{names['stop']}/sign", {"name": "王姐", "nonce": NONCE}, follow_redirects=True
    ).text
    assert "还没有到这一站" in said
    assert signed(pages) == [(None, None, False)]
    for form, words in (
        ({"nonce": NONCE}, "请填写签收人的名字"),
        ({"name": "王姐", "photo": (io.BytesIO(b"x"), "a.jpg")}, "打不开"),
    ):
        visitor.post(f"{path}/stops/{names['stop']}/arrived")
        answer = visitor.post(
            f"{path}/stops/{names['stop']}/sign", dict(form), content_type="multipart/form-data", follow_redirects=True
        )
        assert words in answer.text
    assert signed(pages) == [(None, None, False)]


def test_nobody_there_to_sign_the_car_drives_on_and_it_is_signed_later(tours: tuple[Pages, dict[str, object]]) -> None:
    pages, names = tours
    visitor, path = driver(pages, names)
    stop = f"{path}/stops/{names['stop']}"
    visitor.post(f"{stop}/arrived")
    visitor.post(f"{stop}/leave")
    assert "没人签" in visitor.get(path).text
    assert "没人签收" in enter(pages, "viewer").get(f"/admin/runs/{names['run']}").text
    visitor.post(f"{stop}/sign", {"name": "王姐", "nonce": NONCE})
    assert signed(pages) == [("王姐", None, False)]


# ---------------------------------------------------------------- one link, one route


def test_a_driver_goes_in_another_order_and_keeps_it(pages: Pages) -> None:
    """What a place in the order costs is said, and the search is told to leave the route alone."""
    world = pages.world
    with pages.store.transaction() as work:
        far = place_point(work, world.leader_a, nth=9, name="远处")
        mine = order.c.leader_id == world.leader_a, order.c.round_id == world.open
        first = select(func.min(order.c.id)).where(*mine, order.c.state != "cancelled").scalar_subquery()
        work.db.execute(update(order).where(*mine, order.c.id == first).values(pickup_point_id=far))
    names = run_names(pages)
    run_id = int(str(names["run"]))
    with pages.store.read() as work:
        version = str(runs.get(work, run_id).version)
        *_, last = run_views.routes(work, run_id=run_id)[0].stops
    visitor, path = driver(pages, names)
    assert "改成第几站" in visitor.get(path).text
    visitor.post(f"{path}/stops/{last['id']}/order", {"position": "1", "version": version})
    page = visitor.get(path).text
    assert re.search(r"顺序改好了。比刚才[多少]跑 [\d.]+ 公里|顺序改好了，路程和时间差不多", page)
    with pages.store.read() as work:
        assert run_views.routes(work, run_id=run_id)[0].stops[0]["id"] == last["id"]
    visitor.post(f"{path}/stops/{last['id']}/order", {"position": "2", "version": version})
    assert "线路刚被别人改过" in visitor.get(path).text
    visitor.post(f"{path}/lock", {"lock": "1"})
    assert "放开，可以再排" in visitor.get(path).text
    operator = enter(pages, "operator")
    assert "放开这条线路" in operator.get(f"/admin/runs/{run_id}").text
    assert "在司机页上点的" in operator.get("/admin/actions").text


def test_a_token_opens_only_its_own_route(tours: tuple[Pages, dict[str, object]]) -> None:
    """Another stop, another route, a changed letter, a replaced link, a thawed run, an old one: nothing."""
    pages, names = tours
    visitor, path = driver(pages, names)
    token = str(names["drive"])
    made_up = [
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token_of("another secret " * 3, route_id=int(str(names["route"])), link_no=1),
        token_of("for tests only, " * 3, route_id=int(str(names["route"])) + 1, link_no=1),
        token_of("for tests only, " * 3, route_id=int(str(names["route"])), link_no=2),
        "x",
    ]
    before = fingerprint(pages.store)
    for other in made_up:
        assert visitor.get(f"/d/{other}").status_code == 410
        visitor.post(f"/d/{other}/start")
        visitor.post(f"/d/{other}/stops/{names['stop']}/arrived")
        visitor.post(f"/d/{other}/stops/{names['stop']}/sign", {"name": "x", "nonce": NONCE})
        broken = {"name": "x", "nonce": NONCE, "photo": (io.BytesIO(b"x"), "a.jpg")}
        visitor.post(f"/d/{other}/stops/{names['stop']}/sign", broken, content_type="multipart/form-data")
        assert "打不开" not in visitor.get(path).text, "nobody's photo is looked at before his link"
    visitor.post(f"{path}/stops/{int(str(names['stop'])) + 1}/arrived")
    assert fingerprint(pages.store) == before
    owner = enter(pages, "owner")
    owner.get("/admin/runs")
    owner.post(f"/admin/runs/{names['run']}/routes/{names['route']}/link")
    assert visitor.get(path).status_code == 410
    fresh = re.search(r"/d/([0-9a-f-]+)", owner.get(f"/admin/runs/{names['run']}/links").text)
    assert fresh
    assert visitor.get(fresh[0]).status_code == 200
    pages.clock.advance(seconds=timedelta(days=5).total_seconds())
    assert visitor.get(fresh[0]).status_code == 410


def test_a_dead_link_is_refused_before_the_form_is_read(tours: tuple[Pages, dict[str, object]]) -> None:
    """Not even its token is looked for: who has no link and sends slowly would hold a thread."""
    pages, names = tours
    visitor, path = driver(pages, names)
    body = Slow()
    push: dict[str, Any] = {"environ_overrides": {"wsgi.input": body, "CONTENT_LENGTH": "900"}}
    form = "application/x-www-form-urlencoded"
    every = pages.app.url_map.iter_rules()
    rules = [rule for rule in every if rule.rule.startswith("/d/") and "POST" in (rule.methods or ())]
    assert len(rules) >= 4
    for rule in rules:
        address = rule.build({"token": "made-up", "stop_id": names["stop"]}, append_unknown=False)
        assert address
        answer = visitor.client.post(address[1], content_type=form, base_url=PUBLIC_URL, **push)
        assert (answer.status_code, answer.headers["Location"], body.waiting) == (302, "/d/made-up", 0)
    visitor.client.post(f"{path}/start", content_type=form, base_url=PUBLIC_URL, **push)
    assert body.waiting == 1


def test_the_link_of_a_thawed_run_opens_nothing(tours: tuple[Pages, dict[str, object]]) -> None:
    pages, names = tours
    visitor, path = driver(pages, names)
    with pages.store.transaction() as work:
        runs.thaw(work, run_id=int(str(names["run"])), actor="system")
    assert visitor.get(path).status_code == 410


def test_navigation_goes_to_the_place_as_chinese_maps_have_it(tours: tuple[Pages, dict[str, object]]) -> None:
    pages, names = tours
    given = Place(31.23, 121.47, "wgs84")
    with pages.store.transaction() as work:
        work.db.execute(update(pickup_point).values(datum="wgs84", name="A&B,|门"))
    visitor, path = driver(pages, names)
    page = visitor.get(path).text
    found = re.search(r"navigation\?to=([\d.]+),([\d.]+),", page)
    assert found
    led = Place(float(found[2]), float(found[1]), "gcj02")
    assert great_circle_m(to_wgs84(led), given) < 1
    assert great_circle_m(led, to_gcj02(given)) < 1
    assert "A%20B%20%20%E9%97%A8" in page


# ---------------------------------------------------------------- the console


def test_faults_are_said_in_words_before_anything_is_planned(pages: Pages) -> None:
    names = run_names(pages)
    with pages.store.transaction() as work:
        work.db.execute(update(pickup_point).values(lat_e6=None, lng_e6=None))
    owner = enter(pages, "owner")
    page = owner.get(f"/admin/runs/{names['run']}").text
    assert "张团长 L1 的“3 号楼大堂”还没有坐标" in page
    assert "排 10 秒" not in page
    answer = owner.post(f"/admin/runs/{names['run']}/plan", {"seconds": "10"}, follow_redirects=True)
    assert "请先处理页面上列出的问题" in answer.text


def test_a_move_by_hand_says_what_it_costs_and_the_best_comes_back(pages: Pages) -> None:
    names = run_names(pages)
    owner = enter(pages, "owner")
    run = f"/admin/runs/{names['run']}"
    owner.get(run)
    with pages.store.read() as work:
        version = runs.get(work, int(str(names["run"]))).version
        point = work.db.execute(select(delivery_note.c.pickup_point_id)).scalar_one()
    away = owner.post(
        f"{run}/stops/{names['leader']}/{point}/move", {"version": version, "vehicle": "", "position": "1"},
        follow_redirects=True,
    ).text  # fmt: skip
    assert "多 1 站没有车送" in away
    assert "还有 1 站没有车送：张团长" in away
    stale = owner.post(f"{run}/plan/best", {"version": version}, follow_redirects=True).text
    assert "线路刚被别人改过" in stale
    best = owner.post(f"{run}/plan/best", {"version": version + 1}, follow_redirects=True).text
    assert "这就是找到的最好的一版" in best
    with pages.store.read() as work:
        assert work.db.execute(select(func.count()).select_from(route)).scalar_one() == 1
        assert [len(one.stops) for one in run_views.routes(work, run_id=int(str(names["run"])))] == [1]


def test_the_picture_needs_nothing_from_elsewhere_and_a_map_page_only_the_map(pages: Pages) -> None:
    names = run_names(pages)
    owner = enter(pages, "owner")
    page = owner.get(f"/admin/runs/{names['run']}")
    assert '<svg class="route-map' in page.text
    assert ">1-1<" in page.text
    assert "<image" not in page.text
    assert "tiles.example" not in page.headers["Content-Security-Policy"]
    tiles = Tiles("https://tiles.example.com/{z}/{x}/{y}.png", "gcj02", "地图 © 某家")
    mapped = Pages(make_app(pages.store, replace(SETTINGS, tiles=tiles)), pages.store, pages.world, pages.clock)
    shown = enter(mapped, "owner").get(f"/admin/runs/{names['run']}/map")
    assert "img-src 'self' https://tiles.example.com;" in shown.headers["Content-Security-Policy"]
    assert re.search(r'<image href="https://tiles.example.com/\d+/\d+/\d+.png"', shown.text)
    assert "地图 © 某家" in shown.text
