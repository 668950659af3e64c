"""A picture by its plain address: WeChat's own hosts only, whatever the message says; a real server answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.picture_urls import LARGEST_BYTES, fetch_picture, is_allowed
from bot.wechat_errors import Category, SendError


@pytest.mark.parametrize(
    "url",
    [
        "http://mmbiz.qpic.cn/mmbiz_jpg/abc/0",
        "https://mmbiz.qpic.cn/mmbiz_jpg/abc/0?wx_fmt=jpeg",
        "https://mmbiz.qlogo.cn:443/x",
        "HTTPS://MMBIZ.QPIC.CN/x",
    ],
)
def test_wechats_own_hosts(url: str) -> None:
    assert is_allowed(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mmbiz.qpic.cn/x",
        "ftp://mmbiz.qpic.cn/x",
        "file:///etc/passwd",
        "http://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://mmbiz.qpic.cn.example.com/x",
        "http://example.com/mmbiz.qpic.cn",
        "http://mmbiz.qpic.cn@127.0.0.1/x",
        "http://user:pass@mmbiz.qpic.cn/x",
        "http://127.0.0.1#@mmbiz.qpic.cn/",
        "http://mmbiz.qpic.cn:8080/x",
        "http://mmbiz.qpic.cn:99999/x",
        "https://mmbiz.qpic.cn:80/x",
        "http://mmbiz.qpic.cn\\@127.0.0.1/x",
        "http://mmbiz.qpic.cn/x y",
        "http://[::1]/x",
        "http://[mmbiz.qpic.cn/x",
    ],
)
def test_nobody_elses(url: str) -> None:
    assert not is_allowed(url)
    with pytest.raises(SendError) as refused:
        fetch_picture(url)
    assert refused.value.category is Category.PAYLOAD


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/picture")
            self.end_headers()
            return
        self.send_response({"/gone": 404, "/busy": 503}.get(self.path, 200))
        self.end_headers()
        if self.path == "/endless":
            for _ in range(LARGEST_BYTES // 65536 + 2):
                self.wfile.write(b"x" * 65536)
        else:
            self.wfile.write(b"picture")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """A simulated platform's address."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_the_bytes_come_from_the_simulator_when_there_is_one(server: str) -> None:
    assert fetch_picture(f"{server}/picture", simulator=f"{server}/cgi-bin/") == b"picture"


@pytest.mark.parametrize(
    ("path", "category"),
    [
        ("/moved", Category.PAYLOAD),
        ("/gone", Category.PAYLOAD),
        ("/endless", Category.PAYLOAD),
        ("/busy", Category.RETRY),
    ],
)
def test_what_is_no_picture_is_refused(server: str, path: str, category: Category) -> None:
    with pytest.raises(SendError) as refused:
        fetch_picture(server + path, simulator=server)
    assert refused.value.category is category


def test_nobody_there_is_tried_later() -> None:
    with pytest.raises(SendError) as refused:
        fetch_picture("http://127.0.0.1:9/x", simulator="http://127.0.0.1:9")
    assert refused.value.category is Category.RETRY
