"""Make the pictures of docs/screenshots anew: `.venv/bin/python scripts/screenshots.py` (needs a Chromium).

They show the platform the page tests are made with, so nothing in them is anybody's. The picture of the fake phones is
not made here: it is a moment of `make run`.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image, ImageDraw  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from sqlalchemy import update  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from models import Store, Work, order, round_  # noqa: E402
from operations import orders, people, round_views, rounds, shelf, shelf_orders  # noqa: E402
from operations.orders import Change  # noqa: E402
from tests.support.chromium import FLAGS, HOW, find_chromium  # noqa: E402
from tests.support.clock import StillClock  # noqa: E402
from tests.support.ports import find_free_port  # noqa: E402
from tests.web.conftest import Pages, make_app, make_world, with_photos  # noqa: E402
from tests.web.world import PASSWORD, PHOTO, World, make_offers  # noqa: E402
from web import WebSettings  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
COLOURS = 96  # few enough to keep the repository small
PHONE = {"width": 360, "height": 720}
MALL = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


def phone_pages(world: World) -> dict[str, str]:
    """On the leader's phone, by the picture's name."""
    return {
        "leader": "/m/",
        "leader-case": f"/m/cases/{world.case}",
        "leader-bad-goods": f"/m/rounds/{world.arrived}/bad?offer={world.offer}",
        "leader-neighbours": "/m/neighbours",
        "leader-papers": f"/m/rounds/{world.arrived}/papers?kind=totals",
        "leader-shelf": "/m/shelf",
        "leader-news": "/m/news",
    }


def mall_pages(world: World) -> dict[str, str]:
    """On a neighbour's phone."""
    return {"round": f"/r/{world.round_code}", "home": "/l/L1", "shelf": "/l/L1/shelf", "own": "/my"}


def desk_pages(world: World) -> dict[str, str]:
    """At the operator's desk."""
    chosen = f"r={world.leader_a}-{world.arrived}&r={world.leader_b}-{world.arrived_b}"
    return {
        "console": "/admin/",
        "console-case": f"/admin/cases/{world.leader_a}/{world.case}",
        "console-actions": "/admin/actions",
        "console-papers": f"/admin/papers/print?{chosen}&kind=routes",
    }


def main() -> None:
    """Serve, look, keep."""
    executable = find_chromium()
    if executable is None:
        raise SystemExit(f"no Chromium: {HOW}")
    with served() as pages, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, "--no-sandbox"])
        take(browser, pages)
        browser.close()


def take(browser: Browser, pages: Pages) -> None:
    """All pictures, each page at 360 and at 1440 px wide; the narrow ones are kept at double size."""
    world, base = pages.world, pages.app.config["BASE"]
    for size, scale, suffix in ((PHONE, 2, ""), (DESK, 1, "-1440")):
        page = window(browser, size, scale)
        token = pages.link("leader", world.account_a, world.leader_a)
        page.goto(f"{base}/m/enter/{token}")
        page.get_by_role("button", name="进入后台").click()
        for name, path in phone_pages(world).items():
            keep(page, base + path, name + suffix)
    page = window(browser, MALL, 2)
    with pages.store.transaction() as work:
        account_id = people.recognise(work, "o_test_resident_0").account_id
    page.goto(f"{base}/e/{pages.link('resident', account_id, world.leader_a, path='/l/L1')}")
    page.get_by_role("button", name="进去下单").click()
    for name, path in mall_pages(world).items():
        keep(page, base + path, name)
    for size, scale, suffix in ((DESK, 1, ""), (PHONE, 2, "-360")):
        page = window(browser, size, scale)
        page.goto(f"{base}/admin/login")
        page.get_by_label("用户名").fill("owner")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url("**/admin/")
        for name, path in desk_pages(world).items():
            keep(page, base + path, name + suffix)


def window(browser: Browser, size: dict[str, int], scale: int) -> Page:
    """A fresh window of this size."""
    return browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=scale,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    ).new_page()


def keep(page: Page, address: str, name: str) -> None:
    """One picture, with few colours."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = FOLDER / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")


@contextmanager
def served() -> Iterator[Pages]:
    """The pages on a port, on a platform that has seen two weeks."""
    with tempfile.TemporaryDirectory() as name:
        folder, clock, port = Path(name), StillClock(), find_free_port()
        path, world = make_world(folder / "world.sqlite3")
        store = Store.open(f"sqlite:///{path}", clock=clock)
        store.run(lambda work: two_weeks(work, world))
        store.run(lambda work: shelf_day(work, world))
        base = f"http://127.0.0.1:{port}"
        settings = WebSettings(public_url=base, account_name="邻团优选", secret="for pictures only, " * 2)
        app = make_app(store, with_photos(folder / "media", settings))
        strawberries().save(folder / "media" / PHOTO, "JPEG")
        app.config["BASE"] = base
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Pages(app, store, world, clock)
        server.shutdown()
        thread.join()
        store.dispose()


def two_weeks(work: Work, world: World) -> None:
    """Earlier orders, so that the charts have something to show."""
    rng = random.Random(7)
    for nth in range(1, 14):
        new = rounds.NewRound(
            title=f"四月第 {nth} 团",
            offers=make_offers(""),
            closes_at=work.now + timedelta(hours=1),
            pickup_place="大堂",
        )
        made = rounds.publish(work, leader_id=world.leader_a, new=new, actor="system")
        for at in range(rng.randint(2, 7)):
            who = people.recognise(work, f"o_picture_{at}")
            placed = orders.change(
                work,
                leader_id=world.leader_a,
                round_id=made.id,
                resident_id=people.bind(work, account_id=who.account_id, leader_id=world.leader_a, via="code"),
                changes=[Change(rng.choice(round_views.view(work, world.leader_a, made.id).offers).id, 1000)],
                actor="system",
                source_key=f"picture:{nth}:{at}",
            )
            day = work.now - timedelta(days=nth)
            state = "no_show" if rng.random() < 0.12 else "picked_up"
            work.db.execute(
                update(order)
                .where(order.c.leader_id == world.leader_a, order.c.id == placed.order.id)
                .values(placed_at=day, ready_at=day - timedelta(days=nth * 3), state=state)
            )
        mine = (round_.c.leader_id == world.leader_a, round_.c.id == made.id)
        work.db.execute(update(round_).where(*mine).values(state="settled"))


def shelf_day(work: Work, world: World) -> None:
    """Two orders from the shelf."""
    rice = shelf.get(work, leader_id=world.leader_a, number=1)
    for at in range(2):
        who = people.recognise(work, f"o_picture_{at}")
        shelf_orders.change(
            work,
            leader_id=world.leader_a,
            resident_id=people.bind(work, account_id=who.account_id, leader_id=world.leader_a, via="code"),
            changes=[Change(rice.id, 1000 + at * 1000)],
            actor="system",
            source_key=f"picture:shelf:{at}",
        )


def strawberries() -> Image.Image:
    """A box of them, drawn."""
    rng, picture = random.Random(5), Image.new("RGB", (640, 480), "#d9c9a8")
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, size = rng.randint(20, 560), rng.randint(20, 400), rng.randint(50, 80)
        red = rng.choice(("#c2352b", "#b02a24", "#d4483a", "#7d4036"))
        draw.ellipse((x, y, x + size, y + size * 1.1), fill=red, outline="#8d1f1a", width=2)
        draw.polygon([(x + size * 0.3, y), (x + size * 0.7, y), (x + size * 0.5, y + size * 0.25)], fill="#4d8a3b")
    return picture


if __name__ == "__main__":
    main()
