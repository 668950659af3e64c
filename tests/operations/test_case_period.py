"""The after-sales period: a neighbour's own complaint is refused when it is over, the leader's is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.base import Store
from operations import case_period, pickup, pickup_days
from operations.errors import AfterSalesOver
from tests.operations.test_aftersales import complain, delivered, redeem, settle
from tests.support.clock import StillClock
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_it_ends_a_day_after_the_goods_were_handed_out(world: World, clock: StillClock) -> None:
    order_id = delivered(world)
    clock.advance(hours=24)
    complain(world, order_id, {1: 1})
    clock.advance(seconds=1)
    with pytest.raises(AfterSalesOver) as refused:
        complain(world, order_id, {1: 1})
    assert refused.value.facts["until"] == clock() - timedelta(seconds=1)
    assert complain(world, order_id, {1: 1}, opened_by="leader").number == 2
    assert complain(world, order_id, {2: 1}, opened_by="platform").number == 3


def test_the_same_message_again_is_still_answered_when_it_is_over(world: World, clock: StillClock) -> None:
    order_id = delivered(world)
    first = complain(world, order_id, {1: 1}, key="again")
    clock.advance(hours=30)
    assert complain(world, order_id, {1: 1}, key="again").id == first.id


def test_it_has_not_begun_while_goods_wait(world: World, clock: StillClock) -> None:
    order_id = delivered(world, is_picked=False)
    with world.store.read() as work:
        assert case_period.ends_at(work, leader_id=world.leader_id, order_id=order_id) is None
    clock.advance(hours=20)
    complain(world, order_id, {2: 1})


def test_it_counts_from_the_last_handing_out_that_stands(world: World, clock: StillClock) -> None:
    order_id = delivered(world, is_picked=False)
    redeem(world, order_id, {1: 1000})
    clock.advance(hours=10)
    redeem(world, order_id, {2: 1000})
    begun = clock()
    clock.advance(minutes=5)
    redeem(world, order_id, {1: 1000})
    code = world.code(order_id)
    with world.store.transaction() as work:
        pickup.annul(work, leader_id=world.leader_id, actor=world.actor, code=code)
        ends = case_period.ends_at(work, leader_id=world.leader_id, order_id=order_id)
    assert ends == begun + timedelta(hours=24)


def test_goods_nobody_came_for_count_from_the_end_of_the_pickup_day(world: World, clock: StillClock) -> None:
    order_id = delivered(world, is_picked=False)
    clock.advance(hours=72)
    with world.store.transaction() as work:
        pickup_days.end_pickup_days(work)
    ended = clock()
    assert world.view(order_id).state == "no_show"
    clock.advance(hours=25)
    with pytest.raises(AfterSalesOver) as refused:
        complain(world, order_id, {1: 1})
    assert refused.value.facts["until"] == ended + timedelta(hours=24)


def test_a_case_handed_to_the_platform_has_the_platforms_own_deadline(world: World, clock: StillClock) -> None:
    case = complain(world, delivered(world), {1: 1})
    clock.advance(hours=23)
    assert settle(world, case, "escalate").due_at == clock() + timedelta(hours=24)
