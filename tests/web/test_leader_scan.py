"""Scans of a phone as the server takes them: at once or later, each once, each with its own time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models import order, redemption
from operations.pick_lists import hashed
from tests.web.conftest import PUBLIC_URL, Pages, Visitor
from tests.web.people import counting, enter

DEVICE = "d" * 32
NOW_MS = 1_700_000_000_000  # the phone's clock: wrong, and of no importance


def nonce(number: int) -> str:
    return f"{number:032x}"


def send(visitor: Visitor, *scans: dict[str, Any], device: str = DEVICE, token: str | None = None) -> Any:
    answer = visitor.client.post(
        "/m/scans",
        json={"device": device, "sent_at": NOW_MS, "scans": list(scans)},
        headers={"X-CSRF-Token": visitor.token if token is None else token},
        base_url=PUBLIC_URL,
    )
    return answer.get_json()["results"] if answer.status_code == 200 else answer.status_code


def scan(number: int, *, seconds_ago: int = 0, offline: bool = False, **what: str) -> dict[str, Any]:
    return {"nonce": nonce(number), "at": NOW_MS - seconds_ago * 1000, "offline": offline} | what


def written(pages: Pages) -> list[Any]:
    with pages.store.read() as work:
        return list(work.db.execute(select(redemption).order_by(redemption.c.recorded_at, redemption.c.id)))


def test_a_scan_is_redeemed_and_told(pages: Pages) -> None:
    [told] = send(enter(pages, "leader_a"), scan(1, token=pages.world.tokens[3]))
    assert told["ok"]
    assert told["who"] == "4 号 5-1802 小陈"
    assert told["items"] == ["鲜牛奶 4瓶", "本地青菜 1.5斤"]
    assert told["collect"] == "还要收 ¥68.7"


def test_a_helper_is_told_no_sum(pages: Pages) -> None:
    [told] = send(enter(pages, "helper"), scan(1, code=pages.world.codes[3]))
    assert told["ok"]
    assert "¥" not in str(told)
    assert "13800000" not in str(told)
    assert told["collect"] == "还有货款没收，请团长确认"


def test_the_same_scan_again_is_the_same_scan(pages: Pages) -> None:
    visitor, one = enter(pages, "leader_a"), scan(1, token=pages.world.tokens[4])
    later = enter(pages, "leader_a")  # logged in anew: the phone is the same
    told = [send(who, one)[0] for who in (visitor, visitor, later)]
    assert [(one["ok"], one["again"]) for one in told] == [(True, False), (True, True), (True, True)]
    assert len(written(pages)) == 1
    [other] = send(visitor, scan(2, token=pages.world.tokens[4]))
    assert not other["ok"]
    assert "已经取过货，经手人：张团长" in other["why"]
    assert [row.ok for row in written(pages)] == [True, False], "both are written down"


def test_kept_scans_keep_their_own_time_and_order(pages: Pages) -> None:
    """The phone sends the later one first; its clock is years off."""
    visitor, world = enter(pages, "leader_a"), pages.world
    told = send(
        visitor,
        scan(2, seconds_ago=60, token=world.tokens[4], offline=True),
        scan(1, seconds_ago=180, token=world.tokens[4], offline=True),
        scan(3, seconds_ago=10**9, token=world.tokens[2], offline=True),
    )
    assert {one["nonce"]: one["ok"] for one in told} == {nonce(1): True, nonce(2): False, nonce(3): True}
    at = {row.nonce: pages.clock() - row.at for row in written(pages)}
    assert at == {nonce(1): timedelta(minutes=3), nonce(2): timedelta(minutes=1), nonce(3): timedelta(hours=24)}
    with pages.store.read() as work:
        picked = work.db.execute(select(order.c.picked_up_at).where(order.c.id == world.orders[4])).scalar_one()
    assert pages.clock() - picked == timedelta(minutes=3)


def test_a_scan_from_the_future_is_from_now(pages: Pages) -> None:
    send(enter(pages, "leader_a"), scan(1, seconds_ago=-3600, token=pages.world.tokens[4]))
    assert written(pages)[0].at == pages.clock()


def test_what_was_given_without_network_counts_although_it_was_cancelled_since(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    with pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == world.orders[4]).values(state="cancelled"))
    [refused] = send(visitor, scan(1, token=world.tokens[4]))
    assert "已经取消" in refused["why"]
    [taken] = send(visitor, scan(2, token=world.tokens[4], offline=True, seconds_ago=300))
    assert taken["ok"]
    assert [(row.ok, row.forced) for row in written(pages)] == [(False, False), (False, False), (True, True)]


def test_a_helper_cannot_pass_over_a_cancellation(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == world.orders[4]).values(state="cancelled"))
    [told] = send(enter(pages, "helper"), scan(1, token=world.tokens[4], offline=True))
    assert not told["ok"]
    assert not any(row.forced for row in written(pages))


def test_a_lock_keeps_what_was_given_in_the_phone(pages: Pages) -> None:
    visitor = enter(pages, "helper")
    for number in range(10):
        assert "没有「123456」" in send(visitor, scan(number, code="123456"))[0]["why"]
    [kept] = send(visitor, scan(50, token=pages.world.tokens[4], offline=True))
    assert kept["retry"]
    [fresh] = send(visitor, scan(51, token=pages.world.tokens[4]))
    assert "试错太多次" in fresh["why"]
    pages.clock.advance(minutes=16)
    assert send(visitor, scan(50, token=pages.world.tokens[4], offline=True, seconds_ago=960))[0]["ok"]


def test_another_leaders_code_is_unknown(pages: Pages) -> None:
    told = send(enter(pages, "leader_b"), scan(1, token=pages.world.tokens[4]), scan(2, code=pages.world.codes[4]))
    assert [one["ok"] for one in told] == [False, False]
    assert all("没有「" in one["why"] for one in told)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"device": DEVICE, "sent_at": NOW_MS},
        {"device": "x", "sent_at": NOW_MS, "scans": []},
        {"device": DEVICE, "sent_at": "soon", "scans": []},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1)]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1, code="1", token="0" * 32)]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1, token="../../x")]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1, code="") | {"nonce": "again"}]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1, code="482913") | {"nonce": None}]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(1, code="482913") | {"at": 10**30}, "x"]},
        {"device": DEVICE, "sent_at": NOW_MS, "scans": [scan(at, code="482913") for at in range(51)]},
        {"device": DEVICE, "sent_at": 10**40, "scans": [scan(1, code="482913")]},
    ],
)
def test_what_is_no_list_of_scans_does_nothing(pages: Pages, sent: Any) -> None:
    visitor = enter(pages, "leader_a")
    answer = visitor.client.post("/m/scans", json=sent, headers={"X-CSRF-Token": visitor.token}, base_url=PUBLIC_URL)
    assert answer.status_code == 400
    assert written(pages) == []


@pytest.mark.parametrize("text", ["[" * 100_000, '{"scans":' * 100_000, "{", "NaN", "\ud800"])
def test_what_is_no_json_does_nothing(pages: Pages, text: str) -> None:
    visitor, body = enter(pages, "leader_a"), text.encode("utf-8", "surrogatepass")
    headers = {"X-CSRF-Token": visitor.token, "Content-Type": "application/json"}
    answer = visitor.client.post("/m/scans", data=body, headers=headers, base_url=PUBLIC_URL)
    assert answer.status_code == 400


def test_scans_without_the_token_of_the_page_do_nothing(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    assert send(visitor, scan(1, token=pages.world.tokens[4]), token="0" * 64) == 400
    assert written(pages) == []


def test_the_list_in_the_phone_makes_no_code_and_names_nobody(pages: Pages) -> None:
    world = pages.world
    helper, leader = enter(pages, "helper").get("/m/scan/list"), enter(pages, "leader_a").get("/m/scan/list")
    rows = {row["keys"][0]: row for row in helper.get_json()["rows"]}
    assert set(rows) == {hashed(token) for token in world.tokens}
    assert rows[hashed(world.tokens[3])]["keys"][1] == hashed(world.codes[3])
    assert rows[hashed(world.tokens[3])]["who"] == "4 号 5-1802 小**"
    assert rows[hashed(world.tokens[3])]["items"] == ["鲜牛奶 4瓶", "本地青菜 1.5斤"]
    for secret in (*world.codes, *world.tokens, "小陈", "¥", "13800000"):
        assert secret not in helper.text
        assert secret not in leader.text, "it lies on the phone"
    assert len(enter(pages, "leader_b").get("/m/scan/list").get_json()["rows"]) == 1


def test_the_list_in_the_phone_is_good_for_as_long_as_the_session(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    pages.clock.advance(hours=11, minutes=30)
    assert visitor.get("/m/scan/list").get_json()["for_ms"] == 30 * 60 * 1000


def test_the_list_says_what_was_collected(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    send(visitor, scan(1, token=world.tokens[4]))
    rows = {row["keys"][0]: row for row in visitor.get("/m/scan/list").get_json()["rows"]}
    assert not rows[hashed(world.tokens[4])]["waits"]
    assert rows[hashed(world.tokens[3])]["waits"]
    with counting(pages.store) as count:
        visitor.get("/m/scan/list")
    assert count.statements <= 5


def test_only_the_page_with_the_camera_may_start_a_worker(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    assert "worker-src 'self' blob:" in visitor.get("/m/scan").headers["Content-Security-Policy"]
    assert "camera=(self)" in visitor.get("/m/scan").headers["Permissions-Policy"]
    for path in ("/m/", "/m/redeem", f"/m/rounds/{pages.world.arrived}/picking"):
        assert "worker-src" not in visitor.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("who", ["anonymous", "owner"])
def test_scans_are_taken_from_leaders_and_helpers_only(pages: Pages, who: str) -> None:
    assert send(enter(pages, who), scan(1, token=pages.world.tokens[4])) in {401, 403}
    assert written(pages) == []
