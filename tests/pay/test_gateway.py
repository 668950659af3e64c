"""Every call of the gateway against the simulated WeChat Pay, over real HTTP with real keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.pay.gateway import BadNotice, PayError, RefundResult, ShareResult, Trade
from bot.pay.wechat import Merchant, WeChatPayGateway, read_bill
from bot.simulator.pay import PaySim
from bot.simulator.pay.sim import Mode
from tests.pay.conftest import gateway_to, merchant_of
from tests.support.clock import StillClock

NO = "LT1234567890"
OPENID = "o" + "x" * 27


def place(gateway: WeChatPayGateway, clock: StillClock, **other: Any) -> str:
    values: dict[str, Any] = {
        "trade_type": "jsapi", "out_trade_no": NO, "amount_fen": 12600, "description": "周六水果团 1号",
        "openid": OPENID, "expires_at": clock() + timedelta(hours=2), "is_shared": False,
    }  # fmt: skip
    return gateway.place(**values | other)


def give_back(gateway: WeChatPayGateway, number: str, fen: int) -> str:
    return gateway.refund(out_refund_no=number, out_trade_no=NO, amount_fen=fen, total_fen=12600).state


@pytest.mark.parametrize("mode", ["public_key", "certificate", "mixed"])
def test_an_order_from_its_beginning_to_its_refund(mode: Mode, sim: PaySim, clock: StillClock) -> None:
    sim.mode = mode
    gateway = gateway_to(sim)
    assert place(gateway, clock).startswith("wx")
    assert place(gateway, clock).startswith("wx"), "the same again gives a fresh one"
    assert place(gateway, clock, out_trade_no=NO + "N", trade_type="native", openid=None).startswith("weixin://")
    unpaid = gateway.query(NO)
    assert unpaid is not None
    assert (unpaid.state, unpaid.transaction_id) == ("unpaid", "")
    sim.pay(NO, notify=False)
    paid = gateway.query(NO)
    assert paid is not None
    assert (paid.state, paid.amount_fen, paid.currency, paid.openid) == ("paid", 12600, "CNY", OPENID)
    assert paid.paid_at == clock()
    assert give_back(gateway, "LR1", 4500) == "processing"
    assert give_back(gateway, "LR1", 4500) == "processing", "the same number is the same refund"
    sim.refund_done("LR1", notify=False)
    found = gateway.query_refund("LR1")
    assert found is not None
    assert (found.state, found.amount_fen, found.out_trade_no) == ("done", 4500, NO)


def test_what_is_not_there_is_none(gateway: WeChatPayGateway) -> None:
    assert gateway.query("LT000000") is None
    assert gateway.query_refund("LR000000") is None


def refusal(attempt: Callable[[], object]) -> PayError:
    with pytest.raises(PayError) as refused:
        attempt()
    return refused.value


def test_refusals_have_their_code(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    place(gateway, clock)
    for code, attempt in (
        ("OUT_TRADE_NO_USED", partial(place, gateway, clock, amount_fen=1)),
        ("RESOURCE_NOT_EXISTS", partial(give_back, gateway, "LR1", 1)),
        ("PARAM_ERROR", partial(place, gateway, clock, out_trade_no="x")),
    ):
        refused = refusal(attempt)
        assert (refused.code, refused.is_unknown, refused.may_repeat) == (code, False, False)
    sim.pay(NO, notify=False)
    assert refusal(partial(gateway.close, NO)).code == "ORDERPAID"
    assert refusal(partial(place, gateway, clock)).code == "ORDERPAID"
    assert refusal(partial(give_back, gateway, "LR1", 12601)).code == "NOT_ENOUGH"


def test_between_two_refunds_is_a_minute(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    place(gateway, clock)
    sim.pay(NO, notify=False)
    give_back(gateway, "LR1", 1)
    early = refusal(partial(give_back, gateway, "LR2", 1))
    assert (early.code, early.may_repeat) == ("FREQUENCY_LIMITED", True)
    clock.advance(minutes=1)
    assert give_back(gateway, "LR2", 1) == "processing"
    assert refusal(partial(give_back, gateway, "LR2", 2)).code == "INVALID_REQUEST"


def test_a_closed_order_is_closed(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    place(gateway, clock)
    gateway.close(NO)
    gateway.close(NO)
    found = gateway.query(NO)
    assert found is not None
    assert found.state == "closed"
    with pytest.raises(ValueError, match="CLOSED"):
        sim.pay(NO)
    with pytest.raises(PayError) as refused:
        place(gateway, clock)
    assert refused.value.code == "ORDER_CLOSED"


@pytest.mark.parametrize(
    ("fault", "code", "is_unknown"),
    [
        ("SYSTEM_ERROR", "SYSTEM_ERROR", True),
        ("FREQUENCY_LIMITED", "FREQUENCY_LIMITED", False),
        ("lost_answer", "HTTP_502", True),
        ("unsigned", "BAD_SIGNATURE", True),
    ],
)
def test_trouble_on_the_way_is_told_apart(
    fault: str, code: str, is_unknown: bool, gateway: WeChatPayGateway, sim: PaySim, clock: StillClock
) -> None:
    sim.fault("/jsapi", fault)
    with pytest.raises(PayError) as trouble:
        place(gateway, clock)
    assert (trouble.value.code, trouble.value.is_unknown, trouble.value.may_repeat) == (code, is_unknown, True)
    assert place(gateway, clock), "the same request again is safe"


def test_nobody_there(sim: PaySim, clock: StillClock) -> None:
    sim.base_url = "http://127.0.0.1:1"
    with pytest.raises(PayError) as trouble:
        gateway_to(sim).query(NO)
    assert trouble.value.code == "NETWORK"
    assert trouble.value.may_repeat


def test_a_wrong_key_is_a_wrong_signature(sim: PaySim) -> None:
    stranger = PaySim(seed=1)
    merchant = Merchant(
        sim.appid, sim.mchid, stranger.keys.merchant_pem, sim.keys.merchant_serial, sim.keys.apiv3_key, "https://x/",
        sim.keys.public_pem, "PUB_KEY_ID_SIM0001",
    )  # fmt: skip
    with pytest.raises(PayError) as refused:
        WeChatPayGateway(merchant, api_base=sim.base_url, simulator=True).query(NO)
    assert refused.value.code == "SIGN_ERROR"


def test_only_the_simulator_does_without_tls(sim: PaySim) -> None:
    merchant = Merchant("wx", "1", sim.keys.merchant_pem, "AB", "k" * 32, "https://x/", sim.keys.public_pem, "P")
    with pytest.raises(ValueError, match="simulator"):
        WeChatPayGateway(merchant, api_base=sim.base_url)
    WeChatPayGateway(merchant, api_base="https://pay-proxy.example.com")
    with pytest.raises(ValueError, match="32"):
        WeChatPayGateway(Merchant("wx", "1", sim.keys.merchant_pem, "AB", "short", "https://x/"))


def test_a_new_certificate_is_found_while_it_runs_and_forgers_ask_for_none(sim: PaySim, clock: StillClock) -> None:
    sim.mode = "certificate"
    gateway = gateway_to(sim)
    place(gateway, clock)
    sim.keys.renew("PUB_KEY_ID_SIM0002")
    paid = notified(gateway, sim)
    assert isinstance(paid, Trade)
    assert paid.state == "paid"
    for _ in range(5):
        with pytest.raises(BadNotice, match="unknown serial"):
            notified(gateway, sim, "unknown_serial")
    assert [path for _, path, _ in sim.requests].count("/v3/certificates") == 2, "at the start, and for the new one"
    found = gateway.query(NO)
    assert found is not None
    assert found.state == "paid"


def test_a_new_public_key_is_found_in_its_folder_while_it_runs(sim: PaySim, clock: StillClock, tmp_path: Path) -> None:
    gateway = WeChatPayGateway(replace(merchant_of(sim), keys_folder=tmp_path), api_base=sim.base_url, simulator=True)
    place(gateway, clock)
    sim.keys.renew("PUB_KEY_ID_SIM0002")
    (tmp_path / "PUB_KEY_ID_SIM0002.pem").write_text(sim.keys.public_pem, "utf-8")
    paid = notified(gateway, sim)
    assert isinstance(paid, Trade)
    assert paid.state == "paid"
    found = gateway.query(NO)
    assert found is not None
    assert found.state == "paid"
    with pytest.raises(BadNotice):
        notified(gateway, sim, "bad_signature")


def notified(gateway: WeChatPayGateway, sim: PaySim, fault: str = "") -> Trade | RefundResult:
    """What the gateway reads in a notification of the payment."""
    if sim.book.trades[NO].state == "NOTPAY":
        sim.pay(NO, notify=False)
    headers, body = sim.postman.parcel(sim.letters[-1], fault)
    return gateway.read_notice(headers, body, datetime.now(UTC))


def test_the_page_gets_signed_parameters(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    from bot.simulator.pay.keys import verifies

    said = gateway.page_parameters("wx123", clock())
    parts = (sim.appid, said["timeStamp"], said["nonceStr"], said["package"])
    assert said["package"] == "prepay_id=wx123"
    assert verifies(sim.keys.merchant.public_key(), said["paySign"], *parts)


@pytest.mark.parametrize("mode", ["public_key", "certificate"])
def test_a_part_is_given_and_comes_back_before_a_refund(mode: Mode, sim: PaySim, clock: StillClock) -> None:
    sim.mode = mode
    gateway = gateway_to(sim)
    place(gateway, clock, is_shared=True)
    transaction_id = sim.pay(NO, notify=False).transaction_id
    asked = {"transaction_id": transaction_id, "out_order_no": "LS1", "merchant_id": "1900000009"}
    back = {"out_order_no": "LS1", "out_return_no": "LB1"}
    with pytest.raises(PayError) as refused:
        gateway.sharing.give(amount_fen=1260, **asked)
    assert refused.value.code == "RULE_LIMIT", "not within half a minute of the payment"
    clock.advance(minutes=1)
    assert gateway.sharing.query(**asked) is None
    gateway.sharing.add_receiver(merchant_id="1900000009", name="阳光花园便利店")
    with pytest.raises(PayError):
        gateway.sharing.give(amount_fen=3781, **asked)
    for _ in range(2):
        assert gateway.sharing.give(amount_fen=1260, **asked) == ShareResult("processing", 1260)
    assert gateway.sharing.query(**asked) == ShareResult("processing", 1260)
    sim.share_done("LS1")
    assert gateway.sharing.query(**asked) == ShareResult("done", 1260), "what was freed beside it is not the receiver's"
    with pytest.raises(PayError) as refused:
        give_back(gateway, "LR1", 4500)
    assert refused.value.code == "NOT_ENOUGH"
    assert gateway.sharing.query_return(**back) is None
    sim.fault("return-orders", "return_waits")
    for _ in range(2):
        again = gateway.sharing.take_back(merchant_id="1900000009", amount_fen=1260, **back)
        assert again == ShareResult("processing", 1260)
    sim.return_done("LS1", "LB1")
    assert gateway.sharing.query_return(**back) == ShareResult("done", 1260)
    assert give_back(gateway, "LR1", 4500) == "processing"


def test_a_part_that_fails_says_why(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    place(gateway, clock, is_shared=True)
    asked = {"transaction_id": sim.pay(NO, notify=False).transaction_id, "merchant_id": "1900000009"}
    clock.advance(minutes=1)
    with pytest.raises(PayError):
        gateway.sharing.give(amount_fen=1260, out_order_no="LS1", **asked)
    gateway.sharing.add_receiver(merchant_id="1900000009", name="阳光花园便利店")
    gateway.sharing.give(amount_fen=1260, out_order_no="LS1", **asked)
    sim.share_done("LS1", "CLOSED")
    assert gateway.sharing.query(out_order_no="LS1", **asked) == ShareResult("failed", 0, "ACCOUNT_ABNORMAL")


def test_a_payment_is_freed_without_giving_anybody_a_part(
    gateway: WeChatPayGateway, sim: PaySim, clock: StillClock
) -> None:
    place(gateway, clock, is_shared=True)
    asked = {"transaction_id": sim.pay(NO, notify=False).transaction_id, "merchant_id": "1900000009"}
    clock.advance(minutes=1)
    for _ in range(2):
        assert gateway.sharing.give(amount_fen=0, out_order_no="LS1", **asked).state == "done"
    assert sim.book.unsplit_fen(sim.book.trades[NO]) == 0
    with pytest.raises(PayError) as late:
        gateway.sharing.give(amount_fen=100, out_order_no="LS2", **asked)
    assert late.value.code == "RULE_LIMIT"


def test_the_bill_of_a_day(gateway: WeChatPayGateway, sim: PaySim, clock: StillClock) -> None:
    day = datetime(2026, 5, 2).date()  # noqa: DTZ001 - a day in Shanghai
    place(gateway, clock)
    transaction_id = sim.pay(NO, notify=False).transaction_id
    give_back(gateway, "LR1", 4500)
    with pytest.raises(PayError) as early:
        gateway.bill(day)
    assert early.value.code == "STATEMENT_CREATING"
    clock.set_local("2026-05-03 10:00")
    payment, refund = sorted(gateway.bill(day), key=lambda row: row.out_refund_no)
    assert (payment.out_trade_no, payment.transaction_id, payment.amount_fen) == (NO, transaction_id, 12600)
    assert (refund.out_refund_no, refund.amount_fen, refund.is_failed) == ("LR1", 4500, False)
    clock.advance(days=1)
    assert gateway.bill(day + timedelta(days=1)) == []
    sim.fault("bill", "bill_hash")
    with pytest.raises(PayError) as tampered:
        gateway.bill(day)
    assert tampered.value.code == "BAD_HASH"


def test_an_empty_bill_has_no_rows() -> None:
    assert read_bill("") == []
