"""A neighbour's own page: orders, coupons, reviews, the invitation; and coming by somebody's invitation."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import account, coupon_use, invite, relay, review
from operations import aftersales, people, pickup, reviews
from operations.listings import growth
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import enter
from tests.web.test_round_page import newcomer, order_of, path_of


def hand_out_first(pages: Pages) -> int:
    """王姐 (1号) fetches her order; its id."""
    world = pages.world
    with pages.store.transaction() as work:
        done = pickup.redeem(
            work,
            leader_id=world.leader_a,
            device="d",
            nonce="n",
            by_account_id=world.account_a,
            code=world.codes[0],
            forced=True,
        )
    assert done.ok
    return world.orders[0]


def test_ones_own_page_shows_orders_coupons_and_the_link(pages: Pages) -> None:
    text = enter(pages, "resident").get("/my").text
    for shown in (
        "周六水果团",
        "周二牛奶鸡蛋团",
        "接龙 1 号",
        "取货码和二维码",
        "开张券",
        f"/y/{pages.world.invite_code}",
        "看主页",
        f'href="{path_of(pages)}">改订单',
        "之前可以随时改",
    ):
        assert shown in text, shown
    for secret in ("李想", "13800000002", "孙老师"):
        assert secret not in text


def test_ones_cases_stand_beside_the_order_until_they_are_taken_back(pages: Pages) -> None:
    neighbour, world = enter(pages, "resident"), pages.world
    text = neighbour.get("/my").text
    for shown in ("售后 S1", "红颜草莓1盒", "团长处理中", "发“取消售后”"):
        assert shown in text, shown
    with pages.store.transaction() as work:
        aftersales.cancel_case(
            work, leader_id=world.leader_a, case_number=1, actor="account:1", source_key="t", by="resident"
        )
    text = neighbour.get("/my").text
    assert "售后 S1" not in text
    assert "货有问题、少了" in text


def test_what_is_owed_can_be_looked_up_on_the_page(pages: Pages) -> None:
    """The link of an unpaid order says how this leader is paid, as 「怎么付」 in chat does."""
    neighbour = enter(pages, "resident")
    links = re.findall(r'href="(/pay/[^"]+)">怎么付 ¥', neighbour.get("/my").text)
    assert links
    assert "取货的时候付给团长就行" in neighbour.get(links[0]).text


def test_who_does_not_follow_the_account_is_told_that_no_notice_can_come(pages: Pages) -> None:
    assert "还没有关注公众号" not in enter(pages, "resident").get(path_of(pages)).text
    assert "您还没有关注公众号「邻团优选」，到货时没法通知您" in newcomer(pages).get(path_of(pages)).text


def test_a_stranger_has_no_page_of_his_own(pages: Pages) -> None:
    assert pages.visitor().get("/my").status_code == 401


def test_a_review_on_the_page_is_the_review_of_the_chat(pages: Pages) -> None:
    neighbour, order_id = enter(pages, "resident"), hand_out_first(pages)
    form = {"order": order_id, "leader": pages.world.leader_a, "stars": "4", "words": "甜<b>", "shows_name": "1"}
    neighbour.get("/my")
    assert neighbour.post("/my/review", form).status_code == 302
    home = pages.visitor().get("/l/L1").text
    for shown in ("甜&lt;b&gt;", "平均 4.0 分", "王**", "已取货", 'aria-label="4 分"'):
        assert shown in home, shown
    assert "王姐" not in home
    neighbour.post("/my/review", form | {"stars": "9"})
    assert "请先选几颗星" in neighbour.get("/my").text


def test_nobody_reviews_a_neighbours_order(pages: Pages) -> None:
    hand_out_first(pages)
    other = newcomer(pages)
    other.post(path_of(pages), {"q_1": "1", "had_1": "", "nonce": NONCE})
    other.post("/my/review", {"order": pages.world.orders[0], "leader": pages.world.leader_a, "stars": "1"})
    with pages.store.read() as work:
        assert work.db.execute(select(review.c.id)).first() is None


def test_the_operator_hides_a_review_with_a_reason(pages: Pages) -> None:
    order_id = hand_out_first(pages)
    world = pages.world
    with pages.store.transaction() as work:
        resident_id = people.recognise(work, "o_test_resident_0").resident_id or 0
        one = reviews.write(
            work, leader_id=world.leader_a, resident_id=resident_id, stars=1, words="骂人", order_id=order_id
        )
    operator = enter(pages, "operator")
    operator.get("/admin/reviews")
    operator.post(f"/admin/reviews/{world.leader_a}/{one.id}/hide", {"reason": ""})
    assert "骂人" in pages.visitor().get("/l/L1").text
    operator.post(f"/admin/reviews/{world.leader_a}/{one.id}/hide", {"reason": "人身攻击"})
    assert "骂人" not in pages.visitor().get("/l/L1").text
    assert "人身攻击" in operator.get("/admin/reviews").text
    operator.post(f"/admin/reviews/{world.leader_a}/{one.id}/show")
    assert "骂人" in pages.visitor().get("/l/L1").text


def test_a_coupon_on_the_page(pages: Pages) -> None:
    neighbour, path = enter(pages, "resident"), path_of(pages)
    assert "开张券 减¥10（满¥50） 券码 SAVE10" in neighbour.get(path).text
    neighbour.post(f"{path}/coupon", {"coupon": "save 10", "nonce": NONCE})
    text = neighbour.get(path).text
    assert "合计 ¥152" in text
    assert "用了券：开张券 -¥10" in text
    own = order_of(pages)
    assert own is not None
    assert own.discount_fen == 1000
    neighbour.post(f"{path}/coupon", {"off": "1", "nonce": NONCE[::-1]})
    own = order_of(pages)
    assert own is not None
    assert own.discount_fen == 0
    with pages.store.read() as work:
        assert [row.released_at is not None for row in work.db.execute(select(coupon_use))] == [True]


def test_the_operator_makes_a_coupon_and_stops_it(pages: Pages) -> None:
    operator = enter(pages, "operator")
    operator.get("/admin/coupons")
    form = {
        "leader": "L1",
        "title": "九折",
        "kind": "percent",
        "value": "10",
        "valid_until": "2026-06-01",
        "code": "te-n",
    }
    operator.post("/admin/coupons", form)
    assert "券“九折”建好了，券码 TEN。" in operator.get("/admin/coupons").text
    for wrong, said in (
        ({"value": "0"}, "面额不对"),
        ({"value": "101"}, "百分数"),
        ({"value": "10", "leader": "L99"}, "没有这个团长"),
        ({"value": "10", "valid_until": "明天"}, "日期要写成"),
        ({"value": "10", "valid_from": "2026-07-01"}, "结束时间要晚于"),
        ({}, "没有用过"),
    ):
        operator.post("/admin/coupons", form | wrong)
        assert said in operator.get("/admin/coupons").text, wrong
    with pages.store.read() as work:
        made = next(row for row in growth.coupons(work).rows if row["code"] == "TEN")
    assert (made["value"], made["kind"]) == (1000, "percent")
    operator.post(f"/admin/coupons/{pages.world.leader_a}/{made['id']}/stop")
    assert "已停用" in operator.get("/admin/coupons").text


def test_a_newcomer_comes_by_an_invitation(pages: Pages) -> None:
    path = f"/y/{pages.world.invite_code}"
    text = pages.visitor().get(path).text
    assert "王**邀请您" in text
    assert "得 ¥5 优惠券" in text
    visitor = newcomer(pages)
    visitor.get(path)
    assert visitor.post(path).headers["Location"] == "/l/L1"
    assert "好了，您现在跟着团长“张团长”" in visitor.get("/l/L1").text
    with pages.store.read() as work:
        assert [row.state for row in work.db.execute(select(invite))] == ["joined"]


def test_ones_own_invitation_is_refused(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    path = f"/y/{pages.world.invite_code}"
    neighbour.get(path)
    neighbour.post(path)
    assert "这是您自己的邀请码" in neighbour.get("/l/L1").text


def test_all_that_is_kept_of_a_person_can_be_read_and_taken_along(pages: Pages) -> None:
    neighbour, order_id = enter(pages, "resident"), hand_out_first(pages)
    neighbour.get("/my")
    form = {"order": order_id, "leader": pages.world.leader_a, "stars": "4", "words": "草莓很甜", "shows_name": "1"}
    neighbour.post("/my/review", form)
    neighbour.get("/l/L1")
    neighbour.post("/l/L1/ask", {"text": "几点能来取", "nonce": NONCE, "order": order_id, "own": "1"})
    text = neighbour.get("/my/data").text
    for shown in ("称呼：王姐", "房号：3-502", "几点能来取", "★★★★☆草莓很甜", "【周六水果团】"):
        assert shown in text, shown
    for secret in ("李想", "13800000002", "孙老师"):
        assert secret not in text
    file = neighbour.get("/my/data?file=1")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "★★★★☆草莓很甜" in file.text

    neighbour.get("/my")
    neighbour.post("/my/erase", {"sure": "1"})
    home = pages.visitor().get("/l/L1").text
    assert 'aria-label="4 分"' in home
    assert "草莓很甜" not in home
    with pages.store.read() as work:
        assert set(work.db.execute(select(relay.c.question)).scalars()) <= {"-"}


def test_name_room_and_announcements_are_set_on_the_page(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    assert 'name="wants_news" value="1" checked' in neighbour.get("/my").text
    neighbour.post("/my/about", {"name": "王大姐", "room": "3-503"})
    text = neighbour.get("/my").text
    for shown in ('value="王大姐"', 'value="3-503"', 'name="wants_news" value="1">'):
        assert shown in text, shown


def test_words_to_the_leader_go_with_the_order_of_the_page_and_with_nobody_elses(pages: Pages) -> None:
    neighbour, world = enter(pages, "resident"), pages.world
    own = order_of(pages)
    assert own is not None
    neighbour.get(path_of(pages))
    neighbour.post("/l/L1/ask", {"text": "还能加吗", "nonce": NONCE, "order": own.id, "round": world.round_code})
    neighbour.post("/l/L1/ask", {"text": "别人的", "nonce": NONCE[::-1], "order": world.orders[1]})
    with pages.store.read() as work:
        asked = work.db.execute(select(relay.c.question, relay.c.order_id).where(relay.c.question != "-")).all()
    assert ("还能加吗", own.id) in asked
    assert "别人的" not in {row.question for row in asked}


def test_being_forgotten_on_the_page(pages: Pages) -> None:
    neighbour = enter(pages, "resident")
    neighbour.get("/my")
    neighbour.post("/my/erase")
    assert "请先勾选" in neighbour.get("/my").text
    neighbour.post("/my/erase", {"sure": "1"})
    assert neighbour.get("/my").status_code == 401
    with pages.store.read() as work:
        assert work.db.execute(select(account.c.id).where(account.c.openid == "o_test_resident_0")).first() is None
