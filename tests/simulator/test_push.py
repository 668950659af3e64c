"""Signatures, attempts, windows, and what lands on the phone."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.simulator import FakeClock, Settings, Sim, UnknownUser, crypto, inbound, serve
from bot.simulator.gestures import NotFollowing
from bot.simulator.judge import UNAVAILABLE
from bot.simulator.target import HttpTarget
from tests.simulator.kit import RESIDENT, Bot, Received, echo, make_sim, say
from tests.support.patience import PATIENCE_S


def test_a_text_is_answered() -> None:
    sim, bot = make_sim(echo)
    result = sim.text(RESIDENT, "西红柿2斤")
    assert (result.text, result.ok) == ("西红柿2斤", True)
    assert sim.last_text(RESIDENT) == "西红柿2斤"
    assert [(bubble.mine, bubble.channel) for bubble in sim.state.timeline] == [(True, "user"), (False, "reply")]
    query = bot.received[0].query
    assert query["signature"] == crypto.signature(sim.account.token, query["timestamp"], query["nonce"])
    assert query["openid"] == RESIDENT


def test_the_url_check() -> None:
    sim, bot = make_sim()
    assert sim.verify("4375120948345356249").body == b"4375120948345356249"
    assert sim.failures == []
    assert set(bot.received[0].query) == {"signature", "timestamp", "nonce", "echostr"}
    sim.connect(lambda environ, start: (start("200 OK", []), [b'"quoted"'])[1])
    sim.verify()
    assert "echostr" in sim.failures[0].reason


def test_three_attempts_with_one_message_id_and_new_nonces() -> None:
    clock = FakeClock()

    def slow_twice(received: Received) -> bytes:
        if len(bot.received) < 3:
            clock.advance(6)
        return echo(received)

    sim, bot = make_sim(slow_twice, clock=clock)
    result = sim.text(RESIDENT, "a")
    assert [bool(attempt.error) for attempt in result.attempts] == [True, True, False]
    assert len({received.get("MsgId") for received in bot.received}) == 1
    assert len({received.query["nonce"] for received in bot.received}) == 3
    assert (sim.inbox(RESIDENT)[-1].attempt, sim.failures) == (3, [])


def test_no_answer_in_three_attempts() -> None:
    clock = FakeClock()

    def slow(received: Received) -> bytes:
        clock.advance(5.5)
        return echo(received)

    sim, bot = make_sim(slow, clock=clock)
    assert not sim.text(RESIDENT, "a").ok
    assert len(bot.received) == 3
    assert "no answer in 3 attempts" in sim.failures[0].reason
    assert sim.last_text(RESIDENT) == UNAVAILABLE


def test_over_http_a_slow_bot_is_cut_off_and_asked_again() -> None:
    asked_again = threading.Event()

    def slow_once(received: Received) -> bytes:
        if len(bot.received) == 1:
            assert asked_again.wait(PATIENCE_S)
        asked_again.set()
        return echo(received)

    bot = Bot(slow_once)
    sim = Sim(clock=FakeClock(), settings=Settings(attempt_seconds=0.8))
    sim.add_user(RESIDENT)
    with serve(bot) as base:
        sim.webhook_url = f"{base}/wechat"
        result = sim.text(RESIDENT, "a")
    first, *_, last = result.attempts  # between them others may have been too slow, on a machine that is busy
    assert (bool(first.error), last.error) == (True, "")
    assert (result.text, sim.failures) == ("a", [])


def test_nobody_listens() -> None:
    sim = Sim(clock=FakeClock())
    sim.add_user(RESIDENT)
    with serve(Bot()) as base:
        pass
    sim.connect(f"{base}/wechat")
    result = sim.text(RESIDENT, "a")
    assert ["ConnectionRefusedError" in attempt.error for attempt in result.attempts] == [True] * 3


def test_attempts_can_overlap() -> None:
    inside = threading.Barrier(2)

    def both(received: Received) -> bytes:
        inside.wait(PATIENCE_S)
        return echo(received)

    sim, bot = make_sim(both)
    result = sim.text(RESIDENT, "a", overlap=True)
    assert len(result.attempts) == 2
    assert len({received.get("MsgId") for received in bot.received}) == 1
    assert [bubble.text for bubble in sim.inbox(RESIDENT)] == ["a"]


@pytest.mark.parametrize("url", ["http://example.org/wechat", "https://127.0.0.1/wechat", "ftp://127.0.0.1/"])
def test_pushes_stay_on_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        HttpTarget(url)


def test_who_may_write() -> None:
    sim, bot = make_sim()
    with pytest.raises(UnknownUser):
        sim.text("o_test_nobody", "a")
    sim.add_user("o_test_away", subscribed=False)
    with pytest.raises(NotFollowing):
        sim.text("o_test_away", "a")
    assert bot.received == []
    with pytest.raises(RuntimeError, match="connect"):
        Sim().push(inbound.click(RESIDENT, "K"))


def test_scanning_follows_when_needed() -> None:
    sim, bot = make_sim()
    sim.scan(RESIDENT, "L7")
    sim.add_user("o_test_away", subscribed=False)
    sim.scan("o_test_away", "L7")
    first, second = bot.received
    assert (first.get("Event"), first.get("EventKey")) == ("SCAN", "L7")
    assert (second.get("Event"), second.get("EventKey")) == ("subscribe", "qrscene_L7")
    assert first.get("Ticket") == second.get("Ticket") != ""
    assert sim.user("o_test_away").subscribed


def test_who_left_sees_no_reply_and_loses_windows_and_opt_ins() -> None:
    sim, _ = make_sim(say("再见"))
    sim.text(RESIDENT, "a")
    sim.opt_in(RESIDENT, "S")
    seen = len(sim.inbox(RESIDENT))
    sim.unsubscribe(RESIDENT)
    user = sim.user(RESIDENT)
    assert (len(sim.inbox(RESIDENT)), user.windows, user.subscribed, sim.state.opt_ins) == (seen, {}, False, {})


@pytest.mark.parametrize(
    ("kind", "window", "count", "seconds"),
    [
        ("text", "message", 5, 48 * 3600),
        ("image", "message", 5, 48 * 3600),
        ("click", "click", 3, 60),
        ("scancode_waitmsg", "click", 3, 60),
        ("menu_item", "click", 3, 60),
        ("subscribe", "follow", 3, 60),
        ("scan", "scan", 3, 60),
    ],
)
def test_each_interaction_opens_its_window(kind: str, window: str, count: int, seconds: int) -> None:
    sim, _ = make_sim()
    arguments = {
        "text": ("a",),
        "click": ("K",),
        "scancode_waitmsg": ("K", "1"),
        "menu_item": ("1", "a"),
        "scan": ("L7",),
    }
    getattr(sim, kind)(RESIDENT, *arguments.get(kind, ()))
    opened = sim.user(RESIDENT).windows
    assert list(opened) == [window]
    assert (opened[window].left, opened[window].until) == (count, sim.now() + timedelta(seconds=seconds))


def test_a_view_opens_no_window() -> None:
    sim, _ = make_sim()
    sim.view(RESIDENT, "https://x")
    assert sim.user(RESIDENT).windows == {}


def test_pictures_become_media() -> None:
    sim, bot = make_sim()
    sim.image(RESIDENT, b"\xff\xd8jpeg", filename="坏果.jpg")
    media_id = bot.received[0].get("MediaId")
    assert sim.state.media[media_id].content == b"\xff\xd8jpeg"
    assert bot.received[0].get("PicUrl") == sim.media_url(media_id)


def test_the_photo_menu_sends_an_event_and_then_the_pictures() -> None:
    sim, bot = make_sim()
    assert len(sim.pics(RESIDENT, 2)) == 3
    assert [received.get("MsgType") for received in bot.received] == ["event", "image", "image"]


def test_raw_documents_are_pushed_as_they_are() -> None:
    sim, bot = make_sim()
    assert sim.raw(RESIDENT, "<xml><odd/></xml>").ok
    assert bot.received[0].body == b"<xml><odd/></xml>"


def test_an_exception_of_the_bot_reaches_the_test() -> None:
    def broken(received: Received) -> bytes:
        raise KeyError("bug")

    sim, _ = make_sim(broken)
    with pytest.raises(KeyError, match="bug"):
        sim.text(RESIDENT, "a")


def test_an_openid_is_given_once() -> None:
    sim, _ = make_sim()
    with pytest.raises(ValueError, match="exists already"):
        sim.add_user(RESIDENT)
    made = sim.add_user().openid
    assert (made[0], len(made)) == ("o", 28)
