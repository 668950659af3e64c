"""How soon a neighbour on a thin line sees the round page: first contentful paint in a real, throttled Chromium.

    python -m benchmarks.first_paint http://127.0.0.1:8000/r/ABC234

The line is Lighthouse's slow 4G (once called "3G fast"): 1.6 Mbit/s down, 750 kbit/s up, 150 ms round trip, and a
processor four times slower. Source: github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
"""

from __future__ import annotations

import statistics
import sys
from typing import Any

RUNS = 7
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 768_000 / 8}
_FCP = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"


def first_paints(url: str, runs: int = RUNS) -> list[float]:
    """First contentful paint of each run, in milliseconds, with an empty cache."""
    from playwright.sync_api import sync_playwright

    from tests.support.chromium import FLAGS, PHONE, find_chromium

    found: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, "--no-sandbox"])
        for _ in range(runs):
            with browser.new_context(viewport=PHONE, is_mobile=True, locale="zh-CN") as context:
                page = context.new_page()
                session = context.new_cdp_session(page)
                session.send("Network.enable")
                session.send("Network.emulateNetworkConditions", LINE)
                session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
                page.goto(url)
                page.wait_for_function(f"({_FCP}) > 0")
                paint: Any = page.evaluate(_FCP)
                found.append(float(paint))
        browser.close()
    return found


def main() -> None:
    """Print median and worst."""
    times = first_paints(sys.argv[1])
    median = statistics.median(times)
    print(f"first contentful paint: median {median:.0f} ms, worst {max(times):.0f} ms of {len(times)}")


if __name__ == "__main__":
    main()
