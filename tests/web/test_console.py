"""What operators see and decide."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models import Work, action_log, after_sales_case, leader, media, notice, order, redemption
from operations import leadership, order_views, orders, people, rounds
from operations.orders import Change
from tests.web.conftest import Pages
from tests.web.doors import NONCE
from tests.web.people import counting, enter
from tests.web.world import make_offers


def value(pages: Pages, statement: Any) -> Any:
    with pages.store.read() as work:
        return work.db.execute(statement).scalar()


def log_of(pages: Pages, action: str) -> Any:
    with pages.store.read() as work:
        return work.db.execute(select(action_log).where(action_log.c.action == action)).mappings().all()[-1]


def test_the_dashboard_counts_what_needs_eyes(pages: Pages) -> None:
    text = enter(pages, "viewer").get("/admin/").text
    for shown in ("周六水果团", "周二牛奶鸡蛋团", "1 件急需处理", "等待审核", "2 条没看懂", "¥207"):
        assert shown in text


def test_an_application_is_approved_once_and_the_applicant_hears_of_it(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    for _ in range(2):
        visitor.post(f"/admin/leaders/{world.applicant}/approve")
        assert "可以开团了，专属码是 L3" in visitor.get(f"/admin/leaders/{world.applicant}").text
    state = select(leader.c.state).where(leader.c.id == world.applicant)
    assert value(pages, state) == "active"
    with pages.store.read() as work:
        told = work.db.execute(select(notice).where(notice.c.kind == "leader_approved")).mappings().all()
    assert [row["payload"] for row in told if row["leader_id"] == world.applicant] == [{"name": "林晓雨", "number": 3}]
    assert log_of(pages, "leader.approve")["actor"] == f"operator:{world.operators['operator']}"


def test_an_application_is_rejected_with_a_reason(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    visitor.post(f"/admin/leaders/{world.applicant}/reject", {"reason": " "})
    assert "请填写不通过的原因" in visitor.get(f"/admin/leaders/{world.applicant}").text
    visitor.post(f"/admin/leaders/{world.applicant}/reject", {"reason": "这个小区已经有团长了"})
    text = visitor.get(f"/admin/leaders/{world.applicant}").text
    assert "未通过" in text
    assert "这个小区已经有团长了" in text
    with pages.store.read() as work:
        told = work.db.execute(select(notice.c.payload).where(notice.c.kind == "leader_rejected")).scalars().all()
    assert told == [{"name": "林晓雨", "reason": "这个小区已经有团长了"}]


def test_a_suspended_leader_is_closed_to_orders_and_can_come_back(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    visitor.post(f"/admin/leaders/{world.leader_b}/suspend")
    assert pages.visitor().get("/l/L2").status_code == 404
    visitor.post(f"/admin/leaders/{world.leader_b}/approve")
    assert pages.visitor().get("/l/L2").status_code == 200


def test_the_share_is_changed_for_later_rounds_and_logged(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    visitor.post(f"/admin/leaders/{world.leader_a}/share", {"share": "12.5%"})
    text = visitor.get(f"/admin/leaders/{world.leader_a}").text
    assert "10% → 12.5%" in text
    assert log_of(pages, "leader.share")["after"] == {"share_bps": 1250}
    assert "10%" in visitor.get(f"/admin/rounds/{world.leader_a}/{world.arrived}").text


@pytest.mark.parametrize("share", ["", "-1", "101", "ten", "10.123", "1e1", "١٠"])
def test_what_is_no_share_is_refused_with_words(pages: Pages, share: str) -> None:
    world, visitor = pages.world, enter(pages, "operator")
    visitor.post(f"/admin/leaders/{world.leader_a}/share", {"share": share})
    assert "0 到 100 之间" in visitor.get(f"/admin/leaders/{world.leader_a}").text
    assert value(pages, select(leader.c.share_bps).where(leader.c.id == world.leader_a)) == 1000


def test_a_case_is_refunded_once(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "service")
    path = f"/admin/cases/{world.leader_a}/{world.case}"
    form = {"decision": "refund", "amount": "45", "nonce": NONCE, "reason": "照片看到了，退一盒"}
    visitor.post(f"{path}/decide", form)
    text = visitor.get(path).text
    assert "S1 已同意退 ¥45" in text
    assert "已解决" in text
    visitor.post(f"{path}/decide", form)
    assert "已经处理过了" in visitor.get(path).text
    assert value(pages, select(order.c.refunded_fen).where(order.c.id == world.orders[0])) == 4500


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"decision": "refund", "amount": "1000"}, "最多只能退 ¥126"),
        ({"decision": "refund", "amount": "一块"}, "要写成金额"),
        ({"decision": "refund", "amount": "0"}, "金额不对"),
        ({"decision": "reject"}, "拒绝要写明原因"),
        ({"decision": "escalate"}, "请选择怎么处理"),
        ({"decision": "refund", "amount": "1", "nonce": "x"}, "放得太久"),
    ],
)
def test_a_decision_that_cannot_be_is_explained_and_changes_nothing(
    pages: Pages, form: dict[str, str], said: str
) -> None:
    world, visitor = pages.world, enter(pages, "service")
    path = f"/admin/cases/{world.leader_a}/{world.case}"
    visitor.post(f"{path}/decide", {"nonce": NONCE} | form)
    assert said in visitor.get(path).text
    assert value(pages, select(after_sales_case.c.state).where(after_sales_case.c.id == world.case)) == "open"


def test_a_case_can_end_with_replacement_or_rejection_and_keeps_remarks(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "service")
    path = f"/admin/cases/{world.leader_a}/{world.case}"
    visitor.post(f"{path}/note", {"text": "打电话问过了"})
    visitor.post(f"{path}/decide", {"decision": "replacement", "nonce": NONCE})
    text = visitor.get(path).text
    assert "打电话问过了" in text
    assert "平台 何苗" in text
    assert "S1 已同意补货" in text


def test_a_photo_is_shown_to_operators_and_never_leaves_its_folder(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "viewer")
    path = f"/admin/cases/{world.leader_a}/{world.case}"
    assert f'src="{path}/photos/{world.photo}"' in visitor.get(path).text
    photo = visitor.get(f"{path}/photos/{world.photo}")
    assert photo.mimetype == "image/jpeg"
    assert photo.data.startswith(b"\xff\xd8")
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.get(f"/admin/cases/{world.leader_b}/{world.case}/photos/{world.photo}").status_code == 404
    (Path(pages.store.engine.url.database or "").parent / "secret.txt").write_text("not for anybody")
    for elsewhere in ("../secret.txt", "/etc/passwd", "gone.jpg"):
        with pages.store.transaction() as work:
            work.db.execute(update(media).values(path=elsewhere))
        assert visitor.get(f"{path}/photos/{world.photo}").status_code == 404


def test_the_queue_has_the_most_urgent_first(pages: Pages) -> None:
    text = enter(pages, "viewer").get("/admin/cases").text
    assert text.index(">S2<") < text.index(">S1<"), "what went to the platform comes first"
    assert "还剩1天" in text
    pages.clock.advance(hours=25)
    assert "已超时1小时" in enter(pages, "viewer").get("/admin/cases").text


def test_failed_notices_are_sent_again_or_dropped(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "service")
    assert "40003" in visitor.get("/admin/notices").text
    visitor.post(f"/admin/notices/{world.leader_a}/{world.failed_notice}/retry?state=trouble")
    assert "已经排进发送队列" in visitor.get("/admin/notices").text
    assert value(pages, select(notice.c.state).where(notice.c.id == world.failed_notice)) == "queued"
    visitor.post(f"/admin/notices/{world.leader_a}/{world.failed_notice}/drop")
    assert "状态已经变了" in visitor.get("/admin/notices").text
    assert log_of(pages, "notice.release")["actor"] == f"operator:{world.operators['service']}"


def test_redeeming_takes_two_steps_counts_and_can_be_undone(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "service")
    looked = visitor.post("/admin/redeem/look", {"leader": "l1", "code": world.codes[5]})
    assert "确认核销" in looked.text
    assert "还要收 ¥50.5" in looked.text
    form = {"leader": "L1", "code": world.codes[5], "nonce": NONCE, "take_2": "1", "take_4": "1.5"}
    done = visitor.post("/admin/redeem", form)
    assert "已核销" in done.text
    assert "1.5斤" in done.text
    assert "刚才已经核销过了" in visitor.post("/admin/redeem", form).text
    assert value(pages, select(redemption.c.operator_id).where(redemption.c.ok)) == world.operators["service"]
    undone = visitor.post("/admin/redeem/undo", {"leader": "L1", "code": world.codes[5]})
    assert "已撤销核销" in visitor.get(undone.headers["Location"]).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"leader": "", "code": "123456"}, "请填团长编号"),
        ({"leader": "L99", "code": "123456"}, "没有 L99 这位团长"),
        ({"leader": "L1", "code": "123456"}, "没有「123456」这个取货码"),
        ({"leader": "L1", "code": ""}, "没有「」这个取货码"),
    ],
)
def test_a_wrong_code_is_explained(pages: Pages, form: dict[str, str], said: str) -> None:
    assert said in enter(pages, "service").post("/admin/redeem/look", form).text


def test_a_wrong_code_is_counted_in_the_console_too(pages: Pages) -> None:
    visitor = enter(pages, "service")
    for _ in range(10):
        visitor.post("/admin/redeem/look", {"leader": "L1", "code": "123456"})
    refused = visitor.post("/admin/redeem/look", {"leader": "L1", "code": pages.world.codes[5]})
    assert "试错太多次" in refused.text


def test_a_whole_phone_number_is_shown_on_request_and_written_down(pages: Pages) -> None:
    world, visitor = pages.world, enter(pages, "service")
    path = f"/admin/orders/{world.leader_a}/{world.orders[0]}"
    assert "138****0001" in visitor.get(path).text
    assert "13800000001" in visitor.post(f"{path}/contact").text
    assert log_of(pages, "contact.show")["entity_id"] == world.orders[0]


def test_openids_are_masked(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    for path in ("/admin/messages", "/admin/notices", f"/admin/leaders/{pages.world.leader_a}"):
        assert "o_test_" not in visitor.get(path).text


@pytest.mark.parametrize(
    ("path", "there", "gone"),
    [
        ("/admin/orders?q=12-603", "孙老师", "赵阿姨"),
        ("/admin/orders?q=赵阿姨", "赵阿姨", "孙老师"),
        ("/admin/orders?q=13800000003", "赵阿姨", "孙老师"),
        ("/admin/orders?leader=L2", "别家的居民", "赵阿姨"),
        ("/admin/orders?pay=claimed", "小陈", "赵阿姨"),
        ("/admin/orders?state=placed", "周二牛奶鸡蛋团", "吴叔"),
        ("/admin/orders?q=%25", "没有符合条件的订单", "吴叔"),
        ("/admin/orders?q=_", "没有符合条件的订单", "吴叔"),
        ("/admin/orders?state=nonsense&sort=nonsense&page=zzz", "吴叔", "没有符合条件的订单"),
        ("/admin/leaders?q=L2", "刘姐", "林晓雨"),
        ("/admin/leaders?state=applied", "林晓雨", "刘姐"),
        ("/admin/rounds?q=牛奶", "周二牛奶鸡蛋团", "周六水果团"),
        ("/admin/rounds?leader=2", "刘姐的团", "周六水果团"),
        ("/admin/cases?q=S2", ">S2<", ">S1<"),
        ("/admin/cases?state=resolved", "没有这样的售后", ">S1<"),
        ("/admin/messages?q=红的", "那个红的甜不甜呀", "草莓2 鸡蛋1"),
        ("/admin/messages?reading=unclear", "再来点那个", "那个红的甜不甜呀"),
        ("/admin/notices?state=sent", "没有这样的通知", "再发一次"),
        ("/admin/actions?entity=operator", "新建后台账号", "开团"),
        ("/admin/actions?q=通过团长", "通过团长申请", "截单"),
    ],
)
def test_lists_find_what_is_looked_for(pages: Pages, path: str, there: str, gone: str) -> None:
    main = enter(pages, "owner").get(path).text.split("<main")[1]
    assert there in main
    assert gone not in main


def test_orders_are_sorted_as_asked(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    by_sum = visitor.get("/admin/orders?sort=sum&leader=1").text
    assert by_sum.index("¥162") < by_sum.index("¥135") < by_sum.index("¥126") < by_sum.index("¥45")


@pytest.fixture
def crowded(pages: Pages) -> Pages:
    """Forty more orders and a dozen more leaders and rounds."""
    world = pages.world
    with pages.store.transaction() as work:
        for at in range(12):
            person = people.recognise(work, f"o_test_more_{at}")
            leadership.apply_as_leader(work, account_id=person.account_id, name=f"团长{at}", note=None, share_bps=500)
            _more_rounds(work, world.leader_a, at, pages)
        first = order_views.of_round(work, world.leader_a, world.open)[0]
        offer_id = first.lines[0].offer_id
        for at in range(40):
            person = people.recognise(work, f"o_test_crowd_{at}")
            resident_id = people.bind(work, account_id=person.account_id, leader_id=world.leader_a, via="code")
            orders.change(
                work,
                leader_id=world.leader_a,
                round_id=world.open,
                resident_id=resident_id,
                changes=[Change(offer_id, 1000)],
                actor="account:1",
                source_key=f"test:crowd{at}",
                room=f"{at % 9 + 1}-{at + 101}",
            )
    return pages


def _more_rounds(work: Work, leader_id: int, at: int, pages: Pages) -> None:
    new = rounds.NewRound(title=f"第{at}团", offers=make_offers(""), closes_at=pages.clock() + timedelta(hours=at + 1))
    rounds.publish(work, leader_id=leader_id, new=new, actor="account:1")


def test_a_leaders_list_takes_the_same_statements_however_long(crowded: Pages) -> None:
    visitor, world = enter(crowded, "leader_a"), crowded.world
    counts = []
    for path in ("/m/", f"/m/rounds/{world.arrived}", f"/m/rounds/{world.open}"):
        with counting(crowded.store) as counted:
            assert visitor.get(path).status_code == 200
        counts.append(counted.statements)
    assert counts[1] == counts[2]
    assert max(counts) <= 6


def test_long_lists_are_paged(crowded: Pages) -> None:
    visitor = enter(crowded, "owner")
    first, second = visitor.get("/admin/orders").text, visitor.get("/admin/orders?page=2").text
    assert "共 50 条" in first
    assert "1 / 2" in first
    assert "下一页" in first
    assert "下一页" not in second
    assert "上一页" in second
    assert visitor.get("/admin/orders?page=999999").status_code == 200


def test_a_page_turn_keeps_the_filters_and_takes_no_orders_from_the_address(crowded: Pages) -> None:
    text = enter(crowded, "owner").get("/admin/orders?leader=1&_external=1&_scheme=javascript&x=y").text
    assert "/admin/orders?leader=1&amp;page=2" in text
    assert "javascript" not in text


def test_an_id_that_is_none_is_not_found(pages: Pages) -> None:
    visitor = enter(pages, "owner")
    for path in ("/admin/leaders/5", "/admin/leaders/99999999999999999999", "/admin/orders/1/2", "/admin/cases/1/2"):
        assert visitor.get(path).status_code == 404


def test_health_tells_of_database_and_scheduler(pages: Pages) -> None:
    response = pages.visitor().get("/healthz")
    assert response.status_code == 200
    assert response.json == {"ok": True, "database": "up", "scheduler": "up", "heartbeat_age_s": 5}
    pages.clock.advance(minutes=3)
    late = pages.visitor().get("/healthz")
    assert late.status_code == 503
    assert late.json is not None
    assert late.json["scheduler"] == "late"


def test_health_is_bad_without_a_database(pages: Pages) -> None:
    pages.store.dispose()
    database = Path(pages.store.engine.url.database or "")
    database.unlink()
    database.mkdir()
    response = pages.visitor().get("/healthz")
    assert response.status_code == 503
    assert response.json == {"ok": False, "database": "down"}
