"""对账差异 and 分账 in the console: what differs is said in words, and settled with a note."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import insert, update

from models import pay_difference, pay_order, profit_share, settlement, share_receiver
from operations import bill_check
from operations.bill_check import Entry, Part
from operations.listings import differences as listing
from tests.web.conftest import Pages
from tests.web.doors import settle_b
from tests.web.people import enter
from web import words

DAY = date(2026, 5, 1)


def differ(pages: Pages) -> int:
    """A payment only WeChat Pay has, one of B with another sum there, a share that is gone; the number of B's."""
    world = pages.world
    with pages.store.transaction() as work:
        number = work.new_id()
        facts: dict[str, Any] = {"leader_id": world.leader_b, "order_id": world.order_b, "amount_fen": 4500}
        facts |= {"out_trade_no": f"LT{number}", "trade_type": "native", "transaction_id": "42001", "state": "paid"}
        times = {"expires_at": work.now, "created_at": work.now, "paid_at": work.now}
        work.db.execute(insert(pay_order).values(id=number, **facts, **times))
        bill_check.compare(
            work, day=DAY, theirs=[Entry("LT999999", "4200", 100), Entry(f"LT{number}", "42001", 4400)],
            parts=[Part("share", "LS5", 450, None), Part("return", "LB6", 450, 450)],
        )  # fmt: skip
    return number


def test_what_differs_is_listed_in_words_and_settled_with_a_note(pages: Pages) -> None:
    number = differ(pages)
    owner = enter(pages, "owner")
    assert "和微信账单对不上" in owner.get("/admin/").text
    assert "3 条对不上" in owner.get("/admin/settlements").text
    text = owner.get("/admin/differences").text
    for said in (
        "微信有付款，我们没有",
        "有人付到商户号",
        "付款金额不一样",
        "分账没有到",
        "¥44",
        "¥45",
        f"LT{number}",
        "L2",
    ):
        assert said in text, said
    only = owner.get("/admin/differences?kind=missing_share").text
    assert ("LS5" in only, "LT999999" in only) == (True, False)
    form = {"bill_on": DAY.isoformat(), "kind": "unknown_payment", "reference": "LT999999", "note": ""}
    owner.post("/admin/differences/settle", form)
    assert "请填写怎么处理的" in owner.get("/admin/differences").text
    for answer in ("记下了", "已经有人处理过了"):
        owner.post("/admin/differences/settle", form | {"note": "商户平台里退了"})
        assert answer in owner.get("/admin/differences").text
    owner.post("/admin/differences/settle", form | {"reference": "LT1", "note": "x"})
    assert "没有" in owner.get("/admin/differences").text
    done = owner.get("/admin/differences?state=settled").text
    assert ("商户平台里退了" in done, "LT999999" in done, "LS5" in done) == (True, True, False)
    assert "LT999999" not in owner.get("/admin/differences").text


def test_every_kind_has_words_and_whoever_may_not_settle_has_no_button(pages: Pages) -> None:
    with pages.store.transaction() as work:
        for kind in listing.KINDS:
            row = {"bill_on": "2026-05-01", "kind": kind, "reference": f"X{kind}", "found_at": work.now}
            work.db.execute(insert(pay_difference).values(**row))
    assert set(listing.KINDS) == set(words.BILL_KINDS) == set(words.BILL_MEANINGS)
    text = enter(pages, "service").get("/admin/differences").text
    assert all(name in text for name in words.BILL_KINDS.values())
    assert "处理好了</button>" not in text


def test_a_settlement_shows_what_was_shared_and_what_is_left(pages: Pages) -> None:
    settlement_id, world = settle_b(pages), pages.world
    number = differ(pages)
    with pages.store.transaction() as work:
        mine = (settlement.c.leader_id == world.leader_b, settlement.c.id == settlement_id)
        more = {"state": "confirmed", "shared_fen": 100, "collected_fen": 0, "returned_fen": 500}
        work.db.execute(update(settlement).where(*mine).values(**more))
        share = {"pay_order_id": number, "settlement_id": settlement_id, "receiver": "1900000009", "amount_fen": 100}
        share |= {"state": "done", "created_at": work.now}
        work.db.execute(insert(profit_share).values(leader_id=world.leader_b, id=work.new_id(), **share))
    owner = enter(pages, "owner")
    text = owner.get(f"/admin/settlements/{world.leader_b}/{settlement_id}").text
    for said in ("微信分账", "已到团长", "还要转账", "补以前退回的分账 ¥5"):
        assert said in text, said
    assert "作废重出" not in text
    assert "分账已付 ¥1" in owner.get("/admin/settlements").text
    text = enter(pages, "leader_b").get(f"/m/settlements/{settlement_id}").text
    assert "其中微信分账已付" in text
    assert "还没付的" in text
    with pages.store.transaction() as work:
        work.db.execute(update(profit_share).values(state="processing"))
    assert "分账中" in owner.get("/admin/settlements").text
    assert "正在用微信分账付给您" in enter(pages, "leader_b").get(f"/m/settlements/{settlement_id}").text


def test_an_account_for_sharing_is_entered_and_taken_out(pages: Pages) -> None:
    owner, path = enter(pages, "owner"), f"/admin/leaders/{pages.world.leader_a}"
    assert "团长的商户号" not in owner.get(path).text, "switched off"
    owner.post(f"{path}/share-receiver", {"merchant_id": "19", "name": "便利店"})
    assert "8到16位数字" in owner.get(path).text
    owner.post(f"{path}/share-receiver", {"merchant_id": "1900000009", "name": ""})
    assert "请填写商户全称" in owner.get(path).text
    owner.post(f"{path}/share-receiver", {"merchant_id": "1900000009", "name": "阳光花园便利店"})
    text = owner.get(path).text
    assert ("正在登记" in text, "1900000009" in text) == (True, True)
    with pages.store.transaction() as work:
        work.db.execute(update(share_receiver).values(state="failed", problem="PARAM_ERROR"))
    assert "商户号或商户全称不对" in owner.get(path).text
    owner.post(f"{path}/share-receiver", {"merchant_id": "", "name": ""})
    assert "以后的付款不再分账" in owner.get(path).text
    with pages.store.read() as work:
        assert work.db.execute(share_receiver.select()).first() is None
