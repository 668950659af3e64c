"""Short keys, tickets, quotas, the OAuth pages, and paths nobody knows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.simulator import Account, AccountType, Settings, Sim
from tests.simulator.kit import OTHER, RESIDENT, Api, advance, make_sim


@pytest.mark.parametrize("path", ["/cgi-bin/nothing", "/sns/nothing", "/connect/nothing", "/wxaapi/nothing/at/all"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_unknown_path_gets_an_error_code_and_is_logged(sim: Sim, api: Api, path: str, method: str) -> None:
    response = getattr(api.client, method)(path)
    assert response.status_code == 200
    assert response.get_json(force=True)["errcode"] == 40066
    assert sim.state.log[-1].path == path


def test_the_jsapi_ticket(sim: Sim, api: Api) -> None:
    first = api.get("ticket/getticket", type="jsapi")
    advance(sim, 1000)
    again = api.get("ticket/getticket", type="jsapi")
    assert (again["ticket"], again["expires_in"]) == (first["ticket"], 6200)
    advance(sim, 6200)
    assert api.get("ticket/getticket", type="jsapi")["ticket"] != first["ticket"]
    assert api.get("ticket/getticket", type="other")["errcode"] == 40097


def test_short_keys(sim: Sim, api: Api) -> None:
    key = api.post("shorten/gen", {"long_data": "很长的话", "expire_seconds": 100})["short_key"]
    assert len(key) == 15
    advance(sim, 40)
    answer = api.post("shorten/fetch", {"short_key": key})
    assert (answer["long_data"], answer["expire_seconds"]) == ("很长的话", 60)
    advance(sim, 60)
    assert api.code("shorten/fetch", {"short_key": key}) == 9410012
    assert api.code("shorten/gen", {"long_data": "x" * 4097}) == 9410010
    assert api.code("shorten/gen", {"long_data": "x", "expire_seconds": 2_592_001}) == 9410011


def test_short_urls_stay_long(api: Api) -> None:
    assert api.post("shorturl", {"action": "long2short", "long_url": "https://x/y"})["short_url"] == "https://x/y"
    assert api.code("shorturl", {"action": "short2long"}) == 47001


def test_addresses(api: Api) -> None:
    assert api.get("getcallbackip") == {"ip_list": ["127.0.0.1"]}


def test_a_daily_quota_ends_at_midnight_in_china() -> None:
    sim, _ = make_sim(settings=Settings(daily_limits={"/cgi-bin/menu/get": 3}))
    api = Api(sim)
    codes = [api.get("menu/get")["errcode"] for _ in range(4)]
    assert codes == [46003] * 3 + [45009]
    # 10:00 in China: fourteen hours to midnight.
    advance(sim, 14 * 3600 - 1)
    assert api.get("menu/get")["errcode"] == 45009
    advance(sim, 1)
    assert api.get("menu/get")["errcode"] == 46003


def test_a_minute_quota() -> None:
    sim, _ = make_sim(settings=Settings(minute_limits={"/cgi-bin/menu/get": 2}))
    api = Api(sim)
    assert [api.get("menu/get")["errcode"] for _ in range(3)] == [46003, 46003, 45011]
    advance(sim, 60)
    assert api.get("menu/get")["errcode"] == 46003


def test_quotas_can_be_read_and_cleared_ten_times_a_month(sim: Sim, api: Api) -> None:
    api.get("menu/get")
    assert api.post("openapi/quota/get", {"cgi_path": "/cgi-bin/menu/get"})["quota"] == {
        "daily_limit": 10_000,
        "used": 1,
        "remain": 9_999,
    }
    rate = api.post("openapi/quota/get", {"cgi_path": "/cgi-bin/stable_token"})["rate_limit"]
    assert rate == {"call_count": 10_000, "refresh_second": 60}
    assert api.code("openapi/quota/get", {"cgi_path": "/cgi-bin/none"}) == 76021
    both = {"appid": sim.account.appid, "appsecret": sim.account.secret}
    codes = [api.code("clear_quota", {"appid": sim.account.appid}) for _ in range(9)]
    codes += [api.post("clear_quota/v2", both, token=None)["errcode"] for _ in range(2)]
    assert codes == [0] * 10 + [48006]
    assert api.post("openapi/quota/get", {"cgi_path": "/cgi-bin/menu/get"})["quota"]["used"] == 0
    assert api.code("clear_quota", {"appid": "wx0000000000000bad"}) == 40013
    assert api.post("clear_quota/v2", both | {"appsecret": "guess"}, token=None)["errcode"] == 40125


def test_a_rid_can_be_looked_up(api: Api) -> None:
    message = api.get("menu/get")["errmsg"]
    request = api.post("openapi/rid/get", {"rid": message.rpartition("rid: ")[2]})["request"]
    assert request["request_url"] == "/cgi-bin/menu/get"
    assert api.code("openapi/rid/get", {"rid": "none"}) == 76001


# --- OAuth ----------------------------------------------------------------------------------------------------------

HERE = "https://shop.example/leader?x=1#top"


def authorize(api: Api, **changes: str) -> Any:
    query = {
        "appid": api.sim.account.appid,
        "redirect_uri": HERE,
        "response_type": "code",
        "scope": "snsapi_userinfo",
        "state": "s1",
        "as": RESIDENT,
    }
    return api.client.get("/connect/oauth2/authorize", query_string=query | changes)


def get_code(api: Api, **changes: str) -> str:
    address = urlsplit(authorize(api, **changes).headers["Location"])
    query = parse_qs(address.query)
    assert (query["x"], query["state"], address.fragment) == (["1"], ["s1"], "top")
    return str(query["code"][0])


def exchange(api: Api, code: str, **changes: str) -> Any:
    account = api.sim.account
    given = {"appid": account.appid, "secret": account.secret, "code": code, "grant_type": "authorization_code"}
    return api.get("/sns/oauth2/access_token", token=None, **(given | changes))


def test_the_whole_way(sim: Sim, api: Api) -> None:
    answer = exchange(api, get_code(api))
    assert (answer["openid"], answer["scope"], answer["expires_in"]) == (RESIDENT, "snsapi_userinfo", 7200)
    assert "is_snapshotuser" not in answer
    who = {"openid": RESIDENT, "token": answer["access_token"]}
    assert api.get("/sns/userinfo", **who)["nickname"] == "王姐"
    assert api.get("/sns/auth", **who)["errcode"] == 0
    renewed = api.get(
        "/sns/oauth2/refresh_token",
        token=None,
        appid=sim.account.appid,
        grant_type="refresh_token",
        refresh_token=answer["refresh_token"],
    )
    assert renewed["openid"] == RESIDENT
    advance(sim, 7200)
    assert api.get("/sns/userinfo", **who)["errcode"] == 42001


def test_a_code_works_once_and_five_minutes(sim: Sim, api: Api) -> None:
    code, late = get_code(api), get_code(api)
    assert "openid" in exchange(api, code)
    assert exchange(api, code)["errcode"] == 40163
    advance(sim, 300)
    assert exchange(api, late)["errcode"] == 40029
    assert exchange(api, "unknown")["errcode"] == 40029


def test_wrong_exchanges(api: Api) -> None:
    code = get_code(api)
    assert exchange(api, code, secret="guess")["errcode"] == 40125
    assert exchange(api, code, appid="wx0000000000000bad")["errcode"] == 40013
    assert exchange(api, code, grant_type="password")["errcode"] == 40002
    base = exchange(api, get_code(api, scope="snsapi_base"))
    assert api.get("/sns/userinfo", token=base["access_token"], openid=RESIDENT)["errcode"] == 48001
    assert api.get("/sns/userinfo", token=base["access_token"], openid=OTHER)["errcode"] == 40003
    assert api.get("/sns/userinfo", token="unknown", openid=RESIDENT)["errcode"] == 40001
    assert api.get("/sns/userinfo", token=None, openid=RESIDENT)["errcode"] == 41001


def test_a_snapshot_page_says_so(sim: Sim, api: Api) -> None:
    sim.user(RESIDENT).snapshot = True
    assert exchange(api, get_code(api))["is_snapshotuser"] == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scope": "everything"}, 10005),
        ({"redirect_uri": "https://evil.example/"}, 10003),
        ({"redirect_uri": "javascript:1"}, 10003),
        ({"appid": "wx0000000000000bad"}, 40013),
        ({"state": "s" * 129}, 10016),
    ],
)
def test_pages_that_do_not_open(changes: dict[str, str], code: int) -> None:
    sim, _ = make_sim(account=Account(oauth_domain="shop.example"))
    assert authorize(Api(sim), **changes).get_json(force=True)["errcode"] == code


def test_an_account_without_oauth() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.VERIFIED_SUB))
    assert authorize(Api(sim)).get_json(force=True)["errcode"] == 48001


def test_without_a_phone_the_page_asks_which(sim: Sim, api: Api) -> None:
    sim.user(OTHER).name = "<script>alert(1)</script>"
    page = authorize(api, **{"as": ""})
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "王姐" in text
    assert f"as={RESIDENT}" in text
    assert "<script>alert" not in text


def test_the_phone_that_tapped_the_link_is_known_by_its_cookie(api: Api) -> None:
    api.client.set_cookie("simulator_phone", OTHER)
    assert exchange(api, get_code(api, **{"as": ""}))["openid"] == OTHER
