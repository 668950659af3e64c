"""The webhook behind Flask, pushed to by the simulated platform, which also judges every answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot.inbound import Inbound
from bot.protocol import Credentials, Reply
from bot.simulator import Account, Sim, serve
from bot.webhook import Texts, Webhook, create_blueprint
from models.base import Store, Work
from models.messages import inbound_message
from tests.bot import pushes
from tests.support.clock import StillClock

RESIDENT = "o_test_resident_1"
REFUSED = [
    "wrong_signature",
    "wrong_key",
    "wrong_appid",
    "plain_in_safe",
    "entity_bomb",
    "external_dtd",
    "huge_body",
    "many_tags",
    "invalid_utf8",
]
SILENT = ["missing_field", "duplicate_field", "empty_msgtype", "control_chars"]
ANSWERED = ["unknown_type", "msgid_zero", "msgid_huge", "createtime_zero", "createtime_future", "emoji", "cdata_end"]


class Platform:
    """The simulator, the bot and what the bot was asked to answer."""

    def __init__(self, store: Store, clock: StillClock) -> None:
        self.store, self.asked, self._lock = store, list[Inbound](), threading.Lock()
        account = Account(token=pushes.TOKEN, aes_key=pushes.KEY, mode="safe")
        self.sim = Sim(clock=clock, account=account)
        webhook = Webhook(
            credentials=Credentials(
                token=account.token, appid=account.appid, aes_keys=(account.aes_key,), account_id=account.origin_id
            ),
            store=store,
            clock=clock,
            answer=self.answer,
            texts=Texts(busy="系统忙（编号 {}）".format, too_fast=lambda: "慢一点"),
            log_key=b"key for tests",
            limit=None,
        )
        self.app = Flask(__name__)
        self.app.register_blueprint(create_blueprint(webhook))
        self.sim.connect(self.app)
        self.sim.add_user(RESIDENT)

    def answer(self, work: Work, inbound: Inbound) -> Reply:
        with self._lock:
            self.asked.append(inbound)
        return f"{inbound.event or inbound.kind}：{inbound.text}"

    def rows(self) -> int:
        with self.store.read() as work:
            return work.db.scalar(select(func.count()).select_from(inbound_message)) or 0


@pytest.fixture
def platform(store: Store, clock: StillClock) -> Platform:
    return Platform(store, clock)


@pytest.fixture
def sqlite_platform(sqlite_store: Store, clock: StillClock) -> Iterator[Platform]:
    platform = Platform(sqlite_store, clock)
    yield platform
    assert platform.sim.failures == []


def test_the_address_check(sqlite_platform: Platform) -> None:
    assert sqlite_platform.sim.verify("4375120948345356249").body == b"4375120948345356249"


def test_every_gesture_is_understood_and_its_answer_accepted(sqlite_platform: Platform) -> None:
    sim, asked = sqlite_platform.sim, sqlite_platform.asked
    sim.text(RESIDENT, "西红柿2斤\n土豆1袋")
    sim.menu_item(RESIDENT, "101", "已取")
    sim.image(RESIDENT)
    sim.voice(RESIDENT)
    sim.video(RESIDENT)
    sim.location(RESIDENT, 31.230391, 121.473701, "人民广场")
    sim.link(RESIDENT, "标题", "说明", "https://x.invalid/")
    sim.subscribe(RESIDENT, "L7")
    sim.scan(RESIDENT, "R20260105.L7")
    sim.click(RESIDENT, "MY_ORDERS")
    sim.scancode_waitmsg(RESIDENT, "VERIFY", "PICK:8F3K2")
    sim.popup(RESIDENT, "S", accept=True)
    sim.unsubscribe(RESIDENT)
    kinds = ["text", "text", "image", "voice", "video", "location", "link"]
    assert [m.kind for m in asked] == kinds + ["event"] * 6
    assert [m.event for m in asked[7:]] == [
        "subscribe",
        "scan",
        "click",
        "scancode_waitmsg",
        "subscribe_msg_popup_event",
        "unsubscribe",
    ]
    assert (asked[0].text, asked[1].menu_id) == ("西红柿2斤\n土豆1袋", "101")
    assert asked[5].location is not None
    assert (asked[5].location.lat_e6, asked[5].location.label) == (31_230_391, "人民广场")
    assert [m.scene for m in asked[7:9]] == ["L7", "R20260105.L7"]
    assert (asked[9].event_key, asked[10].scan_result) == ("MY_ORDERS", "PICK:8F3K2")
    assert [(o.template_id, o.status) for o in asked[11].opt_ins] == [("S", "accept")]


@pytest.mark.parametrize("fault", REFUSED)
def test_what_is_not_the_platforms_is_turned_away(sqlite_platform: Platform, fault: str) -> None:
    sqlite_platform.sim.fault("push", fault)
    result = sqlite_platform.sim.text(RESIDENT, "西红柿2斤")
    assert {attempt.status for attempt in result.attempts} == {403}
    assert (sqlite_platform.asked, sqlite_platform.rows()) == ([], 0)


@pytest.mark.parametrize("fault", SILENT)
def test_what_cannot_be_read_is_passed_over_in_silence(sqlite_platform: Platform, fault: str) -> None:
    sqlite_platform.sim.fault("push", fault)
    result = sqlite_platform.sim.text(RESIDENT, "西红柿2斤")
    assert [(attempt.status, attempt.body) for attempt in result.attempts] == [(200, b"success")]
    assert (sqlite_platform.asked, sqlite_platform.rows()) == ([], 0)


@pytest.mark.parametrize("fault", ANSWERED)
def test_what_is_odd_is_answered_all_the_same(sqlite_platform: Platform, fault: str) -> None:
    sqlite_platform.sim.fault("push", fault)
    result = sqlite_platform.sim.text(RESIDENT, "西红柿2斤")
    assert result.ok
    assert result.text.partition("：")[2].startswith("西红柿2斤")
    assert len(sqlite_platform.asked) == sqlite_platform.rows() == 1


@pytest.mark.parametrize("fault", ["duplicates", "overlap", "restart", "replay"])
def test_delivered_again_is_handled_once(platform: Platform, fault: str) -> None:
    platform.sim.fault("push", fault)
    result = platform.sim.text(RESIDENT, "西红柿2斤")
    shown = [attempt.reply.text for attempt in result.attempts if attempt.reply]
    assert set(shown) == {"text：西红柿2斤"}
    assert (len(platform.asked), platform.rows(), platform.sim.failures) == (1, 1, [])


def test_two_messages_of_one_second_are_two(platform: Platform) -> None:
    platform.sim.fault("push", "same_second")
    platform.sim.text(RESIDENT, "西红柿2斤")
    assert (len(platform.asked), platform.rows(), platform.sim.failures) == (2, 2, [])


def test_a_burst_of_messages_over_http(platform: Platform) -> None:
    with serve(platform.app) as url:
        platform.sim.connect(f"{url}/wechat")
        platform.sim.fault("push", "burst", count=60)
        result = platform.sim.text(RESIDENT, "西红柿2斤")
    assert {one.text for one in [result, *result.also]} == {"text：西红柿2斤"}
    assert (len(platform.asked), platform.rows(), platform.sim.failures) == (60, 60, [])
