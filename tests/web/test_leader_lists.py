"""The counter's live lists, one tap to remind, papers and their text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from models import notice, offer, order, redemption, resident
from operations import people
from operations.listings import leaders, neighbours
from operations.pick_lists import look_alikes, numbers_in
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import counting, enter
from web.leader.papers import KINDS, SIZES
from web.show import short_time


def reminders(pages: Pages) -> list[str]:
    with pages.store.read() as work:
        keys = work.db.execute(select(notice.c.dedupe_key).where(notice.c.kind == "reminder_pickup")).scalars()
        return sorted(keys)


def test_a_leader_is_none_of_her_neighbours(pages: Pages) -> None:
    """She has a row of her own as soon as she writes somebody down; who she wrote down is said to be hers."""
    leader_id = pages.world.leader_a
    with pages.store.transaction() as work:
        shown = neighbours.search(work, leader_id=leader_id).total
        followers = leaders.detail(work, leader_id=leader_id)["residents"]
        own = people.resident_of(work, leader_id=leader_id, account_id=pages.world.account_a)
        guest = people.guest_of(work, leader_id=leader_id, host_resident_id=own, name="钱叔", room=None)
        assert neighbours.search(work, leader_id=leader_id).total == shown + 1
        assert leaders.detail(work, leader_id=leader_id)["residents"] == followers
    assert "没有，由您代订" in enter(pages, "leader_a").get(f"/m/neighbours/{guest}").text


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (2, "后天 18:30"),
        (3, "周二（5月5日）18:30"),
        (13, "周五（5月15日）18:30"),
        (14, "5月16日 18:30"),
        (-3, "4月29日 18:30"),
    ],
)
def test_what_is_to_come_has_its_weekday(days: int, shown: str) -> None:
    now = datetime(2026, 5, 2, 2, tzinfo=UTC)
    assert short_time(datetime(2026, 5, 2, 10, 30, tzinfo=UTC) + timedelta(days=days), now) == shown


def test_who_has_not_come_stands_by_building(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "helper")
    path = f"/m/rounds/{world.arrived}/picking"
    text = visitor.get(path).text
    places = [text.index(shown) for shown in ("3号楼", "3-502", "3-1101", "5号楼", "5-201", "12号楼", "12-603", "其他")]
    assert places == sorted(places)
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE})
    visitor.post("/m/redeem", {"code": world.codes[3], "nonce": NONCE, "take_3": "1"})
    text = visitor.get(path).text
    assert "赵阿姨" not in text
    assert "鲜牛奶 3瓶" in text
    assert "¥" not in text
    assert "13800000" not in text


def test_an_offers_card_says_how_much_is_left_and_for_whom(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE})
    text = visitor.get(f"/m/rounds/{world.arrived}/picking?by=offer").text
    milk = text[text.index("3. 鲜牛奶") : text.index("4. 本地青菜")]
    for shown in ("冷藏", ">6瓶<", ">4瓶<", ">2瓶<", "还有 1 户没取", "5-1802"):
        assert shown in milk


def test_the_part_that_is_fetched_is_the_list_of_the_page(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    for by in ("building", "offer"):
        path = f"/m/rounds/{pages.world.arrived}/picking?by={by}"
        part = visitor.get(f"{path}&part=list").text
        assert "<html" not in part
        assert part.count("data-key") == visitor.get(path).text.count("data-key") > 3


def test_a_neighbour_is_reminded_once_a_day(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "helper")
    path = f"/m/orders/{world.orders[2]}/remind"
    assert visitor.post(path).headers["Location"].endswith(f"#order-{world.orders[2]}")
    page = visitor.get(f"/m/rounds/{world.arrived}/picking").text
    assert "已经提醒了" in page
    assert "今天 10:00 提醒过" in page
    visitor.post(path)
    assert "今天已经提醒过了" in visitor.get("/m/").text
    assert len(reminders(pages)) == 1
    pages.clock.advance(hours=24)
    enter(pages, "leader_a").post(path)
    assert [key.rsplit(":", 1)[1] for key in reminders(pages)] == ["2026-05-02", "2026-05-03"]


def test_reminding_says_why_not(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE})
    visitor.post(f"/m/orders/{world.orders[2]}/remind")
    assert "没有要取的货" in visitor.get("/m/").text
    with pages.store.transaction() as work:
        holder = select(order.c.resident_id).where(order.c.id == world.orders[4]).scalar_subquery()
        host = work.db.execute(select(order.c.resident_id).where(order.c.id == world.orders[6])).scalar_one()
        work.db.execute(update(resident).where(resident.c.id == host).values(account_id=None, state="erased"))
        work.db.execute(
            update(resident)
            .where(resident.c.id == holder)
            .values(account_id=None, host_resident_id=host, guest_key="孙老师|")
        )
    visitor.post(f"/m/orders/{world.orders[4]}/remind")
    assert "提醒不到" in visitor.get("/m/").text
    assert reminders(pages) == []


def test_nobody_reminds_another_leaders_neighbour(pages: Pages) -> None:
    assert enter(pages, "leader_b").post(f"/m/orders/{pages.world.orders[4]}/remind").status_code == 404
    assert reminders(pages) == []


def test_the_reminder_tells_code_place_and_hours_and_ends_with_pickup(pages: Pages) -> None:
    world = pages.world
    enter(pages, "leader_a").post(f"/m/orders/{world.orders[4]}/remind")
    with pages.store.read() as work:
        row = work.db.execute(select(notice).where(notice.c.kind == "reminder_pickup")).one()
    assert row.payload["code"] == world.codes[4]
    assert row.payload["pickup_place"] == "3 号楼大堂"
    assert row.expires_at - pages.clock() == timedelta(hours=3)
    assert row.order_id == world.orders[4]


@pytest.mark.parametrize(
    ("names", "alike"),
    [
        ([("红富士苹果 500g", ""), ("红富士苹果 1kg", "")], {0, 1}),
        ([("红富士苹果", "5斤装"), ("红富士苹果", "10斤装"), ("土鸡蛋", "")], {0, 1}),
        ([("鲜牛奶", "950ml"), ("鲜牛奶酸奶", "")], {0, 1}),
        ([("红颜草莓", ""), ("红心火龙果", "")], set()),
        ([("鲜牛奶", ""), ("鲜鸡蛋", "")], set()),
        ([("梨", ""), ("李子", "")], set()),
    ],
)
def test_what_is_easily_confused_is_marked(names: list[tuple[str, str]], alike: set[int]) -> None:
    offers = [SimpleNamespace(id=at, name=name, spec=spec) for at, (name, spec) in enumerate(names)]
    assert set(look_alikes(offers)) == alike


def test_look_alikes_and_cold_things_are_marked_on_lists_and_papers(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    with pages.store.transaction() as work:
        work.db.execute(
            update(offer)
            .where(offer.c.round_id == world.arrived, offer.c.number == 2)
            .values(name="红颜草莓", spec="1斤装")
        )
    path = f"/m/rounds/{world.arrived}"
    assert "别拿错，还有：红颜草莓 1斤装" in visitor.get(f"{path}/picking?by=offer").text
    assert "易混" in visitor.get(f"{path}/picking").text
    assert "易混" in visitor.get(f"{path}/papers?kind=totals").text
    assert "（冷藏）" in visitor.get(f"{path}/papers").text


def test_rooms_are_read_as_people_walk() -> None:
    rooms = ["12-101", "3-1101", "3号楼502", "３－２０１", "3-2-101"]
    assert sorted(rooms, key=numbers_in) == ["3-2-101", "３－２０１", "3号楼502", "3-1101", "12-101"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
def test_papers_have_everybody_and_no_money(pages: Pages, kind: str, size: str) -> None:
    text = enter(pages, "helper").get(f"/m/rounds/{pages.world.arrived}/papers?kind={kind}&size={size}").text
    for shown in ("红颜草莓", "冷藏", *(("3 号楼大堂",) if kind == "receipt" else ("3-502 王姐", "12-2004"))):
        assert shown in text
    for hidden in ("¥", "45", "13800000"):
        assert hidden not in text.replace(pages.world.codes[0], "")[text.index("<textarea") :]


def test_the_text_copy_is_what_is_on_the_paper(pages: Pages) -> None:
    text = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.arrived}/papers").text
    copy = text[text.index("<textarea") : text.index("</textarea>")]
    assert "【周六水果团】取货单\n—— 3号楼 2 单 ——\n1号 3-502 王姐：红颜草莓 2斤装 2盒、土鸡蛋 30枚 1份\n" in copy
    assert "3号 5-201 赵阿姨：土鸡蛋 30枚 2份、鲜牛奶 950ml（冷藏） 2瓶（备注：放门口冰箱）" in copy
    totals = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.arrived}/papers?kind=totals").text
    assert "3. 鲜牛奶 950ml（冷藏） 6瓶\n　5-201 赵阿姨 2瓶、5-1802 小陈 4瓶" in totals


def test_an_unknown_paper_is_the_usual_one(pages: Pages) -> None:
    text = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.arrived}/papers?kind=x&size=../../x").text
    assert "paper-a4.css" in text


def test_lists_take_a_handful_of_statements(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    for path in ("picking", "picking?by=offer", "papers", "papers?kind=totals"):
        with counting(pages.store) as count:
            visitor.get(f"/m/rounds/{pages.world.arrived}/{path}")
        assert count.statements <= 10, path


def test_looking_redeems_nothing(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    for path in ("picking", "papers"):
        visitor.get(f"/m/rounds/{pages.world.arrived}/{path}")
    with pages.store.read() as work:
        assert work.db.execute(select(redemption.c.id)).first() is None
