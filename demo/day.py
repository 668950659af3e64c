"""A whole group-buy day as a script: a fresh server, real HTTP, every answer checked. Status 0 when all came."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests

from bot.texts.wording import SHANGHAI
from config import Config, load
from demo.people import LEADER, RESIDENTS

ROOT = Path(__file__).resolve().parent.parent
WANG, LAOLI, ZHOU = (openid for openid, _name, _room in RESIDENTS)
NAMES = {LEADER: "团长小美", WANG: "王姐", LAOLI: "老李", ZHOU: "小周"}
_LINK = re.compile(r'<a href="([^"]+)"[^>]*>([^<]*)</a>')

POST = """#开团 周六水果团
1) 红颜草莓 2斤/盒 45元 限20盒
2) 土鸡蛋 30枚 36元
3) 鲜牛奶 950ml 15元/2瓶28元
截单:明天20:00  自提:后天16:00-19:00
地点:3号楼大堂(冷藏品请当天取)
下单示例:草莓2 鸡蛋1 3-502"""


class Unexpected(Exception):
    """An answer that is not the expected one."""


@dataclass
class Day:
    """The phones of the day, driven over HTTP; every answer is printed and checked."""

    base: str
    token: str
    seen: dict[str, int] = field(default_factory=dict)

    def say(self, openid: str, text: str, *expected: str) -> str:
        """Send a text; every fragment of `expected` must be in what comes back."""
        return self._checked(openid, text, {"kind": "text", "openid": openid, "content": text}, expected)

    def push(self, openid: str, shown: str, expected: tuple[str, ...] = (), **what: Any) -> str:
        """Send anything else."""
        return self._checked(openid, shown, {"openid": openid, **what}, expected)

    def wait_for(self, openid: str, *expected: str, seconds: float = 90) -> str:
        """Wait until a push with these fragments arrives."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for text in self._news(openid):
                _print(f"{NAMES[openid]} ⇠ 推送", text)
                if all(part in text for part in expected):
                    return text
            time.sleep(0.3)
        raise Unexpected(f"{NAMES[openid]} was not told: {expected}")

    def begin_at(self, hour: int) -> None:
        """Put the simulated clock forward to this hour in Shanghai: the day is the same whenever it is played."""
        now = datetime.fromisoformat(self._get("/__sim__/state")["now"]).astimezone(SHANGHAI)
        wanted = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        self._post("/__sim__/clock", {"advance": ((wanted - now) % timedelta(days=1)).total_seconds()})

    def advance(self, **delta: float) -> None:
        """Put the simulated clock forward."""
        seconds = timedelta(**delta).total_seconds()
        self._post("/__sim__/clock", {"advance": seconds})
        click.echo(f"\n——（时间过去 {seconds / 3600:g} 小时）——")

    def failures(self) -> list[Any]:
        """Replies that the simulated WeChat found wrong."""
        found = self._get("/__sim__/failures")
        return list(found["failures"]) if isinstance(found, dict) else list(found)

    def _checked(self, openid: str, shown: str, body: dict[str, Any], expected: tuple[str, ...]) -> str:
        for text in self._news(openid):
            _print(f"{NAMES[openid]} ⇠ 推送", text)
        _print(f"{NAMES[openid]} ⇢", shown)
        self._post("/__sim__/push", body)
        answers = self._news(openid)
        text = "\n".join(answers)
        _print(f"{NAMES[openid]} ⇠", text)
        for part in expected:
            if part not in text:
                raise Unexpected(f"{NAMES[openid]} said {shown!r}: expected {part!r} in {text!r}")
        return text

    def _news(self, openid: str) -> list[str]:
        found = self._get(f"/__sim__/users/{openid}/inbox")
        bubbles = found["items"] if isinstance(found, dict) else found
        fresh = bubbles[self.seen.get(openid, 0) :]
        self.seen[openid] = len(bubbles)
        return [text for b in fresh if not b["mine"] and (text := _words(b))]

    def _get(self, path: str) -> Any:
        answer = requests.get(self.base + path, headers=self._headers, timeout=20)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = requests.post(self.base + path, json=body, headers=self._headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _words(bubble: dict[str, Any]) -> str:
    """What a person reads: links by their words, pictures as such."""
    if bubble["kind"] == "image":
        return "[图片]"
    return _LINK.sub(lambda m: m[2], bubble["text"] or str(bubble["data"].get("title", "")))


def _print(who: str, text: str) -> None:
    for n, line in enumerate(text.splitlines() or [""]):
        click.echo(f"{who if n == 0 else '':　<10}  {line}")


def play(day: Day) -> None:
    """The day itself."""
    _order(day)
    day.advance(hours=40)
    _hand_out(day)
    _care(day)


def _order(day: Day) -> None:
    """The round opens, and neighbours order by words, by a relay list and by the leader."""
    day.say(LEADER, "撤团", "真的要撤掉")
    day.say(LEADER, "确认", "已撤团")
    day.say(LEADER, POST, "红颜草莓", "截单", "确认")
    day.say(LEADER, "确认", "开团了", "#开团 周六水果团", "L1")
    day.wait_for(LEADER, "[图片]")

    day.say(WANG, "团购", "红颜草莓", "¥45/盒")
    day.say(WANG, "草莓2 鸡蛋1", "红颜草莓", "2盒", "合计 ¥126", "接龙号 1")
    day.say(WANG, "草莓3", "3盒", "合计 ¥171")
    day.say(LAOLI, "要两盒草莓，牛奶来三瓶", "2盒", "3瓶 ¥43", "合计 ¥133")
    day.say(LAOLI, "牛奶少一瓶", "2瓶 ¥28", "合计 ¥118")
    day.push(ZHOU, "（扫团长的二维码）", ("跟着团长",), kind="subscribe", scene="L1")
    day.say(ZHOU, "鸡蛋2 7-101 小周", "土鸡蛋", "2", "合计 ¥72", "7-101")
    day.say(ZHOU, "草莓99", "只剩15盒")
    day.say(ZHOU, "车厘子2", "没找到")
    day.say(LEADER, "代 9-201 张奶奶 草莓1", "9-201 张奶奶", "红颜草莓1盒")
    chain = "#接龙\n周六水果团\n1. 赵阿姨 6-601 鸡蛋1\n2. 钱叔 草莓1 牛奶2"
    day.say(LEADER, chain, "新的（2）", "赵阿姨", "钱叔")
    day.say(LEADER, "确认", "记了2位新的")
    day.say(LEADER, chain, "没有要改的")
    day.say(LEADER, "统计", "红颜草莓：7盒", "6单")


def _hand_out(day: Day) -> None:
    """The round has closed; the goods come, not all of them, and are handed out by code."""
    day.wait_for(LEADER, "到点截单", "6单")
    day.wait_for(WANG, "截单了", "合计 ¥171")
    day.say(WANG, "草莓1", "已经截单")
    day.say(LEADER, "收 1", "已收¥171")
    day.say(LEADER, "到货 鸡蛋破1", "土鸡蛋", "确认")
    day.say(LEADER, "确认", "已到货")
    arrived = day.wait_for(WANG, "到货了", "取货码")
    code = re.sub(r"\D", "", arrived.split("取货码：")[1].split("\n")[0])
    day.say(WANG, "取货码", "二维码")
    day.wait_for(WANG, "[图片]")
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    day.say(LEADER, wrong, "打错了")
    day.say(LEADER, f"{code} 草莓1", "红颜草莓1盒", "还没取")
    day.say(LEADER, code, "都取完了")
    day.say(LEADER, code, "已经在")


def _care(day: Day) -> None:
    """Something was spoilt, somebody has a question, and the leader looks at the sums."""
    day.say(WANG, "售后 草莓 坏了一盒", "S1")
    day.say(LEADER, "售后", "S1", "王姐")
    day.say(LEADER, "退 S1 全额", "退款 ¥45")
    day.say(LEADER, "确认", "已退 ¥45")
    day.wait_for(WANG, "S1", "¥45")
    day.say(WANG, "联系团长 谢谢小美", "已转给团长")
    asked = day.wait_for(LEADER, "谢谢小美")
    number = re.search(r"回 (\d+)", asked)
    day.say(LEADER, f"回 {number[1] if number else 1} 不客气", "已转给邻居")
    day.wait_for(WANG, "不客气")
    click.echo("\n==== 收尾 ====")
    day.say(LEADER, "统计", "6单")
    day.say(LEADER, "名单", "1. 3-502 王姐", "已取")
    day.say(LEADER, "未付")
    day.say(WANG, "我的订单", "已取完", "退了¥45")


def main() -> int:
    """Start a server of its own, play the day, stop the server; 0 when every expected answer came."""
    with tempfile.TemporaryDirectory(prefix="lintuan-demo-") as folder, served(Path(folder)) as (base, config):
        assert config.demo is not None  # noqa: S101 - a try-out has it
        day = Day(base, config.demo.control_token.get_secret_value())
        day.begin_at(hour=10)
        try:
            play(day)
            failures = day.failures()
        except (Unexpected, requests.RequestException) as error:
            click.echo(f"\n没有得到预期的回答：{error}", err=True)
            return 1
    if failures:
        click.echo(f"\n模拟微信收到了不合格的回复：{failures}", err=True)
        return 1
    click.echo("\n演示完成：每一步都得到了预期的回答。")
    return 0


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, Config]]:
    """A freshly started server in a folder of its own, on a free port; (base URL, its configuration)."""
    from serving import write_try_out

    port = _free_port()
    path = write_try_out(folder / "demo.toml", port, folder=folder)
    config = load(path)
    command = [sys.executable, str(ROOT / "cli.py"), "--config", str(path), "run"]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - our own file
    try:
        _wait_until_up(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}", config
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_until_up(base: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"the server ended with status {server.returncode}")
        with suppress(requests.RequestException):
            if requests.get(f"{base}/__sim__/phones", timeout=5).ok:
                return
        time.sleep(0.2)
    raise SystemExit("the server did not come up within a minute")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
