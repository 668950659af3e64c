"""Each fault of the push half does what its name says, and is judged as it should be."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.simulator import Account, Sim, crypto
from bot.simulator.faults import PUSH
from bot.simulator.push import FOREIGN_KEY
from tests.simulator.kit import PREVIOUS_KEY, RESIDENT, Bot, Received, echo, make_sim, say, success


def struck(kind: str, script: Any = success, mode: str = "plain", **options: Any) -> tuple[Sim, Bot]:
    account = Account(mode=mode, prev_aes_key=PREVIOUS_KEY)  # type: ignore[arg-type]
    sim, bot = make_sim(script, account=account)
    sim.fault("push", kind, **options)
    return sim, bot


def opened(sim: Sim, received: Received, key: str) -> tuple[bytes, str]:
    return crypto.decrypt(received.get("Encrypt"), key)


def signed(sim: Sim, received: Received) -> bool:
    query = received.query
    return query["signature"] == crypto.signature(sim.account.token, query["timestamp"], query["nonce"])


def test_every_kind_has_a_test_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert [kind for kind in PUSH if f'"{kind}"' not in source] == []


# --- forged pushes ---------------------------------------------------------------------------------------------------


def test_a_wrong_signature() -> None:
    sim, bot = struck("wrong_signature", lambda received: (403, b""))
    sim.text(RESIDENT, "a")
    assert not signed(sim, bot.received[0])
    assert sim.failures == []
    assert sim.user(RESIDENT).windows == {}
    sim.text(RESIDENT, "a")
    assert signed(sim, bot.received[1])


@pytest.mark.parametrize("kind", ["wrong_signature", "wrong_key", "wrong_appid", "plain_in_safe"])
def test_answering_a_forged_push_is_a_failure(kind: str) -> None:
    script: Any = lambda received: (  # noqa: E731
        b"<xml><ToUserName>o_test_resident_1</ToUserName><FromUserName>gh_simulator00</FromUserName>"
        b"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>welcome</Content></xml>"
    )
    sim, _ = struck(kind, script, mode="plain" if kind == "wrong_signature" else "safe")
    sim.text(RESIDENT, "a")
    assert len(sim.failures) == 1
    assert sim.inbox(RESIDENT) == []


@pytest.mark.parametrize("answer", [(403, b""), (200, b"success"), (200, b"")])
def test_turning_a_forged_push_away_is_none(answer: tuple[int, bytes]) -> None:
    sim, _ = struck("wrong_key", lambda received: answer, mode="safe")
    sim.text(RESIDENT, "a")
    assert sim.failures == []


def test_a_foreign_key_and_a_foreign_appid() -> None:
    sim, bot = struck("wrong_key", mode="safe")
    sim.text(RESIDENT, "a")
    assert opened(sim, bot.received[0], FOREIGN_KEY)[1] == sim.account.appid
    sim, bot = struck("wrong_appid", mode="safe")
    sim.text(RESIDENT, "a")
    assert opened(sim, bot.received[0], sim.account.aes_key)[1] == "wx0000000000000bad"
    assert signed(sim, bot.received[0])


def test_plain_though_safe_is_set() -> None:
    sim, bot = struck("plain_in_safe", mode="safe")
    sim.text(RESIDENT, "a")
    assert bot.received[0].get("Content") == "a"


def test_the_previous_key_is_a_real_push() -> None:
    sim, bot = struck("previous_key", mode="safe")
    sim.text(RESIDENT, "a")
    assert b"a" in opened(sim, bot.received[0], PREVIOUS_KEY)[0]
    sim.account.prev_aes_key = ""
    sim.fault("push", "previous_key")
    with pytest.raises(ValueError, match="prev_aes_key"):
        sim.text(RESIDENT, "b")


def test_a_replay_is_the_same_push_again() -> None:
    sim, bot = struck("replay", echo)
    result = sim.text(RESIDENT, "a")
    assert len(result.also) == 1
    *_, first, second = bot.received
    assert (first.query, first.body) == (second.query, second.body)
    assert [bubble.text for bubble in sim.inbox(RESIDENT)] == ["a"]


# --- malformed bodies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("entity_bomb", b"<!ENTITY e9"),
        ("external_dtd", b"SYSTEM"),
        ("huge_body", b"<Filler>xxx"),
        ("many_tags", b"<a><a><a>"),
        ("invalid_utf8", b"\xff\xfe"),
    ],
)
def test_malformed_bodies_arrive_signed(kind: str, sign: bytes) -> None:
    sim, bot = struck(kind, lambda received: (413, b"") if len(received.body) > 65536 else b"success")
    sim.text(RESIDENT, "a")
    assert sign in bot.received[0].body
    assert signed(sim, bot.received[0])
    assert sim.failures == []
    assert (len(bot.received[0].body) > 10_000_000) == (kind == "huge_body")


@pytest.mark.parametrize("kind", ["entity_bomb", "huge_body", "invalid_utf8", "missing_field"])
def test_a_crash_on_a_malformed_body_is_a_failure(kind: str) -> None:
    sim, _ = struck(kind, lambda received: (500, b"traceback"))
    sim.text(RESIDENT, "a")
    assert [failure.reason for failure in sim.failures] == ["HTTP status 500"]


def names(received: Received) -> list[str]:
    return [child.tag for child in ElementTree.fromstring(received.body)]


def test_fields_missing_and_doubled() -> None:
    sim, bot = struck("missing_field")
    sim.text(RESIDENT, "a")
    sim.fault("push", "missing_field", field="MsgId")
    sim.text(RESIDENT, "a")
    sim.fault("push", "duplicate_field")
    sim.text(RESIDENT, "a")
    sim.fault("push", "duplicate_field", field="MsgId")
    sim.text(RESIDENT, "a")
    first, second, third, fourth = (names(received) for received in bot.received)
    assert "FromUserName" not in first
    assert "MsgId" not in second
    assert (third.count("Content"), fourth.count("MsgId")) == (2, 2)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("empty_msgtype", "MsgType", ""),
        ("unknown_type", "MsgType", "hologram"),
        ("unknown_event", "Event", "hologram_event"),
        ("msgid_zero", "MsgId", "0"),
        ("msgid_huge", "MsgId", str(2**63 + 12345)),
        ("createtime_zero", "CreateTime", "0"),
    ],
)
def test_odd_values(kind: str, name: str, value: str) -> None:
    sim, bot = struck(kind)
    sim.text(RESIDENT, "a")
    assert bot.received[0].get(name) == value
    assert names(bot.received[0]).count("MsgId") == (0 if kind == "unknown_event" else 1)


def test_a_message_from_the_future() -> None:
    sim, bot = struck("createtime_future")
    sim.text(RESIDENT, "a")
    assert int(bot.received[0].get("CreateTime")) > sim.stamp() + 9 * 365 * 86400


@pytest.mark.parametrize(
    ("kind", "part"), [("emoji", "🍓"), ("cdata_end", "]]><x>&amp;</x>"), ("control_chars", "\x0b")]
)
def test_odd_contents(kind: str, part: str) -> None:
    sim, bot = struck(kind)
    sim.text(RESIDENT, "a")
    if kind == "control_chars":
        assert part.encode() in bot.received[0].body
        with pytest.raises(ElementTree.ParseError):
            bot.received[0].get("Content")
    else:
        assert part in bot.received[0].get("Content")


# --- delivery --------------------------------------------------------------------------------------------------------


def ids(bot: Bot) -> list[str]:
    return [received.get("MsgId") for received in bot.received]


def test_duplicates_come_one_after_the_other() -> None:
    sim, bot = struck("duplicates", echo)
    sim.text(RESIDENT, "a")
    assert len(bot.received) == 3
    assert len(set(ids(bot))) == 1
    assert len({received.query["nonce"] for received in bot.received}) == 3
    assert [bubble.text for bubble in sim.inbox(RESIDENT)] == ["a"]


def test_the_overlap_fault_sends_two_at_once() -> None:
    sim, bot = struck("overlap", echo)
    sim.text(RESIDENT, "a")
    assert len(bot.received) == 2
    assert len(set(ids(bot))) == 1


def test_two_clicks_in_one_second() -> None:
    sim, bot = struck("same_second", say("好"))
    result = sim.click(RESIDENT, "HELP")
    first, second = bot.received
    assert first.body == second.body
    assert first.query["nonce"] != second.query["nonce"]
    assert (result.text, result.also[0].text) == ("好", "好")


def test_two_texts_in_one_second_are_two_messages() -> None:
    sim, bot = struck("same_second")
    sim.text(RESIDENT, "a")
    assert len(set(ids(bot))) == 2
    assert len({received.get("CreateTime") for received in bot.received}) == 1


def test_a_message_overtaken_by_the_next_one() -> None:
    sim, bot = struck("out_of_order", echo)
    first = sim.text(RESIDENT, "a")
    assert (first.held, bot.received) == (True, [])
    second = sim.text(RESIDENT, "b")
    assert [received.get("Content") for received in bot.received] == ["b", "a"]
    assert int(ids(bot)[0]) > int(ids(bot)[1])
    assert [result.text for result in (second, *second.also)] == ["b", "a"]


def test_a_burst() -> None:
    sim, bot = struck("burst", echo)
    result = sim.text(RESIDENT, "a")
    assert (len(bot.received), len(result.also), len(set(ids(bot)))) == (200, 199, 200)


def test_a_smaller_burst() -> None:
    sim, bot = struck("burst", echo, count=5)
    sim.text(RESIDENT, "a")
    assert len(bot.received) == 5


def test_a_restart_between_two_attempts() -> None:
    sim, bot = struck("restart", echo)
    seen: list[int] = []
    sim.on_restart = lambda: seen.append(len(bot.received))
    result = sim.text(RESIDENT, "a")
    assert seen == [1]
    assert len(set(ids(bot))) == 1
    assert [bool(attempt.error) for attempt in result.attempts] == [True, False]


# --- orders ----------------------------------------------------------------------------------------------------------


def test_faults_wait_count_and_choose_their_phone() -> None:
    sim, bot = make_sim()
    sim.fault("push", "emoji", times=2, after=1, openid=RESIDENT)
    sim.text("o_test_resident_2", "x")
    for _ in range(4):
        sim.text(RESIDENT, "a")
    assert ["🍓" in received.get("Content") for received in bot.received] == [False, False, True, True, False]
    assert sim.faults.standing() == []


@pytest.mark.parametrize(
    ("path", "kind", "times", "after"),
    [
        ("*", "emoji", 1, 0),
        ("push", "reset_after", 1, 0),
        ("*", "hologram", 1, 0),
        ("push", "emoji", 0, 0),
        ("push", "emoji", 1, -1),
    ],
)
def test_orders_that_make_no_sense(path: str, kind: str, times: int, after: int) -> None:
    sim, _ = make_sim()
    with pytest.raises(ValueError, match=r"fault|times"):
        sim.fault(path, kind, times, after=after)
    assert sim.faults.standing() == []


def test_cleared_faults_strike_no_more() -> None:
    sim, bot = make_sim()
    sim.fault("push", "emoji", times=99)
    sim.clear_faults()
    sim.text(RESIDENT, "a")
    assert bot.received[0].get("Content") == "a"
