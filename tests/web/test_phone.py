"""The leader's phone pages, the pickup ticket and the leader's card."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from sqlalchemy import select, update

from models import leader, order, pickup_code, redemption
from operations import codes, order_views, pickup
from tests.web.conftest import PUBLIC_URL, Pages
from tests.web.doors import NONCE
from tests.web.people import enter
from web.buildings import by_building
from web.resident.ticket import qr_path


def test_today_shows_rounds_sums_and_how_many_collected(pages: Pages) -> None:
    text = enter(pages, "leader_a").get("/m/").text
    for shown in ("周六水果团", "周二牛奶鸡蛋团", "已取 0 / 7", "¥572.2", "还剩8小时", "有 2 件售后等您处理"):
        assert shown in text


def test_orders_stand_by_building_and_room(pages: Pages) -> None:
    text = enter(pages, "leader_a").get(f"/m/rounds/{pages.world.arrived}").text
    order_of = [
        text.index(shown)
        for shown in ("3号楼", "3-502", "3-1101", "5号楼", "5-201", "5-1802", "12号楼", "12-603", "其他")
    ]
    assert order_of == sorted(order_of)


def test_the_order_list_shows_what_is_asked_for(pages: Pages) -> None:
    visitor, world = enter(pages, "leader_a"), pages.world
    path = f"/m/rounds/{world.arrived}"
    unpaid = visitor.get(f"{path}?show=unpaid").text
    assert "孙老师" in unpaid
    assert "赵阿姨" not in unpaid
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE})
    waiting = visitor.get(f"{path}?show=waiting").text
    assert "赵阿姨" not in waiting
    assert "孙老师" in waiting
    assert "1/7" in waiting
    found = visitor.get(f"{path}?q=12-603").text
    assert "孙老师" in found
    assert "周周" not in found


def test_a_room_that_names_no_building_comes_last(pages: Pages) -> None:
    with pages.store.read() as work:
        orders = order_views.of_round(work, pages.world.leader_a, pages.world.arrived)
    assert [(name, [order.seq for order in mine]) for name, mine in by_building(orders)] == [
        ("3号楼", [1, 2]),
        ("5号楼", [3, 4]),
        ("12号楼", [5, 6]),
        ("其他", [7]),
    ]


def test_goods_that_a_case_holds_stay_and_the_others_can_go(pages: Pages) -> None:
    visitor, world = enter(pages, "leader_a"), pages.world
    looked = visitor.post("/m/redeem/look", {"code": world.codes[0]}).text
    for shown in ("售后处理中（S1）", "别的可以先取", "去处理售后", "可取 1盒", "可取 1份"):
        assert shown in looked, shown
    done = visitor.post("/m/redeem", {"code": world.codes[0], "take_1": "1", "take_2": "1", "nonce": NONCE}).text
    assert "已核销" in done
    assert "还没取：红颜草莓1盒" in done


def test_a_code_is_looked_at_and_then_handed_out(pages: Pages) -> None:
    visitor, world = enter(pages, "leader_a"), pages.world
    looked = visitor.post("/m/redeem/look", {"code": world.codes[3]})
    assert "小陈" in looked.text
    assert "还要收 <strong>¥68.7</strong>" in looked.text
    form = {"code": world.codes[3], "nonce": NONCE, "take_3": "4", "take_4": "1.5"}
    done = visitor.post("/m/redeem", form)
    assert "已核销" in done.text
    assert "还要收 ¥68.7" in done.text
    assert "刚才已经核销过了" in visitor.post("/m/redeem", form).text, "the same form again is the same scan"
    again = visitor.post("/m/redeem/look", {"code": world.codes[3]})
    assert "已经取过货" in again.text


def test_money_is_entered_where_the_order_is_looked_at(pages: Pages) -> None:
    """Once, however often it is tapped, and never a sum that was not on the page."""
    visitor, world = enter(pages, "leader_a"), pages.world
    path = f"/m/orders/{world.orders[3]}"
    assert "收到 ¥68.7，记上" in visitor.get(path).text
    form = {"nonce": NONCE, "due": "6870"}
    assert "金额变了，没有记上" in visitor.post(f"{path}/paid", form | {"due": "100"}, follow_redirects=True).text
    assert "记上了：收到 ¥68.7" in visitor.post(f"{path}/paid", form, follow_redirects=True).text
    assert "记上了：收到 ¥68.7" in visitor.post(f"{path}/paid", form, follow_redirects=True).text
    other = visitor.post(f"{path}/paid", {"nonce": NONCE[::-1], "due": "6870", "back": "redeem"}, follow_redirects=True)
    assert "已经付清了，没有再记" in other.text
    with pages.store.read() as work:
        paid = order_views.view(work, leader_id=world.leader_a, order_id=world.orders[3])
    assert (paid.paid_fen, paid.due_fen) == (6870, 0)
    assert "记上" not in enter(pages, "helper").get(f"/m/orders/{world.orders[1]}").text


def test_a_part_is_handed_out_and_the_rest_is_told(pages: Pages) -> None:
    visitor, world = enter(pages, "helper"), pages.world
    done = visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE, "take_2": "2", "take_3": "0"})
    assert "还没取：鲜牛奶2瓶" in done.text
    with pages.store.read() as work:
        assert work.db.execute(select(order.c.state).where(order.c.id == world.orders[2])).scalar() == "partly"
        assert work.db.execute(select(redemption.c.redeemed_by)).scalar() == world.account_helper


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"take_2": "0", "take_3": ""}, "一样都没有取"),
        ({"take_2": "两份"}, "要写成数字"),
        ({"take_2": "3"}, "只剩 2份 可取"),
        ({"nonce": "again"}, "放得太久"),
    ],
)
def test_an_amount_that_cannot_be_is_explained(pages: Pages, form: dict[str, str], said: str) -> None:
    visitor, world = enter(pages, "leader_a"), pages.world
    response = visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE} | form)
    assert said in response.text
    with pages.store.read() as work:
        assert work.db.execute(select(order.c.state).where(order.c.id == world.orders[2])).scalar() == "ready"


def test_handing_out_is_undone_for_a_quarter_of_an_hour(pages: Pages) -> None:
    visitor, world = enter(pages, "leader_a"), pages.world
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE})
    pages.clock.advance(minutes=14)
    visitor.post("/m/redeem/undo", {"code": world.codes[2]})
    assert "已撤销核销" in visitor.get("/m/redeem").text
    visitor.post("/m/redeem", {"code": world.codes[2], "nonce": NONCE[::-1]})
    pages.clock.advance(minutes=16)
    visitor.post("/m/redeem/undo", {"code": world.codes[2]})
    assert "不能撤销" in visitor.get("/m/redeem").text


def test_ten_wrong_codes_lock_the_phone_for_a_while(pages: Pages) -> None:
    visitor = enter(pages, "helper")
    for _ in range(10):
        assert "没有「123456」" in visitor.post("/m/redeem/look", {"code": "123456"}).text
    assert "试错太多次" in visitor.post("/m/redeem", {"code": pages.world.codes[2], "nonce": NONCE}).text


def test_the_ticket_shows_what_to_collect_and_nobodys_name(pages: Pages) -> None:
    text = pages.visitor().get(f"/p/{pages.world.tokens[0]}").text
    for shown in ("红颜草莓", "2盒", "土鸡蛋", pages.world.codes[0], "王**", "3 号楼大堂", "今天 10:00-13:00"):
        assert shown in text
    for hidden in ("王姐", "3-502", "13800000001", "李想"):
        assert hidden not in text


def test_the_ticket_has_no_form_for_the_neighbour_or_another_leader(pages: Pages) -> None:
    path = f"/p/{pages.world.tokens[4]}"
    assert "确认核销" not in pages.visitor().get(path).text
    assert "确认核销" not in enter(pages, "leader_b").get(path).text
    assert "确认核销" in enter(pages, "leader_a").get(path).text
    assert "确认核销" in enter(pages, "helper").get(path).text


def test_the_ticket_is_redeemed_by_who_hands_out(pages: Pages) -> None:
    world = pages.world
    path = f"/p/{world.tokens[4]}"
    stranger = enter(pages, "leader_b")
    assert stranger.post(path, {"nonce": NONCE, "take_1": "3"}).status_code == 403
    done = enter(pages, "helper").post(path, {"nonce": NONCE, "take_1": "3"})
    assert "已核销" in done.text
    assert "已经取完了" in pages.visitor().get(path).text


def test_every_unknown_ticket_is_the_same_page(pages: Pages) -> None:
    with pages.store.transaction() as work:
        work.db.execute(update(pickup_code).where(pickup_code.c.token == pages.world.tokens[1]).values(state="revoked"))
    answers = [
        pages.visitor().get(f"/p/{token}")
        for token in ("0" * 32, "x", pages.world.tokens[1], pages.world.tokens[0].upper(), "0" * 31, "草莓", "'--")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_the_ticket_follows_its_order(pages: Pages) -> None:
    world = pages.world
    with pages.store.transaction() as work:
        pickup.redeem(
            work,
            leader_id=world.leader_a,
            device="test",
            nonce="1",
            by_account_id=world.account_a,
            token=world.tokens[2],
            wanted={2: 2000},
        )
    text = pages.visitor().get(f"/p/{world.tokens[2]}").text
    assert "部分取货" in text
    assert "已取 2份" in text


def test_the_qr_of_a_ticket_is_its_address() -> None:
    url = f"{PUBLIC_URL}/p/0123456789abcdef0123456789abcdef"
    side, path = qr_path(url)
    picture = Image.new("L", (side * 8, side * 8), 255)
    draw = ImageDraw.Draw(picture)
    for module in path.removeprefix("M").removesuffix("h1v1h-1z").split("h1v1h-1zM"):
        x, y = map(int, module.split())
        draw.rectangle((x * 8, y * 8, x * 8 + 7, y * 8 + 7), fill=0)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [url]


def test_the_card_tells_who_what_and_how(pages: Pages) -> None:
    text = pages.visitor().get("/l/L1").text
    for shown in (
        "张团长",
        "只选自己家也吃的水果",
        "3 号楼大堂",
        "16:00-19:00",
        "周二牛奶鸡蛋团",
        "¥45",
        "发送 L1",
        "邻团优选",
    ):
        assert shown in text
    assert "周六水果团" not in text, "closed rounds are no offer"
    assert "13800000099" not in text


@pytest.mark.parametrize("code", ["L3", "L99", "x", "L", "L999999999", "l-1", "7' or 1=1"])
def test_leaders_who_are_not_open_have_no_card(pages: Pages, code: str) -> None:
    assert pages.visitor().get(f"/l/{code}").status_code == 404


def test_the_card_is_found_however_the_code_is_written(pages: Pages) -> None:
    assert [pages.visitor().get(f"/l/{code}").status_code for code in ("L1", "l1", "1")] == [200, 200, 200]


def test_a_resting_leader_says_until_when(pages: Pages) -> None:
    with pages.store.transaction() as work:
        work.db.execute(
            update(leader).where(leader.c.id == pages.world.leader_a).values(rest_until=work.now + timedelta(days=1))
        )
    assert "团长休息到 明天 10:00" in pages.visitor().get("/l/L1").text


def test_codes_of_the_world_are_sound(pages: Pages) -> None:
    """What the other tests stand on: real codes of real orders."""
    assert all(codes.is_sound(code) for code in pages.world.codes)
    assert len(set(pages.world.tokens)) == len(pages.world.orders)
