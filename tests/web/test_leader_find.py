"""Handing out without a code: who is found by what is said, and a whole household at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, select, update

from models import order, redemption, resident
from operations import orders, people, pick_lists
from operations.orders import Change
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import counting, enter


def states(pages: Pages) -> list[str]:
    with pages.store.read() as work:
        found = {row.id: row.state for row in work.db.execute(select(order.c.id, order.c.state))}
    return [found[order_id] for order_id in pages.world.orders]


def move(pages: Pages, at: int, room: str) -> None:
    """Let a neighbour live elsewhere."""
    with pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == pages.world.orders[at]).values(room=room))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("0003", ["赵阿姨"]),
        ("13800000003", ["赵阿姨"]),
        ("5-201", ["赵阿姨"]),
        ("5号楼201", ["赵阿姨"]),
        ("５－２０１", ["赵阿姨"]),
        ("5 栋 201 室", ["赵阿姨"]),
        ("201", ["赵阿姨"]),
        ("赵", ["赵阿姨"]),
        ("3", ["赵阿姨"]),
        ("周周", ["周周"]),
        ("8000", []),
        ("502-3", []),
        ("隔壁", []),
        ("%", []),
        ("", []),
    ],
)
def test_people_are_found_by_what_they_say(pages: Pages, said: str, found: list[str]) -> None:
    visitor = enter(pages, "helper")
    response = visitor.get("/m/find", query_string={"q": said})
    if response.status_code == 302:
        response = visitor.get(response.headers["Location"])
    for name in ("王姐", "李想", "赵阿姨", "小陈", "孙老师", "周周", "吴叔"):
        assert (name in response.text) == (name in found), name
    assert "¥" not in response.text
    assert "13800000" not in response.text.replace(said, "") or not said


def test_goods_that_have_not_come_are_said_to_be_missing(pages: Pages) -> None:
    """孙老师 has an order that waits and one in the open round."""
    with pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == pages.world.orders[4]).values(state="picked_up"))
    text = enter(pages, "leader_a").get("/m/find?q=孙老师").text
    assert "还没到货" in text
    assert "已取货" in text
    assert "核销这一" not in text


def test_another_leaders_neighbours_are_not_found(pages: Pages) -> None:
    assert "别家的居民" not in enter(pages, "leader_a").get("/m/find?q=别家").text
    assert enter(pages, "leader_b").get(f"/m/households/{pages.world.orders[0]}").status_code == 404
    form = {"nonce": NONCE, f"take_{pages.world.orders[2]}_2": "2"}
    enter(pages, "leader_b").post(f"/m/households/{pages.world.order_b}", form)
    assert states(pages)[2] == "ready"


def test_a_household_is_handed_out_with_one_button(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    move(pages, 3, "5号楼201")
    text = visitor.get(f"/m/households/{world.orders[2]}").text
    assert "赵阿姨" in text
    assert "小陈" in text
    assert "2 单一起核销" in text
    form = {
        "nonce": NONCE,
        f"take_{world.orders[2]}_2": "2",
        f"take_{world.orders[2]}_3": "1",
        f"take_{world.orders[3]}_3": "4",
        f"take_{world.orders[3]}_4": "1.5",
    }
    done = visitor.post(f"/m/households/{world.orders[2]}", form).text
    assert done.count("已核销") >= 2
    assert "还没取：鲜牛奶1瓶" in done
    assert "还要收 ¥68.7" in done
    assert states(pages)[2:4] == ["partly", "picked_up"]
    assert "刚才已经核销过了" in visitor.post(f"/m/households/{world.orders[2]}", form).text
    with pages.store.read() as work:
        assert len(work.db.execute(select(redemption.c.id).where(redemption.c.ok)).all()) == 2


def test_one_order_that_is_refused_does_not_stop_the_other(pages: Pages) -> None:
    """The first neighbour's strawberries are under after-sales."""
    world, visitor = pages.world, enter(pages, "leader_a")
    move(pages, 2, "3-502")
    form = {"nonce": NONCE, f"take_{world.orders[0]}_1": "2", f"take_{world.orders[2]}_2": "2"}
    done = visitor.post(f"/m/households/{world.orders[0]}", form).text
    assert "1 号：有一部分在售后处理中（S1）" in done
    assert "已核销" in done
    assert states(pages)[0] == "ready"
    assert states(pages)[2] == "partly"


def test_a_room_number_alone_makes_no_household(pages: Pages) -> None:
    move(pages, 2, "502")
    move(pages, 3, "502")
    text = enter(pages, "leader_a").get(f"/m/households/{pages.world.orders[2]}").text
    assert "小陈" not in text


def test_a_guest_belongs_to_the_host(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        host = work.db.execute(select(order.c.resident_id).where(order.c.id == world.orders[2])).scalar_one()
        guest = work.db.execute(select(order.c.resident_id).where(order.c.id == world.orders[6])).scalar_one()
        work.db.execute(update(resident).where(resident.c.id == guest).values(host_resident_id=host, guest_key="吴叔|"))
    text = enter(pages, "leader_a").get(f"/m/households/{world.orders[6]}").text
    assert "吴叔（赵阿姨代）" in text
    assert "3 号 赵阿姨" in text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "一样都没有取"),
        ({"take_x_1": "1"}, "一样都没有取"),
        ({"amount": "两份"}, "要写成数字"),
        ({"amount": "3"}, "只剩 2份 可取"),
    ],
)
def test_an_amount_that_cannot_be_is_explained(pages: Pages, form: dict[str, str], said: str) -> None:
    order_id = pages.world.orders[2]
    filled = {name.replace("amount", f"take_{order_id}_2"): value for name, value in form.items()}
    response = enter(pages, "leader_a").post(f"/m/households/{order_id}", {"nonce": NONCE} | filled)
    assert said in response.text
    assert states(pages)[2] == "ready"


def test_finding_takes_the_same_statements_however_many_ordered(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    with counting(pages.store) as few:
        visitor.get("/m/find?q=周")
    with pages.store.transaction() as work:
        for at in range(12):
            person = people.recognise(work, f"o_test_more_{at}")
            resident_id = people.bind(work, account_id=person.account_id, leader_id=pages.world.leader_a, via="code")
            people.introduce(
                work, leader_id=pages.world.leader_a, resident_id=resident_id, name=f"周{at}", room=f"9-{at + 101}"
            )
            offers = work.db.exec_driver_sql(f"SELECT id FROM offer WHERE round_id = {pages.world.open}").scalars()
            orders.change(
                work,
                leader_id=pages.world.leader_a,
                round_id=pages.world.open,
                resident_id=resident_id,
                changes=[Change(list(offers)[1], 1000)],
                actor="system",
                source_key=f"more:{at}",
            )
    with counting(pages.store) as many:
        text = visitor.get("/m/find?q=周").text
    assert "周11" in text
    assert many.statements <= few.statements + 1


def test_reading_for_the_counter_finds_its_rows_by_the_round(pages: Pages) -> None:
    """Not all orders or codes that a leader ever had."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    event.listen(pages.store.engine, "before_cursor_execute", note)
    with pages.store.read() as work:
        pick_lists.find(work, leader_id=pages.world.leader_a, text="3-502")
        pick_lists.scannables(work, leader_id=pages.world.leader_a)
        event.remove(pages.store.engine, "before_cursor_execute", note)
        plans = [
            row[3]
            for statement, parameters in seen
            if statement.startswith("SELECT")
            for row in work.db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(plans) > 10
    assert [plan for plan in plans if plan.startswith("SCAN") or plan.endswith("(leader_id=?)")] == []
