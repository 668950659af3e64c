"""A real Chromium for tests of pages.

    browser     one per test process
    page        a desktop window, 1280 px wide
    phone       a page 360 px wide that taps, as in WeChat

A machine without one skips these tests and says what to install; with CI set they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "install one with `apt-get install chromium fonts-noto-cjk`, or name one in LINTUAN_CHROMIUM"

# It talks to the test's own server and must not look for Google's.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Milliseconds. Playwright's own 5 s are few on a machine that does ten other things.
expect.set_options(timeout=40_000)

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=360, height=740)


def find_chromium(bundled: Path | None = None) -> Path | None:
    """The browser to drive: the one named in LINTUAN_CHROMIUM, the system's, or playwright's own (`bundled`)."""
    if named := os.environ.get("LINTUAN_CHROMIUM"):
        return Path(named)
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return Path(found)
    return bundled if bundled and bundled.exists() else None


@pytest.fixture(scope="session")
def playwright_session() -> Iterator[Playwright]:
    """Playwright's driver, one per test process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_session: Playwright) -> Iterator[Browser]:
    """A headless Chromium, one per test process."""
    executable = find_chromium(Path(playwright_session.chromium.executable_path))
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(f"no Chromium on this machine: {HOW}", pytrace=False)
        pytest.skip(f"pages were not looked at, there is no Chromium: {HOW}")
    # Chromium's sandbox does not work as root.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    browser = playwright_session.chromium.launch(executable_path=executable, args=flags)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new desktop window with nothing remembered from other tests."""
    with browser.new_context(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai") as context:
        yield context.new_page()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A new page as wide as a small phone, with touch, with nothing remembered from other tests."""
    with browser.new_context(
        viewport=PHONE,
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    ) as context:
        yield context.new_page()
