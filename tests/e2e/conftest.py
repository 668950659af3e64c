"""The pages of tests/web, served on a port; a phone whose camera shows a film."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import qrcode
from PIL import Image
from playwright.sync_api import Page, Playwright, expect
from werkzeug.serving import make_server

from tests.support.chromium import FLAGS, PHONE, find_chromium
from tests.web.conftest import Pages, make_app, open_pages, ready_made, shared, with_photos
from tests.web.test_browser import Served as ServedPages
from tests.web.test_browser import Walker
from tests.web.world import World
from web import WebSettings

__all__ = ["open_pages", "ready_made", "shared"]

APPID = "wxtest00000000test"
WIDTH, HEIGHT, FRAMES_PER_S = 640, 480, 5
HELD, BETWEEN = 6, 2  # frames: held up long enough to be read, and again before the page takes it for a new scan


class Cable:
    """What lies between phone and server. Pulled out, nothing arrives and nothing is answered.

    Chromium's own "offline" lets a request through now and then while a page under a service worker is being opened.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app, self.is_out = app, False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if not self.is_out:
            return self._app(environ, start_response)
        with contextlib.suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response("503 No network", [])
        return []


@dataclass
class Served(ServedPages):
    """The pages on a port of this machine, with a way in."""

    cable: Cable

    def enter(self, page: Page, who: str = "leader") -> Walker:
        """Come in by the one-time link."""
        walker, world = Walker(page, self), self.pages.world
        account_id = world.account_a if who == "leader" else world.account_helper
        walker.go(f"/m/enter/{self.pages.link(who, account_id, world.leader_a)}")
        page.get_by_role("button", name="进入后台").click()
        expect(page.get_by_role("heading", name="张团长")).to_be_visible()
        return walker


@pytest.fixture
def served(
    open_pages: Callable[[tuple[Path, World]], Pages],
    ready_made: tuple[Path, World],
    free_port: int,
    tmp_path: Path,
) -> Iterator[Served]:
    """The ready-made platform, served over plain http."""
    pages, url = open_pages(ready_made), f"http://127.0.0.1:{free_port}"
    settings = WebSettings(public_url=url, account_name="邻团优选", secret="for tests only, " * 3, appid=APPID)
    cable = Cable(make_app(pages.store, with_photos(tmp_path / "media", settings)))
    server = make_server("127.0.0.1", free_port, cable, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Served(pages, url, cable)
    server.shutdown()
    thread.join()
    server.server_close()


Filmed = Callable[..., Page]


@pytest.fixture
def filmed(playwright_session: Playwright, tmp_path: Path) -> Iterator[Filmed]:
    """Opens a phone whose camera sees these texts as QR codes, one after the other, again and again."""
    executable = find_chromium(Path(playwright_session.chromium.executable_path))
    if executable is None:
        pytest.skip("the camera was not tried, there is no Chromium")
    closing = []

    def open_phone(*texts: str) -> Page:
        film = tmp_path / "film.y4m"
        write_film(film, texts)
        flags = [
            *FLAGS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright_session.chromium.launch(executable_path=executable, args=flags)
        closing.append(browser.close)
        context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN", permissions=["camera"])
        return context.new_page()

    yield open_phone
    for close in closing:
        close()


def write_film(path: Path, texts: tuple[str, ...]) -> None:
    """A YUV4MPEG2 film (the plain format of mjpegtools, which Chromium takes as a camera), repeated without end."""
    nothing = Image.new("L", (WIDTH, HEIGHT), 180)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n".encode())
        for text in texts:
            for picture, frames in ((held_up(text), HELD), (nothing, BETWEEN)):
                frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)
                film.write(frame * frames)


def held_up(text: str) -> Image.Image:
    """A QR code before the camera, a little askew."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    picture = code.make_image().get_image().convert("L").resize((300, 300))
    frame = Image.new("L", (WIDTH, HEIGHT), 180)
    frame.paste(picture.rotate(4, fillcolor=180), (170, 90))
    return frame


@contextmanager
def no_network(page: Page, path: str = "**/m/scans") -> Iterator[None]:
    """Nothing comes through to this address."""
    page.route(path, lambda route: route.abort("internetdisconnected"))
    yield
    page.unroute(path)
