"""How soon a neighbour on a thin line sees the mall: first contentful paint in a real, throttled Chromium.

    python -m benchmarks paint                                          the pages of the tests' platform
    python -m benchmarks.first_paint http://127.0.0.1:8000/r/ABC234     a page of a server that runs

The line is Lighthouse's slow 4G (once called "3G fast"): 1.6 Mbit/s down, 750 kbit/s up, 150 ms round trip, and a
processor four times slower. Source: github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
"""

from __future__ import annotations

import logging
import statistics
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = 7
WITHIN_MS, WITHIN_BYTES = 1000, 150_000
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8}
_FCP = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"


@dataclass(frozen=True, slots=True)
class Seen:
    """One page, `RUNS` times with an empty cache: milliseconds until something stood there, and its bytes."""

    name: str
    paints_ms: Sequence[float]
    transferred: int

    @property
    def is_soon(self) -> bool:
        return statistics.median(self.paints_ms) <= WITHIN_MS and self.transferred < WITHIN_BYTES


def measure(folder: Path) -> list[Seen]:
    """The pages a neighbour opens, as one who is known there: the form with its script, a photo beside every item."""
    with _mall(folder) as (base, session, paths):
        return [look(name, base + path, cookies=[session]) for name, path in paths.items()]


def look(name: str, url: str, *, runs: int = RUNS, cookies: Sequence[Any] = ()) -> Seen:
    """Open a page so many times, each time as if never before."""
    from playwright.sync_api import sync_playwright

    from tests.support.chromium import FLAGS, PHONE, find_chromium

    paints: list[float] = []
    sizes: list[int] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, "--no-sandbox"])
        for _ in range(runs):
            with browser.new_context(viewport=PHONE, is_mobile=True, locale="zh-CN") as context:
                context.add_cookies(list(cookies))
                page = context.new_page()
                wire = context.new_cdp_session(page)
                got: list[int] = []
                wire.on("Network.loadingFinished", lambda event, got=got: got.append(int(event["encodedDataLength"])))
                wire.send("Network.enable")
                wire.send("Network.emulateNetworkConditions", LINE)
                wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
                page.goto(url)
                page.wait_for_function(f"({_FCP}) > 0")
                paints.append(float(page.evaluate(_FCP)))
                page.wait_for_load_state("networkidle")
                sizes.append(sum(got))
        browser.close()
    return Seen(name, paints, max(sizes))


@contextmanager
def _mall(folder: Path) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """The tests' platform on a port: its address, a neighbour's session cookie, and the pages by name."""
    from sqlalchemy import update
    from werkzeug.serving import make_server

    from models import Store, offer
    from operations import people, sessions
    from tests.support.clock import StillClock
    from tests.support.ports import find_free_port
    from tests.web.conftest import make_app, make_world, with_photos
    from web import WebSettings

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    path, world = make_world(folder / "mall.sqlite3")
    store, port = Store.open(f"sqlite:///{path}", clock=StillClock()), find_free_port()
    with store.transaction() as work:
        shown = {"photo_media_id": world.face, "words": "今年头茬，自己家也吃，特别甜"}
        work.db.execute(update(offer).where(offer.c.round_id == world.open).values(shown))
        account_id = people.recognise(work, "o_test_resident_0").account_id
        token = sessions.open_for_resident(work, account_id=account_id, leader_id=world.leader_a)
    base = f"http://127.0.0.1:{port}"
    settings = WebSettings(public_url=base, account_name="邻团", secret="for measuring only, " * 2)
    server = make_server("127.0.0.1", port, make_app(store, with_photos(folder / "media", settings)), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        cookie = {"name": "lintuan_neighbour", "value": token, "domain": "127.0.0.1", "path": "/"}
        yield base, cookie, {"round": f"/r/{world.round_code}", "leader's home": "/l/L1", "shelf": "/l/L1/shelf"}
    finally:
        server.shutdown()
        thread.join()
        store.dispose()


def main() -> None:
    """Print median and worst of one address."""
    seen = look(sys.argv[1], sys.argv[1])
    times = seen.paints_ms
    median, worst = statistics.median(times), max(times)
    print(f"first contentful paint: median {median:.0f} ms, worst {worst:.0f} ms; {seen.transferred} bytes")


if __name__ == "__main__":
    main()
