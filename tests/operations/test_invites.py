"""Invitations: only newcomers count, once, by somebody who was there first; both sides are rewarded after the goods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from models import Store, coupon, invite, notice, order, reward
from operations import invite_rewards, invites, people
from operations.errors import InviteRefused
from operations.invite_rewards import shares
from operations.invites import Terms
from tests.support.clock import StillClock
from tests.support.world import World

TERMS = Terms(inviter_title="邀请有礼", invitee_title="新邻居礼")


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def code_of(world: World, resident_id: int) -> str:
    with world.store.transaction() as work:
        return invites.own_code(work, leader_id=world.leader_id, resident_id=resident_id)


def join(world: World, account_id: int, code: str, terms: Terms = TERMS) -> None:
    with world.store.transaction() as work:
        invites.join(work, account_id=account_id, code=code, terms=terms)


def resident_id(world: World, account_id: int) -> int:
    with world.store.transaction() as work:
        return people.resident_of(work, leader_id=world.leader_id, account_id=account_id)


def fetch_order(world: World, who: int, wanted: dict[int, float]) -> int:
    """Ordered, arrived, handed out."""
    order_id = world.order(who, wanted)
    world.arrive()
    world.hand_out(order_id)
    return order_id


def reward_due(world: World, terms: Terms = TERMS) -> int:
    with world.store.transaction() as work:
        return invite_rewards.reward_due(work, terms=terms)


def state(world: World) -> list[str]:
    return [row.state for row in world.rows(invite)]


def test_both_get_a_coupon_after_the_newcomers_first_order_was_handed_out(world: World) -> None:
    li, newcomer = world.resident(), world.account()
    code = code_of(world, li)
    assert code == code_of(world, li), "the same link every time"
    join(world, newcomer, code)
    zhao = resident_id(world, newcomer)
    assert reward_due(world) == 0
    fetch_order(world, zhao, {1: 1})
    assert reward_due(world) == 1
    assert reward_due(world) == 0, "once"
    made = {row.owner_resident_id: row for row in world.rows(coupon)}
    assert {one: row.value for one, row in made.items()} == {li: 500, zhao: 500}
    assert {row.title for row in made.values()} == {"邀请有礼", "新邻居礼"}
    assert all(row.max_uses == 1 and row.min_spend_fen == 3000 for row in made.values())
    assert world.count(notice, kind="reward") == 2
    assert state(world) == ["rewarded"]


def test_h08_nobody_invites_himself(world: World) -> None:
    account_id = world.account()
    li = world.resident(account_id=account_id)
    with pytest.raises(InviteRefused) as refused:
        join(world, account_id, code_of(world, li))
    assert refused.value.facts["why"] == "self"


def test_a_newcomer_counts_once_whoever_else_invites_him(world: World) -> None:
    li, zhao, newcomer = world.resident(), world.resident("赵姐"), world.account()
    join(world, newcomer, code_of(world, li))
    join(world, newcomer, code_of(world, li))  # the same link again: nothing new
    with pytest.raises(InviteRefused) as refused:
        join(world, newcomer, code_of(world, zhao))
    assert refused.value.facts["why"] == "not_new"
    assert world.count(invite) == 1


def test_who_ordered_before_or_was_there_before_is_no_newcomer(world: World) -> None:
    elder, li = world.account(), world.account()
    early = world.resident("老王", account_id=elder)
    late = world.resident(account_id=li)
    with pytest.raises(InviteRefused):
        join(world, elder, code_of(world, late))
    world.order(late, {1: 1})
    with pytest.raises(InviteRefused):
        join(world, li, code_of(world, early))
    assert world.count(invite) == 0


def test_the_database_itself_refuses_circles_and_second_rewards(world: World) -> None:
    """Whatever the program forgot to ask."""
    first, second = world.resident("甲"), world.resident("乙")
    base = {"leader_id": world.leader_id, "created_at": world.clock(), "expires_at": world.clock()}

    def write(**values: int) -> None:
        with world.store.transaction() as work:
            work.db.execute(insert(invite).values(base | {"id": work.new_id()} | values))

    write(inviter_id=first, invitee_id=second)
    for wrong in ((second, first), (first, first), (first, second)):
        with pytest.raises(IntegrityError):
            write(inviter_id=wrong[0], invitee_id=wrong[1])
    join(world, newcomer := world.account(), code_of(world, first))
    fetch_order(world, resident_id(world, newcomer), {1: 1})
    reward_due(world)
    given = world.rows(reward)[0]
    with pytest.raises(IntegrityError), world.store.transaction() as work:
        work.db.execute(insert(reward).values({**given._mapping, "id": work.new_id()}))


def test_fourteen_days_to_come(world: World, clock: StillClock) -> None:
    li, newcomer = world.resident(), world.account()
    join(world, newcomer, code_of(world, li))
    clock.advance(days=14)
    assert reward_due(world) == 1
    assert state(world) == ["expired"]
    world.publish()
    fetch_order(world, resident_id(world, newcomer), {1: 1})
    assert reward_due(world) == 0
    assert world.count(coupon) == 0


def test_a_late_job_still_rewards_who_came_in_time(world: World, clock: StillClock) -> None:
    li, newcomer = world.resident(), world.account()
    join(world, newcomer, code_of(world, li))
    fetch_order(world, resident_id(world, newcomer), {1: 1})
    clock.advance(days=20)
    assert reward_due(world) == 1
    assert state(world) == ["rewarded"]


def test_h09_both_rewards_together_are_a_share_of_the_order() -> None:
    assert shares(10_000, TERMS) == (500, 500)
    assert shares(1000, TERMS) == (150, 150)
    assert shares(0, TERMS) == (0, 0)
    assert shares(1000, Terms(inviter_fen=700, invitee_fen=0, most_share_bps=3000)) == (300, 0)
    for spent in range(0, 4000, 7):
        assert sum(shares(spent, TERMS)) <= spent * 3000 // 10_000


def test_an_inviter_is_rewarded_so_many_times_a_month(world: World) -> None:
    li = world.resident()
    terms = Terms(most_per_month=1)
    for _ in range(2):
        newcomer = world.account()
        join(world, newcomer, code_of(world, li), terms)
        world.publish()
        fetch_order(world, resident_id(world, newcomer), {1: 1})
        reward_due(world, terms)
    assert world.count(coupon, owner_resident_id=li) == 1
    assert world.count(coupon) == 3, "the newcomers get theirs"


def test_when_the_order_is_paid_back_unused_coupons_are_stopped(world: World) -> None:
    li, newcomer = world.resident(), world.account()
    join(world, newcomer, code_of(world, li))
    zhao = resident_id(world, newcomer)
    order_id = fetch_order(world, zhao, {1: 1})
    reward_due(world)
    with world.store.transaction() as work:
        assert invite_rewards.take_back(work) == 0
        work.db.execute(update(order).where(order.c.id == order_id).values(paid_fen=4500, refunded_fen=4500))
        work.db.execute(update(coupon).where(coupon.c.owner_resident_id == li).values(used=1))
        assert invite_rewards.take_back(work) == 1
        assert invite_rewards.take_back(work) == 0
    assert state(world) == ["reversed"]
    stopped = {row.owner_resident_id: row.stopped_at is not None for row in world.rows(coupon)}
    assert stopped == {li: False, zhao: True}


def test_an_unknown_code_is_said(world: World) -> None:
    with pytest.raises(InviteRefused) as refused:
        join(world, world.account(), "00000000")
    assert refused.value.facts["why"] == "unknown"
    assert timedelta(days=14) == TERMS.join_within
