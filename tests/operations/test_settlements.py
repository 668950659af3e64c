"""Settlement: whose part is what, when, once, and what a later refund changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import Store, ledger_transfer, notice, offer, order, round_, settlement, settlement_line
from operations import (
    aftersales,
    ledger,
    ledger_check,
    payments,
    pickup_days,
    settlement_sums,
    settlements,
    terms,
)
from operations.errors import SettlementState, TooEarlyToSettle, WrongState
from operations.offers import NewOffer
from tests.support.clock import StillClock
from tests.support.world import EGGS, STRAWBERRIES, World

HONEY = NewOffer(name="蜂蜜", price_fen=999, unit="瓶")


def finish(world: World, clock: StillClock, *, hours: float = 25, is_paid: bool = True) -> None:
    """Goods came, everybody paid, pickup is over, and so much time has passed since."""
    world.arrive()
    if is_paid:
        world.pay()
    with world.store.transaction() as work:
        pickup_days.no_shows(work, leader_id=world.leader_id, round_id=world.round_id)
    clock.advance(hours=hours)


def settle(world: World, round_id: int | None = None) -> int:
    with world.store.transaction() as work:
        return settlements.settle(work, leader_id=world.leader_id, round_id=round_id or world.round_id, actor="system")


def row(world: World, settlement_id: int) -> dict[str, Any]:
    return dict(world.rows(settlement, id=settlement_id)[0]._mapping)


def books(world: World, *names: str) -> dict[str, int]:
    with world.store.read() as work:
        return {name: ledger.balance(work, leader_id=world.leader_id, book=(name, 0)) for name in names}


def refund(world: World, order_id: int, lines: dict[int, int], fen: int | None = None) -> None:
    with world.store.transaction() as work:
        case = aftersales.open_case(
            work, leader_id=world.leader_id, order_id=order_id, reason="damaged", opened_by="leader",
            lines={world.offers[number]: milli for number, milli in lines.items()}, actor="system",
            source_key=f"case:{work.new_id()}",
        )  # fmt: skip
        aftersales.decide(
            work, leader_id=world.leader_id, case_number=case.number, decision="refund", amount_fen=fen,
            actor="system", source_key=f"decide:{case.id}",
        )  # fmt: skip


@pytest.fixture(autouse=True)
def books_agree(store: Store) -> Iterator[None]:
    """After every test of this file."""
    yield
    with store.read() as work:
        assert ledger_check.check(work) == []


def test_the_parts_of_a_round(store: Store, clock: StillClock) -> None:
    """Share of the round, a sum per unit, another share; cost of the supplier; a refund; the rest is the platform's."""
    world = World(store, offers=(STRAWBERRIES, EGGS, HONEY))
    wang = world.order(world.resident(), {1: 2, 2: 1, 3: 1})
    world.order(world.resident("张哥"), {1: 1})
    with store.transaction() as work:
        work.db.execute(update(offer).where(offer.c.id == world.offers[1]).values(cost_fen=3000))
        change: dict[str, Any] = {"leader_id": world.leader_id, "round_id": world.round_id, "actor": "system"}
        terms.set_offer_terms(work, offer_id=world.offers[2], share_bps=None, per_unit_fen=250, **change)
        terms.set_offer_terms(work, offer_id=world.offers[3], share_bps=1250, per_unit_fen=None, **change)
    finish(world, clock)
    refund(world, wang, {1: 1000})
    found = row(world, settle(world))
    assert (found["gross_fen"], found["refund_fen"], found["net_fen"]) == (3 * 4500 + 3600 + 999, 4500, 13599)
    assert found["commission_fen"] == 900 + 250 + 125
    assert found["supplier_fen"] == 2 * 3000
    assert found["platform_fen"] == 13599 - 1275 - 6000
    assert books(world, "leader", "supplier", "platform", "sales") == {
        "leader": 1275, "supplier": 6000, "platform": 6324, "sales": 0
    }  # fmt: skip
    lines = world.rows(settlement_line)
    assert sum(line.commission_fen for line in lines) == 1275
    assert sum(line.gross_fen - line.discount_fen - line.refund_fen for line in lines) == 13599


def test_a_discount_is_paid_out_of_the_net(store: Store, clock: StillClock) -> None:
    world = World(store)
    one = world.order(world.resident(), {1: 2, 2: 1})
    with store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == one).values(discount_fen=1001))
    finish(world, clock)
    refund(world, one, {2: 1000})
    found = row(world, settle(world))
    assert found["net_fen"] == world.view(one).total_fen - world.view(one).discount_fen
    assert (found["gross_fen"], found["discount_fen"]) == (12600, 1001)
    assert books(world, "sales", "promotion") == {"sales": 0, "promotion": 0}


def test_it_waits_for_pickup_the_period_and_open_cases(store: Store, clock: StillClock) -> None:
    world = World(store)
    one = world.order(world.resident(), {1: 2})
    with pytest.raises(WrongState):
        settle(world)
    finish(world, clock, hours=23)
    with pytest.raises(TooEarlyToSettle) as early:
        settle(world)
    assert early.value.facts["until"] == clock() + timedelta(hours=1)
    with store.transaction() as work:
        assert settlements.settle_due(work) == 0
        aftersales.open_case(
            work, leader_id=world.leader_id, order_id=one, reason="damaged", opened_by="leader",
            lines={world.offers[1]: 1000}, actor="system", source_key="case",
        )  # fmt: skip
    clock.advance(hours=2)
    with pytest.raises(TooEarlyToSettle):
        settle(world)
    with store.transaction() as work:
        assert settlements.settle_due(work) == 0
        aftersales.cancel_case(work, leader_id=world.leader_id, case_number=1, actor="system", source_key="x")
        assert settlements.settle_due(work) == 1
    with store.transaction() as work:
        assert settlements.settle_due(work) == 0
    assert world.rows(round_)[0].state == "settled"


def test_run_twice_it_is_one_settlement(store: Store, clock: StillClock) -> None:
    world = World(store)
    world.order(world.resident(), {1: 2})
    finish(world, clock)
    assert settle(world) == settle(world)
    assert world.count(settlement) == 1
    assert world.count(notice, kind="settlement_ready") == 1


def test_a_refund_after_the_settlement_is_a_correction_in_the_next(store: Store, clock: StillClock) -> None:
    world = World(store)
    first_round, first = world.round_id, world.order(world.resident(), {1: 2})
    with store.transaction() as work:
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[first], actor="system", source_key="p")
    finish(world, clock)
    first_id = settle(world)
    before = row(world, first_id)
    assert (before["collected_fen"], before["commission_fen"]) == (9000, 900)
    refund(world, first, {1: 1000})
    world.publish()
    world.order(world.resident("张哥"), {2: 1})
    finish(world, clock)
    second = row(world, settle(world))
    assert row(world, first_id) == before, "what was settled is not touched"
    assert (second["net_fen"], second["commission_fen"]) == (3600, 360)
    assert (second["correction_fen"], second["correction_net_fen"]) == (-450, -4500)
    assert second["collected_fen"] == 3600 - 4500
    world.publish()
    finish(world, clock)
    third = row(world, settle(world))
    assert (third["correction_fen"], third["collected_fen"]) == (0, 0), "corrected once"
    assert books(world, "sales", "leader") == {"sales": 0, "leader": 900 + 360 - 450}
    assert first_round != world.round_id


def test_confirmed_then_paid_out_once(store: Store, clock: StillClock) -> None:
    world = World(store)
    world.order(world.resident(), {1: 2})
    finish(world, clock)
    mine: dict[str, Any] = {"leader_id": world.leader_id, "settlement_id": settle(world), "actor": "system"}
    with pytest.raises(SettlementState), store.transaction() as work:
        settlements.mark_paid(work, **mine)
    done = []
    for step in (settlements.confirm, settlements.confirm, settlements.mark_paid, settlements.mark_paid):
        with store.transaction() as work:
            done.append(step(work, **mine))
    assert done == [True, False, True, False]
    assert books(world, "leader") == {"leader": 0}
    assert world.count(ledger_transfer, kind="payout") == 1
    with pytest.raises(SettlementState), store.transaction() as work:
        settlements.void(work, reason="x", **mine)


def test_a_void_settlement_is_reversed_and_made_anew(store: Store, clock: StillClock) -> None:
    world = World(store)
    one = world.order(world.resident(), {1: 2})
    finish(world, clock)
    wrong = settle(world)
    with store.transaction() as work:
        assert settlements.void(work, leader_id=world.leader_id, settlement_id=wrong, actor="system", reason="错了")
    assert books(world, "leader", "platform", "sales") == {"leader": 0, "platform": 0, "sales": 9000}
    refund(world, one, {1: 1000})
    right = settle(world)
    assert right != wrong
    assert row(world, right)["net_fen"] == 4500
    assert books(world, "leader", "sales") == {"leader": 450, "sales": 0}


def test_terms_are_frozen_when_the_round_closes(store: Store) -> None:
    world = World(store)
    world.order(world.resident(), {1: 1})
    world.close()
    with pytest.raises(WrongState), store.transaction() as work:
        terms.set_offer_terms(
            work, leader_id=world.leader_id, round_id=world.round_id, offer_id=world.offers[1], share_bps=1,
            per_unit_fen=None, actor="system",
        )  # fmt: skip


def test_who_comes_late_has_his_own_period_before_it_is_settled(store: Store, clock: StillClock) -> None:
    """23 hours after the pickup day somebody fetches his goods: his 24 hours begin then, and the settlement waits."""
    world = World(store)
    late = world.order(world.resident(), {1: 1})
    finish(world, clock, hours=23)
    world.hand_out(late, forced=True)
    clock.advance(hours=23)
    with pytest.raises(TooEarlyToSettle) as early:
        settle(world)
    assert early.value.facts["until"] == clock() + timedelta(hours=1)
    with store.transaction() as work:
        assert settlements.settle_due(work) == 0
        assert settlement_sums.preview(
            work, leader_id=world.leader_id, round_id=world.round_id
        ).due_at == clock() + timedelta(hours=1)  # fmt: skip
    clock.advance(hours=1)
    with store.transaction() as work:
        assert settlements.settle_due(work) == 1


def test_a_settlement_is_not_confirmed_inside_anybodys_own_period(store: Store, clock: StillClock) -> None:
    """Somebody comes when the settlement is there already: it is confirmed when his period has ended too."""
    world = World(store)
    late = world.order(world.resident(), {1: 1})
    world.order(world.resident("张哥"), {1: 1})
    finish(world, clock)
    mine: dict[str, Any] = {"leader_id": world.leader_id, "settlement_id": settle(world), "actor": "system"}
    world.hand_out(late, forced=True)
    for hours in (0, 23):
        clock.advance(hours=hours)
        with pytest.raises(TooEarlyToSettle), store.transaction() as work:
            settlements.confirm(work, **mine)
    clock.advance(hours=1)
    with store.transaction() as work:
        assert settlements.confirm(work, **mine)


def test_a_case_that_is_opened_late_holds_the_confirmation(store: Store, clock: StillClock) -> None:
    world = World(store)
    one = world.order(world.resident(), {1: 1})
    finish(world, clock)
    mine: dict[str, Any] = {"leader_id": world.leader_id, "settlement_id": settle(world), "actor": "system"}
    with store.transaction() as work:
        aftersales.open_case(
            work, leader_id=world.leader_id, order_id=one, reason="damaged", opened_by="leader",
            lines={world.offers[1]: 1000}, actor="system", source_key="case",
        )  # fmt: skip
    with pytest.raises(TooEarlyToSettle), store.transaction() as work:
        settlements.confirm(work, **mine)
    with store.transaction() as work:
        aftersales.cancel_case(work, leader_id=world.leader_id, case_number=1, actor="system", source_key="x")
        assert settlements.confirm(work, **mine)
