"""Customer-service messages: windows, limits, account types."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import Account, AccountType, Sim
from tests.simulator.kit import OTHER, RESIDENT, Api, advance, make_sim

SEND = "message/custom/send"


@pytest.fixture
def sim() -> Sim:
    sim, _ = make_sim()
    sim.text(RESIDENT, "你好")
    return sim


def message(kind: str, body: Any, touser: Any = RESIDENT) -> dict[str, Any]:
    return {"touser": touser, "msgtype": kind, kind: body}


def text(content: str, touser: str = RESIDENT) -> dict[str, Any]:
    return message("text", {"content": content}, touser)


def test_a_message_arrives(sim: Sim, api: Api) -> None:
    assert api.send_text(content="到货啦")["errcode"] == 0
    bubble = sim.inbox(RESIDENT)[-1]
    assert (bubble.text, bubble.channel, bubble.mine) == ("到货啦", "custom", False)


def test_five_messages_in_48_hours(sim: Sim, api: Api) -> None:
    assert [api.send_text()["errcode"] for _ in range(6)] == [0] * 5 + [45047]
    sim.text(RESIDENT, "再说一句")
    assert api.send_text()["errcode"] == 0
    advance(sim, 48 * 3600)
    assert api.send_text()["errcode"] == 45015


def test_no_word_no_window(api: Api) -> None:
    assert api.send_text(OTHER)["errcode"] == 45015


def test_three_messages_a_minute_after_a_click(sim: Sim, api: Api) -> None:
    sim.click(OTHER, "HELP")
    assert [api.send_text(OTHER)["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    advance(sim, 61)
    assert api.send_text(OTHER)["errcode"] == 45015


def test_the_window_that_ends_first_is_used_first(sim: Sim, api: Api) -> None:
    sim.click(RESIDENT, "HELP")
    assert [api.send_text()["errcode"] for _ in range(3)] == [0, 0, 0]
    windows = sim.user(RESIDENT).windows
    assert (windows["click"].left, windows["message"].left) == (0, 5)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (text("好", "o_test_nobody"), 40003),
        (message("text", {"content": "好"}, None), 40003),
        (text(""), 44004),
        (text("好" * 683), 45002),
        (message("hologram", {}), 40008),
        (message("text", "好"), 47001),
        (message("text", {"content": 5}), 47001),
        (message("image", {"media_id": "unknown"}), 40007),
        (message("news", {"articles": []}), 44003),
        (message("news", {"articles": [{"title": "a"}, {"title": "b"}]}), 45008),
        (message("msgmenu", {"head_content": "?", "list": []}), 47001),
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (b"\xff", 47001),
        (rb'{"touser":"o","msgtype":"text","text":{"content":"\u597d"}}', 40033),
    ],
)
def test_what_is_refused(sim: Sim, api: Api, data: Any, code: int) -> None:
    seen = len(sim.inbox(RESIDENT))
    assert api.code(SEND, data) == code
    assert len(sim.inbox(RESIDENT)) == seen
    assert sim.user(RESIDENT).windows["message"].left == 5


def test_the_longest_text(api: Api) -> None:
    assert api.send_text(content="好" * 682 + "aa")["errcode"] == 0


@pytest.mark.parametrize(
    ("state", "code"), [({"subscribed": False}, 43004), ({"blocked": True}, 48002), ({"blacklisted": True}, 43019)]
)
def test_people_who_cannot_be_reached(sim: Sim, api: Api, state: dict[str, bool], code: int) -> None:
    for name, value in state.items():
        setattr(sim.user(RESIDENT), name, value)
    assert api.send_text()["errcode"] == code


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (AccountType.UNVERIFIED_SUB, 48001),
        (AccountType.UNVERIFIED_SERVICE, 48001),
        (AccountType.VERIFIED_SUB, 0),
        (AccountType.SANDBOX, 0),
        (AccountType.VERIFIED_SERVICE, 0),
    ],
)
def test_which_account_may_send(sim: Sim, api: Api, kind: AccountType, code: int) -> None:
    sim.account.kind = kind
    assert api.send_text()["errcode"] == code


def test_pictures_news_and_choices_arrive(sim: Sim, api: Api) -> None:
    media = api.upload("image", b"\x89PNG")["media_id"]
    choices = {"head_content": "取了吗", "list": [{"id": "101", "content": "已取"}], "tail_content": "或直接回复"}
    sent = [
        message("image", {"media_id": media}),
        message("news", {"articles": [{"title": "周六团", "url": "https://x"}]}),
        message("msgmenu", choices),
        message("miniprogrampage", {"title": "看看", "appid": "wx", "pagepath": "p"}),
    ]
    assert [api.code(SEND, data) for data in sent] == [0] * 4
    image, news, menu, page = sim.inbox(RESIDENT)[-4:]
    assert image.data["media_id"] == media
    assert news.data["articles"][0]["title"] == "周六团"
    assert menu.data["items"] == [{"id": "101", "content": "已取"}]
    assert page.data["pagepath"] == "p"


def test_a_sandbox_has_no_choices() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.SANDBOX))
    sim.text(RESIDENT, "你好")
    assert Api(sim).code(SEND, message("msgmenu", {"list": [{"id": "1", "content": "a"}]})) == 40200


def test_typing(sim: Sim, api: Api) -> None:
    def typing(command: str) -> int:
        return api.code("message/custom/typing", {"touser": RESIDENT, "command": command})

    assert [typing("Typing"), typing("Typing"), typing("Dance")] == [0, 45081, 45072]
    assert [typing("CancelTyping"), typing("Typing")] == [0, 0]
    advance(sim, 15)
    assert typing("Typing") == 0
    advance(sim, 31)
    assert typing("Typing") == 45080
