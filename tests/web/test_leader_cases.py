"""After-sales on the leader's phone: looked at, decided once, opened for neighbours one by one and many at once."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from models import after_sales_case, case_event, media, notice, order, refund
from operations import order_views
from tests.web.conftest import Pages, Visitor
from tests.web.doors import NONCE
from tests.web.people import counting, enter


def value(pages: Pages, statement: Any) -> Any:
    with pages.store.read() as work:
        return work.db.execute(statement).scalar()


def cases(pages: Pages) -> int:
    return int(value(pages, select(func.count()).select_from(after_sales_case)))


def state_of(pages: Pages, case_id: int) -> Any:
    return value(pages, select(after_sales_case.c.state).where(after_sales_case.c.id == case_id))


def photo(form: str = "PNG") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, form)
    out.seek(0)
    return out


def test_the_list_names_goods_and_the_time_left(pages: Pages) -> None:
    text = enter(pages, "leader_a").get("/m/cases").text
    assert text.index(">S2<") < text.index(">S1<")
    for shown in ("3-502", "红颜草莓1盒 · 质量问题", "还剩1天", "¥45"):
        assert shown in text
    assert "13800000" not in text
    assert "没有等处理的售后" in enter(pages, "leader_b").get("/m/cases").text


def test_a_refund_is_looked_at_with_the_coupons_share_and_then_decided_once(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    with pages.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == world.orders[0]).values(discount_fen=1260, paid_fen=11340))
    path = f"/m/cases/{world.case}"
    looked = visitor.post(f"{path}/look", {"decision": "refund", "amount": "40.5"}).text
    for shown in ("¥45", "-¥4.5", "¥40.5", "¥113.4 → ¥72.9", "确认退款"):
        assert shown in looked
    assert state_of(pages, world.case) == "open"
    form = {"decision": "refund", "amount": "40.5", "nonce": NONCE}
    for _ in range(2):
        visitor.post(f"{path}/decide", form)
    page = visitor.get(path).text
    assert "已经处理过了" in page
    assert "已解决" in page
    assert value(pages, select(func.sum(refund.c.amount_fen)).where(refund.c.case_id == world.case)) == 4050
    told = select(notice.c.payload).where(notice.c.kind == "case_decided", notice.c.order_id == world.orders[0])
    assert value(pages, told)["amount_fen"] == 4050


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"decision": "refund", "amount": "1000"}, "最多只能退 ¥126"),
        ({"decision": "refund", "amount": "一块"}, "要写成金额"),
        ({"decision": "refund", "amount": "0"}, "金额"),
        ({"decision": "reject"}, "拒绝要写明原因"),
        ({}, "请选择怎么处理"),
    ],
)
def test_a_decision_that_cannot_be_is_explained_on_the_page(pages: Pages, form: dict[str, str], said: str) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    page = visitor.post(f"/m/cases/{world.case}/look", form).text
    assert said in page
    assert "下一步" in page
    assert state_of(pages, world.case) == "open"


@pytest.mark.parametrize(
    ("decision", "state", "said"),
    [
        ("replacement", "resolved", "已同意补货"),
        ("reject", "rejected", "已拒绝"),
        ("escalate", "escalated", "已转给平台"),
    ],
)
def test_the_other_decisions(pages: Pages, decision: str, state: str, said: str) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    path = f"/m/cases/{world.case}"
    form = {"decision": decision, "reason": "照片看不清"}
    assert "照片看不清" in visitor.post(f"{path}/look", form).text
    visitor.post(f"{path}/decide", {**form, "nonce": NONCE})
    page = visitor.get(path).text
    assert said in page
    assert state_of(pages, world.case) == state
    if decision == "replacement":
        visitor.post(f"{path}/given")
        assert "记为已给" in visitor.get(path).text
        assert "补货已经给他了" not in visitor.get(path).text


def test_photos_are_shown_to_their_own_leader_only(pages: Pages) -> None:
    world = pages.world
    path = f"/m/cases/{world.case}/photos/{world.photo}"
    shown = enter(pages, "leader_a").get(path)
    assert (shown.mimetype, shown.data[:2]) == ("image/jpeg", b"\xff\xd8")
    assert enter(pages, "leader_b").get(path).status_code == 404


def open_form(pages: Pages, visitor: Visitor, **more: Any) -> Any:
    world = pages.world
    with pages.store.read() as work:
        line = order_views.view(work, leader_id=world.leader_a, order_id=world.orders[2]).lines[0]
    form = {f"bad_{line.offer_id}": "1", "reason": "damaged", "wish": "refund", "note": "盒子压扁了", "nonce": NONCE}
    return visitor.post(f"/m/orders/{world.orders[2]}/case", {**form, **more}, content_type="multipart/form-data")


def test_the_leader_opens_a_case_for_a_neighbour_with_photos_once(pages: Pages, tmp_path: Path) -> None:
    visitor = enter(pages, "leader_a")
    before, page = cases(pages), ""
    for _ in range(2):
        answer = open_form(pages, visitor, photos=[(photo(), "a.png"), (photo("WEBP"), "b.webp")])
        page = visitor.get(answer.headers["Location"]).text
        assert "售后 S3 已登记" in page
    assert cases(pages) == before + 1
    stored = sorted((tmp_path / "media").glob("*/*.jpg"))
    assert [file.read_bytes()[:2] for file in stored] == [b"\xff\xd8"] * 2
    assert page.count("<img ") == 2
    told = select(func.count()).select_from(notice).where(notice.c.kind == "case_opened")
    assert value(pages, told.where(notice.c.order_id == pages.world.orders[2])) == 1


def test_what_is_no_picture_opens_nothing(pages: Pages, tmp_path: Path) -> None:
    visitor, before = enter(pages, "leader_a"), cases(pages)
    answer = open_form(pages, visitor, photos=[(photo(), "a.png"), (io.BytesIO(b"<svg onload=x>"), "b.png")])
    assert "有一张不是照片" in visitor.get(answer.headers["Location"]).text
    assert cases(pages) == before
    assert not list((tmp_path / "media").glob("*/*.jpg"))


def test_a_form_without_photos_may_not_be_huge(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    answer = visitor.post(f"/m/cases/{pages.world.case}/look", {"decision": "reject", "reason": "长" * 500_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(("quantity", "said"), [("0", "请填哪样东西"), ("99", "还能申请2"), ("-1", "要写成数字")])
def test_no_more_than_was_bought(pages: Pages, quantity: str, said: str) -> None:
    visitor, before = enter(pages, "leader_a"), cases(pages)
    with pages.store.read() as work:
        line = order_views.view(work, leader_id=pages.world.leader_a, order_id=pages.world.orders[2]).lines[0]
    answer = open_form(pages, visitor, **{f"bad_{line.offer_id}": quantity})
    assert said in visitor.get(answer.headers["Location"]).text
    assert cases(pages) == before


def test_a_note_and_a_photo_are_added_once_and_the_neighbour_is_not_told(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    stored = select(func.count()).select_from(media).where(media.c.state == "stored")
    before, pictures = value(pages, select(func.count()).select_from(notice)), value(pages, stored)
    for _ in range(2):
        visitor.post(
            f"/m/cases/{world.case}/note",
            {"text": "看过货了", "nonce": NONCE, "photos": (photo("JPEG"), "x.jpg")},
            content_type="multipart/form-data",
        )
    page = visitor.get(f"/m/cases/{world.case}").text
    assert page.count("看过货了") == 1
    assert page.count("<img ") == 2
    assert value(pages, select(func.count()).select_from(notice)) == before
    assert value(pages, select(func.count()).select_from(case_event).where(case_event.c.kind == "message")) == 1
    assert value(pages, stored) == pictures + 1


def test_many_are_opened_and_refunded_at_once_after_a_look(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    page = visitor.get(f"/m/rounds/{world.arrived}/bad?offer={world.offer}").text
    assert "登记过 1盒" in page
    first, third, last = world.orders[0], world.orders[4], world.orders[6]
    form = {
        "offer": str(world.offer),
        f"bad_{first}": "1",
        f"bad_{third}": "3",
        f"bad_{last}": "",
        "reason": "quality",
        "decision": "refund",
        "note": "这批压坏了",
    }
    looked = visitor.post(f"/m/rounds/{world.arrived}/bad/look", form).text
    for shown in ("2 单，¥180", "确认，退 ¥180", "¥135", "这批压坏了"):
        assert shown in looked
    assert cases(pages) == 2
    for _ in range(2):
        visitor.post(f"/m/rounds/{world.arrived}/bad", {**form, "nonce": NONCE})
        assert "已登记 2 单售后，一共退 ¥180" in visitor.get("/m/cases").text
    assert cases(pages) == 4
    with pages.store.read() as work:
        assert order_views.view(work, leader_id=world.leader_a, order_id=third).total_fen == 0


def test_one_too_many_of_many_opens_none(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    form = {"offer": str(world.offer), f"bad_{world.orders[4]}": "1", f"bad_{world.orders[6]}": "5", "nonce": NONCE}
    visitor.post(f"/m/rounds/{world.arrived}/bad", form)
    assert "还能申请1盒" in visitor.get("/m/cases").text
    assert cases(pages) == 2


def test_an_order_of_another_leader_is_not_among_many(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    form = {"offer": str(world.offer), f"bad_{world.order_b}": "1", "nonce": NONCE}
    visitor.post(f"/m/rounds/{world.arrived}/bad", form)
    assert cases(pages) == 2


def test_neighbours_are_found_and_their_phones_masked(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    whole = visitor.get("/m/neighbours").text
    assert "138****0003" in whole
    assert "13800000" not in whole
    assert "别家的居民" not in whole
    for words, there in (("赵", "赵阿姨"), ("5-201", "赵阿姨"), ("0003", "赵阿姨"), ("%", "没有找到")):
        text = visitor.get("/m/neighbours", query_string={"q": words}).text.split("<main")[1]
        assert there in text
        assert "孙老师" not in text
    by_room = visitor.get("/m/neighbours?sort=room").text
    assert by_room.index("12-2004") < by_room.index("吴叔")


def test_a_whole_phone_number_is_shown_on_request_and_logged(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "leader_a")
    path = f"/m/neighbours/{world.resident}"
    assert "13800000003" not in visitor.get(path).text
    assert "13800000003" in visitor.post(f"{path}/phone").text
    log = enter(pages, "owner").get("/admin/actions?q=查看联系").text
    assert "张团长" in log


def test_helpers_come_and_go_and_their_pages_with_them(pages: Pages) -> None:
    world, visitor, helper = pages.world, enter(pages, "leader_a"), enter(pages, "helper")
    assert helper.get("/m/").status_code == 200
    visitor.post(f"/m/helpers/{world.account_helper}/remove")
    assert "已经取消" in visitor.get("/m/neighbours").text
    assert helper.get("/m/").status_code == 401
    visitor.post(f"/m/neighbours/{world.resident}/helper")
    assert "赵阿姨 可以帮您核销了" in visitor.get(f"/m/neighbours/{world.resident}").text
    assert "协助核销" in visitor.get("/m/neighbours").text


def test_the_lists_take_the_same_statements_however_long(pages: Pages) -> None:
    visitor = enter(pages, "leader_a")
    for path, none in (("/m/cases", "?q=zzzz"), ("/m/neighbours", "?q=zzzz")):
        with counting(pages.store) as full:
            visitor.get(path)
        with counting(pages.store) as empty:
            visitor.get(path + none)
        assert full.statements - empty.statements in {0, 1}  # no goods of no cases
        assert full.statements <= 6
