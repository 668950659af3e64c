"""分账: a leader's part paid out of what neighbours paid by WeChat Pay, and back before a refund."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from bot.simulator.pay import PaySim
from models import (
    Store,
    action_log,
    notice,
    offer,
    payment,
    profit_share,
    refund,
    settlement,
    share_receiver,
    share_return,
)
from operations import (
    aftersales,
    bill_check,
    ledger,
    payments,
    pickup_days,
    profit_sharing,
    refunds,
    settlement_corrections,
    settlements,
    share_receivers,
    share_returns,
)
from operations.errors import BadReceiver, NotFound, SettlementState
from operations.listings import settlements as listing
from scheduler import paying
from tests.pay.shop import Shop, open_shop
from tests.support import workbook
from tests.support.clock import StillClock

MERCHANT = "1900000009"


@pytest.fixture
def shop(store: Store, sim: PaySim, clock: StillClock) -> Iterator[Shop]:
    with open_shop(store, sim, clock) as opened:
        opened.may_share = True
        enter(opened)
        opened.share()
        yield opened
        opened.check_books()


def enter(shop: Shop, merchant_id: str = MERCHANT, name: str = "阳光花园便利店") -> None:
    with shop.store.transaction() as work:
        share_receivers.enter(
            work, leader_id=shop.world.leader_id, merchant_id=merchant_id, name=name, actor="operator:1"
        )


def settled(shop: Shop, *, share_bps: int | None = None, is_confirmed: bool = True) -> int:
    """Two neighbours paid ¥126 and ¥45 by WeChat Pay; the round is over and settled."""
    orders = [
        shop.world.order(shop.world.resident(name), wanted) for name, wanted in (("李", {1: 2, 2: 1}), ("张", {1: 1}))
    ]
    if share_bps is not None:
        with shop.store.transaction() as work:
            work.db.execute(update(offer).where(offer.c.leader_id == shop.world.leader_id).values(share_bps=share_bps))
    for order_id in orders:
        shop.sim.pay(shop.put_in(order_id))
    return finish(shop, is_confirmed=is_confirmed)


def finish(shop: Shop, *, is_confirmed: bool = True) -> int:
    shop.world.arrive()
    with shop.store.transaction() as work:
        pickup_days.no_shows(work, leader_id=shop.world.leader_id, round_id=shop.world.round_id)
    shop.clock.advance(hours=25)
    mine: dict[str, Any] = {"leader_id": shop.world.leader_id, "actor": "system"}
    with shop.store.transaction() as work:
        settlement_id = settlements.settle(work, round_id=shop.world.round_id, **mine)
        if is_confirmed:
            settlements.confirm(work, settlement_id=settlement_id, **mine)
    return settlement_id


def arrived(shop: Shop, result: str = "SUCCESS") -> None:
    """WeChat Pay has dealt with what it was asked for, and is asked about it."""
    for number, share in shop.sim.book.shares.items():
        if share.state == "PROCESSING":
            shop.sim.share_done(number, result)
    shop.clock.advance(minutes=2)
    shop.share()


def shares(shop: Shop) -> list[tuple[str, int]]:
    return [(row.state, row.amount_fen) for row in shop.world.rows(profit_share)]


def state(shop: Shop, settlement_id: int) -> tuple[str, int]:
    row = shop.world.rows(settlement, id=settlement_id)[0]
    return row.state, row.shared_fen


def to_pay(shop: Shop) -> list[int]:
    with shop.store.read() as work:
        return [row["left_fen"] for row in listing.to_pay_out(work)]


def balance_of_leader(shop: Shop) -> int:
    return balance(shop, ledger.LEADER)


def balance(shop: Shop, book: ledger.Book) -> int:
    with shop.store.read() as work:
        return ledger.balance(work, leader_id=shop.world.leader_id, book=book)


def complain(shop: Shop, order_id: int, fen: int | None = None) -> None:
    """The platform gives a box back, after the settlement."""
    with shop.store.transaction() as work:
        case = aftersales.open_case(
            work, leader_id=shop.world.leader_id, order_id=order_id, reason="damaged", opened_by="leader",
            lines={shop.world.offers[1]: 1000}, actor="system", source_key=f"case:{work.new_id()}",
        )  # fmt: skip
        aftersales.decide(
            work, leader_id=shop.world.leader_id, case_number=case.number, decision="refund", amount_fen=fen,
            actor="system", source_key=f"decide:{case.id}",
        )  # fmt: skip


def first_order(shop: Shop) -> int:
    return int(shop.world.rows(payment)[0].order_id)


# ---------------------------------------------------------------- giving


def test_her_part_comes_out_of_the_payments_and_nobody_pays_it_again(shop: Shop) -> None:
    settlement_id = settled(shop)
    assert shares(shop) == [("created", 1710), ("created", 0)], "one payment covers it; the other is only freed"
    assert to_pay(shop) == [], "not on the payout list while it is on its way"
    with pytest.raises(SettlementState), shop.store.transaction() as work:
        settlements.mark_paid(work, leader_id=shop.world.leader_id, settlement_id=settlement_id, actor="system")
    shop.share()
    assert state(shop, settlement_id) == ("confirmed", 0), "asked for is not arrived"
    arrived(shop)
    assert shares(shop) == [("done", 1710), ("done", 0)]
    assert state(shop, settlement_id) == ("paid", 1710), "all of it was shared: nobody has to say so"
    assert (to_pay(shop), balance(shop, ledger.LEADER)) == ([], 0)
    assert [shop.sim.book.unsplit_fen(trade) for trade in shop.sim.book.trades.values()] == [0, 0]
    said = shop.world.rows(notice, kind="settlement_paid")[0].payload
    assert (said["amount_fen"], said["shared_fen"]) == (1710, 1710)
    assert shop.share() == 0


def test_what_the_limit_leaves_is_paid_out_by_hand(shop: Shop) -> None:
    """Half of ¥171 is hers; 30 % of each payment can be shared."""
    settlement_id = settled(shop, share_bps=5000)
    shop.share()
    arrived(shop)
    assert shares(shop) == [("done", 3780), ("done", 1350)]
    assert (state(shop, settlement_id), to_pay(shop)) == (("confirmed", 5130), [3420])
    with shop.store.transaction() as work:
        settlements.mark_paid(work, leader_id=shop.world.leader_id, settlement_id=settlement_id, actor="system")
    assert (state(shop, settlement_id)[0], balance(shop, ledger.LEADER)) == ("paid", 0)
    assert balance(shop, ledger.ONLINE) == -17100 + 5130


def test_without_an_account_or_the_switch_nothing_is_shared(shop: Shop) -> None:
    shop.may_share = False
    settled(shop)
    assert (shares(shop), to_pay(shop)) == ([], [1710])
    shop.world.publish()
    shop.may_share = True
    with shop.store.transaction() as work:
        assert share_receivers.drop(work, leader_id=shop.world.leader_id, actor="operator:1")
        assert not share_receivers.drop(work, leader_id=shop.world.leader_id, actor="operator:1")
    settled(shop)
    assert shares(shop) == []


def test_an_account_given_up_after_the_payments_frees_them_only(shop: Shop) -> None:
    settlement_id = settled(shop, is_confirmed=False)
    with shop.store.transaction() as work:
        share_receivers.drop(work, leader_id=shop.world.leader_id, actor="operator:1")
        settlements.confirm(work, leader_id=shop.world.leader_id, settlement_id=settlement_id, actor="system")
    assert (shares(shop), to_pay(shop)) == ([("created", 0), ("created", 0)], [1710])
    shop.share()
    assert shares(shop) == [("done", 0), ("done", 0)]
    assert state(shop, settlement_id) == ("confirmed", 0)


def test_what_she_collected_herself_is_not_shared_again(shop: Shop) -> None:
    """A neighbour paid cash: she keeps her part out of that, and owes the rest."""
    cash = shop.world.order(shop.world.resident("王"), {1: 2})
    with shop.store.transaction() as work:
        payments.mark_paid(work, leader_id=shop.world.leader_id, order_ids=[cash], actor="system", source_key="c")
    settled(shop)
    assert shares(shop) == [("created", 0), ("created", 0)]
    assert to_pay(shop) == [2610 - 9000]


def test_confirmed_twice_it_is_planned_once(shop: Shop) -> None:
    settlement_id = settled(shop)
    with shop.store.transaction() as work:
        assert not settlements.confirm(
            work, leader_id=shop.world.leader_id, settlement_id=settlement_id, actor="system"
        )
    assert len(shares(shop)) == 2
    with pytest.raises(SettlementState), shop.store.transaction() as work:
        settlements.void(
            work, leader_id=shop.world.leader_id, settlement_id=settlement_id, actor="system", reason="错了"
        )


@pytest.mark.parametrize("fault", ["SYSTEM_ERROR", "FREQUENCY_LIMITED", "lost_answer", "unsigned"])
def test_a_share_that_met_trouble_is_given_once(fault: str, shop: Shop) -> None:
    settlement_id = settled(shop)
    shop.sim.fault("/v3/profitsharing/orders", fault, times=3)
    for _ in range(4):
        shop.share()
        shop.clock.advance(minutes=2)
    arrived(shop)
    shop.clock.advance(hours=1)  # it is asked about more and more rarely
    shop.share()
    assert sorted(len(one.receivers) for one in shop.sim.book.shares.values()) == [0, 1]
    assert state(shop, settlement_id) == ("paid", 1710)


def test_two_schedulers_share_once(shop: Shop) -> None:
    settled(shop)
    with shop.store.transaction() as work:
        assert len(profit_sharing.claim(work)) == 2
    assert shop.share() == 0, "somebody else has them; a claim runs out when he dies"
    shop.clock.advance(seconds=61)
    assert shop.share() == 2


@pytest.mark.parametrize("result", ["CLOSED"])
def test_a_share_that_fails_is_paid_out_by_hand(result: str, shop: Shop) -> None:
    settlement_id = settled(shop)
    shop.share()
    arrived(shop, result)
    assert shares(shop) == [("failed", 1710), ("done", 0)]
    assert (state(shop, settlement_id), to_pay(shop)) == (("confirmed", 0), [1710])
    assert shop.world.count(action_log, action="share.failed") == 1


def test_a_share_that_is_refused_frees_the_payment(shop: Shop) -> None:
    settlement_id = settled(shop)
    shop.sim.book.receivers.clear()
    for _ in range(3):
        shop.share()
    assert shares(shop) == [("done", 0), ("done", 0)]
    assert shop.world.rows(profit_share)[0].problem is None
    assert (state(shop, settlement_id), to_pay(shop)) == (("confirmed", 0), [1710])
    assert [shop.sim.book.unsplit_fen(trade) for trade in shop.sim.book.trades.values()] == [0, 0]
    assert shop.world.count(action_log, action="share.refused") == 1


def test_a_payment_after_the_settlement_is_freed(shop: Shop) -> None:
    late = shop.world.order(shop.world.resident("晚"), {1: 1})
    settled(shop)
    shop.sim.pay(shop.put_in(late))
    assert shares(shop) == [("created", 1710), ("created", 0), ("created", 0)], "nothing of what nobody had paid"
    assert shop.share() == 2
    assert shop.share() == 0, "not within a minute of the payment"
    shop.clock.advance(minutes=1)
    shop.share()
    assert shares(shop)[2] == ("done", 0)
    shop.world.publish()
    following = finish(shop)
    assert shop.world.rows(settlement, id=following)[0].correction_fen == 450, "her part of it is in the next one"


# ---------------------------------------------------------------- back, before a refund


def test_a_part_comes_back_before_the_refund_and_is_made_good_in_the_next_settlement(shop: Shop) -> None:
    settlement_id = settled(shop)
    shop.share()
    arrived(shop)
    shop.sim.fault("return-orders", "return_waits")
    complain(shop, first_order(shop))
    shop.send_refunds()
    assert (shop.refunds(), len(shop.sim.book.refunds)) == ([("created", 4500)], 0)
    shop.share()
    back = shop.world.rows(share_return)[0]
    shop.clock.advance(minutes=2)
    shop.send_refunds()
    assert len(shop.sim.book.refunds) == 0, "the part is still on its way"
    shop.sim.return_done(f"LS{back.share_id}", f"LB{back.id}")
    shop.share()
    shop.send_refunds()
    shop.sim.refund_done(next(iter(shop.sim.book.refunds)))
    assert shop.refunds() == [("done", 4500)]
    assert balance(shop, ledger.LEADER) == 1710, "what came back is hers, less the correction to come"
    assert state(shop, settlement_id) == ("paid", 1710)
    shop.world.publish()
    shop.may_share = False
    following = finish(shop)
    row = shop.world.rows(settlement, id=following)[0]
    assert (row.correction_fen, row.returned_fen, to_pay(shop)) == (-450, 1710, [1260])
    assert workbook.check(shop.world, following)["以前分账退回、补给团长"] == 17.1
    assert workbook.check(shop.world, settlement_id)["其中微信分账已付"] == 17.1
    with shop.store.transaction() as work:
        settlements.mark_paid(work, leader_id=shop.world.leader_id, settlement_id=following, actor="system")
        assert settlement_corrections.newly_returned(work, shop.world.leader_id) == []
    assert balance(shop, ledger.LEADER) == 0


def test_a_share_nobody_has_sent_is_given_up_for_a_refund(shop: Shop) -> None:
    settled(shop)
    complain(shop, first_order(shop))
    shop.send_refunds()
    assert len(shop.sim.book.refunds) == 1
    assert shares(shop) == [("created", 0), ("created", 0)]
    assert to_pay(shop) == [1710], "the correction stands in the next settlement"
    shop.share()
    assert shares(shop) == [("done", 0), ("done", 0)]


def test_a_share_on_its_way_is_waited_for(shop: Shop) -> None:
    settled(shop)
    shop.share()
    complain(shop, first_order(shop))
    shop.send_refunds()
    assert (len(shop.sim.book.refunds), shop.world.count(share_return)) == (0, 0)
    arrived(shop)
    shop.send_refunds()
    shop.share()
    shop.send_refunds()
    assert len(shop.sim.book.refunds) == 1


@pytest.mark.parametrize("fault", ["SYSTEM_ERROR", "lost_answer", "unsigned"])
def test_a_return_that_met_trouble_comes_back_once(fault: str, shop: Shop) -> None:
    settled(shop)
    shop.share()
    arrived(shop)
    complain(shop, first_order(shop))
    shop.send_refunds()
    shop.sim.fault("return-orders", fault, times=2)
    for _ in range(4):
        shop.share()
        shop.clock.advance(minutes=2)
    assert [row.returned_fen for row in shop.world.rows(profit_share)] == [1710, 0]
    shop.send_refunds()
    assert len(shop.sim.book.refunds) == 1


def test_a_part_that_does_not_come_back_leaves_the_refund_to_her(shop: Shop) -> None:
    settled(shop)
    shop.share()
    arrived(shop)
    shop.sim.fault("return-orders", "return_fails")
    complain(shop, first_order(shop))
    shop.send_refunds()
    shop.share()
    shop.send_refunds()
    assert (shop.refunds(), len(shop.sim.book.refunds)) == ([("failed", 4500)], 0)
    assert shop.world.count(notice, kind="refund_failed") == 1
    with shop.store.transaction() as work:
        done = refunds.pay_back(
            work, leader_id=shop.world.leader_id, order_id=first_order(shop), actor="system", source_key="by hand"
        )
    assert (done.amount_fen, done.online_fen) == (4500, 0)


def test_two_refunds_get_the_part_back_once(shop: Shop) -> None:
    settled(shop)
    shop.share()
    arrived(shop)
    for _ in range(2):
        complain(shop, first_order(shop), 1000)
    shop.send_refunds()
    shop.share()
    shop.clock.advance(minutes=2)
    shop.send_refunds()
    shop.clock.advance(minutes=2)
    shop.send_refunds()
    assert shop.world.count(share_return) == 1
    assert [back.amount for back in shop.sim.book.refunds.values()] == [1000, 1000]


# ---------------------------------------------------------------- accounts, and whether both sides agree


def test_an_account_is_checked_and_introduced(shop: Shop) -> None:
    assert shop.world.rows(share_receiver)[0].state == "ready"
    for wrong in ("12", "19000000x9", ""):
        with pytest.raises(BadReceiver):
            enter(shop, merchant_id=wrong)
    with pytest.raises(BadReceiver):
        enter(shop, name="")
    with pytest.raises(NotFound), shop.store.transaction() as work:
        share_receivers.enter(work, leader_id=1, merchant_id=MERCHANT, name="x", actor="operator:1")
    shop.sim.fault("receivers/add", "SYSTEM_ERROR")
    enter(shop, merchant_id="1900000010")
    shop.share()
    assert shop.world.rows(share_receiver)[0].state == "wanted"
    shop.clock.advance(minutes=1)
    shop.share()
    assert shop.world.rows(share_receiver)[0].state == "ready"
    shop.sim.keys.opens = lambda sealed: None  # type: ignore[method-assign] # WeChat Pay does not like the name
    enter(shop)
    shop.share()
    row = shop.world.rows(share_receiver)[0]
    assert (row.state, row.problem) == ("failed", "PARAM_ERROR")


def test_shares_are_compared_with_what_wechat_pay_says_a_day_later(shop: Shop) -> None:
    settled(shop)
    shop.share()
    arrived(shop)
    complain(shop, first_order(shop))
    shop.send_refunds()
    shop.share()
    day = shop.clock().date()
    shop.clock.advance(days=1)
    shop.clock.set_local(f"{(shop.clock()).date().isoformat()} 10:11")
    (share,) = [one for one in shop.sim.book.shares.values() if one.receivers]
    (back,) = share.returned.values()
    share.receivers[0]["amount"], back.result = 1700, "FAILED"
    assert paying.check_bill(shop.store, shop.gateway) == 2
    with shop.store.read() as work:
        found = {(row["kind"], row["ours_fen"], row["theirs_fen"]) for row in bill_check.unsettled(work)}
        assert bill_check.is_done(work, day)
    assert found == {("share_amount", 1710, 1700), ("missing_return", 1710, None)}


def test_a_refund_of_somebody_else_is_none_of_ours(shop: Shop) -> None:
    settled(shop)
    with shop.store.transaction() as work:
        assert share_returns.before_refund(work, leader_id=1, refund_id=1) == "clear"
    assert shop.world.count(refund) == 0
