"""Delivering notices over real HTTP to a simulated WeChat: the chain of channels, digests, and every class of error."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import select

from bot.simulator import Account, Sim, serve
from bot.wechat import WeChatMessenger
from models import Store, account, opt_in
from operations import outbox, windows
from operations.notices import client_msg_id, enqueue
from scheduler.channels import Channels, Template
from scheduler.delivery import Deliverer
from scheduler.pacing import Pacer
from scheduler.qr import draw
from tests.scheduler.neighbours import (
    LEADER,
    notices,
    openid,
    paused,
    set_account,
    set_leader,
    settle,
    states,
    tell,
    windows_of,
)
from tests.scheduler.words import CUSTOMER_ONLY, EVERYTHING, SUBSCRIBE_ID, TEMPLATE_ID, TEMPLATES, Words
from tests.support.clock import StillClock

CUSTOM, TEMPLATE, SUBSCRIBE = "message/custom/send", "message/template/send", "message/subscribe/bizsend"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def sim(clock: StillClock) -> Sim:
    sim = Sim(clock=clock, account=Account(appid="wxtest00000000test", secret="secret-of-a-test"))
    sim.connect(lambda environ, start: (start("200 OK", []), [b"success"])[1])
    for account_id in (1, 2, 3, LEADER):
        sim.add_user(openid(account_id))
    sim.add_template(TEMPLATE_ID, "到货通知", {"thing1": "thing", "character_string2": "character_string"})
    sim.add_template(SUBSCRIBE_ID, "取货提醒", {"thing1": "thing"}, kind="subscribe")
    return sim


@pytest.fixture
def messenger(sim: Sim, clock: StillClock) -> Iterator[WeChatMessenger]:
    with serve(sim.wsgi) as url:
        messenger = WeChatMessenger(
            sim.account.appid,
            sim.account.secret,
            api_base=f"{url}/cgi-bin/",
            simulator=True,
            monotonic=lambda: clock().timestamp(),
        )
        yield messenger
        messenger.close()


@pytest.fixture
def world(store: Store, sim: Sim, messenger: WeChatMessenger) -> World:
    settle(store)
    return World(store, sim, messenger)


class World:
    """The store, the platform, and a worker between them."""

    def __init__(self, store: Store, sim: Sim, messenger: WeChatMessenger) -> None:
        self.store, self.sim, self.messenger, self.stop = store, sim, messenger, threading.Event()
        self.use(CUSTOMER_ONLY)

    def use(self, channels: Channels) -> None:
        """Start a new worker with these channels."""
        pacer = Pacer(1000, sleep=lambda _: None)
        self.worker = Deliverer(self.store, self.messenger, Words(), channels, pacer=pacer, stop=self.stop)

    def deliver(self) -> int:
        return self.worker.deliver_due()

    def writes(self, *account_ids: int) -> None:
        """These people write to the account: both ledgers open a window."""
        for account_id in account_ids:
            self.sim.text(openid(account_id), "在吗")
            with self.store.transaction() as work:
                windows.opened(work, account_id=account_id, kind="message")

    def agrees(self, account_id: int) -> None:
        self.sim.opt_in(openid(account_id), SUBSCRIBE_ID)
        with self.store.transaction() as work:
            windows.accepted(work, account_id=account_id, template_id=SUBSCRIBE_ID)

    def heard(self, account_id: int) -> list[tuple[str, str]]:
        return [(bubble.channel, bubble.text) for bubble in self.sim.inbox(openid(account_id))]

    def calls(self, path: str) -> int:
        return len(self.sim.calls(path))


# ---------------------------------------------------------------- the chain


def test_inside_a_window_it_is_a_customer_message(world: World) -> None:
    world.writes(1)
    tell(world.store, 1)
    assert world.deliver() == 1
    assert [text for _, text in world.heard(1)] == ["arrived: k"]
    row = notices(world.store)["k:1"]
    assert (row.state, row.channel, windows_of(world.store, 1)) == ("sent", "customer", {"message": 4})
    assert world.deliver() == 0
    assert world.calls(CUSTOM) == 1


def test_outside_every_window_it_is_a_template_message(world: World) -> None:
    world.use(EVERYTHING)
    tell(world.store, 1)
    world.deliver()
    row = notices(world.store)["k:1"]
    [call] = world.sim.calls(TEMPLATE)
    assert (row.state, row.channel, row.wx_msgid) == ("sent", "template", str(call.answer["msgid"]))
    assert call.body["client_msg_id"] == client_msg_id(LEADER, "k:1")
    assert {name: field["value"] for name, field in call.body["data"].items()} == {
        "thing1": "k",
        "character_string2": "code-1",
    }
    assert world.calls(CUSTOM) == 0


def test_without_a_template_it_is_a_subscription_message_once_per_opt_in(world: World) -> None:
    world.use(Channels(subscriptions=EVERYTHING.subscriptions))
    world.agrees(1)
    tell(world.store, 1, key="a")
    world.deliver()
    tell(world.store, 1, key="b")
    world.deliver()
    assert states(world.store) == {"a:1": "sent", "b:1": "waiting"}
    assert (world.calls(SUBSCRIBE), notices(world.store)["a:1"].channel) == (1, "subscribe")


def test_when_nothing_can_carry_it_it_waits_for_the_person(world: World) -> None:
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), world.calls(CUSTOM)) == ({"k:1": "waiting"}, 0)


def test_an_account_that_may_send_nothing_asks_once_and_keeps_everything_for_the_replies(
    store: Store, clock: StillClock, sim: Sim, messenger: WeChatMessenger
) -> None:
    sim.account.kind = sim.account.kind.UNVERIFIED_SUB
    settle(store)
    world = World(store, sim, messenger)
    world.writes(1, 2, 3)
    tell(store, 1, 2, 3)
    world.deliver()
    assert set(states(store).values()) == {"waiting"}
    assert world.calls(CUSTOM) == 1
    assert paused(store)["customer"].code == 48001


def test_long_values_are_cut_to_what_a_field_holds(world: World) -> None:
    world.use(TEMPLATES)
    tell(world.store, 1, key="周六水果团" * 6)
    world.deliver()
    [call] = world.sim.calls(TEMPLATE)
    assert call.body["data"]["thing1"]["value"] == ("周六水果团" * 6)[:19] + "…"
    assert set(states(world.store).values()) == {"sent"}


# ---------------------------------------------------------------- one person, several notices


def test_several_notices_are_one_message(world: World) -> None:
    world.writes(1, 2)
    for key in "abc":
        tell(world.store, 1, key=key)
    tell(world.store, 2, key="z")
    world.deliver()
    assert [text for _, text in world.heard(1)] == ["arrived: a\n\narrived: b\n\narrived: c"]
    assert [text for _, text in world.heard(2)] == ["arrived: z"]
    assert set(states(world.store).values()) == {"sent"}
    assert windows_of(world.store, 1) == {"message": 4}


def test_a_digest_that_would_be_too_long_becomes_two(world: World) -> None:
    world.writes(1)
    for key in "甲乙丙":
        tell(world.store, 1, key=key, title=key * 300)
    world.deliver()
    assert [len(text.split("\n\n")) for _, text in world.heard(1)] == [2, 1]


def test_what_the_night_held_back_comes_as_one_message_in_the_morning(world: World, clock: StillClock) -> None:
    set_leader(world.store, quiet_from_min=22 * 60, quiet_until_min=7 * 60 + 30)
    world.writes(1)
    for hour in (22, 23):
        clock.set_local(f"2026-05-02 {hour}:15")
        tell(world.store, 1, key=f"at-{hour}")
        assert world.deliver() == 0
    clock.set_local("2026-05-03 07:30")
    assert world.deliver() == 2
    assert [text for _, text in world.heard(1)] == ["arrived: at-22\n\narrived: at-23"]


def test_one_notice_without_words_does_not_stop_the_others(world: World) -> None:
    world.writes(1)
    tell(world.store, 1, key="a")
    with world.store.transaction() as work:
        enqueue(work, leader_id=LEADER, account_id=1, kind="arrived", key="b:1", payload={"broken": 1})
        enqueue(work, leader_id=LEADER, account_id=1, kind="arrived", key="c:1", payload={})
    world.deliver()
    assert states(world.store) == {"a:1": "sent", "b:1": "failed", "c:1": "expired"}
    assert [text for _, text in world.heard(1)] == ["arrived: a"]


def test_a_template_that_a_notice_cannot_fill_is_passed_by(world: World) -> None:
    world.use(
        Channels(
            customer=False,
            templates={"arrived": Template(TEMPLATE_ID, {"thing1": "no such fact"})},
            subscriptions=EVERYTHING.subscriptions,
        )
    )
    world.agrees(1)
    tell(world.store, 1)
    world.deliver()
    assert notices(world.store)["k:1"].channel == "subscribe"


# ---------------------------------------------------------------- pictures


def read(png: bytes) -> str:
    """What the QR code on a picture says."""
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    return str(code.text)


def send_picture(world: World, kind: str, payload: dict[str, str]) -> None:
    with world.store.transaction() as work:
        enqueue(work, leader_id=LEADER, account_id=1, kind=kind, key="picture", payload=payload)


def test_a_pickup_code_comes_as_a_picture_beside_the_words(world: World) -> None:
    world.writes(1)
    tell(world.store, 1, key="a")
    send_picture(world, "pickup_qr", {"url": "https://lintuan.invalid/t/abc"})
    tell(world.store, 1, key="b")
    world.deliver()
    assert set(states(world.store).values()) == {"sent"}
    kinds = [bubble.kind for bubble in world.sim.inbox(openid(1))]
    assert sorted(kinds) == ["image", "text", "text"]
    assert read(draw("https://lintuan.invalid/t/abc")) == "https://lintuan.invalid/t/abc"


def test_the_leaders_code_is_one_of_the_platforms(world: World) -> None:
    world.writes(1)
    send_picture(world, "leader_qr", {"scene": "L7"})
    world.deliver()
    [call] = world.sim.calls("qrcode/create")
    assert call.body["action_info"]["scene"] == {"scene_str": "L7"}
    assert states(world.store) == {"picture": "sent"}


def test_a_picture_that_cannot_come_now_comes_never(world: World) -> None:
    send_picture(world, "pickup_qr", {"url": "https://lintuan.invalid/t/abc"})
    world.deliver()
    assert states(world.store) == {"picture": "expired"}


def test_without_codes_of_the_platform_no_channel_rests(world: World) -> None:
    world.writes(1)
    world.sim.fault("qrcode/create", "48001")
    send_picture(world, "leader_qr", {"scene": "L7"})
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), paused(world.store)) == ({"picture": "expired", "k:1": "sent"}, {})


# ---------------------------------------------------------------- one test per class of error


def test_busy_platform_is_tried_again_with_growing_pauses(world: World, clock: StillClock) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "-1", 2)
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), world.calls(TEMPLATE)) == ({"k:1": "queued"}, 1)
    clock.advance(seconds=9)
    assert world.deliver() == 0
    clock.advance(seconds=1)
    world.deliver()
    clock.advance(seconds=30)
    world.deliver()
    assert (states(world.store), world.calls(TEMPLATE)) == ({"k:1": "sent"}, 3)
    assert len({call.body["client_msg_id"] for call in world.sim.calls(TEMPLATE)}) == 1


def test_a_refused_customer_message_does_not_use_up_the_window(world: World) -> None:
    world.writes(1)
    world.sim.fault(CUSTOM, "-1")
    tell(world.store, 1)
    world.deliver()
    assert windows_of(world.store, 1) == {"message": 5}
    assert notices(world.store)["k:1"].first_sent_at is None


def test_a_minute_limit_stops_the_channel_and_costs_no_try(world: World, clock: StillClock) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "45011")
    tell(world.store, 1, 2, 3)
    world.deliver()
    assert world.calls(TEMPLATE) == 1
    assert {(row.state, row.attempts) for row in notices(world.store).values()} == {("queued", 0)}
    clock.advance(seconds=59)
    assert world.deliver() == 0
    clock.advance(seconds=1)
    world.deliver()
    assert set(states(world.store).values()) == {"sent"}


def test_too_often_for_one_person_does_not_slow_the_others(world: World, clock: StillClock) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "43117", openid=openid(1))
    tell(world.store, 1, 2)
    world.deliver()
    assert (states(world.store), paused(world.store)) == ({"k:1": "queued", "k:2": "sent"}, {})
    assert notices(world.store)["k:1"].attempts == 0
    clock.advance(seconds=60)
    world.deliver()
    assert states(world.store)["k:1"] == "sent"


def test_a_refused_token_is_renewed_once_and_then_all_channels_rest(world: World, clock: StillClock) -> None:
    world.use(EVERYTHING)
    world.writes(1)
    world.sim.fault(CUSTOM, "40001", math.inf)
    tell(world.store, 1)
    world.deliver()
    tokens = world.calls("stable_token")
    assert (states(world.store), notices(world.store)["k:1"].attempts) == ({"k:1": "queued"}, 0)
    assert set(paused(world.store)) == {"customer", "template", "subscribe"}
    for _ in range(4):
        clock.advance(seconds=60)
        assert world.deliver() == 0
    assert world.calls("stable_token") == tokens <= 3
    world.sim.clear_faults()
    clock.advance(seconds=60)
    world.deliver()
    assert states(world.store) == {"k:1": "sent"}


def test_a_used_up_quota_rests_until_midnight_in_china(world: World, clock: StillClock) -> None:
    clock.set_local("2026-05-02 18:00")
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "45009")
    tell(world.store, 1, 2)
    world.deliver()
    assert world.calls(TEMPLATE) == 1
    assert paused(world.store)["template"].until == datetime(2026, 5, 3, tzinfo=SHANGHAI)
    clock.set_local("2026-05-02 23:59")
    assert world.deliver() == 0
    clock.set_local("2026-05-03 00:00")
    world.deliver()
    assert {(row.state, row.attempts) for row in notices(world.store).values()} == {("sent", 1)}


def test_a_used_up_quota_leaves_the_other_channels(world: World) -> None:
    world.use(EVERYTHING)
    world.writes(1)
    world.sim.fault(CUSTOM, "45009")
    tell(world.store, 1)
    world.deliver()
    assert notices(world.store)["k:1"].channel == "template"


@pytest.mark.parametrize("code", [45015, 45047, 48002, 40003])
def test_somebody_out_of_reach_gets_it_by_the_next_channel(world: World, code: int) -> None:
    world.use(EVERYTHING)
    world.writes(1)
    world.sim.fault(CUSTOM, str(code))
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), notices(world.store)["k:1"].channel) == ({"k:1": "sent"}, "template")
    assert windows_of(world.store, 1) == {"message": 0}


def test_an_opt_in_that_is_gone_is_taken_off_the_ledger(world: World) -> None:
    world.use(Channels(subscriptions=EVERYTHING.subscriptions))
    world.agrees(1)
    world.sim.fault(SUBSCRIBE, "43101")
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), notices(world.store)["k:1"].last_code) == ({"k:1": "waiting"}, 43101)
    with world.store.read() as work:
        assert work.db.execute(select(opt_in.c.remaining)).scalar_one() == 0


def test_who_left_is_not_tried_again(world: World) -> None:
    world.use(EVERYTHING)
    world.writes(1)
    world.sim.user(openid(1)).subscribed = False
    tell(world.store, 1, key="a")
    world.deliver()
    assert (states(world.store), notices(world.store)["a:1"].last_code) == ({"a:1": "waiting"}, 43004)
    with world.store.read() as work:
        assert not work.db.execute(select(account.c.is_subscribed).where(account.c.id == 1)).scalar_one()
    before = world.calls(CUSTOM) + world.calls(TEMPLATE)
    tell(world.store, 1, key="b")
    assert world.deliver() == 0
    assert world.calls(CUSTOM) + world.calls(TEMPLATE) == before
    assert states(world.store)["b:1"] == "waiting"


@pytest.mark.parametrize("code", [48001, 50002, 40164])
def test_an_account_that_must_be_put_right_rests_the_channel_and_shows(
    world: World, clock: StillClock, code: int
) -> None:
    world.writes(1, 2)
    world.sim.fault(CUSTOM, str(code))
    tell(world.store, 1, 2)
    world.deliver()
    assert world.calls(CUSTOM) == 1
    assert (paused(world.store)["customer"].code, notices(world.store)["k:1"].last_code) == (code, code)
    assert set(states(world.store).values()) == {"waiting"}
    clock.advance(hours=1)
    tell(world.store, 1, key="later")
    world.deliver()
    assert states(world.store)["later:1"] == "sent"


def test_our_own_mistake_is_not_repeated(world: World, clock: StillClock) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "47003", math.inf)
    tell(world.store, 1)
    world.deliver()
    clock.advance(hours=1)
    assert world.deliver() == 0
    row = notices(world.store)["k:1"]
    assert (row.state, row.last_code, world.calls(TEMPLATE)) == ("failed", 47003, 1)


def test_one_bad_notice_in_a_digest_is_found(world: World) -> None:
    world.writes(1)
    world.sim.fault(CUSTOM, "47003", 2)  # the digest, and then the first of it
    tell(world.store, 1, key="a")
    tell(world.store, 1, key="b")
    world.deliver()
    assert states(world.store) == {"a:1": "failed", "b:1": "sent"}


def test_already_there_counts_as_sent(world: World) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "40241")
    tell(world.store, 1)
    world.deliver()
    assert states(world.store) == {"k:1": "sent"}


# ---------------------------------------------------------------- what nobody knows


@pytest.mark.parametrize("fault", ["reset_after", "truncated_json"])
def test_a_lost_answer_to_a_template_is_repeated_under_the_same_id(world: World, clock: StillClock, fault: str) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, fault)
    tell(world.store, 1)
    world.deliver()
    assert (states(world.store), len(world.heard(1))) == ({"k:1": "queued"}, 1)
    world.writes(1)  # a window opens meanwhile: a customer message would be a second copy
    world.use(Channels(templates=TEMPLATES.templates))
    clock.advance(seconds=10)
    world.deliver()
    assert (states(world.store), len(world.heard(1)), world.calls(TEMPLATE)) == ({"k:1": "sent"}, 1, 2)
    assert len({call.body["client_msg_id"] for call in world.sim.calls(TEMPLATE)}) == 1


def test_a_lost_answer_to_a_customer_message_is_repeated_once_where_that_is_harmless(
    world: World, clock: StillClock
) -> None:
    world.writes(1)
    world.sim.fault(CUSTOM, "reset_after", 2)
    tell(world.store, 1)
    world.deliver()
    clock.advance(seconds=10)
    world.deliver()
    assert states(world.store) == {"k:1": "held"}
    clock.advance(hours=1)
    assert (world.deliver(), world.calls(CUSTOM), len(world.heard(1))) == (0, 2, 2)


def test_a_refund_whose_fate_is_unknown_is_left_to_the_operator(world: World) -> None:
    world.writes(1)
    world.sim.fault(CUSTOM, "reset_after")
    tell(world.store, 1, kind="refund")
    world.deliver()
    assert (states(world.store), len(world.heard(1))) == ({"k:1": "held"}, 1)


def test_a_refund_by_template_is_repeated_only_while_the_platform_would_notice(world: World, clock: StillClock) -> None:
    world.use(Channels(customer=False, templates=EVERYTHING.templates))
    world.sim.fault(TEMPLATE, "reset_after", math.inf)
    tell(world.store, 1, kind="refund")
    for seconds in (0, 10, 30, 60, 300, 900):
        clock.advance(seconds=seconds)
        world.deliver()
    assert (states(world.store), len(world.heard(1)), world.calls(TEMPLATE)) == ({"k:1": "held"}, 1, 5)


@pytest.mark.parametrize("fault", ["500", "html", "reset_before"])
def test_a_gateway_in_trouble_is_waited_out(world: World, clock: StillClock, fault: str) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, fault, 2)
    tell(world.store, 1)
    for seconds in (0, 10, 30):
        clock.advance(seconds=seconds)
        world.deliver()
    assert (states(world.store), len(world.heard(1))) == ({"k:1": "sent"}, 1)


def test_a_platform_in_trouble_is_not_asked_for_every_notice(world: World, clock: StillClock) -> None:
    world.use(TEMPLATES)
    world.sim.fault(TEMPLATE, "503", math.inf)
    for key in "abcdefgh":
        tell(world.store, 1, key=key)
    world.deliver()
    assert world.calls(TEMPLATE) == 3
    world.sim.clear_faults()
    clock.advance(seconds=60)
    world.deliver()
    assert set(states(world.store).values()) == {"sent"}


def test_an_hour_without_any_connection_loses_nothing(
    store: Store, clock: StillClock, sim: Sim, free_port: int
) -> None:
    settle(store)
    nobody = WeChatMessenger("wxtest", "secret-of-a-test", api_base=f"http://127.0.0.1:{free_port}/", simulator=True)
    world = World(store, sim, nobody)
    world.writes(1, 2)
    tell(store, 1, 2)
    for _ in range(40):
        world.deliver()
        clock.advance(seconds=90)
    nobody.close()
    assert {(row.state, row.attempts) for row in notices(store).values()} == {("queued", 0)}
    assert windows_of(store, 1) == {"message": 5}
    with serve(sim.wsgi) as url:
        back = WeChatMessenger(sim.account.appid, sim.account.secret, api_base=f"{url}/cgi-bin/", simulator=True)
        World(store, sim, back).deliver()
        back.close()
    assert set(states(store).values()) == {"sent"}


# ---------------------------------------------------------------- crashes


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_after_the_send_repeats_it_under_the_same_id(world: World, clock: StillClock, store: Store) -> None:
    world.use(TEMPLATES)
    tell(store, 1)
    send = world.messenger.send_template

    def crash_after(*args: object, **options: object) -> str:
        send(*args, **options)  # type: ignore[arg-type]
        raise Crash

    world.messenger.send_template = crash_after  # type: ignore[method-assign]
    with pytest.raises(Crash):
        world.deliver()
    world.messenger.send_template = send  # type: ignore[method-assign]
    assert states(store) == {"k:1": "sending"}
    assert world.deliver() == 0
    clock.advance(seconds=61)
    assert world.deliver() == 1
    assert (states(store), len(world.heard(1))) == ({"k:1": "sent"}, 1)
    assert len({call.body["client_msg_id"] for call in world.sim.calls(TEMPLATE)}) == 1


def test_a_crash_in_the_middle_of_a_batch_tells_everybody_once(world: World, clock: StillClock, store: Store) -> None:
    """Three receivers, dead after two (openfoodnetwork#13278)."""
    world.use(TEMPLATES)
    tell(store, 1, 2, 3)
    send, sent = world.messenger.send_template, list[object]()

    def crash_at_third(*args: object, **options: object) -> str:
        if len(sent) == 2:
            raise Crash
        sent.append(args)
        return send(*args, **options)  # type: ignore[arg-type]

    world.messenger.send_template = crash_at_third  # type: ignore[method-assign]
    with pytest.raises(Crash):
        world.deliver()
    world.messenger.send_template = send  # type: ignore[method-assign]
    clock.advance(seconds=61)
    world.deliver()
    assert [len(world.heard(account_id)) for account_id in (1, 2, 3)] == [1, 1, 1]
    assert set(states(store).values()) == {"sent"}


def test_a_refund_that_a_dead_worker_may_have_sent_is_held(world: World, clock: StillClock, store: Store) -> None:
    world.writes(1)
    tell(store, 1, kind="refund")
    with store.transaction() as work:
        [claimed] = outbox.claim(work, limit=1, lease=timedelta(seconds=60))
        outbox.begin_sending(work, claimed, channel="customer")
    clock.advance(seconds=61)
    world.deliver()
    assert (states(store), world.calls(CUSTOM)) == ({"k:1": "held"}, 0)


def test_a_worker_that_wakes_after_its_lease_changes_nothing(world: World, clock: StillClock, store: Store) -> None:
    world.use(TEMPLATES)
    tell(store, 1)
    send = world.messenger.send_template
    second = World(store, world.sim, world.messenger)
    second.use(TEMPLATES)

    def sleep_over_the_lease(*args: object, **options: object) -> str:
        world.messenger.send_template = send  # type: ignore[method-assign]
        msgid = send(*args, **options)  # type: ignore[arg-type]
        clock.advance(seconds=61)
        second.deliver()
        return msgid + "-stale"

    world.messenger.send_template = sleep_over_the_lease  # type: ignore[method-assign]
    world.deliver()
    row = notices(store)["k:1"]
    assert (row.state, row.fence, len(world.heard(1))) == ("sent", 2, 1)
    assert not str(row.wx_msgid).endswith("stale")


def test_no_call_starts_with_too_little_of_the_lease_left(world: World, clock: StillClock, store: Store) -> None:
    world.use(TEMPLATES)
    tell(store, 1, 2, 3)
    send = world.messenger.send_template

    def slow(*args: object, **options: object) -> str:
        clock.advance(seconds=15)
        return send(*args, **options)  # type: ignore[arg-type]

    world.messenger.send_template = slow  # type: ignore[method-assign]
    world.deliver()
    assert [len(world.heard(account_id)) for account_id in (1, 2, 3)] == [1, 1, 1]
    assert {row.fence for row in notices(store).values()} == {1, 2}  # the last one was claimed anew


def test_stopping_gives_back_what_was_not_begun(world: World, store: Store) -> None:
    world.use(TEMPLATES)
    tell(store, 1, 2, 3)
    send = world.messenger.send_template

    def stop_soon(*args: object, **options: object) -> str:
        world.stop.set()
        return send(*args, **options)  # type: ignore[arg-type]

    world.messenger.send_template = stop_soon  # type: ignore[method-assign]
    world.deliver()
    assert sorted((row.state, row.attempts) for row in notices(store).values()) == [
        ("queued", 0),
        ("queued", 0),
        ("sent", 1),
    ]


def test_muted_people_are_left_in_peace(world: World) -> None:
    world.use(EVERYTHING)
    world.writes(1)
    set_account(world.store, 1, is_muted=True)
    tell(world.store, 1)
    assert (world.deliver(), world.heard(1)) == (0, [])


# ---------------------------------------------------------------- pace


def test_calls_are_spread_evenly() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))
        now[0] += seconds

    pacer = Pacer(20, monotonic=lambda: now[0], sleep=sleep)
    for _ in range(4):
        pacer.wait()
    now[0] += 10  # a rest does not allow a burst afterwards
    for _ in range(3):
        pacer.wait()
    assert slept == [0.05, 0.05, 0.05, 0.05, 0.05]
