"""The same steps give the same log, and the log gives no secret away."""

from __future__ import annotations

from typing import Any

from bot.simulator import Account, FakeClock, Settings, Sim
from tests.simulator.kit import PREVIOUS_KEY, RESIDENT, Api, echo, make_sim


def day(mode: Any = "plain", **options: Any) -> tuple[Sim, Api]:
    """A little of everything."""
    sim, _ = make_sim(echo if mode == "plain" else lambda received: b"success", account=Account(mode=mode), **options)
    sim.add_template("T", "通知", {"thing1": "商品"})
    api = Api(sim)
    sim.verify()
    sim.subscribe("o_test_new", "L7")
    sim.text(RESIDENT, "草莓2")
    sim.fault("message/custom/send", "45011")
    api.send_text()
    api.send_text()
    api.upload("image", b"x")
    api.post("message/template/send", {"touser": RESIDENT, "template_id": "T", "data": {"thing1": {"value": "草莓"}}})
    api.get("menu/get", token="wrong")
    sim.deliver_events()
    assert isinstance(sim.clock, FakeClock)
    sim.clock.advance(60)
    sim.fault("push", "duplicates")
    sim.click(RESIDENT, "HELP")
    return sim, api


def test_the_same_seed_gives_the_same_log() -> None:
    for mode in ("plain", "safe"):
        first, again = (day(mode, seed=7)[0].log_lines() for _ in range(2))
        assert first == again
        assert len(first) > 10


def test_another_seed_gives_another_log() -> None:
    assert day(seed=7)[0].log_lines() != day(seed=8)[0].log_lines()


def test_a_reset_begins_anew_and_tells_the_page() -> None:
    sim, _ = day()
    epoch = sim.epoch
    sim.fault("*", "45009")
    sim.reset()
    assert sim.epoch != epoch
    assert (sim.state.users, sim.state.log, sim.failures, sim.faults.standing()) == ({}, [], [], [])


def test_no_secret_is_in_the_log() -> None:
    sim, api = day("safe")
    sim.account.prev_aes_key = PREVIOUS_KEY
    api.get("token", token=None, grant_type="client_credential", appid=sim.account.appid, secret=sim.account.secret)
    api.get("/sns/oauth2/access_token", token=None, secret=sim.account.secret, code="c" * 32)
    text = "\n".join(sim.log_lines())
    secrets = [sim.account.secret, sim.account.token, sim.account.aes_key, *(one.value for one in sim.state.tokens)]
    assert [secret for secret in secrets if secret in text] == []
    assert "c" * 32 not in text
    assert '"access_token": "***"' in text


def test_the_log_knows_requests_and_answers_in_order() -> None:
    sim, _ = day()
    assert [entry.n for entry in sim.state.log] == list(range(1, len(sim.state.log) + 1))
    refused, sent = sim.calls("message/custom/send")
    assert (refused.answer["errcode"], refused.fault, refused.openid) == (45011, "45011", RESIDENT)
    assert (sent.answer["errcode"], sent.body["text"]) == (0, {"content": "好"})
    assert {entry.side for entry in sim.state.log} == {"api", "push"}


def test_long_bodies_are_cut_and_old_entries_dropped() -> None:
    sim, _ = make_sim(settings=Settings(log_limit=20))
    sim.text(RESIDENT, "长" * 3000)
    assert len(str(sim.state.log[0].body)) < 4200
    for _ in range(30):
        sim.click(RESIDENT, "HELP")
    assert 15 <= len(sim.state.log) <= 20
    assert sim.state.log[-1].n == 31
