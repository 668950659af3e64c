"""A whole 邻团 for tests: a leader, phones of a simulated WeChat, webhook and jobs, on one database.

Every message is signed by the simulated WeChat, goes through the webhook into a real database, and pushes are delivered
by the scheduler's own jobs through the simulator's API over HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import qrcode
from flask import Flask
from sqlalchemy import select, text, update

from bot.protocol import Credentials
from bot.simulator import Account, Sim, inbound, serve
from bot.simulator.push import PushResult
from bot.texts.menu import MENU
from bot.texts.notices import NoticeTexts
from bot.texts.replies import TOO_FAST, busy
from bot.webhook import Texts, Webhook, create_blueprint
from bot.wechat import WeChatMessenger
from handlers import Settings, create_answer
from models import Store, leader
from operations import applications, coupons, leadership, people
from operations.coupons import NewCoupon
from scheduler.jobs import Context
from scheduler.jobs import Settings as JobSettings
from scheduler.schedule import SCHEDULE
from tests.support import farm
from tests.support.clock import StillClock

TOKEN, SECRET = "token-of-the-tests-0001", "secret-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PUBLIC_URL = "http://127.0.0.1:8000"
LEADER = "小美"
_PASSES = re.compile(r"\+(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?")


@dataclass
class World:
    """A leader 小美 (L1), the webhook, the phones and the jobs, on one database."""

    store: Store
    clock: StillClock
    sim: Sim
    jobs: Context
    seen: dict[str, int] = field(default_factory=dict)

    # ---- what people do
    def openid(self, who: str) -> str:
        """The phone of this person; a new neighbour gets one and follows L1."""
        found = self._known(who)
        if found is None:
            found = self.sim.add_user(name=who).openid
            self.sim.text(found, "L1")
            self.hear(who)
        return found

    def say(self, who: str, words: str) -> str:
        """Type a text; the reply. Pushes that came meanwhile stay to be heard."""
        return self.sim.text(self.openid(who), words).text

    def say_thrice(self, who: str, words: str) -> str:
        """Type a text that WeChat delivers three times; every time the answer must be the same."""
        openid = self.openid(who)
        fields = inbound.body(
            self.sim.account.origin_id, inbound.text(openid, words), self.sim.stamp(), self.sim.message_id()
        )
        answers = {self.sim.raw(openid, inbound.render(fields)).text for _ in range(3)}
        assert len(answers) == 1, answers
        return answers.pop()

    def scan_leader(self, who: str, scene: str) -> str:
        """Scan a leader's QR, which follows where one does not yet; without a scene just follow."""
        openid = self._known(who)
        if openid is None:
            openid = self.sim.add_user(name=who, subscribed=False).openid
        elif scene and self.sim.user(openid).subscribed:
            return self.sim.scan(openid, scene).text
        return self.sim.subscribe(openid, scene=scene or None).text

    def leave(self, who: str) -> str:
        """Stop following."""
        return self.sim.unsubscribe(self.openid(who)).text

    def send(self, who: str, what: str) -> str:
        """Send something that is not a text: 照片 (of a QR with these words), 语音 (with what WeChat heard), 位置, …"""
        kind, _, words = what.partition(" ")
        openid = self.openid(who)
        out = BytesIO()
        qrcode.make(words or "a picture").save(out, format="PNG")
        results: dict[str, PushResult] = {}
        if kind == "照片":
            results[kind] = self.sim.image(openid, out.getvalue(), mime="image/png")
        elif kind == "语音":
            results[kind] = self.sim.voice(openid, words or None)
        elif kind == "位置":
            results[kind] = self.sim.location(openid, 31.2, 121.5, "小区门口")
        elif kind == "视频":
            results[kind] = self.sim.video(openid)
        elif kind == "表情":
            results[kind] = self.sim.text(openid, "[微笑]")
        return results[kind].text

    def tap(self, who: str, name: str) -> str:
        """Tap an item of the account's menu."""
        return self.sim.click(self.openid(who), _menu_key(name)).text

    def scan_code(self, who: str, content: str) -> str:
        """Scan a pickup QR with the menu's scanner."""
        return self.sim.scancode_waitmsg(self.openid(who), _menu_key("扫码核销"), content).text

    # ---- what others do
    def act(self, what: str) -> None:
        """What happens beside the chat, or time that passes."""
        verb, _, whom = what.partition(" ")
        acts: dict[str, Callable[[str], None]] = {
            "团长": self.make_leader,
            "平台同意": lambda name: self._decide(name, "approve"),
            "平台拒绝": lambda name: self._decide(name, "reject"),
            "平台暂停": lambda name: self._decide(name, "suspend"),
            "先收钱": self._prepaid,
            "券": self._coupon,
            "商品": lambda what: farm.stock(self.store, what),
            "采购单发出": lambda rest: farm.send_all(self.store, rest),
            "采购收货": lambda what: farm.receive_all(self.store, what),
            "数据库坏了": lambda _: self._break(True),
            "数据库好了": lambda _: self._break(False),
        }
        if verb in acts:
            acts[verb](whom)
        else:
            self.pass_time(what)

    def _coupon(self, what: str) -> None:
        """The platform makes a coupon for L1: its title, its code, what it takes off in fen."""
        title, code, value = what.split()
        with self.store.transaction() as work:
            leader_id = people.find_leader(work, number=1).id
            new = NewCoupon(title=title, kind="amount", value=int(value), code=code)
            coupons.create(work, leader_id=leader_id, new=new, actor="operator:1")

    def make_leader(self, name: str) -> None:
        """One more leader who works; the first one is L1, the next L2."""
        openid = self._known(name) or self.sim.add_user(name=name, role="leader").openid
        with self.store.transaction() as work:
            person = people.recognise(work, openid)
            leader_id = leadership.apply_as_leader(
                work, account_id=person.account_id, name=name, note=None, share_bps=1000
            )
            leadership.approve_leader(work, leader_id=leader_id, actor="system")

    def run_jobs(self) -> int:
        """Every job once, as the scheduler would; how many things they dealt with."""
        return sum(job.do(self.jobs) for job in SCHEDULE)

    def hear(self, who: str) -> list[str]:
        """Pushes this person has not heard yet."""
        user = next(u for u in self.sim.state.users.values() if u.name == who)
        bubbles = [b for b in self.sim.inbox(user.openid) if not b.mine and b.channel != "reply"]
        fresh = bubbles[self.seen.get(who, 0) :]
        self.seen[who] = len(bubbles)
        return [b.text or f"[{b.kind}]" for b in fresh]

    def answers(self) -> list[str]:
        """Every answer anybody has had."""
        return [
            b.text
            for user in self.sim.state.users.values()
            for b in self.sim.inbox(user.openid)
            if b.channel == "reply"
        ]

    # ---- within
    def _known(self, who: str) -> str | None:
        return next((u.openid for u in self.sim.state.users.values() if u.name == who), None)

    def pass_time(self, what: str) -> None:
        """+2h30m, or a time in Shanghai; jobs run at the end of it."""
        if match := _PASSES.fullmatch(what):
            parts = {name: int(value or 0) for name, value in match.groupdict().items()}
            self.clock.advance(days=parts["d"], hours=parts["h"], minutes=parts["m"])
        else:
            self.clock.set_local(what)
        self.run_jobs()

    def _decide(self, name: str, decision: str) -> None:
        with self.store.transaction() as work:
            leader_id = self._leader_id(name)
            if decision == "reject":
                applications.reject(work, leader_id=leader_id, reason="资料不全", actor="operator:1")
            else:
                act = applications.approve if decision == "approve" else applications.suspend
                act(work, leader_id=leader_id, actor="operator:1")

    def _prepaid(self, name: str) -> None:
        leader_id = self._leader_id(name)
        with self.store.transaction() as work:
            work.db.execute(update(leader).where(leader.c.id == leader_id).values(payment_mode="transfer"))

    def _leader_id(self, name: str) -> int:
        with self.store.read() as work:
            found = select(leader.c.id).where(leader.c.display_name == name)
            return int(work.db.execute(found).scalar_one())

    def _break(self, is_broken: bool) -> None:
        """A table is away, so that whatever needs it fails in the middle."""
        names = ("order_line", "order_line_away")
        old, new = names if is_broken else reversed(names)
        with self.store.transaction() as work:
            work.db.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def _menu_key(name: str) -> str:
    for button in MENU["button"]:
        for one in (button, *button.get("sub_button", ())):
            if one["name"] == name and "key" in one:
                return str(one["key"])
    raise ValueError(f"no such item in the menu: {name}")


@contextmanager
def world(store: Store, clock: StillClock, media: Path) -> Iterator[World]:
    """Everything a dialogue needs, torn down at the end."""
    account = Account(token=TOKEN, secret=SECRET, aes_key=AES_KEY, mode="safe")
    sim = Sim(clock=clock, account=account)
    sim.connect(_application(store, clock, account), "/wechat")
    with serve(sim.wsgi) as base:
        sim.base_url = base
        messenger = WeChatMessenger(account.appid, SECRET, api_base=f"{base}/cgi-bin/", simulator=True)
        jobs = Context(store, messenger, NoticeTexts(PUBLIC_URL), JobSettings(media_folder=media, sends_per_second=1e6))
        place = World(store, clock, sim, jobs)
        place.make_leader(LEADER)
        try:
            yield place
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
