"""After-sales: claimed, decided once, paid back to the fen, and nobody left waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import (
    action_log,
    after_sales_case,
    case_event,
    ledger_transfer,
    media,
    notice,
    order,
    order_event,
    payment,
    refund,
    replacement,
)
from models.base import Store
from models.outcomes import CaseView
from operations import aftersales, ledger, payments, pickup
from operations.aftersales import decide
from operations.errors import (
    BadAmount,
    BadQuantity,
    CaseClosed,
    ClaimTooMuch,
    NotDelivered,
    NotFound,
    RefundTooMuch,
)
from operations.pickup import Redemption
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def bought(world: World) -> int:
    """草莓 3 and 鸡蛋 1, paid, 171.00, picked up."""
    return delivered(world)


def delivered(world: World, *, is_paid: bool = True, is_picked: bool = True, discount_fen: int = 0) -> int:
    order_id = world.order(world.resident("李姐", room="3-502"), {1: 3, 2: 1})
    if discount_fen:
        with world.store.transaction() as work:
            work.db.execute(update(order).where(order.c.id == order_id).values(discount_fen=discount_fen))
    if is_paid:
        pay(world, order_id)
    world.arrive()
    if is_picked:
        redeem(world, order_id)
    return order_id


def pay(world: World, order_id: int, amount_fen: int | None = None, **how: Any) -> None:
    with world.store.transaction() as work:
        payments.mark_paid(
            work,
            leader_id=world.leader_id,
            order_ids=[order_id],
            amount_fen=amount_fen,
            actor=world.actor,
            source_key=f"pay:{work.new_id()}",
            **how,
        )


def redeem(world: World, order_id: int, wanted: Mapping[int, int] | None = None) -> Redemption:
    code = world.code(order_id)
    with world.store.transaction() as work:
        return pickup.redeem(
            work,
            leader_id=world.leader_id,
            by_account_id=world.owner,
            code=code,
            wanted=wanted,
            device="chat",
            nonce=f"scan:{work.new_id()}",
        )


def complain(world: World, order_id: int, lines: Mapping[int, int], *, key: str | None = None, **how: Any) -> CaseView:
    """Open a case as the resident, by offer number in whole units."""
    facts: dict[str, Any] = {"reason": "damaged", "wish": "refund", "opened_by": "resident", "note": "坏了"} | how
    with world.store.transaction() as work:
        return aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=order_id,
            lines={world.offers[number]: quantity * 1000 for number, quantity in lines.items()},
            actor=facts.pop("actor", f"account:{world.view(order_id).account_id}"),
            source_key=key or f"case:{work.new_id()}",
            **facts,
        )


def settle(world: World, case: CaseView, decision: Any, amount_fen: int | None = None, **how: Any) -> CaseView:
    with world.store.transaction() as work:
        return decide(
            work,
            leader_id=world.leader_id,
            case_number=case.number,
            decision=decision,
            amount_fen=amount_fen,
            actor=world.actor,
            source_key=f"decide:{work.new_id()}",
            **how,
        )


def books(world: World, order_id: int) -> dict[str, int]:
    one = world.view(order_id)
    with world.store.read() as work:
        return {
            name: ledger.balance(work, leader_id=world.leader_id, book=book)
            for name, book in (
                ("resident", ledger.of(one.resident_id)),
                ("sales", ledger.SALES),
                ("promotion", ledger.PROMOTION),
                ("cash", ledger.CASH),
                ("online", ledger.ONLINE),
            )
        }


def check_order(world: World, order_id: int) -> None:
    """Lines add up to the order, each to its own history, and the books say what the order says."""
    one = world.view(order_id)
    told: Counter[int] = Counter()
    for event in world.rows(order_event, order_id=order_id):
        told[event.offer_id] += event.delta_fen if event.offer_id else 0
    assert [line.line_fen for line in one.lines] == [told[line.offer_id] for line in one.lines]
    assert sum(line.line_fen for line in one.lines) == one.total_fen
    found = books(world, order_id)
    found["cash"] += found.pop("online")
    assert found == {
        "resident": -one.due_fen,
        "sales": one.total_fen,
        "promotion": -one.discount_fen,
        "cash": one.refunded_fen - one.paid_fen,
    }


# ---- opening


def test_f17_a_case_proposes_the_price_of_what_is_missing(world: World, bought: int, clock: StillClock) -> None:
    case = complain(world, bought, {1: 1}, reason="missing", opened_by="leader", actor=world.actor)
    assert (case.number, case.requested_fen, case.state) == (1, 4500, "open")
    assert case.due_at == clock() + timedelta(hours=24)
    assert [(line.name, line.quantity_milli) for line in case.lines] == [("草莓", 1000)]
    (told,) = world.rows(notice, kind="case_opened")
    assert (told.account_id, told.payload["audience"]) == (world.view(bought).account_id, "resident")


def test_f17_with_its_share_of_the_coupon(world: World) -> None:
    order_id = delivered(world, discount_fen=1710)
    assert complain(world, order_id, {1: 1}).requested_fen == 4050


def test_a_resident_opens_and_the_leader_is_told(world: World, bought: int) -> None:
    complain(world, bought, {1: 2})
    (told,) = world.rows(notice, kind="case_opened")
    assert told.account_id == world.owner
    assert told.payload["lines"] == [{"name": "草莓", "unit": "盒", "quantity_milli": 2000}]
    assert (told.payload["audience"], told.payload["requested_fen"], told.payload["number"]) == ("leader", 9000, 1)


def test_f18_a_double_tap_is_one_case(world: World, bought: int) -> None:
    first, again = (complain(world, bought, {1: 1}, key="tap") for _ in range(2))
    assert first == again
    assert world.count(after_sales_case) == world.count(notice, kind="case_opened") == 1


def test_f19_nobody_claims_more_than_he_bought(world: World, bought: int) -> None:
    complain(world, bought, {1: 2})
    with pytest.raises(ClaimTooMuch) as caught:
        complain(world, bought, {1: 2})
    facts = {"name": "草莓", "unit": "盒", "left_milli": 1000, "wanted_milli": 2000, "cases": (1,), "is_short": False}
    assert caught.value.facts == facts
    assert complain(world, bought, {1: 1}).number == 2


def test_f19_a_rejected_claim_may_be_made_again(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 3}), "reject", reason="照片上是好的")
    assert complain(world, bought, {1: 3}).number == 2


def test_f19_decided_claims_still_count(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 3}), "refund")
    with pytest.raises(ClaimTooMuch):
        complain(world, bought, {1: 1})


def test_case_numbers_have_no_gaps_and_belong_to_one_leader(store: Store) -> None:
    mine, other = World(store), World(store, name="陈团长")
    a, b = delivered(mine), delivered(other)
    with pytest.raises(ClaimTooMuch):
        complain(mine, a, {1: 4})
    numbers = [complain(mine, a, {1: 1}).number, complain(other, b, {1: 1}).number, complain(mine, a, {1: 1}).number]
    assert numbers == [1, 1, 2]
    with store.read() as work, pytest.raises(NotFound):
        aftersales.view_case(work, leader_id=other.leader_id, number=2)


def test_nothing_can_be_wrong_with_goods_that_have_not_come(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})
    with pytest.raises(NotDelivered):
        complain(world, order_id, {1: 1})


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_claim_is_about_something(world: World, bought: int, quantity: int) -> None:
    with pytest.raises(BadQuantity):
        complain(world, bought, {1: quantity})


def test_another_leaders_order_has_no_case_here(store: Store) -> None:
    mine, other = World(store), World(store, name="陈团长")
    order_id = delivered(mine)
    with store.transaction() as work, pytest.raises(NotFound):
        aftersales.open_case(
            work,
            leader_id=other.leader_id,
            order_id=order_id,
            lines={mine.offers[1]: 1000},
            reason="other",
            opened_by="leader",
            actor=other.actor,
            source_key="x",
        )


# ---- photos and words


def test_photos_find_their_case_by_themselves(world: World, bought: int) -> None:
    account_id = world.view(bought).account_id
    assert account_id is not None

    def send(sender: int, key: str) -> CaseView | None:
        with world.store.transaction() as work:
            return aftersales.attach_photo(
                work, leader_id=world.leader_id, account_id=sender, wechat_media_id=f"media-{key}", source_key=key
            )

    assert send(account_id, "early") is None, "there is no case yet"
    complain(world, bought, {1: 1}, key="k", photos=["media-0"])
    newest = complain(world, bought, {2: 1})
    for key in ("one", "one", "two"):
        found = send(account_id, key)
        assert found is not None
        assert found.number == newest.number
    assert send(world.account(), "stranger") is None
    assert [(row.state, row.wechat_media_id) for row in world.rows(media)] == [
        ("wanted", "media-0"),
        ("wanted", "media-one"),
        ("wanted", "media-two"),
    ]
    with world.store.read() as work:
        assert [case.photos for case in aftersales.list_cases(work, leader_id=world.leader_id)] == [1, 2]


def test_the_leaders_photo_goes_to_the_case_the_leader_opened(world: World, bought: int) -> None:
    his = complain(world, bought, {1: 1}, opened_by="leader", actor=world.actor)
    complain(world, bought, {2: 1})
    with world.store.transaction() as work:
        found = aftersales.attach_photo(
            work, leader_id=world.leader_id, account_id=world.owner, wechat_media_id="m", source_key="p"
        )
    assert found is not None
    assert found.number == his.number


def test_the_history_keeps_everything_in_order(world: World, bought: int, clock: StillClock) -> None:
    case = complain(world, bought, {1: 1}, photos=["m"])
    clock.advance(minutes=1)
    with world.store.transaction() as work:
        aftersales.add_message(work, leader_id=world.leader_id, case_number=1, text="两个都坏了", actor="account:1")
    clock.advance(minutes=1)
    settle(world, case, "refund", reason="抱歉")
    with world.store.read() as work:
        events = aftersales.history(work, leader_id=world.leader_id, case_id=case.id)
    assert [(row.kind, row.text) for row in events] == [
        ("opened", "坏了"),
        ("photo", None),
        ("message", "两个都坏了"),
        ("decided", "抱歉"),
    ]


# ---- refunds


def test_f20_part_of_one_line_of_several_is_refunded(world: World, bought: int) -> None:
    done = settle(world, complain(world, bought, {1: 1}), "refund")
    assert (done.state, done.outcome, done.approved_fen, done.paid_back_fen) == ("resolved", "refund", 4500, 4500)
    one = world.view(bought)
    assert (one.total_fen, one.paid_fen, one.refunded_fen, one.due_fen) == (12600, 17100, 4500, 0)
    assert [line.line_fen for line in one.lines] == [9000, 3600]
    assert one.pay_state == "part_refunded"
    (row,) = world.rows(refund)
    assert (row.amount_fen, row.state, row.case_id) == (4500, "done", done.id)
    (told,) = world.rows(notice, kind="case_decided")
    assert told.account_id == one.account_id
    assert (told.payload["decision"], told.payload["amount_fen"]) == ("refund", 4500)
    check_order(world, bought)


def test_f20_the_coupon_shrinks_in_proportion(world: World) -> None:
    order_id = delivered(world, discount_fen=1710)
    settle(world, complain(world, order_id, {1: 1}), "refund")
    one = world.view(order_id)
    assert (one.total_fen, one.discount_fen, one.refunded_fen, one.due_fen) == (12600, 1260, 4050, 0)
    check_order(world, order_id)
    settle(world, complain(world, order_id, {1: 2, 2: 1}), "refund")
    one = world.view(order_id)
    assert (one.total_fen, one.discount_fen, one.refunded_fen) == (0, 0, one.paid_fen)
    check_order(world, order_id)


def test_f05_more_than_the_rest_is_refused_with_the_rest(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 1}), "refund", 2500)
    case = complain(world, bought, {1: 1})
    with pytest.raises(RefundTooMuch) as caught:
        settle(world, case, "refund", 100_000)
    assert caught.value.facts == {"amount_fen": 100_000, "max_fen": 14600}
    assert world.view(bought).refunded_fen == 2500
    check_order(world, bought)


def test_f06_two_refunds_are_both_listed(world: World, bought: int) -> None:
    for _ in range(2):
        settle(world, complain(world, bought, {1: 1}), "refund", 2500)
    assert [row.amount_fen for row in world.rows(refund)] == [2500, 2500]
    assert world.view(bought).refunded_fen == 5000
    check_order(world, bought)


def test_f04_a_refund_on_its_way_counts_against_what_is_left(world: World) -> None:
    order_id = delivered(world, is_paid=False)
    pay(world, order_id, method="wechat", external_ref="wx-1")
    settle(world, complain(world, order_id, {1: 3}), "refund")
    (row,) = world.rows(refund)
    assert (row.state, row.amount_fen) == ("created", 13500)
    one = world.view(order_id)
    assert (one.refunded_fen, one.due_fen) == (0, -13500)
    with world.store.read() as work:
        assert payments.owed_back(work, leader_id=world.leader_id) == [], "WeChat Pay sends it back by itself"
    with world.store.transaction() as work, pytest.raises(RefundTooMuch):
        payments.pay_back(
            work, leader_id=world.leader_id, order_id=order_id, amount_fen=13501, actor=world.actor, source_key="r"
        )
    with world.store.transaction() as work:
        payments.finish(
            work, leader_id=world.leader_id, refund_id=row.id, actor="system", is_done=True, external_ref="wx-r"
        )
    assert (world.view(order_id).refunded_fen, world.view(order_id).due_fen) == (13500, 0)
    check_order(world, order_id)


def test_an_order_that_was_not_paid_owes_less_and_nothing_goes_back(world: World) -> None:
    order_id = delivered(world, is_paid=False)
    done = settle(world, complain(world, order_id, {1: 1}), "refund")
    assert (done.approved_fen, done.paid_back_fen) == (4500, 0)
    assert world.count(refund) == 0
    assert world.view(order_id).due_fen == 12600
    check_order(world, order_id)


def test_an_order_that_was_paid_in_part_gets_back_what_is_too_much(world: World) -> None:
    order_id = delivered(world, is_paid=False)
    pay(world, order_id, 15000)
    done = settle(world, complain(world, order_id, {1: 1}), "refund")
    assert done.paid_back_fen == 2400
    assert world.view(order_id).due_fen == 0
    check_order(world, order_id)


def test_a_price_cut_may_be_more_than_the_claimed_goods_cost(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {2: 1}), "refund", 5000)
    assert [line.line_fen for line in world.view(bought).lines] == [12100, 0]
    check_order(world, bought)


def test_the_second_claim_of_a_line_is_worth_what_the_first_was(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 1}), "refund")
    assert complain(world, bought, {1: 1}).requested_fen == 4500


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_of_nothing_is_a_slip(world: World, bought: int, amount: int) -> None:
    case = complain(world, bought, {1: 1})
    with pytest.raises(BadAmount):
        settle(world, case, "refund", amount)


def test_a_case_is_decided_once(world: World, bought: int) -> None:
    case = complain(world, bought, {1: 1})
    settle(world, case, "refund")
    for decision in ("refund", "replacement", "reject", "escalate"):
        with pytest.raises(CaseClosed) as caught:
            settle(world, case, decision)
        assert caught.value.facts == {"number": 1, "state": "resolved", "outcome": "refund", "approved_fen": 4500}
    assert world.view(bought).refunded_fen == 4500


# ---- the other decisions


def test_a_replacement_is_owed_until_it_is_handed_out(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 1}), "replacement")
    (row,) = world.rows(replacement)
    assert (row.quantity_milli, row.handed_out_at) == (1000, None)
    one = world.view(bought)
    assert (one.total_fen, one.refunded_fen) == (17100, 0)
    with world.store.transaction() as work:
        (owed,) = aftersales.owed_goods(work, leader_id=world.leader_id, resident_id=one.resident_id)
        assert (owed.case_number, owed.name, owed.quantity_milli) == (1, "草莓", 1000)
        for _ in range(2):
            aftersales.hand_out_replacement(work, leader_id=world.leader_id, case_number=1, actor=world.actor)
        assert not aftersales.owed_goods(work, leader_id=world.leader_id, resident_id=one.resident_id)
    assert world.count(action_log, action="case.hand_out") == 1


def test_a_later_pickup_shows_what_is_owed(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 1}), "replacement")
    resident_id = world.view(bought).resident_id
    world.publish()
    later = world.order(resident_id, {2: 1})
    world.arrive()
    assert [owed.name for owed in redeem(world, later).owed] == ["草莓"]


def test_a_rejection_carries_its_reason(world: World, bought: int) -> None:
    done = settle(world, complain(world, bought, {1: 1}), "reject", reason="照片上是好的")
    assert (done.state, done.outcome, done.decision_note) == ("rejected", "none", "照片上是好的")
    assert world.rows(notice, kind="case_decided")[0].payload["note"] == "照片上是好的"
    assert world.view(bought).total_fen == 17100


def test_a_leader_may_hand_a_case_to_the_platform_which_decides_it(world: World, bought: int) -> None:
    case = complain(world, bought, {1: 1})
    assert settle(world, case, "escalate").state == "escalated"
    with pytest.raises(CaseClosed):
        settle(world, case, "escalate")
    with world.store.transaction() as work:
        done = decide(
            work,
            leader_id=world.leader_id,
            case_number=1,
            decision="refund",
            actor="operator:1",
            source_key="op",
        )
    assert done.state == "resolved"


def test_cases_nobody_answers_go_to_the_platform_once(world: World, bought: int, clock: StillClock) -> None:
    complain(world, bought, {1: 1})
    settle(world, complain(world, bought, {1: 1}), "refund")

    def escalate() -> int:
        with world.store.transaction() as work:
            return aftersales.escalate_due(work)

    clock.advance(hours=23, minutes=59)
    assert escalate() == 0
    clock.advance(minutes=1)
    assert [escalate(), escalate()] == [1, 0]
    told = {row.payload["audience"]: row.account_id for row in world.rows(notice, kind="case_escalated")}
    assert told == {"leader": world.owner, "resident": world.view(bought).account_id}
    assert [row.state for row in world.rows(after_sales_case)] == ["escalated", "resolved"]


def test_a_case_may_be_taken_back(world: World, bought: int) -> None:
    complain(world, bought, {1: 1})
    with world.store.transaction() as work:
        case = aftersales.cancel_case(work, leader_id=world.leader_id, case_number=1, actor="account:1", source_key="c")
    assert case.state == "cancelled"
    with world.store.read() as work:
        assert aftersales.list_cases(work, leader_id=world.leader_id) == []


# ---- beside pickup


def test_a_line_under_after_sales_is_not_handed_out_by_accident(world: World) -> None:
    order_id = delivered(world, is_picked=False)
    complain(world, order_id, {1: 1}, opened_by="leader", actor=world.actor)
    refused = redeem(world, order_id).refused
    assert refused is not None
    assert refused.code == "under_after_sales"
    assert refused.facts == {
        "cases": (1,),
        "number": 1,
        "name": "草莓",
        "unit": "盒",
        "free_milli": 2000,
        "wanted_milli": None,
    }
    assert redeem(world, order_id, {1: 2000, 2: 1000}).ok
    with world.store.read() as work:
        assert len(aftersales.under_after_sales(work, leader_id=world.leader_id, order_id=order_id)) == 1


def test_goods_that_were_handed_out_are_what_a_claim_is_about(world: World) -> None:
    order_id = delivered(world, is_picked=False)
    redeem(world, order_id, {1: 1000})
    complain(world, order_id, {1: 1})
    assert redeem(world, order_id).ok, "the spoilt one is the one that was taken home"


def test_refunded_goods_that_are_still_here_are_not_handed_out(world: World) -> None:
    order_id = delivered(world, is_picked=False)
    settle(world, complain(world, order_id, {1: 1}), "refund")
    assert [line.left_milli for line in world.view(order_id).lines] == [2000, 1000]
    assert [line.quantity_milli for line in redeem(world, order_id).handed] == [2000, 1000]
    check_order(world, order_id)


def test_when_everything_is_refunded_there_is_nothing_to_wait_for(world: World) -> None:
    order_id = delivered(world, is_picked=False)
    settle(world, complain(world, order_id, {1: 3, 2: 1}), "refund")
    assert world.view(order_id).state == "picked_up"
    refused = redeem(world, order_id).refused
    assert refused is not None
    assert refused.code == "nothing_left"


def test_a_price_cut_leaves_the_goods_to_the_resident(world: World) -> None:
    order_id = delivered(world, is_picked=False)
    settle(world, complain(world, order_id, {1: 1}), "refund", 500)
    assert redeem(world, order_id).ok
    assert world.view(order_id).lines[0].picked_milli == 3000


def test_k04_every_step_is_logged(world: World, bought: int) -> None:
    settle(world, complain(world, bought, {1: 1}), "refund")
    logged = [(row.action, row.before) for row in world.rows(action_log, entity="case")]
    assert logged == [("case.open", None), ("case.refund", {"state": "open"})]
    assert [row.kind for row in world.rows(case_event)] == ["opened", "decided"]
    assert [row.delta_fen for row in world.rows(order_event, kind="refund")] == [-4500, 0]
    assert [row.kind for row in world.rows(ledger_transfer)] == ["payment", "sale", "reversal", "refund"]
    assert world.count(payment) == 1
