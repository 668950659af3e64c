"""Both token families, and what a call with a bad token gets."""

from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import Account, AccountType, Sim
from tests.simulator.kit import Api, advance, make_sim


def plain_token(api: Api, **changes: Any) -> Any:
    given = {"grant_type": "client_credential", "appid": api.sim.account.appid, "secret": api.sim.account.secret}
    return api.get("token", token=None, **(given | changes))


def works(api: Api, token: str) -> int:
    return int(api.get("menu/get", token=token).get("errcode", 0))


def test_the_stable_token_stays_the_same_with_the_rest_of_its_life(sim: Sim, api: Api) -> None:
    first = api.stable()
    advance(sim, 6855)
    assert api.stable() == {"access_token": first["access_token"], "expires_in": 345}


def test_it_is_renewed_five_minutes_early_and_the_old_one_lives_on(sim: Sim, api: Api) -> None:
    first = api.stable()["access_token"]
    advance(sim, 6900)
    second = api.stable()
    assert second["access_token"] != first
    assert second["expires_in"] == 7200
    assert [works(api, first), works(api, second["access_token"])] == [46003, 46003]
    advance(sim, 301)
    assert [works(api, first), works(api, second["access_token"])] == [42001, 46003]


def test_force_kills_the_old_one(sim: Sim, api: Api) -> None:
    first = api.stable()["access_token"]
    second = api.stable(force_refresh=True)["access_token"]
    assert [works(api, first), works(api, second)] == [40001, 46003]


def test_force_is_rationed(sim: Sim, api: Api) -> None:
    assert "access_token" in api.stable(force_refresh=True)
    advance(sim, 29)
    assert api.stable(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        advance(sim, 31)
        assert "access_token" in api.stable(force_refresh=True)
    advance(sim, 31)
    assert api.stable(force_refresh=True)["errcode"] == 45009


def test_the_old_family_makes_a_new_token_each_time(sim: Sim, api: Api) -> None:
    stable = api.stable()["access_token"]
    first, second = plain_token(api)["access_token"], plain_token(api)["access_token"]
    assert [works(api, token) for token in (first, second, stable)] == [46003] * 3
    advance(sim, 301)
    assert [works(api, token) for token in (first, second, stable)] == [40001, 46003, 46003]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "password"}, 40002),
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"appid": "wx0000000000000bad"}, 40013),
        ({"secret": "guess"}, 40125),
    ],
)
def test_wrong_credentials(api: Api, changes: dict[str, str], code: int) -> None:
    assert api.stable(**changes)["errcode"] == plain_token(api, **changes)["errcode"] == code


def test_the_ip_whitelist() -> None:
    sim, _ = make_sim(account=Account(ip_whitelist=frozenset({"10.0.0.1"})))
    answer = Api(sim).stable()
    assert answer["errcode"] == 40164
    assert "127.0.0.1" in answer["errmsg"]


def test_the_wrong_method(api: Api) -> None:
    assert api.get("stable_token", token=None)["errcode"] == 43002
    assert api.post("token", {}, token=None)["errcode"] == 43001


@pytest.mark.parametrize(
    ("token", "code"), [(None, 41001), ("x y", 40014), ("short", 40014), ("9_" + "a" * 133, 40001)]
)
def test_bad_tokens(api: Api, token: str | None, code: int) -> None:
    answer = api.get("menu/get", token=token)
    assert answer["errcode"] == code
    assert " rid: " in answer["errmsg"]


def test_an_expired_token(sim: Sim, api: Api) -> None:
    token = api.stable()["access_token"]
    advance(sim, 7200)
    assert works(api, token) == 42001


def test_the_old_family_has_2000_calls_a_day_and_a_sandbox_200() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.SANDBOX))
    api = Api(sim)
    codes = [plain_token(api).get("errcode", 0) for _ in range(201)]
    assert codes == [0] * 200 + [45009]
    advance(sim, 24 * 3600)
    assert "access_token" in plain_token(api)
