"""`make run` and `make demo` as a newcomer has them: real processes, real HTTP, a real browser."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from config import load
from demo.day import served
from demo.people import seed
from models import Store, offer, product
from tests.support.patience import PATIENCE_S, until
from tests.support.ports import find_free_port
from tests.support.processes import descendants, is_alive

ROOT = Path(__file__).parent.parent


def test_the_scripted_day_gets_every_expected_answer() -> None:
    """`make demo`."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "demo"], check=False, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "演示完成" in done.stdout


def test_the_first_round_sells_what_a_supplier_has(sqlite_store: Store) -> None:
    """So that the farm's page, full cases and purchase orders can be seen without writing anything first."""
    for _ in range(2):
        seed(sqlite_store, password="a long one for tests")
    of_supplier = select(product.c.name).join(offer, offer.c.product_id == product.c.id)
    with sqlite_store.read() as work:
        assert work.db.execute(of_supplier).scalars().all() == ["五常大米"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running try-out."""
    with served(tmp_path_factory.mktemp("try-out")) as (url, _config):
        yield url


@pytest.mark.browser
def test_a_newcomer_walks_through_a_day_on_the_phones_page(base: str, page: Page) -> None:
    page.goto(f"{base}/__sim__/phones")
    leader, wang, laoli, zhou = (page.locator(".phone").nth(i) for i in range(4))

    def say(phone: Locator, text: str, expected: str) -> None:
        box = phone.locator("textarea")
        box.fill(text)
        box.press("Enter")
        expect(phone).to_contain_text(expected)

    say(
        leader,
        "#开团 周日水果团\n1) 香梨 5斤/箱 32元\n2) 小南瓜 6元/个\n截单:明天20:00\n自提:后天16:00-19:00\n地点:东门",
        "请核对",
    )
    say(leader, "确认", "开团了")
    say(wang, "香梨2", "2箱 ¥64")
    say(laoli, "要一箱香梨，南瓜来三个", "合计 ¥50")
    say(zhou, "L1", "跟着团长")
    say(zhou, "香梨1 7-101 小周", "7-101")
    say(leader, "截单", "回复数字")
    say(leader, "2", "现在就截单吗")
    say(leader, "确认", "已截单：3单")
    say(leader, "到货", "通知3位来取")
    say(leader, "确认", "3单可以取")
    expect(wang).to_contain_text("取货码：")
    code = wang.inner_text().split("取货码：")[1].split("\n")[0].replace(" ", "")
    say(leader, code, "都取完了")
    say(wang, "售后 香梨坏了一箱", "S1")
    expect(leader).to_contain_text("新的售后 S1")
    until(lambda: bool(requests.get(f"{base}/healthz", timeout=PATIENCE_S).json()["ok"]), "the scheduler ticks")


def test_ctrl_c_stops_everything(tmp_path: Path) -> None:
    port = find_free_port()
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "run", "--port", str(port)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}/healthz"), "it serves")
        children = descendants(server.pid)
        assert len(children) >= 2, "web worker and scheduler"
        server.send_signal(signal.SIGINT)
        output, _ = server.communicate(timeout=PATIENCE_S)
        assert server.returncode == 0, output
        assert "phones page" in output
        assert not [pid for pid in children if is_alive(pid)]
        config = load(tmp_path / "data" / "try-out.toml", {})
        assert config.demo is not None
        assert config.demo.operator_password.get_secret_value() in output
    finally:
        if server.poll() is None:
            server.kill()


def test_a_second_start_keeps_data_and_password(tmp_path: Path) -> None:
    from serving import write_try_out

    first = load(write_try_out(tmp_path / "data" / "a.toml", 8000), {})
    again = load(write_try_out(tmp_path / "data" / "a.toml", 8001), {})
    assert first.demo
    assert again.demo
    assert again.demo.operator_password == first.demo.operator_password
    assert again.server.port == 8001
    assert again.database == first.database


def _answers(url: str) -> bool:
    """Whether anything at all comes back."""
    with suppress(requests.RequestException):
        return bool(requests.get(url, timeout=5).status_code)
    return False


UNPROTECTED = (
    ('token = "example-token-at-least-16"', 'token = "short"', "token"),
    ('aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"', "", "EncodingAESKey"),
    ('mode = "safe"', 'mode = "plain"', "expressly"),
)
# `cli.py run` in each folder, in one process: loading the program is nearly all that a refusal costs.
EACH = """
import os, sys
sys.path.insert(0, os.getcwd())
import cli
folders, sys.argv = sys.argv[1:], ["cli.py", "run"]
for folder in folders:
    os.chdir(folder)
    try:
        cli.main()
    except SystemExit as ended:
        print(f"ended with {ended.code}", file=sys.stderr)
"""


def test_credentials_that_do_not_protect_refuse_to_start(tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    folders = [tmp_path / str(n) for n in range(len(UNPROTECTED))]
    for folder, (old, new, _) in zip(folders, UNPROTECTED, strict=True):
        assert old in text
        folder.mkdir()
        (folder / "config.toml").write_text(text.replace(old, new), encoding="utf-8")
    command = [sys.executable, "-c", EACH, *map(str, folders)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    *said, rest = re.split(r"ended with [12]\n", done.stderr)
    assert ([named in one for one, (_, _, named) in zip(said, UNPROTECTED, strict=True)], rest) == ([True] * 3, "")
    assert "Traceback" not in done.stderr
