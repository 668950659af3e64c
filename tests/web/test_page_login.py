"""Coming in by WeChat (网页授权): bound to the browser that asked, never as a snapshot's nobody, never by a guess."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select

from bot.simulator import Account, Sim, serve
from bot.wechat import WeChatPageLogin
from bot.wechat_errors import SendError
from models import account, web_session
from operations import people, privacy
from tests.web.conftest import SETTINGS, Pages, Visitor
from tests.web.doors import NONCE
from web import register

WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"}
SECRET = "secret-of-the-tests"


@dataclass
class WithWeChat:
    """The pages, and the WeChat they ask."""

    pages: Pages
    sim: Sim

    def from_wechat(self, address: str, openid: str) -> str:
        """What WeChat's server does with the browser: the address it sends it back to, without our host."""
        answer = requests.get(f"{address.split('#', maxsplit=1)[0]}&as={openid}", allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def come_in(self, visitor: Visitor, openid: str, path: str) -> str:
        """Tap a link in WeChat; where one ends up."""
        asked = visitor.get(path, headers=WECHAT)
        assert asked.status_code == 302
        back = visitor.get(self.from_wechat(asked.headers["Location"], openid), headers=WECHAT)
        return str(back.headers.get("Location", back.status_code))


@pytest.fixture
def with_wechat(pages: Pages) -> Iterator[WithWeChat]:
    """The ready-made platform beside a WeChat that tells who opens a page."""
    sim = Sim(clock=pages.clock, account=Account(secret=SECRET))
    app = Flask("with_wechat")
    app.testing = True
    with serve(sim.wsgi) as base:
        register(app, pages.store, SETTINGS, WeChatPageLogin(sim.account.appid, SECRET, simulator=base))
        yield WithWeChat(Pages(app, pages.store, pages.world, pages.clock), sim)


def test_a_tap_in_the_group_leads_to_the_form_without_a_question(with_wechat: WithWeChat) -> None:
    openid = with_wechat.sim.add_user(name="小雨", subscribed=False).openid
    visitor = with_wechat.pages.visitor()
    path = f"/r/{with_wechat.pages.world.round_code}"
    assert with_wechat.come_in(visitor, openid, path) == path
    assert 'name="q_1"' in visitor.get(path, headers=WECHAT).text
    assert visitor.post(path, {"q_1": "1", "had_1": "", "nonce": NONCE}).status_code == 302
    with with_wechat.pages.store.read() as work:
        person = people.recognise(work, openid)
    assert person.leader_id == with_wechat.pages.world.leader_a
    assert not person.is_subscribed


def test_the_leaders_link_binds_who_has_no_leader_and_nobody_else(with_wechat: WithWeChat) -> None:
    fresh = with_wechat.sim.add_user(name="小雨").openid
    with_wechat.come_in(with_wechat.pages.visitor(), fresh, "/l/L1")
    taken = with_wechat.sim.add_user(name="小雪").openid
    store, world = with_wechat.pages.store, with_wechat.pages.world
    with store.transaction() as work:
        account_id = people.recognise(work, taken).account_id
        people.bind(work, account_id=account_id, leader_id=world.leader_b, via="code")
    with_wechat.come_in(with_wechat.pages.visitor(), taken, "/l/L1")
    with store.read() as work:
        assert people.recognise(work, fresh).leader_id == world.leader_a
        assert people.recognise(work, taken).leader_id == world.leader_b


def test_a_snapshot_is_nobody(with_wechat: WithWeChat) -> None:
    user = with_wechat.sim.add_user(name="小雨")
    user.snapshot = True
    visitor, path = with_wechat.pages.visitor(), f"/r/{with_wechat.pages.world.round_code}"
    assert with_wechat.come_in(visitor, user.openid, path) == path
    shown = visitor.get(path, headers=WECHAT)
    assert shown.status_code == 200
    assert "使用完整服务" in shown.text
    assert 'name="q_1"' not in shown.text
    assert visitor.post(path, {"q_1": "1", "nonce": NONCE}).status_code in {400, 401}
    with with_wechat.pages.store.read() as work:
        assert work.db.execute(select(account.c.id).where(account.c.openid == user.openid)).first() is None
        assert work.db.execute(select(func.count()).select_from(web_session)).scalar() == 0


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(with_wechat: WithWeChat) -> None:
    """Somebody sends his own answer of WeChat around, so that others order in his name or he in theirs."""
    openid = with_wechat.sim.add_user(name="小雨").openid
    asking, victim = with_wechat.pages.visitor(), with_wechat.pages.visitor()
    address = asking.get("/l/L1", headers=WECHAT).headers["Location"]
    back = with_wechat.from_wechat(address, openid)
    assert victim.get(back).status_code == 400
    victim.get("/l/L1", headers=WECHAT)  # even one that has asked for something else
    assert victim.get(back).status_code == 400
    with with_wechat.pages.store.read() as work:
        assert work.db.execute(select(func.count()).select_from(web_session)).scalar() == 0
    assert asking.get(back).status_code == 302


def test_a_code_works_once_and_an_hour_later_not_at_all(with_wechat: WithWeChat) -> None:
    openid = with_wechat.sim.add_user(name="小雨").openid
    visitor = with_wechat.pages.visitor()
    back = with_wechat.from_wechat(visitor.get("/l/L1", headers=WECHAT).headers["Location"], openid)
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert visitor.get(f"/in/back?code=invented&state={state}").status_code == 302
    assert "再点一次" in visitor.get("/l/L1", headers=WECHAT).text


def test_outside_of_wechat_the_page_is_shown_with_a_button(with_wechat: WithWeChat) -> None:
    text = with_wechat.pages.visitor().get(f"/r/{with_wechat.pages.world.round_code}").text
    assert f'href="/in?next=/r/{with_wechat.pages.world.round_code}"' in text
    visitor = with_wechat.pages.visitor()
    assert visitor.get("/in?next=/l/L1").headers["Location"].startswith("http://127.0.0.1")
    for elsewhere in ("https://evil.example/", "//evil.example", "/admin/", "/m/", ""):
        assert visitor.get("/in", query_string={"next": elsewhere}).status_code == 404


def test_who_was_forgotten_is_out(with_wechat: WithWeChat) -> None:
    openid = with_wechat.sim.add_user(name="小雨").openid
    visitor = with_wechat.pages.visitor()
    with_wechat.come_in(visitor, openid, "/l/L1")
    assert "您跟着张团长" in visitor.get("/l/L1").text
    with with_wechat.pages.store.transaction() as work:
        privacy.erase(work, account_id=people.recognise(work, openid).account_id)
    assert "您跟着张团长" not in visitor.get("/l/L1").text


def test_the_client_tells_refusals_without_secrets(with_wechat: WithWeChat) -> None:
    with serve(with_wechat.sim.wsgi) as base:
        login = WeChatPageLogin(with_wechat.sim.account.appid, SECRET, simulator=base)
        with pytest.raises(SendError) as refused:
            login.openid("invented")
        assert refused.value.code == 40029
        assert SECRET not in f"{refused.value!r} {refused.value.__context__!r}"
        away = WeChatPageLogin("wx0", SECRET, simulator="http://127.0.0.1:9")
        with pytest.raises(SendError) as lost:
            away.openid("x")
        assert SECRET not in f"{lost.value!r} {lost.value.__context__!r}"


def test_the_real_address_is_wechats() -> None:
    address = WeChatPageLogin("wx1", "s").address("https://lintuan.example.com/in/back", "abc")
    assert address == (
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Flintuan.example.com"
        "%2Fin%2Fback&response_type=code&scope=snsapi_base&state=abc#wechat_redirect"
    )


def test_without_page_login_the_chat_shows_the_way(pages: Pages) -> None:
    text = pages.visitor().get(f"/r/{pages.world.round_code}", headers=WECHAT).text
    assert "再直接打字" in text
    assert pages.visitor().get("/in?next=/l/L1").status_code == 404
