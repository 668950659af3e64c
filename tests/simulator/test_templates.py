"""Template messages and subscription notices."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import Account, AccountType, FakeClock, Settings, Sim
from tests.simulator.kit import OTHER, RESIDENT, Api, Bot, make_sim

SEND, NOTICE = "message/template/send", "message/subscribe/bizsend"
FIELDS = {"thing1": "商品", "character_string2": "取货码", "time3": "时间"}
DATA = {
    "thing1": {"value": "红颜草莓"},
    "character_string2": {"value": "482913"},
    "time3": {"value": "2026-01-05 18:00"},
}


def build(**options: Any) -> tuple[Sim, Bot, Api]:
    sim, bot = make_sim(**options)
    sim.add_template("T", "取货通知", FIELDS)
    sim.add_template("S", "订阅通知", FIELDS, kind="subscribe")
    return sim, bot, Api(sim)


def message(template: str = "T", touser: str = RESIDENT, **more: Any) -> dict[str, Any]:
    return {"touser": touser, "template_id": template, "data": DATA, **more}


def test_a_template_message_arrives_and_is_reported_later() -> None:
    sim, bot, api = build()
    answer = api.post(SEND, message(url="https://x"))
    bubble = sim.inbox(RESIDENT)[-1]
    assert (bubble.channel, bubble.data["title"], bubble.data["url"]) == ("template", "取货通知", "https://x")
    assert bubble.data["rows"][0] == {"label": "商品", "value": "红颜草莓"}
    assert bot.received == []
    sim.deliver_events()
    event = bot.received[0]
    assert (event.get("Event"), event.get("Status")) == ("TEMPLATESENDJOBFINISH", "success")
    assert event.get("MsgID") == str(answer["msgid"])
    assert sim.deliver_events() == []


def test_who_refuses_template_messages_is_reported() -> None:
    sim, bot, api = build()
    sim.user(RESIDENT).refuses_template = True
    assert api.code(SEND, message()) == 0
    sim.deliver_events()
    assert bot.received[0].get("Status") == "failed:user block"
    assert sim.inbox(RESIDENT) == []


def test_a_repeated_client_msg_id_delivers_nothing_for_ten_minutes() -> None:
    sim, _, api = build()
    first, again = (api.post(SEND, message(client_msg_id="notice-1")) for _ in range(2))
    assert first["msgid"] == again["msgid"]
    assert len(sim.inbox(RESIDENT)) == 1
    assert api.post(SEND, message(touser=OTHER, client_msg_id="notice-1"))["msgid"] != first["msgid"]
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(600)
    assert api.post(SEND, message(client_msg_id="notice-1"))["msgid"] != first["msgid"]
    assert len(sim.inbox(RESIDENT)) == 2


def changed(keyword: str, value: Any) -> dict[str, Any]:
    return {**DATA, keyword: {"value": value}}


WRONG_DATA: list[Any] = [
    None,
    {},
    {"thing1": {"value": "a"}},
    changed("thing1", ""),
    changed("thing1", "二十一个字" * 4 + "多"),
    changed("thing1", ["a"]),
    changed("character_string2", "取货码"),
    changed("character_string2", "a" * 33),
    changed("time3", "晚些时候"),
]


@pytest.mark.parametrize("data", WRONG_DATA)
def test_wrong_data(data: Any) -> None:
    sim, _, api = build()
    sim.opt_in(RESIDENT, "S")
    assert api.code(SEND, message() | {"data": data}) == 47003
    assert api.code(NOTICE, message("S") | {"data": data}) == 47003
    assert sim.inbox(RESIDENT) == []
    assert sim.state.opt_ins == {(RESIDENT, "S"): 1}


@pytest.mark.parametrize(
    ("keyword", "good", "bad"),
    [
        ("phrase1", "已到货", "ok"),
        ("phrase1", "已经到货", "已经全部到货"),
        ("number1", "12.5", "十二"),
        ("letter1", "ABC", "A1"),
        ("symbol1", "!?", "!!!!!!"),
        ("date1", "2026年1月5日", "周一"),
        ("amount1", "¥12.50", "十二元"),
        ("phone_number1", "13800000000", "电话"),
        ("car_number1", "粤A00000", "粤A 0 0 0 0 0 0"),
        ("name1", "王姐", "王" * 21),
    ],
)
def test_the_kinds_of_keyword(keyword: str, good: str, bad: str) -> None:
    sim, _, api = build()
    sim.add_template("K", "各种", {keyword: "值"})
    codes = [api.code(SEND, message("K") | {"data": {keyword: {"value": value}}}) for value in (good, bad)]
    assert codes == [0, 47003]


def test_what_is_refused() -> None:
    sim, _, api = build()
    sim.add_template("B", "禁用", FIELDS).banned = True
    sim.add_user("o_test_away", subscribed=False)
    cases = {
        40037: message("unknown"),
        43116: message("B"),
        43004: message(touser="o_test_away"),
        40003: message(touser="o_test_nobody"),
        47003: message(client_msg_id="x" * 33),
    }
    assert {code: api.code(SEND, data) for code, data in cases.items()} == {code: code for code in cases}
    assert api.code(SEND, message("S")) == api.code(NOTICE, message("T")) == 40037


@pytest.mark.parametrize("kind", [AccountType.VERIFIED_SUB, AccountType.UNVERIFIED_SERVICE])
def test_only_a_verified_service_account_may(kind: AccountType) -> None:
    _, _, api = build(account=Account(kind=kind))
    assert api.code(SEND, message()) == api.code(NOTICE, message("S")) == 48001


def test_a_sandbox_has_templates_but_no_notices() -> None:
    _, _, api = build(account=Account(kind=AccountType.SANDBOX))
    assert (api.code(SEND, message()), api.code(NOTICE, message("S"))) == (0, 48001)


def test_too_many_at_once_get_system_busy() -> None:
    sim, _, api = build(settings=Settings(template_per_second=3))
    assert [api.code(SEND, message()) for _ in range(4)] == [0, 0, 0, -1]
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(1)
    assert api.code(SEND, message()) == 0


def test_too_many_for_one_openid() -> None:
    _, _, api = build(settings=Settings(template_per_openid_per_minute=2))
    assert [api.code(SEND, message()) for _ in range(3)] == [0, 0, 43117]
    assert api.code(SEND, message(touser=OTHER)) == 0


def test_one_opt_in_is_one_notice() -> None:
    sim, bot, api = build()
    assert api.code(NOTICE, message("S")) == 43101
    sim.popup(RESIDENT, "S", accept=True)
    sim.popup(RESIDENT, "S", accept=False)
    assert [api.code(NOTICE, message("S", page="https://x")) for _ in range(2)] == [0, 43101]
    sim.deliver_events()
    assert bot.received[-1].get("Event") == "subscribe_msg_sent_event"
    assert [bubble.channel for bubble in sim.inbox(RESIDENT)] == ["subscribe"]


def test_switching_a_notice_off_takes_the_opt_ins() -> None:
    sim, _, api = build()
    sim.opt_in(RESIDENT, "S", 3)
    sim.withdraw(RESIDENT, "S")
    assert api.code(NOTICE, message("S")) == 43101


def test_a_notice_page_is_a_web_address() -> None:
    sim, _, api = build()
    sim.opt_in(RESIDENT, "S")
    assert api.code(NOTICE, message("S", page="pages/index")) == 41030


def test_the_one_off_subscription() -> None:
    sim, _, api = build()
    data = message("S", title="取货", scene="7")
    assert api.code("message/template/subscribe", data) == 43101
    sim.confirm_one_off(RESIDENT, 7)
    assert [api.code("message/template/subscribe", data) for _ in range(2)] == [0, 43101]
    assert api.code("message/template/subscribe", data | {"title": "很长" * 8}) == 47003


def test_the_template_library() -> None:
    sim, _, api = build()
    added = api.post("/wxaapi/newtmpl/addtemplate", {"tid": "99", "kidList": [1, 2]})["priTmplId"]
    listed = api.get("/wxaapi/newtmpl/gettemplate")["data"]
    assert [row["priTmplId"] for row in listed] == ["S", added]
    assert api.code("/wxaapi/newtmpl/deltemplate", {"priTmplId": added}) == 0
    assert api.code("/wxaapi/newtmpl/deltemplate", {"priTmplId": added}) == 40037
    assert api.code("/wxaapi/newtmpl/addtemplate", {"tid": "99", "kidList": [1]}) == 47001
    sim.account.kind = AccountType.SANDBOX
    assert api.get("/wxaapi/newtmpl/gettemplate")["errcode"] == 48001


def test_an_unknown_kind_of_template_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        make_sim()[0].add_template("X", "x", kind="letter")
