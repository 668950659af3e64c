"""对账 on the leader's phone: a bill goes in, one tap enters what is sure."""

from __future__ import annotations

import io

from models import order
from operations.paying_terms import pay_note
from operations.rounds import view
from tests.operations.test_transfers import HEAD, PREAMBLE, row
from tests.web.conftest import Pages
from tests.web.people import enter


def bill(pages: Pages) -> bytes:
    """Two transfers: one with the pay note of A's order that is open, one of nobody."""
    with pages.store.read() as work:
        one = view(work, pages.world.leader_a, pages.world.arrived)
        text = row("1000050001", "晴天", "45.00", pay_note(one.code, 7)) + row("1000050002", "路人", "3.21")
    return (PREAMBLE + HEAD + text).replace("2026-05-02 12:00:00", "2026-05-02 09:30:00").encode()


def test_a_bill_goes_in_and_one_tap_enters_what_is_sure(pages: Pages) -> None:
    leader = enter(pages, "leader_a")
    leader.get("/m/transfers")
    for said in ("读到 2 笔收款，新的 2 笔", "读到 2 笔收款，新的 0 笔"):
        leader.post("/m/transfers", {"bill": (io.BytesIO(bill(pages)), "bill.csv")}, content_type="multipart/form-data")
        assert said in leader.get("/m/transfers").text
    text = leader.get("/m/transfers").text
    assert "1 笔对得准，一起确认" in text
    assert "备注、金额对得上" in text
    leader.post("/m/transfers/sure")
    text = leader.get("/m/transfers").text
    assert "记好了 1 笔" in text
    assert "路人" in text
    with pages.store.read() as work:
        paid = work.db.execute(order.select().where(order.c.id == pages.world.orders[6])).one()
    assert paid.paid_fen == 4500


def test_what_is_no_bill_is_said(pages: Pages) -> None:
    leader = enter(pages, "leader_a")
    leader.get("/m/transfers")
    leader.post("/m/transfers", {"pasted": "今天收了三笔"})
    assert "没看出这是微信账单" in leader.get("/m/transfers").text
    leader.post("/m/transfers", {"pasted": ""})
    assert "请选账单文件" in leader.get("/m/transfers").text
