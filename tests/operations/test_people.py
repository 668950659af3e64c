"""Who somebody is and whom he belongs to; a leader's life from application to suspension."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from models import Store, Work, account, account_binding, action_log, counter, leader, resident, round_
from models.views import Person
from operations import leadership, numbers, people
from operations.errors import AlreadyApplied, LeaderInactive, NotFound
from tests.support.world import World


def recognise(store: Store, openid: str) -> Person:
    with store.transaction() as work:
        return people.recognise(work, openid)


def apply(store: Store, account_id: int, name: str = "李团长") -> int:
    with store.transaction() as work:
        return leadership.apply_as_leader(work, account_id=account_id, name=name, note="3号楼", share_bps=800)


def decide(store: Store, verdict: str, leader_id: int) -> Any:
    with store.transaction() as work:
        return getattr(leadership, f"{verdict}_leader")(work, leader_id=leader_id, actor="operator:1")


def bind(store: Store, account_id: int, world: World) -> int:
    with store.transaction() as work:
        return people.bind(work, account_id=account_id, leader_id=world.leader_id, via="scene")


# ---- recognising


def test_a_stranger_gets_an_account_and_keeps_it(store: Store) -> None:
    first = recognise(store, "o_test_new")
    assert (first.leader_id, first.own_leader_id, first.helps_leader_id, first.is_leader) == (None, None, None, False)
    assert first.is_subscribed
    assert not first.is_muted
    assert recognise(store, "o_test_new") == first
    assert recognise(store, "o_test_other").account_id != first.account_id


def test_a_resident_is_known_with_name_room_and_leader(store: Store) -> None:
    world = World(store)
    account_id = world.account()
    resident_id = world.resident("李姐", room="3-502", account_id=account_id)
    with store.read() as work:
        person = people.by_account(work, account_id)
    assert (person.leader_id, person.leader_name, person.leader_state) == (world.leader_id, "王团长", "active")
    assert (person.resident_id, person.resident_name, person.room) == (resident_id, "李姐", "3-502")


def test_a_helper_of_two_leaders_is_one_person(store: Store) -> None:
    first, second = World(store), World(store, name="赵团长")
    account_id = first.helper()
    for world in (first, second, second):
        with store.transaction() as work:
            leadership.add_helper(
                work, leader_id=world.leader_id, account_id=account_id, name="小周", actor=world.actor
            )
    with store.read() as work:
        assert people.by_account(work, account_id).helps_leader_id == first.leader_id


def test_unknown_accounts_are_not_made_up(store: Store) -> None:
    with store.read() as work, pytest.raises(NotFound):
        people.by_account(work, 99)


def test_unfollowing_and_muting_are_remembered(store: Store) -> None:
    account_id = recognise(store, "o_test_new").account_id
    with store.transaction() as work:
        people.set_subscribed(work, account_id=account_id, is_subscribed=False, at=work.now)
        people.set_muted(work, account_id=account_id, is_muted=True)
    person = recognise(store, "o_test_new")
    assert (person.is_subscribed, person.is_muted) == (False, True)


# ---- belonging


def test_binding_twice_changes_nothing(store: Store) -> None:
    world = World(store)
    account_id = world.account()
    assert bind(store, account_id, world) == bind(store, account_id, world)
    assert world.count(resident, account_id=account_id) == 1


def test_the_leader_bound_last_is_the_current_one(store: Store) -> None:
    first, second = World(store), World(store, name="赵团长")
    account_id = first.account()
    mine = bind(store, account_id, first)
    assert bind(store, account_id, second) != mine
    with store.read() as work:
        assert people.by_account(work, account_id).leader_id == second.leader_id
    assert bind(store, account_id, first) == mine, "coming back, one is who one was"
    with store.read() as work:
        bindings = work.db.execute(
            select(account_binding.c.leader_id).where(
                account_binding.c.account_id == account_id, account_binding.c.is_current
            )
        ).all()
    assert bindings == [(first.leader_id,)]


def test_who_left_and_writes_again_is_back(store: Store) -> None:
    world = World(store)
    account_id = world.account()
    resident_id = bind(store, account_id, world)
    with store.transaction() as work:
        work.db.execute(update(resident).where(resident.c.id == resident_id).values(state="left"))
    assert bind(store, account_id, world) == resident_id
    assert world.rows(resident, id=resident_id)[0].state == "active"


def test_what_is_not_said_stays(store: Store) -> None:
    world = World(store)
    resident_id = world.resident("李姐", room="3-502")
    for said in ({"phone": "13800000000"}, {"name": "李大姐"}, {"room": None, "name": ""}):
        with store.transaction() as work:
            people.introduce(work, leader_id=world.leader_id, resident_id=resident_id, **said)
    (row,) = world.rows(resident, id=resident_id)
    assert (row.display_name, row.room, row.phone) == ("李大姐", "3-502", "13800000000")


def test_nobody_is_introduced_in_somebody_elses_world(store: Store) -> None:
    world, other = World(store), World(store, name="赵团长")
    resident_id = world.resident("李姐")
    with store.transaction() as work:
        people.introduce(work, leader_id=other.leader_id, resident_id=resident_id, name="别人")
    assert world.rows(resident, id=resident_id)[0].display_name == "李姐"


def test_guests_are_known_by_name_room_and_count(store: Store) -> None:
    world = World(store)
    host, other = world.resident(), world.resident("张哥")

    def guest(host_id: int, name: str, room: str | None, nth: int = 1) -> int:
        with store.transaction() as work:
            return people.guest_of(
                work, leader_id=world.leader_id, host_resident_id=host_id, name=name, room=room, nth=nth
            )

    first = guest(host, "小明", None)
    assert guest(host, "小明", None) == first
    others = {guest(host, "小明", "1-101"), guest(host, "小明", None, 2), guest(other, "小明", None)}
    assert len(others | {first}) == 4


def test_a_guest_may_be_nothing_but_a_room(store: Store) -> None:
    world = World(store)
    host = world.resident()
    guest = world.guest(host, "", room="1-101")
    (row,) = world.rows(resident, id=guest)
    assert (row.display_name, row.room, row.account_id) == (None, "1-101", None)


# ---- a leader's life


def test_an_applicant_is_no_leader_until_approved(store: Store) -> None:
    person = recognise(store, "o_test_new")
    leader_id = apply(store, person.account_id)
    applied = recognise(store, "o_test_new")
    assert (applied.own_leader_id, applied.own_leader_state, applied.is_leader) == (leader_id, "applied", False)
    with store.read() as work, pytest.raises(NotFound):
        people.find_leader(work, number=1)
    decide(store, "approve", leader_id)
    approved = recognise(store, "o_test_new")
    assert approved.is_leader
    assert approved.leader_id == leader_id, "a leader without a leader is his own resident"
    with store.read() as work:
        assert people.find_leader(work, number=1).id == leader_id


def test_a_leader_who_buys_elsewhere_stays_there(store: Store) -> None:
    world = World(store)
    account_id = world.account()
    bind(store, account_id, world)
    leader_id = apply(store, account_id)
    decide(store, "approve", leader_id)
    with store.read() as work:
        person = people.by_account(work, account_id)
    assert (person.own_leader_id, person.leader_id) == (leader_id, world.leader_id)


@pytest.mark.parametrize("verdict", [None, "approve", "suspend"])
def test_nobody_applies_twice(store: Store, verdict: str | None) -> None:
    account_id = recognise(store, "o_test_new").account_id
    leader_id = apply(store, account_id)
    if verdict:
        decide(store, verdict, leader_id)
    with pytest.raises(AlreadyApplied):
        apply(store, account_id)


def test_who_was_rejected_may_apply_again_and_keeps_the_number(store: Store) -> None:
    account_id = recognise(store, "o_test_new").account_id
    leader_id = apply(store, account_id)
    decide(store, "reject", leader_id)
    assert apply(store, account_id, "李团长二号") == leader_id
    row = decide(store, "approve", leader_id)
    assert (row.number, row.display_name, row.state) == (1, "李团长二号", "active")


def test_a_suspended_leader_is_named_but_cannot_be_joined(store: Store) -> None:
    world = World(store)
    decide(store, "suspend", world.leader_id)
    with store.read() as work, pytest.raises(LeaderInactive) as refused:
        people.find_leader(work, number=1)
    assert refused.value.facts == {"name": "王团长"}
    decide(store, "approve", world.leader_id)
    with store.read() as work:
        assert people.find_leader(work, number=1).state == "active"


@pytest.mark.parametrize("verdict", ["approve", "reject", "suspend"])
def test_deciding_about_nobody_is_refused_and_deciding_twice_is_logged_once(store: Store, verdict: str) -> None:
    with pytest.raises(NotFound):
        decide(store, verdict, 99)
    leader_id = apply(store, recognise(store, "o_test_new").account_id)
    decide(store, verdict, leader_id)
    decide(store, verdict, leader_id)
    with store.read() as work:
        log = work.db.execute(select(action_log).where(action_log.c.action == f"leader.{verdict}")).all()
    assert [(row.actor, row.before, row.leader_id) for row in log] == [("operator:1", {"state": "applied"}, leader_id)]


def test_a_new_share_is_for_new_rounds(store: Store) -> None:
    world = World(store)
    with store.transaction() as work:
        leadership.set_share(work, leader_id=world.leader_id, share_bps=1500, actor="operator:1")
    old, new = world.round_id, world.publish().id
    with store.read() as work:
        shares = {row.id: row.share_bps for row in work.db.execute(select(round_))}
    assert shares == {old: 1000, new: 1500}


def test_numbers_have_no_gaps_when_something_fails(store: Store) -> None:
    def fails(work: Work) -> None:
        numbers.next_number(work, "case")
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            store.run(fails)
    with store.transaction() as work:
        assert [numbers.next_number(work, "case") for _ in range(3)] == [1, 2, 3]
        assert numbers.next_number(work, "leader") == 1
        assert dict(work.db.execute(select(counter.c.scope, counter.c.value)).all()) == {"case": 3, "leader": 1}


def test_accounts_are_only_made_when_somebody_writes(store: Store) -> None:
    World(store)
    with store.read() as work:
        assert len(work.db.execute(select(account.c.id)).all()) == 1
        assert work.db.execute(select(leader.c.number)).scalars().all() == [1]
