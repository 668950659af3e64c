"""Goods in building by building, and less than was announced, on the leader's pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models import leader, notice, offer, order_line, round_
from operations import pickup
from tests.web.conftest import Pages, Visitor
from tests.web.people import enter
from tests.web.test_leader_goods import closed, fields, look, path

__all__ = ["closed"]

HIDDEN = r'name="((?:short|broken)_\d+|plan|nonce)" value="([^"]*)"'


def offers(pages: Pages) -> dict[str, int]:
    with pages.store.read() as work:
        rows = work.db.execute(select(offer.c.name, offer.c.id).where(offer.c.round_id == pages.world.arrived))
        return {row.name: row.id for row in rows}


def short(pages: Pages, end: str = "") -> str:
    return f"/m/rounds/{pages.world.arrived}/short{end}"


def due(pages: Pages, at: int, name: str) -> int:
    with pages.store.read() as work:
        line = work.db.execute(
            select(order_line).where(
                order_line.c.order_id == pages.world.orders[at], order_line.c.offer_id == offers(pages)[name]
            )
        ).one()
        return int(line.quantity_milli if line.allocated_milli is None else line.allocated_milli)


def confirm(visitor: Visitor, pages: Pages, text: str) -> str:
    answer = visitor.post(short(pages), dict(re.findall(HIDDEN, text)))
    return answer.text if answer.status_code == 200 else visitor.get("/m/").text


# ---------------------------------------------------------------- a shortage found later


def test_who_gets_less_is_shown_and_told_once(pages: Pages) -> None:
    visitor, milk = enter(pages, "leader_a"), offers(pages)["鲜牛奶"]
    assert "还没取 6瓶" in visitor.get(short(pages)).text
    text = visitor.post(short(pages, "/look"), {f"short_{milk}": "1", f"broken_{milk}": "1"}).text
    assert "鲜牛奶 原来 4瓶，改成 2瓶" in text
    assert due(pages, 3, "鲜牛奶") == 4000, "looking changes nothing"
    form = dict(re.findall(HIDDEN, text))
    visitor.post(short(pages), form)
    assert "登记好了：1 单少拿" in visitor.get("/m/").text
    assert due(pages, 3, "鲜牛奶") == 2000
    visitor.post(short(pages), form)
    assert "之前已经登记过" in visitor.get("/m/").text
    with pages.store.read() as work:
        told = work.db.execute(select(notice.c.payload).where(notice.c.kind == "shortage")).scalars().all()
    assert [one["is_late"] for one in told if one.get("is_late")] == [True]


def test_somebody_collects_while_the_leader_looks(pages: Pages) -> None:
    visitor, world, milk = enter(pages, "leader_a"), pages.world, offers(pages)["鲜牛奶"]
    text = visitor.post(short(pages, "/look"), {f"short_{milk}": "1"}).text
    with pages.store.transaction() as work:
        pickup.redeem(
            work,
            leader_id=world.leader_a,
            device="test",
            nonce="1",
            by_account_id=world.account_a,
            token=world.tokens[3],
            wanted={3: 1000},
        )
    answer = confirm(visitor, pages, text)
    assert "鲜牛奶 原来 4瓶，改成 3瓶" in answer or "刚才有人来取了货" in answer


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("99", "还没取的没有这么多"),
        ("", "请填哪一样少了"),
        ("-1", "「鲜牛奶」少了"),
        ("许多", "「鲜牛奶」少了"),
        ("0.5", "还没取"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(pages: Pages, value: str, why: str) -> None:
    visitor, milk = enter(pages, "leader_a"), offers(pages)["鲜牛奶"]
    text = visitor.post(short(pages, "/look"), {f"short_{milk}": value}).text
    assert 'role="alert"' in text
    assert why in text
    assert due(pages, 3, "鲜牛奶") == 4000


def test_before_arrival_there_is_nothing_to_be_short_of(pages: Pages) -> None:
    text = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.open}/short").text
    assert "还没登记到货" in text


# ---------------------------------------------------------------- building by building


def test_batches_are_shown_confirmed_listed_and_sent_after_all(closed: Pages) -> None:
    with closed.store.transaction() as work:
        work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
    visitor = enter(closed, "leader_a")
    text = look(visitor, closed, {"batches": "yes", "minutes": "20", "first": "12号楼"})
    assert re.search(r"12号楼.*?3号楼", text, re.DOTALL)
    assert "分批通知 2 单来取" in text
    wish = dict(re.findall(r'name="(batches|minutes|first)" value="([^"]*)"', text))
    visitor.post(path(closed), fields(text) | wish)
    with closed.store.read() as work:
        rows = work.db.execute(
            select(notice).where(notice.c.kind == "arrived", notice.c.round_id == closed.world.open)
        ).all()
    turns = {row.payload["turn"]["building"]: row.payload["turn"]["at"] for row in rows}
    assert set(turns) == {"3", "12"}
    assert turns["12"] < turns["3"]
    listed = visitor.get(f"/m/rounds/{closed.world.open}/picking").text
    waiting = [row for row in rows if row.next_at > closed.clock()]
    assert (f"还有 {len(waiting)} 位在排队等通知" in listed) is bool(waiting)
    visitor.post(f"/m/rounds/{closed.world.open}/tell-all")
    assert "在排队等通知" not in visitor.get(f"/m/rounds/{closed.world.open}/picking").text
    with closed.store.read() as work:
        late = work.db.execute(
            select(notice.c.id).where(
                notice.c.round_id == closed.world.open,
                notice.c.kind == "arrived",
                notice.c.next_at > closed.clock() + timedelta(seconds=1),
            )
        ).all()
    assert late == []


@pytest.mark.parametrize("minutes", ["0", "999", "-5", "十"])
def test_minutes_that_cannot_be(closed: Pages, minutes: str) -> None:
    text = look(enter(closed, "leader_a"), closed, {"batches": "yes", "minutes": minutes})
    assert "每栋间隔请写 1 到 180 分钟" in text


def test_together_is_the_usual_way(closed: Pages) -> None:
    text = look(enter(closed, "leader_a"), closed, {"batches": "no", "minutes": "15"})
    assert "按楼栋分批通知" not in text


# ---------------------------------------------------------------- reminding


def test_a_whole_building_is_reminded_once_a_day(pages: Pages) -> None:
    visitor, world = enter(pages, "helper"), pages.world
    text = visitor.get(f"/m/rounds/{world.arrived}/picking").text
    assert "提醒3号楼还没来的 2 单" in text

    def remind(building: str) -> str:
        visitor.post(f"/m/rounds/{world.arrived}/remind", {"building": building})
        return visitor.get("/m/").text

    assert "已经提醒 2 单" in remind("3")
    assert "没有可以再提醒的了。今天提醒过的有 2 单" in remind("3")
    assert "没有可以再提醒的了" in remind("99")
    with pages.store.read() as work:
        told = work.db.execute(select(notice.c.payload).where(notice.c.kind == "reminder_pickup")).scalars().all()
    assert sorted(one["seq"] for one in told) == [1, 2]
    assert "今天提醒过的有 2 单" in remind("*")
    pages.clock.advance(days=1)
    visitor = enter(pages, "helper")
    assert "已经提醒 2 单" in remind("3")


def test_who_waits_for_his_buildings_turn_is_not_reminded(closed: Pages) -> None:
    with closed.store.transaction() as work:
        work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
        work.db.execute(update(round_).where(round_.c.id == closed.world.open).values(pickup_from=None))
        work.db.execute(update(round_).where(round_.c.id == closed.world.open).values(pickup_until=None))
    visitor = enter(closed, "leader_a")
    text = look(visitor, closed, {"batches": "yes", "minutes": "20"})
    wish = dict(re.findall(r'name="(batches|minutes|first)" value="([^"]*)"', text))
    visitor.post(path(closed), fields(text) | wish)
    visitor.post(f"/m/rounds/{closed.world.open}/remind", {"building": "*"})
    with closed.store.read() as work:
        mine = notice.c.round_id == closed.world.open
        kinds = work.db.execute(select(notice.c.kind, notice.c.account_id, notice.c.next_at).where(mine)).all()
    reminded = {row.account_id for row in kinds if row.kind == "reminder_pickup"}
    waits = {row.account_id for row in kinds if row.kind == "arrived" and row.next_at > closed.clock()}
    assert len(reminded) == len(waits) == 1
    assert not reminded & waits
