"""A shortage found after the goods were announced: only what is still there can be short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from models import notice, offer, order, pickup_code
from models.base import Store
from models.outcomes import LateShortage, ShortagePlan
from models.views import Tier
from operations import aftersales, case_decisions, late_shortage, payments
from operations.errors import BadQuantity, NotFound, WrongState
from operations.rounds import NewOffer
from operations.shortage import Goods
from tests.support.invariants import violations
from tests.support.world import EGGS, World


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """At the end the books must be right."""
    yield World(store)
    assert violations(store) == []


def goods(world: World, short: Mapping[int, int] | None, damaged: Mapping[int, int] | None = None) -> Goods:
    def by_offer(found: Mapping[int, int] | None) -> dict[int, int]:
        return {world.offers[number]: quantity for number, quantity in (found or {}).items()}

    return Goods(short=by_offer(short), damaged=by_offer(damaged))


def report(
    world: World, short: Mapping[int, int] | None = None, *, key: str = "m1", damaged: Mapping[int, int] | None = None
) -> LateShortage:
    with world.store.transaction() as work:
        return late_shortage.report(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            missing=goods(world, short, damaged),
            actor=world.actor,
            source_key=key,
        )


def plan(world: World, short: Mapping[int, int]) -> ShortagePlan:
    with world.store.read() as work:
        return late_shortage.plan(work, leader_id=world.leader_id, round_id=world.round_id, missing=goods(world, short))


def due(world: World, order_id: int) -> dict[int, int]:
    return {line.number: line.due_milli for line in world.view(order_id).lines}


def neighbours(world: World, *quantities: float) -> list[int]:
    """An order of strawberries each, one after the other."""
    return [
        world.order(world.resident(f"邻居{n}", room=f"{n}-101"), {1: quantity})
        for n, quantity in enumerate(quantities, 1)
    ]


def test_who_ordered_last_goes_without(world: World) -> None:
    first, second, third = neighbours(world, 2, 2, 2)
    world.arrive()
    done = report(world, {1: 3000})
    assert [due(world, one) for one in (first, second, third)] == [{1: 2000}, {1: 1000}, {1: 0}]
    assert [(line.ordered_milli, line.allocated_milli, line.delta_fen) for line in done.plan.lines] == [
        (2000, 1000, -4500),
        (2000, 0, -9000),
    ]
    assert [world.view(one).total_fen for one in (first, second, third)] == [9000, 4500, 0]


def test_who_was_served_keeps_what_he_got(world: World) -> None:
    """The last one in line came first to the counter: the shortage falls on those who are still to come."""
    first, second, third = neighbours(world, 2, 2, 2)
    world.arrive()
    world.hand_out(third)
    report(world, {1: 1000})
    assert [due(world, one) for one in (first, second, third)] == [{1: 2000}, {1: 1000}, {1: 2000}]
    report(world, {1: 3000}, key="m2")
    assert [due(world, one) for one in (first, second, third)] == [{1: 0}, {1: 0}, {1: 2000}]


def test_b22_the_time_of_each_increase_counts_and_what_was_picked_up_came_off_the_first(world: World) -> None:
    """a 2, b 2, a raises to 4; a has picked up 1; of the 5 that are left two are missing."""
    li = world.resident("李姐")
    a = world.order(li, {1: 2})
    b = world.order(world.resident("王姐"), {1: 2})
    world.order(li, {1: 4})
    world.arrive()
    world.hand_out(a, {1: 1000})
    assert [(line.order_id, line.allocated_milli) for line in plan(world, {1: 2000}).lines] == [(a, 2000)]
    assert [(line.order_id, line.allocated_milli) for line in plan(world, {1: 3000}).lines] == [(a, 2000), (b, 1000)]
    assert [(line.order_id, line.allocated_milli) for line in plan(world, {1: 4000}).lines] == [(a, 2000), (b, 0)]
    assert [(line.order_id, line.allocated_milli) for line in plan(world, {1: 5000}).lines] == [(a, 1000), (b, 0)]


def test_a_second_shortage_goes_on_where_the_first_ended(world: World) -> None:
    first, second, third = neighbours(world, 2, 2, 2)
    world.arrive(short={1: 1000})
    assert due(world, third) == {1: 1000}
    report(world, {1: 2000})
    assert [due(world, one) for one in (first, second, third)] == [{1: 2000}, {1: 1000}, {1: 0}]
    report(world, {1: 1000}, key="m2")
    assert [due(world, one) for one in (first, second)] == [{1: 2000}, {1: 0}]


def test_what_is_short_and_what_is_broken_is_noted_with_the_goods(world: World) -> None:
    neighbours(world, 4)
    world.arrive()
    report(world, {1: 1000}, damaged={1: 1000})
    [strawberries, _] = world.rows(offer)
    assert (strawberries.received_milli, strawberries.damaged_milli) == (3000, 1000)


def test_paid_orders_are_owed_money_and_everybody_is_told_each_time(world: World) -> None:
    neighbours(world, 3)
    world.close()
    with world.store.transaction() as work:
        payments.mark_paid(
            work, leader_id=world.leader_id, round_id=world.round_id, seqs=[1], actor=world.actor, source_key="pay"
        )
    world.arrive(short={1: 1000})
    done = report(world, {1: 1000})
    assert done.owed_back_fen == 9000
    told = world.rows(notice, kind="shortage")
    assert [(row.payload["is_late"], row.payload["owed_fen"]) for row in told] == [(False, 4500), (True, 9000)]
    assert told[1].payload["lines"][0]["wanted_milli"] == 2000


def test_the_same_report_twice_is_one(world: World) -> None:
    [one] = neighbours(world, 3)
    world.arrive()
    assert not report(world, {1: 1000}).is_repeat
    assert report(world, {1: 1000}).is_repeat
    assert due(world, one) == {1: 2000}
    assert world.count(notice, kind="shortage") == 1


def test_news_that_has_not_gone_out_says_what_there_is_now(world: World) -> None:
    two, one = neighbours(world, 2, 1)
    world.arrive()
    report(world, {1: 2000})
    first, second = world.rows(notice, kind="arrived")
    assert first.payload["orders"][0]["lines"][0]["quantity_milli"] == 1000
    assert (first.state, second.state) == ("queued", "expired")
    assert due(world, one) == {1: 0}
    assert due(world, two) == {1: 1000}


def test_who_gets_nothing_any_more_has_no_code_and_does_not_count_as_collected(world: World) -> None:
    some, none = neighbours(world, 1, 1)
    world.arrive()
    report(world, {1: 1000})
    assert (world.view(some).state, world.view(none).state) == ("ready", "confirmed")
    assert [row.state for row in world.rows(pickup_code, order_id=none)] == ["revoked"]


def test_who_had_a_part_of_it_is_done(world: World) -> None:
    [one] = neighbours(world, 2)
    world.arrive()
    world.hand_out(one, {1: 1000})
    report(world, {1: 1000})
    assert world.view(one).state == "picked_up"
    assert [row.picked_up_at is not None for row in world.rows(order)] == [True]


def test_more_than_is_still_there_is_refused(world: World) -> None:
    a, b = neighbours(world, 2, 2)
    world.arrive()
    world.hand_out(a)
    for short in ({1: 3000}, {1: 0}, {1: -1000}, {1: 500}, {2: 1000}):
        with pytest.raises(BadQuantity) as refused:
            report(world, short)
        assert refused.value.facts["left_milli"] == (0 if 2 in short else 2000)
    assert due(world, b) == {1: 2000}
    assert world.count(notice, kind="shortage") == 0


def test_before_the_goods_came_it_is_another_matter(world: World) -> None:
    neighbours(world, 1)
    world.close()
    with pytest.raises(WrongState):
        report(world, {1: 1000})
    with pytest.raises(NotFound), world.store.transaction() as work:
        late_shortage.report(
            work, leader_id=world.leader_id, round_id=1, missing=Goods(short={}), actor="x", source_key="x"
        )


def test_what_a_case_is_about_is_left_to_the_case(world: World) -> None:
    """李姐 was last; one of her two boxes is under after-sales: only the other one can be short."""
    first, last = neighbours(world, 2, 2)
    world.arrive()
    with world.store.transaction() as work:
        aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=last,
            lines={world.offers[1]: 1000},
            reason="damaged",
            opened_by="leader",
            actor=world.actor,
            source_key="case",
        )
    report(world, {1: 2000})
    assert (due(world, first), due(world, last)) == ({1: 1000}, {1: 1000})
    with pytest.raises(BadQuantity) as refused:
        report(world, {1: 2000}, key="m2")
    assert refused.value.facts["left_milli"] == 1000


def test_bundles_count(store: Store) -> None:
    """Two for 80, one for 45."""
    bundle = NewOffer(name="草莓", price_fen=4500, unit="盒", tiers=(Tier(2000, 8000),))
    world = World(store, offers=(bundle, EGGS))
    one = world.order(world.resident("李姐"), {1: 3})
    world.arrive()
    totals = [world.view(one).total_fen]
    for key in ("m1", "m2"):
        report(world, {1: 1000}, key=key)
        totals.append(world.view(one).total_fen)
    assert totals == [12500, 8000, 4500]
    assert violations(store) == []


def test_what_was_refunded_before_is_not_forgotten(world: World) -> None:
    """Three boxes; one is picked up and refunded; of the two that are left one is missing: one box is to be paid."""
    [one] = neighbours(world, 3)
    world.arrive()
    world.hand_out(one, {1: 1000})
    with world.store.transaction() as work:
        case = aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=one,
            lines={world.offers[1]: 1000},
            reason="damaged",
            opened_by="leader",
            actor=world.actor,
            source_key="case",
        )
    with world.store.transaction() as work:
        case_decisions.decide(
            work,
            leader_id=world.leader_id,
            case_number=case.number,
            decision="refund",
            actor=world.actor,
            source_key="refund",
        )
    assert world.view(one).total_fen == 9000
    report(world, {1: 1000})
    assert world.view(one).total_fen == 4500
