"""Ordering on the round's page: the same order as in chat, by the same operation; nobody orders for another."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from models import account_binding, leader, notice, offer, order_event, resident, round_
from models.views import OrderView
from operations import communities, order_views, orders, people, round_views, rounds, shopfront
from operations.orders import Change
from tests.web.conftest import Pages, Visitor
from tests.web.doors import NONCE
from tests.web.people import counting, enter
from web.show import yuan

OTHER_NONCE = NONCE[::-1]


def path_of(pages: Pages) -> str:
    return f"/r/{pages.world.round_code}"


def order_of(pages: Pages, openid: str = "o_test_resident_0") -> OrderView | None:
    """The order of a neighbour in the open round."""
    world = pages.world
    with pages.store.read() as work:
        person = people.recognise(work, openid)
        resident_id = work.db.execute(
            select(resident.c.id).where(
                resident.c.leader_id == world.leader_a, resident.c.account_id == person.account_id
            )
        ).scalar_one()
        return order_views.load(work, leader_id=world.leader_a, round_id=world.open, resident_id=resident_id)


def wanted(own: OrderView | None) -> dict[str, int]:
    return {line.name: line.quantity_milli for line in own.lines} if own else {}


def test_the_page_shows_a_face_a_place_and_a_time(pages: Pages) -> None:
    text = pages.visitor().get(path_of(pages)).text
    shown = (
        f"/i/{pages.world.leader_a}/{pages.world.face}",
        "张团长",
        "3 号楼大堂",
        "截单，",
        "还剩8小时",
        "冷藏品请当天取。",
        "张团长：我家每天一瓶",
        "剩 19盒",
        "¥45",
        "1 户订了",
        "uri.amap.com",
    )
    for one in shown:
        assert one in text, one


def test_names_and_rooms_of_neighbours_are_not_on_the_page(pages: Pages) -> None:
    for who in ("anonymous", "leader_b"):
        text = enter(pages, who).get(path_of(pages)).text
        for secret in ("王姐", "孙老师", "3-502", "12-603", "1380000"):
            assert secret not in text


def test_an_order_on_the_page_is_the_order_of_the_chat(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    text = neighbour.get(path_of(pages)).text
    assert "接龙 1 号" in text
    form = {"q_1": "2", "had_1": "", "q_2": "2", "had_2": "2", "q_3": "1", "had_3": "6", "nonce": NONCE}
    answer = neighbour.post(path_of(pages), form)
    assert answer.status_code == 302
    own = order_of(pages)
    assert wanted(own) == {"红颜草莓": 2000, "土鸡蛋": 2000, "鲜牛奶": 1000}
    assert own is not None
    assert own.total_fen == 2 * 4500 + 2 * 3600 + 1500
    assert "记好了，合计 ¥177（接龙号 1）" in neighbour.get(path_of(pages)).text


def test_the_same_form_twice_changes_nothing_the_second_time(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(path_of(pages))
    form = {"q_1": "2", "had_1": "", "nonce": NONCE}
    for _ in range(2):
        assert neighbour.post(path_of(pages), form).status_code == 302
    own = order_of(pages)
    assert wanted(own)["红颜草莓"] == 2000
    with pages.store.read() as work:
        events = work.db.execute(select(order_event.c.id).where(order_event.c.source_key == f"page:{NONCE}")).all()
    assert len(events) == 1


def test_what_the_form_did_not_touch_stays_as_chat_has_changed_it_meanwhile(pages: Pages) -> None:
    neighbour, world = enter(pages, "resident"), pages.world
    neighbour.get(path_of(pages))
    own = order_of(pages)
    assert own is not None
    with pages.store.transaction() as work:
        eggs = next(line.offer_id for line in own.lines if line.name == "土鸡蛋")
        orders.change(
            work,
            leader_id=world.leader_a,
            round_id=world.open,
            resident_id=own.resident_id,
            changes=[Change(eggs, 5000)],
            actor="test",
            source_key="chat",
        )
    neighbour.post(path_of(pages), {"q_1": "1", "had_1": "", "q_2": "2", "had_2": "2", "nonce": NONCE})
    assert wanted(order_of(pages)) == {"红颜草莓": 1000, "土鸡蛋": 5000, "鲜牛奶": 6000}


def test_each_line_stands_for_itself_and_refusals_are_said_in_plain_words(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(path_of(pages))
    neighbour.post(path_of(pages), {"q_1": "30", "had_1": "", "q_3": "7", "had_3": "6", "nonce": NONCE})
    text = neighbour.get(path_of(pages)).text
    assert "红颜草莓只剩19盒，没有加上；您最多可以订到19盒。" in text
    assert "记好了" in text
    neighbour.post(path_of(pages), {"q_1": "30", "had_1": "", "nonce": OTHER_NONCE})
    assert "订单没有变，合计" in neighbour.get(path_of(pages)).text
    assert wanted(order_of(pages)) == {"土鸡蛋": 2000, "鲜牛奶": 7000}


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ("1.5", "红颜草莓按盒卖，不能订1.5，请填整数。"),
        ("两盒", "红颜草莓要写成数字"),
        ("-1", "红颜草莓要写成数字"),
        ("99999999", "红颜草莓要写成数字"),
        ("99999", "数量不对"),
    ],
)
def test_a_quantity_that_cannot_be_is_said_beside_what_was_typed(pages: Pages, quantity: str, said: str) -> None:
    fresh = newcomer(pages)
    answer = fresh.post(path_of(pages), {"q_1": quantity, "had_1": "", "nonce": NONCE})
    assert answer.status_code in {400, 409}
    assert said in answer.text
    assert f'value="{quantity}"' in answer.text


def newcomer(pages: Pages, openid: str = "o_test_newcomer") -> Visitor:
    """Somebody who came by a link: an account without a leader."""
    pages.clock.advance(seconds=1)
    with pages.store.transaction() as work:
        account_id = people.recognise(work, openid, follows=False).account_id
    token = pages.link("resident", account_id, pages.world.leader_a, path=path_of(pages))
    visitor = pages.visitor()
    visitor.get(f"/e/{token}")
    assert visitor.post(f"/e/{token}").headers["Location"] == path_of(pages)
    visitor.get(path_of(pages))
    return visitor


def test_a_newcomer_becomes_a_neighbour_by_ordering(pages: Pages) -> None:
    visitor = newcomer(pages)
    form = {"q_4": "1.5", "had_4": "", "room": "8-101", "name": "小雨", "nonce": NONCE}
    assert visitor.post(path_of(pages), form).status_code == 302
    own = order_of(pages, "o_test_newcomer")
    assert own is not None
    assert (own.room, own.resident_name, own.total_fen, own.seq) == ("8-101", "小雨", 870, 3)
    with pages.store.read() as work:
        person = people.recognise(work, "o_test_newcomer")
    assert person.leader_id == pages.world.leader_a
    assert not person.is_subscribed


def test_nothing_chosen_is_said(pages: Pages) -> None:
    assert "还没有选东西" in newcomer(pages).post(path_of(pages), {"nonce": NONCE}).text


def bound_to_b(pages: Pages) -> Visitor:
    with pages.store.transaction() as work:
        account_id = people.recognise(work, "o_test_of_b").account_id
        people.bind(work, account_id=account_id, leader_id=pages.world.leader_b, via="code")
    return newcomer(pages, "o_test_of_b")


def test_a_neighbour_of_another_leader_is_asked_before_he_is_switched(pages: Pages) -> None:
    visitor = bound_to_b(pages)
    text = visitor.get(path_of(pages)).text
    assert "您现在跟着团长“刘姐”。要换到“张团长”吗？" in text
    assert 'name="q_1"' not in text
    refused = visitor.post(path_of(pages), {"q_1": "1", "had_1": "", "nonce": NONCE})
    assert refused.status_code == 409
    assert "您现在跟着团长“刘姐”" in refused.text
    moved = visitor.post("/l/L1/follow", {"round": pages.world.round_code})
    assert moved.headers["Location"] == path_of(pages)
    assert 'name="q_1"' in visitor.get(path_of(pages)).text
    with pages.store.read() as work:
        account_id = people.recognise(work, "o_test_of_b").account_id
        mine = account_binding.c.account_id == account_id, account_binding.c.is_current
        assert work.db.execute(select(account_binding.c.leader_id).where(*mine)).scalars().all() == [
            pages.world.leader_a
        ]


def test_a_leader_orders_at_home_only(pages: Pages) -> None:
    world = pages.world
    token = pages.link("resident", world.account_b, world.leader_b, path=path_of(pages))
    visitor = pages.visitor()
    visitor.get(f"/e/{token}")
    visitor.post(f"/e/{token}")
    assert "您自己是团长" in visitor.get(path_of(pages)).text
    assert visitor.post(path_of(pages), {"q_1": "1", "had_1": "", "nonce": NONCE}).status_code == 409
    assert visitor.post("/l/L1/follow").status_code == 302
    assert "您自己是团长" in visitor.get(path_of(pages)).text


def test_after_the_deadline_nothing_can_be_changed_whatever_the_page_still_shows(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(path_of(pages))
    before = wanted(order_of(pages))
    pages.clock.advance(hours=8)
    answer = neighbour.post(path_of(pages), {"q_1": "1", "had_1": "", "nonce": NONCE})
    assert answer.status_code == 409
    assert "已经截单" in answer.text
    assert wanted(order_of(pages)) == before
    assert 'name="q_1"' not in neighbour.get(path_of(pages)).text


def test_a_suspended_leaders_round_takes_no_orders(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get(path_of(pages))
    with pages.store.transaction() as work:
        work.db.execute(update(leader).where(leader.c.id == pages.world.leader_a).values(state="suspended"))
    assert neighbour.post(path_of(pages), {"q_1": "1", "had_1": "", "nonce": NONCE}).status_code == 409


def test_cases_still_short_and_bundle_prices_are_shown_and_reckoned(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        eggs = (offer.c.leader_id == world.leader_a, offer.c.round_id == world.open, offer.c.number == 2)
        work.db.execute(update(offer).where(*eggs).values(case_milli=6000))
    neighbour = enter(pages, "resident")
    assert "还差 4份凑整箱" in neighbour.get(path_of(pages)).text
    live = neighbour.get(f"{path_of(pages)}/live?q_1=2&q_2=1").json
    assert live is not None
    assert live["total"] == "¥126"
    assert live["left"] == {"1": 19.0, "2": None, "3": None, "4": None}
    assert live["taken"] == {"1": "1 户订了 1盒", "2": "1 户订了 2份", "3": "1 户订了 6瓶", "4": ""}
    assert live["households"] == 2


def test_what_the_page_reckons_is_what_the_order_comes_to(pages: Pages) -> None:
    """Fees, the coupon in the order and the least order are in the total before anything is sent."""
    world, neighbour = pages.world, enter(pages, "resident")
    terms = {"order_fee_fen": 300, "fee_free_from_fen": 30_000, "unit_fee_fen": 50, "min_order_fen": 2000}
    with pages.store.transaction() as work:
        mine = round_.c.leader_id == world.leader_a, round_.c.id == world.open
        work.db.execute(update(round_).where(*mine).values(version=round_.c.version + 1, **terms))
    neighbour.get(path_of(pages))
    neighbour.post(f"{path_of(pages)}/coupon", {"coupon": "SAVE10", "nonce": NONCE})
    for nth, (boxes, eggs, milk) in enumerate([(2, 2, 6), (1, 0, 1), (7, 2, 0)]):
        live = neighbour.get(f"{path_of(pages)}/live?q_1={boxes}&q_2={eggs}&q_3={milk}").json
        own = order_of(pages)
        assert own is not None
        had = {f"had_{one.number}": str(one.quantity_milli // 1000) for one in own.lines}
        form = {"q_1": boxes, "q_2": eggs, "q_3": milk, "nonce": f"{nth:032x}", **had}
        neighbour.post(path_of(pages), form)
        own = order_of(pages)
        assert own is not None
        assert live is not None
        assert live["total"] == yuan(own.total_fen - own.discount_fen)
        assert f"data-total>{live['total']}<" in neighbour.get(path_of(pages)).text
    assert neighbour.get(f"{path_of(pages)}/live?q_3=1").json["remark"] == "满 ¥20 起订，还差 ¥5"  # type: ignore[index]
    assert "含配送等费用" in neighbour.get(f"{path_of(pages)}/live?q_1=1&q_2=1").json["remark"]  # type: ignore[index]


def test_what_a_neighbour_usually_takes_fills_the_form_and_he_sends_it(pages: Pages) -> None:
    world, neighbour = pages.world, enter(pages, "resident")
    own = order_of(pages)
    assert own is not None
    assert "老样子" not in neighbour.get(path_of(pages)).text  # he has ordered
    with pages.store.transaction() as work:
        facts = {"leader_id": world.leader_a, "round_id": world.open, "resident_id": own.resident_id}
        orders.cancel(work, **facts, actor="test", source_key="cancel")
        before = order_views.of_resident(work, world.leader_a, own.resident_id, limit=5)
    assert [one.round_title for one in before] == ["周六水果团"]
    text = neighbour.get(path_of(pages)).text
    assert "老样子，照这样填" in text
    filled = neighbour.get(f"{path_of(pages)}?usual=1").text
    boxes = next(line for line in before[0].lines if line.name == "红颜草莓").quantity_milli // 1000
    assert f'name="q_1" value="{boxes}"' in filled
    assert order_of(pages) is None or not order_of(pages).lines  # type: ignore[union-attr]


def test_hot_goods_are_those_of_neighbours_who_fetch_at_the_same_place(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        here = round_views.view(work, world.leader_a, world.open).pickup_place
        assert here
        goods = {one.name for one in shopfront.popular(work, leader_id=world.leader_a, place=here)}
        assert goods
        mine = round_.c.leader_id == world.leader_a, round_.c.id == world.arrived
        work.db.execute(update(round_).where(*mine).values(pickup_place="南门"))
        assert {one.name for one in shopfront.popular(work, leader_id=world.leader_a, place=here)} < goods
    assert "邻里热销" not in pages.visitor().get(path_of(pages)).text


def test_a_neighbour_says_which_community_with_his_order(pages: Pages) -> None:
    world, fresh = pages.world, newcomer(pages)
    with pages.store.transaction() as work:
        communities.set_names(work, leader_id=world.leader_a, names=["东湖花园", "阳光花园"], actor="test")
        second = communities.of_leader(work, leader_id=world.leader_a)[1]
    assert "住哪个小区" in fresh.get(path_of(pages)).text
    form = {"q_1": "1", "had_1": "", "room": "7-701", "name": "新邻居", "community": second.id, "nonce": NONCE}
    assert fresh.post(path_of(pages), form | {"community": 12345}).status_code == 409
    assert fresh.post(path_of(pages), form).status_code == 302
    assert "住哪个小区" not in fresh.get(path_of(pages)).text
    with pages.store.read() as work:
        assert {one.name: one.residents for one in communities.of_leader(work, leader_id=world.leader_a)}[second.name]


def test_guessing_an_address_shows_nobody_elses_order(pages: Pages) -> None:
    assert "我的订单" in enter(pages, "resident").get(path_of(pages)).text
    for who in ("anonymous", "leader_a", "owner"):
        assert "我的订单" not in enter(pages, who).get(path_of(pages)).text
    for code in ("AAAAAA", "x", "000000", pages.world.round_code.lower()):
        assert pages.visitor().get(f"/r/{code}").status_code == 404


def test_the_pages_cost_the_same_however_many_orders_there_are(pages: Pages) -> None:
    world = pages.world

    def cost() -> int:
        with counting(pages.store) as count:
            pages.visitor().get(path_of(pages))
        return count.statements

    few = cost()
    with pages.store.transaction() as work:
        view = rounds.view(work, world.leader_a, world.open)
        for nth in range(30):
            account_id = people.recognise(work, f"o_many_{nth}").account_id
            resident_id = people.bind(work, account_id=account_id, leader_id=world.leader_a, via="code")
            orders.change(
                work,
                leader_id=world.leader_a,
                round_id=world.open,
                resident_id=resident_id,
                changes=[Change(view.offers[1].id, 1000)],
                actor="test",
                source_key=f"many:{nth}",
            )
    assert cost() == few
    with counting(pages.store) as count:  # what every open page asks for again and again
        pages.visitor().get(f"{path_of(pages)}/live")
    assert count.statements < few - 2
    assert re.search(r"<span data-households>32</span>", pages.visitor().get(path_of(pages)).text)


def test_the_leader_answers_what_a_page_asked(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get("/l/L1")
    for _ in range(2):
        neighbour.post("/l/L1/ask", {"text": "几点能来取", "nonce": OTHER_NONCE})
    assert "已转给团长" in neighbour.get("/l/L1").text
    with pages.store.read() as work:
        told = work.db.execute(select(notice.c.payload).where(notice.c.kind == "relay_question")).scalars().all()
    assert [one["text"] for one in told] == ["几点能来取"]


def test_the_home_page_tells_the_record(pages: Pages) -> None:
    text = pages.visitor().get("/l/L1").text
    for shown in ("服务记录", "开过的团", "邻里热销", "土鸡蛋", "户邻居买过", "地图", "东湖花园", "去下单"):
        assert shown in text, shown
