"""Dialogues as data: a text file says who types what and what must come back; this plays it against the real thing.

Every message is signed by the simulated WeChat, goes through the webhook into a real database, and pushes are delivered
by the scheduler's own jobs through the simulator's API over HTTP. Lines of a dialogue:

    # a remark                                    (also: empty lines)
    小美> 截单                                     somebody types this
    小美> |                                        … or these lines:
      | #开团 周六水果团
      | 1) 红颜草莓 45元
      真的要                                       (indented) a fragment that the reply must contain
      ! 没有                                       a fragment that it must not contain
      = 好的，没有改动。                            the whole reply
    王姐< 到货了                                    a push with this fragment arrives (jobs run until then)
    王姐< !                                        no push arrives
    小周+ L1                                       somebody new follows by scanning this scene
    王姐* 图片                                      a photo is sent
    小美> {code:王姐}                              {code:…}: the pickup code last pushed to that person
    @ +2h30m                                      time passes, then every job runs
    @ 2026-05-02 20:00                            … to this time in Shanghai
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import qrcode
from flask import Flask

from bot.client import WeChatMessenger
from bot.protocol import Credentials
from bot.simulator import Account, Sim, serve
from bot.texts.notices import NoticeTexts
from bot.texts.replies import TOO_FAST, busy
from bot.webhook import Texts, Webhook, create_blueprint
from handlers import Settings, create_answer
from models import Store
from operations import people
from scheduler.jobs import Context
from scheduler.jobs import Settings as JobSettings
from scheduler.schedule import SCHEDULE
from tests.support.clock import StillClock

TOKEN, SECRET = "token-of-the-tests-0001", "secret-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PUBLIC_URL = "http://127.0.0.1:8000"
LEADER = "小美"
_SAID = re.compile(r"(?P<who>[^\s<>+*@#!=|]{1,12})(?P<how>[<>+*])\s?(?P<what>.*)")
_PASSES = re.compile(r"\+(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?")


class Wrong(AssertionError):
    """The dialogue went another way than written."""


@dataclass
class World:
    """A leader 小美 (L1), the webhook, the phones and the jobs, on one database."""

    store: Store
    clock: StillClock
    sim: Sim
    jobs: Context
    seen: dict[str, int] = field(default_factory=dict)

    def openid(self, who: str) -> str:
        """The phone of this person; a new neighbour gets one and is told to follow L1."""
        found = next((u.openid for u in self.sim.state.users.values() if u.name == who), None)
        if found is None:
            found = self.sim.add_user(name=who).openid
            self.sim.text(found, "L1")
            self.hear(who)
        return found

    def say(self, who: str, text: str) -> str:
        """Type a text; the reply. Pushes that came meanwhile stay to be heard."""
        return self.sim.text(self.openid(who), text).text

    def follow(self, who: str, scene: str) -> str:
        """Somebody new scans a leader's QR and follows."""
        user = self.sim.add_user(name=who, subscribed=False)
        return self.sim.subscribe(user.openid, scene=scene).text

    def photograph(self, who: str) -> str:
        """Send a picture."""
        out = BytesIO()
        qrcode.make("a picture").save(out, format="PNG")
        return self.sim.image(self.openid(who), out.getvalue(), mime="image/png").text

    def run_jobs(self) -> None:
        """Every job once, as the scheduler would."""
        for job in SCHEDULE:
            job.do(self.jobs)

    def hear(self, who: str) -> list[str]:
        """Pushes this person has not heard yet."""
        user = next(u for u in self.sim.state.users.values() if u.name == who)
        bubbles = [b for b in self.sim.inbox(user.openid) if not b.mine and b.channel != "reply"]
        fresh = bubbles[self.seen.get(who, 0) :]
        self.seen[who] = len(bubbles)
        return [b.text or f"[{b.kind}]" for b in fresh]

    def pass_time(self, what: str) -> None:
        """+2h30m, or a time in Shanghai; jobs run at the end of it."""
        if match := _PASSES.fullmatch(what):
            parts = {name: int(value or 0) for name, value in match.groupdict().items()}
            self.clock.advance(**{"days": parts["d"], "hours": parts["h"], "minutes": parts["m"]})
        else:
            self.clock.set_local(what)
        self.run_jobs()


@contextmanager
def world(store: Store, clock: StillClock, media: Path) -> Iterator[World]:
    """Everything a dialogue needs, torn down at the end."""
    account = Account(token=TOKEN, secret=SECRET, aes_key=AES_KEY, mode="safe")
    sim = Sim(clock=clock, account=account)
    sim.add_user(name=LEADER, role="leader")
    openid = next(iter(sim.state.users))
    with store.transaction() as work:
        person = people.recognise(work, openid)
        leader_id = people.apply_as_leader(
            work, account_id=person.account_id, name=LEADER, note=None, share_bps=1000
        )
        people.approve_leader(work, leader_id=leader_id, actor="system")
    sim.connect(_application(store, clock, account), "/wechat")
    with serve(sim.wsgi) as base:
        sim.base_url = base
        messenger = WeChatMessenger(account.appid, SECRET, api_base=f"{base}/cgi-bin/", simulator=True)
        jobs = Context(store, messenger, NoticeTexts(PUBLIC_URL), JobSettings(media_folder=media, sends_per_second=1e6))
        try:
            yield World(store, clock, sim, jobs)
        finally:
            messenger.close()
    assert not sim.failures, sim.failures


def _application(store: Store, clock: StillClock, account: Account) -> Flask:
    webhook = Webhook(
        credentials=Credentials(TOKEN, account.appid, (AES_KEY,), "safe"),
        store=store,
        clock=clock,
        answer=create_answer(Settings(PUBLIC_URL)),
        texts=Texts(busy=busy, too_fast=lambda: TOO_FAST),
        log_key=b"tests",
        limit=None,
    )
    app = Flask("dialogue")
    app.register_blueprint(create_blueprint(webhook))
    return app


@dataclass
class _Turn:
    line: int
    who: str
    how: str
    what: str
    checks: list[str] = field(default_factory=list)


def play(script: str, place: World) -> None:
    """Play a dialogue. Raises Wrong at the first line that went another way, with what came instead."""
    codes: dict[str, str] = {}
    for turn in _turns(script):
        if turn.who == "@":
            place.pass_time(turn.what)
            continue
        said = re.sub(r"\{code:([^}]+)\}", lambda m: codes[m[1]], turn.what)
        if turn.how == "<":
            _expect_push(turn, place, codes)
            continue
        answer = {
            ">": lambda: place.say(turn.who, said),  # noqa: B023 - called in this round
            "+": lambda: place.follow(turn.who, said),  # noqa: B023
            "*": lambda: place.photograph(turn.who),  # noqa: B023
        }[turn.how]()
        for check in turn.checks:
            _check(turn, re.sub(r"\{code:([^}]+)\}", lambda m: codes[m[1]], check), answer)


def _check(turn: _Turn, check: str, answer: str) -> None:
    where = f"line {turn.line}: {turn.who}{turn.how} {turn.what}"
    if check.startswith("! "):
        if check[2:] in answer:
            raise Wrong(f"{where}\nmust not contain {check[2:]!r}, but got:\n{answer}")
    elif check.startswith("= "):
        if check[2:].replace("\\n", "\n") != answer:
            raise Wrong(f"{where}\nmust be exactly {check[2:]!r}, but got:\n{answer}")
    elif check not in answer:
        raise Wrong(f"{where}\nmust contain {check!r}, but got:\n{answer}")


def _expect_push(turn: _Turn, place: World, codes: dict[str, str]) -> None:
    place.openid(turn.who)
    place.run_jobs()
    heard = place.hear(turn.who)
    text = "\n---\n".join(heard)
    if turn.what == "!":
        if heard:
            raise Wrong(f"line {turn.line}: {turn.who} must not be told anything, but was told:\n{text}")
        return
    for part in [turn.what, *turn.checks]:
        _check(turn, part, text)
    if found := re.search(r"取货码：(\d{3}) (\d{3})", text):
        codes[turn.who] = found[1] + found[2]


def _turns(script: str) -> Iterator[_Turn]:
    turn: _Turn | None = None
    for number, line in enumerate(script.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            if turn:
                yield turn
            yield _Turn(number, "@", "", line[1:].strip())
            turn = None
        elif line.startswith((" ", "\t")):
            if turn is None:
                raise ValueError(f"line {number}: belongs to nobody: {line}")
            text = line.strip()
            if text.startswith("| "):
                turn.what = text[2:] if turn.what == "|" else f"{turn.what}\n{text[2:]}"
            else:
                turn.checks.append(text)
        else:
            if turn:
                yield turn
            match = _SAID.fullmatch(line.rstrip())
            if match is None:
                raise ValueError(f"line {number}: not understood: {line}")
            turn = _Turn(number, match["who"], match["how"], match["what"].strip())
    if turn:
        yield turn

