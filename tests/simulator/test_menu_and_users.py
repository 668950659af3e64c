from __future__ import annotations

from typing import Any

import pytest

from bot.simulator import Account, AccountType, Sim
from tests.simulator.kit import OTHER, RESIDENT, Api, make_sim

CLICK = {"type": "click", "name": "帮助", "key": "HELP"}
MENU = {
    "button": [
        {"name": "接龙", "sub_button": [CLICK, {"type": "view", "name": "网页", "url": "https://x"}]},
        {"type": "scancode_waitmsg", "name": "核销", "key": "VERIFY"},
    ]
}


def test_a_menu_is_kept_until_deleted(sim: Sim, api: Api) -> None:
    assert api.get("menu/get")["errcode"] == 46003
    assert api.code("menu/create", MENU) == 0
    assert api.get("menu/get") == {"menu": MENU}
    assert sim.menu_name("VERIFY") == "核销"
    assert sim.menu_name("HELP") == "帮助"
    assert api.get("menu/delete")["errcode"] == 0
    assert api.get("menu/get")["errcode"] == 46003


def top(**changes: Any) -> dict[str, Any]:
    return {"button": [{**CLICK, **changes}]}


def below(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"button": [{"name": "更多", "sub_button": list(rows)}]}


@pytest.mark.parametrize(
    ("menu", "code"),
    [
        ({"button": []}, 40016),
        ({"button": [CLICK] * 4}, 40016),
        ({"button": ["x"]}, 40015),
        (top(type="dance"), 40017),
        (top(name=""), 40018),
        (top(name="六个汉字太长"), 40018),
        (top(key=""), 40019),
        (top(key="k" * 129), 40019),
        (top(type="view"), 40020),
        (top(type="view", url="https://" + "x" * 1020), 40020),
        (top(type="view", url="javascript:1"), 40055),
        (top(type="media_id"), 40007),
        (below(*[CLICK] * 6), 40023),
        (below({**CLICK, "name": "长" * 21}), 40025),
        (below({**CLICK, "key": "k" * 129}), 40026),
        (below({"type": "view", "name": "a", "url": ""}), 40027),
        (rb'{"button":[{"type":"click","name":"\u5e2e","key":"K"}]}', 40033),
    ],
)
def test_menus_that_are_refused(sim: Sim, api: Api, menu: Any, code: int) -> None:
    assert api.code("menu/create", menu) == code
    assert sim.state.menu is None


def test_an_unverified_subscription_account_has_no_menu() -> None:
    sim, _ = make_sim(account=Account(kind=AccountType.UNVERIFIED_SUB))
    assert Api(sim).code("menu/create", MENU) == 48001


def test_user_info(sim: Sim, api: Api) -> None:
    sim.subscribe("o_test_new", "L7")
    info = api.get("user/info", openid="o_test_new")
    assert (info["subscribe"], info["qr_scene_str"], info["subscribe_scene"]) == (1, "L7", "ADD_SCENE_QR_CODE")
    assert (info["nickname"], info["headimgurl"]) == ("", "")
    assert info["subscribe_time"] == sim.stamp()
    sim.unsubscribe("o_test_new")
    assert api.get("user/info", openid="o_test_new") == {"subscribe": 0, "openid": "o_test_new"}
    assert api.get("user/info", openid="o_test_nobody")["errcode"] == 40003


def test_the_list_of_followers(sim: Sim, api: Api) -> None:
    sim.add_user("o_test_away", subscribed=False)
    answer = api.get("user/get")
    assert (answer["total"], answer["data"]["openid"]) == (2, [RESIDENT, OTHER])
    assert api.get("user/get", next_openid=RESIDENT)["data"]["openid"] == [OTHER]
    assert api.get("user/get", next_openid=OTHER) == {"total": 2, "count": 0, "next_openid": ""}
    sim.account.kind = AccountType.UNVERIFIED_SERVICE
    assert api.get("user/get")["errcode"] == 48001


def test_a_page_of_followers_has_10000(sim: Sim, api: Api) -> None:
    for number in range(10_000):
        sim.add_user(f"o_test_many_{number}")
    first = api.get("user/get")
    assert (first["total"], first["count"]) == (10_002, 10_000)
    assert api.get("user/get", next_openid=first["next_openid"])["count"] == 2


def test_remarks(sim: Sim, api: Api) -> None:
    assert api.code("user/info/updateremark", {"openid": RESIDENT, "remark": "3-502"}) == 0
    assert api.get("user/info", openid=RESIDENT)["remark"] == "3-502"
    assert api.code("user/info/updateremark", {"openid": RESIDENT, "remark": "长" * 30}) == 47001


def test_tags(sim: Sim, api: Api) -> None:
    tag = api.post("tags/create", {"tag": {"name": "3号楼"}})["tag"]["id"]
    assert api.code("tags/members/batchtagging", {"tagid": tag, "openid_list": [RESIDENT, OTHER]}) == 0
    assert api.code("tags/members/batchuntagging", {"tagid": tag, "openid_list": [OTHER]}) == 0
    assert api.get("tags/get")["tags"] == [{"id": tag, "name": "3号楼", "count": 1}]
    assert api.post("user/tag/get", {"tagid": tag})["data"]["openid"] == [RESIDENT]
    assert api.post("tags/getidlist", {"openid": RESIDENT}) == {"tagid_list": [tag]}
    assert api.get("user/info", openid=RESIDENT)["tagid_list"] == [tag]
    assert api.code("tags/update", {"tag": {"id": tag, "name": "4号楼"}}) == 0
    assert api.code("tags/delete", {"tag": {"id": tag}}) == 0
    assert sim.user(RESIDENT).tags == []


def test_tags_that_are_refused(sim: Sim, api: Api) -> None:
    api.post("tags/create", {"tag": {"name": "3号楼"}})
    names = {"": 45157, "3号楼": 45157, "长" * 11: 45158}
    assert {name: api.code("tags/create", {"tag": {"name": name}}) for name in names} == names
    assert api.code("tags/create", {}) == 47001
    assert api.code("tags/members/batchtagging", {"tagid": 7, "openid_list": [RESIDENT]}) == 45159
    assert api.code("tags/members/batchtagging", {"tagid": 100, "openid_list": []}) == 40032
    assert api.code("tags/members/batchtagging", {"tagid": 100, "openid_list": ["o_test_nobody"]}) == 40003
    sim.user(RESIDENT).tags = list(range(20))
    assert api.code("tags/members/batchtagging", {"tagid": 100, "openid_list": [RESIDENT]}) == 45059
    for number in range(99):
        api.post("tags/create", {"tag": {"name": str(number)}})
    assert api.code("tags/create", {"tag": {"name": "百"}}) == 45056
