"""Placing, changing and cancelling orders.

A test that begins with a letter and a number restates a case that similar open-source programs test or were bitten
by: B order and stock, J what chat messages mean, K who may see what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import action_log, offer, order, order_event, order_line
from models.base import Busy, Store
from models.views import OrderView, Tier
from operations import offers, order_views, orders, rounds
from operations.errors import (
    BadQuantity,
    NoOrder,
    NotFound,
    OfferWithdrawn,
    OverLimit,
    RoundClosed,
    SoldOut,
)
from operations.orders import Change, Changed, NothingBooked
from operations.rounds import NewOffer
from tests.support.clock import StillClock
from tests.support.databases import opened
from tests.support.invariants import violations
from tests.support.world import World

EGGS = NewOffer(name="鸡蛋", price_fen=3600, unit="盒", capacity_milli=3000)
MILK = NewOffer(name="牛奶", price_fen=1250, unit="瓶", limit_milli=4000)
PORK = NewOffer(name="五花肉", price_fen=2999, unit="斤", capacity_milli=10_000)
BREAD = NewOffer(name="面包", price_fen=22000, unit="个", tiers=(Tier(2000, 42000),))


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """1 鸡蛋 (3盒), 2 牛奶 (4 each), 3 五花肉 by weight, 4 面包 in bundles. At the end the books must be right."""
    yield World(store, offers=(EGGS, MILK, PORK, BREAD))
    assert violations(store) == []


def change(world: World, resident_id: int, *wishes: tuple[int, int] | tuple[int, int, str], **more: Any) -> Changed:
    """Wishes are (offer number, thousandths) or (offer number, thousandths, set/add/sub)."""
    facts = {
        "leader_id": world.leader_id,
        "round_id": world.round_id,
        "actor": "system",
        "changes": [Change(world.offers[number], milli, *op) for number, milli, *op in wishes],  # type: ignore[arg-type]
    }
    with world.store.transaction() as work:
        facts["source_key"] = f"key:{work.new_id()}"
        return orders.change(work, resident_id=resident_id, **(facts | more))  # type: ignore[arg-type]


def cancel(world: World, resident_id: int, source_key: str = "cancel") -> Changed:
    with world.store.transaction() as work:
        return orders.cancel(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            actor="system",
            source_key=source_key,
        )


def left(world: World, number: int) -> int | None:
    """What may still be ordered of an offer, in thousandths."""
    with world.store.read() as work:
        found = rounds.view(work, world.leader_id, world.round_id).offers[number - 1]
        return found.remaining_milli


def quantities(view: OrderView) -> dict[int, int]:
    return {line.number: line.quantity_milli for line in view.lines}


# ---- what is left


def test_b01_what_is_sold_is_no_longer_left(world: World) -> None:
    assert left(world, 1) == 3000
    change(world, world.resident(), (1, 2000))
    assert left(world, 1) == 1000
    change(world, world.resident("张哥"), (1, 1000))
    assert left(world, 1) == 0


def test_b05_without_a_cap_there_is_always_more(world: World) -> None:
    for name in ("李姐", "张哥", "陈姨"):
        change(world, world.resident(name), (4, 99_000))
    assert left(world, 4) is None


def test_b10_asking_for_more_than_is_left_refuses_the_line_and_says_how_much(world: World) -> None:
    with pytest.raises(SoldOut) as refused:
        change(world, world.resident(), (1, 5000))
    assert refused.value.facts == {
        "offer_id": world.offers[1],
        "name": "鸡蛋",
        "unit": "盒",
        "remaining_milli": 3000,
        "wanted_milli": 5000,
        "had_milli": 0,
    }
    assert left(world, 1) == 3000
    assert world.rows(order) == [], "a refused first order leaves no order and draws no number"


def test_b10_of_two_left_three_more_are_refused_and_one_keeps_what_one_has(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 1000))
    refused = change(world, li, (1, 3000, "add"))
    assert refused.refused[0].facts["remaining_milli"] == 2000
    assert refused.refused[0].facts["had_milli"] == 1000
    assert quantities(refused.order) == {1: 1000}
    assert refused.moved == ()


def test_b09_each_line_stands_for_itself(world: World) -> None:
    change(world, world.resident("张哥"), (1, 2000))
    done = change(world, world.resident(), (1, 3000), (2, 2000))
    assert quantities(done.order) == {2: 2000}
    assert [(type(one), one.facts["remaining_milli"]) for one in done.refused] == [(SoldOut, 1000)]
    assert done.order.total_fen == 2500


def test_b08_an_exchange_stands_or_falls_as_a_whole(world: World) -> None:
    li = world.resident()
    change(world, li, (2, 2000))
    with pytest.raises(SoldOut):
        change(world, li, (2, 0), (1, 4000), is_all_or_nothing=True)
    assert quantities(world.view(world.rows(order)[0].id)) == {2: 2000}
    assert left(world, 1) == 3000


def test_when_nothing_can_be_booked_every_reason_is_told(world: World) -> None:
    with pytest.raises(NothingBooked) as refused:
        change(world, world.resident(), (1, 4000), (2, 5000))
    assert [type(one) for one in refused.value.refusals] == [SoldOut, OverLimit]


def test_the_last_one_goes_to_one_person(world: World) -> None:
    change(world, world.resident("张哥"), (1, 3000))
    with pytest.raises(SoldOut) as refused:
        change(world, world.resident(), (1, 1000))
    assert refused.value.facts["remaining_milli"] == 0


# ---- one order per resident


def test_b16_a_second_message_changes_the_same_order(world: World) -> None:
    li = world.resident()
    first = change(world, li, (1, 1000)).order
    second = change(world, li, (2, 2000)).order
    assert (second.id, second.seq) == (first.id, first.seq) == (first.id, 1)
    assert quantities(second) == {1: 1000, 2: 2000}
    assert second.total_fen == 3600 + 2500
    assert world.count(order) == 1


def test_b17_the_last_line_at_zero_cancels_the_order_and_frees_the_goods(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    change(world, li, (1, 2000))
    done = change(world, li, (1, 0)).order
    assert (done.state, done.lines, done.total_fen) == ("cancelled", (), 0)
    assert left(world, 1) == 3000
    assert change(world, zhang, (1, 1000)).order.seq == 2, "a number is not given to somebody else"
    again = change(world, li, (1, 1000)).order
    assert (again.seq, again.state) == (1, "placed"), "coming back, one is who one was"


def test_b12_cancelling_gives_everything_back_once(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 3000), (2, 1000))
    done = cancel(world, li)
    assert (done.order.state, left(world, 1)) == ("cancelled", 3000)
    assert cancel(world, li).moved == (), "the same message again"
    with pytest.raises(NoOrder):
        cancel(world, li, "another message")
    assert left(world, 1) == 3000


def test_b14_a_cancelled_order_has_nothing_more_to_give_back(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 3000))
    cancel(world, li)
    with pytest.raises(NoOrder):
        change(world, li, (1, 0))
    with pytest.raises(NoOrder):
        change(world, li, (1, 1000, "sub"))
    assert left(world, 1) == 3000


def test_b20_coming_back_when_it_is_sold_out_is_refused(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    change(world, li, (1, 2000))
    cancel(world, li)
    change(world, zhang, (1, 3000))
    with pytest.raises(SoldOut):
        change(world, li, (1, 2000))
    cancel(world, zhang)
    assert change(world, li, (1, 2000)).order.state == "placed"


def test_j12_two_people_of_one_name_have_two_orders(world: World) -> None:
    first, second = world.resident("小明"), world.resident("小明")
    change(world, first, (1, 1000))
    change(world, second, (1, 2000))
    assert [(row.resident_id, row.seq) for row in world.rows(order)] == [(first, 1), (second, 2)]


def test_two_guests_of_one_name_are_told_apart_by_room(world: World) -> None:
    host = world.resident()
    one, two = world.guest(host, "小明", room="1-101"), world.guest(host, "小明", room="1-102")
    assert len({one, two, world.guest(host, "小明", room="1-101")}) == 2
    change(world, one, (2, 1000))
    change(world, two, (2, 2000))
    with world.store.read() as work:
        mine = order_views.of_resident(work, world.leader_id, host)
    assert [(view.host_name, view.resident_name, view.room) for view in mine] == [
        ("李姐", "小明", "1-101"),
        ("李姐", "小明", "1-102"),
    ]


# ---- what a number means


def test_j02_plus_adds_and_a_number_sets(world: World) -> None:
    li = world.resident()
    change(world, li, (2, 1000, "add"))
    assert quantities(change(world, li, (2, 1000, "add")).order) == {2: 2000}
    assert quantities(change(world, li, (2, 4000)).order) == {2: 4000}
    assert quantities(change(world, li, (2, 3000)).order) == {2: 3000}
    assert quantities(change(world, li, (2, 1000, "sub")).order) == {2: 2000}


def test_several_wishes_for_one_item_add_up_in_order(world: World) -> None:
    done = change(world, world.resident(), (2, 1000, "add"), (2, 2000, "add"), (2, 1000, "sub"))
    assert quantities(done.order) == {2: 2000}
    assert world.count(order_event) == 1


def test_taking_off_more_than_there_is_leaves_nothing(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 1000), (2, 1000))
    assert quantities(change(world, li, (1, 9000, "sub")).order) == {2: 1000}


@pytest.mark.parametrize(
    ("number", "milli"),
    [(1, 1500), (1, -1000), (2, 500), (1, 10**12), (3, 10_000_001), (3, -1)],
    ids=["half a pack", "negative", "half a bottle", "absurd", "absurd weight", "negative weight"],
)
def test_j14_amounts_that_make_no_sense_are_refused(world: World, number: int, milli: int) -> None:
    with pytest.raises(BadQuantity):
        change(world, world.resident(), (number, milli))
    assert world.rows(order) == []


def test_j14_nothing_of_something_is_no_order(world: World) -> None:
    with pytest.raises(NoOrder):
        change(world, world.resident(), (1, 0))


def test_what_is_sold_by_weight_is_sold_in_parts(world: World) -> None:
    li = world.resident()
    assert change(world, li, (3, 1500)).order.total_fen == 4499  # 44.985, half a fen up
    assert change(world, li, (3, 500)).order.total_fen == 1500
    assert left(world, 3) == 9500


def test_nobody_gets_more_than_each_may_have(world: World) -> None:
    li = world.resident()
    change(world, li, (2, 3000))
    refused = change(world, li, (2, 2000, "add")).refused[0]
    assert isinstance(refused, OverLimit)
    assert (refused.facts["limit_milli"], refused.facts["wanted_milli"]) == (4000, 5000)
    assert quantities(change(world, world.resident("张哥"), (2, 4000)).order) == {2: 4000}


# ---- prices


def test_b18_placed_lines_keep_their_price_and_new_ones_pay_the_new(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    change(world, li, (1, 1000))
    with world.store.transaction() as work:
        keep = offers.set_price(
            work, leader_id=world.leader_id, round_id=world.round_id, number=1, price_fen=4000, actor="system"
        )
    assert keep == 1
    assert change(world, li, (1, 2000)).order.total_fen == 7200
    assert change(world, zhang, (1, 1000)).order.total_fen == 4000


def test_a_line_that_was_taken_off_and_comes_back_pays_todays_price(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 1000), (2, 1000))
    change(world, li, (1, 0))
    with world.store.transaction() as work:
        offers.set_price(
            work, leader_id=world.leader_id, round_id=world.round_id, number=1, price_fen=3000, actor="system"
        )
    assert change(world, li, (1, 1000)).order.total_fen == 3000 + 1250


def test_j10_bundles_first_then_single_ones(world: World) -> None:
    li = world.resident()
    assert change(world, li, (4, 2000)).order.total_fen == 42000
    assert change(world, li, (4, 5000)).order.total_fen == 106000


def test_a_new_price_takes_the_bundles_along_but_not_from_placed_lines(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    change(world, li, (4, 2000))
    with world.store.transaction() as work:
        offers.set_price(
            work, leader_id=world.leader_id, round_id=world.round_id, number=4, price_fen=20000, actor="system"
        )
    assert change(world, li, (4, 3000)).order.total_fen == 42000 + 22000
    assert change(world, zhang, (4, 2000)).order.total_fen == 40000


def test_a_discount_is_never_more_than_there_is_to_pay(world: World) -> None:
    li = world.resident()
    change(world, li, (2, 4000))
    with world.store.transaction() as work:
        work.db.execute(update(order).where(order.c.leader_id == world.leader_id).values(discount_fen=3000))
    assert change(world, li, (2, 1000)).order.discount_fen == 1250
    done = cancel(world, li).order
    assert (done.total_fen, done.discount_fen, done.due_fen) == (0, 0, 0)


# ---- the deadline


def test_a21_the_last_moment_counts_and_the_next_does_not(world: World, clock: StillClock) -> None:
    li = world.resident()
    clock.advance(hours=10, milliseconds=-1)
    change(world, li, (1, 1000))
    clock.advance(milliseconds=1)
    with pytest.raises(RoundClosed) as refused:
        change(world, li, (1, 2000))
    assert refused.value.facts == {"title": "周六水果团"}
    with pytest.raises(RoundClosed):
        cancel(world, li)
    with pytest.raises(RoundClosed):
        change(world, world.resident("张哥"), (1, 1000))
    assert left(world, 1) == 2000, "no scheduler has run: the statement that takes the goods holds the deadline"


def test_after_closing_words_still_reach_an_order_but_move_nothing(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 1000))
    world.close()
    said = change(world, li, room="3-502", note="放门口").order
    assert (said.state, said.room, said.note, said.total_fen) == ("confirmed", "3-502", "放门口", 3600)
    assert world.view(said.id) == said


def test_words_alone_are_no_order(world: World) -> None:
    with pytest.raises(NoOrder):
        change(world, world.resident(), note="谢谢")


# ---- offers that were taken off the list


def test_of_a_withdrawn_item_one_keeps_or_returns_what_one_has(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 2000), (3, 1500))
    with world.store.transaction() as work:
        for number in (1, 3):
            offers.set_withdrawn(
                work,
                leader_id=world.leader_id,
                round_id=world.round_id,
                number=number,
                is_withdrawn=True,
                actor="system",
            )
    assert isinstance(change(world, li, (1, 3000)).refused[0], OfferWithdrawn)
    with pytest.raises(OfferWithdrawn):
        change(world, world.resident("张哥"), (1, 1000))
    assert quantities(change(world, li, (1, 1000), (3, 500)).order) == {1: 1000, 3: 500}


# ---- history, repeats


def test_the_same_message_twice_counts_once(world: World) -> None:
    li = world.resident()
    first = change(world, li, (2, 1000, "add"), source_key="m:1")
    for _ in range(2):
        again = change(world, li, (2, 1000, "add"), source_key="m:1")
        assert again == replace(first, moved=(), order=world.view(first.order.id))
        assert quantities(again.order) == {2: 1000}
    assert quantities(change(world, li, (2, 1000, "add"), source_key="m:2").order) == {2: 2000}


def test_one_message_may_order_for_several_people(world: World) -> None:
    one, two = world.resident(), world.resident("张哥")
    change(world, one, (1, 1000), source_key="m:1")
    change(world, two, (1, 1000), source_key="m:1")
    assert left(world, 1) == 1000


def test_k04_what_happened_is_appended(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 2000))
    change(world, li, (1, 1000), actor="account:7")
    change(world, li, (1, 1000), (2, 1000))
    change(world, li, (1, 0))
    told = [(row.kind, row.delta_milli, row.delta_fen) for row in world.rows(order_event)]
    assert told == [
        ("place", 2000, 7200),
        ("change", -1000, -3600),
        ("place", 1000, 1250),
        ("cancel", -1000, -3600),
    ]
    assert world.rows(order_event)[1].actor == "account:7"


def test_what_is_shown_is_what_is_stored(world: World, clock: StillClock) -> None:
    li = world.resident("李姐", room="3-502")
    for wishes in [(1, 2000), (4, 3000)], [(1, 1000)], [(4, 0)], [(3, 2500)]:
        clock.advance(minutes=1)
        shown = change(world, li, *wishes).order
        assert world.view(shown.id) == shown


# ---- whose it is


def test_k01_offers_and_rounds_of_others_are_not_there(world: World, store: Store) -> None:
    other = World(store, name="赵团长", offers=(replace(EGGS, capacity_milli=None),))
    li, stranger = world.resident(), other.resident("张哥")
    with pytest.raises(NotFound):
        change(world, li, (1, 1000), changes=[Change(other.offers[1], 1000)])
    with pytest.raises(NotFound):
        change(world, li, (1, 1000), round_id=other.round_id)
    with pytest.raises(NotFound):
        change(world, li, (1, 1000), leader_id=other.leader_id)
    assert world.rows(order) == other.rows(order) == []
    change(other, stranger, (1, 5000))
    assert left(world, 1) == 3000


def test_k02_a_leader_sees_no_orders_of_another(world: World, store: Store) -> None:
    other = World(store, name="赵团长")
    mine, theirs = world.order(world.resident(), {1: 1}), other.order(other.resident(), {1: 1})
    with store.read() as work:
        assert [view.id for view in order_views.of_round(work, world.leader_id, world.round_id)] == [mine]
        assert order_views.of_round(work, world.leader_id, other.round_id) == []
        assert order_views.view(work, leader_id=world.leader_id, order_id=mine).id == mine
        with pytest.raises(NotFound):
            order_views.view(work, leader_id=world.leader_id, order_id=theirs)


def test_an_item_of_another_round_of_the_same_leader_is_not_on_this_list(world: World) -> None:
    old = world.offers[1]
    world.publish()
    li = world.resident()
    with pytest.raises(NotFound):
        change(world, li, (1, 1000), changes=[Change(old, 1000)])
    done = change(world, li, (1, 1000), changes=[Change(old, 1000), Change(world.offers[1], 1000)])
    assert [type(one) for one in done.refused] == [NotFound]
    assert quantities(done.order) == {1: 1000}


def test_orders_of_a_resident_newest_round_first_without_cancelled(world: World, clock: StillClock) -> None:
    li = world.resident()
    first = world.order(li, {1: 1})
    clock.advance(minutes=1)
    world.publish()
    second = world.order(li, {1: 1})
    clock.advance(minutes=1)
    world.publish()
    world.order(li, {1: 1})
    cancel(world, li)
    with world.store.read() as work:
        assert [view.id for view in orders.of_resident(work, world.leader_id, li)] == [second, first]
        everything = orders.of_round(work, world.leader_id, world.round_id, with_cancelled=True)
    assert [view.state for view in everything] == ["cancelled"]


def test_many_orders_are_read_in_two_statements(world: World) -> None:
    """More than fifty, where the lines are found by the round instead of by a list of ids."""
    for n in range(55):
        world.order(world.resident(f"邻居{n}"), {2: 1, 3: 0.1})
    with world.store.read() as work:
        found = orders.of_round(work, world.leader_id, world.round_id)
    assert [view.seq for view in found] == list(range(1, 56))
    assert {tuple(quantities(view).items()) for view in found} == {((2, 1000), (3, 100))}


def test_ordering_leaves_the_leaders_action_log_alone(world: World) -> None:
    """The order's own history has it; the log is for what leaders and operators do."""
    before = world.count(action_log)
    change(world, world.resident(), (1, 1000))
    assert world.count(action_log) == before
    assert world.count(order_line) == 1
    assert {row.is_open for row in world.rows(offer)} == {True}


def test_goods_that_stand_ready_stay_ready_when_there_are_more(world: World) -> None:
    li = world.resident()
    order_id = change(world, li, (1, 1000)).order.id
    with world.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == order_id).values(state="ready", ready_at=work.now))
    assert change(world, li, (1, 2000)).order.state == "ready"
    assert change(world, li, (1, 0)).order.state == "cancelled"


def test_wishes_are_told_as_they_moved(world: World) -> None:
    li = world.resident()
    change(world, li, (1, 2000))
    done = change(world, li, (2, 1000), (1, 1000), (4, 0))
    assert done.moved == ((world.offers[1], 2000, 1000), (world.offers[2], 0, 1000))


def test_a_deadline_may_be_given_in_any_zone(world: World, clock: StillClock) -> None:
    view = world.publish(closes_at=clock().astimezone() + timedelta(minutes=1))
    assert view.closes_at == clock() + timedelta(minutes=1)


# ---------------------------------------------------------------- what does not change


def test_what_is_said_again_changes_nothing_and_is_refused_after_the_close(world: World) -> None:
    mine = world.resident()
    change(world, mine, (1, 2000), (2, 1000))
    again = change(world, mine, (1, 2000), (2, 1000))
    assert (again.moved, again.order.total_fen) == ((), 8450)
    world.close()
    with pytest.raises(RoundClosed):
        change(world, mine, (1, 2000), (2, 1000))


def hold_and_say(world: World, *wishes: tuple[int, int], **more: Any) -> Changed:
    """What a neighbour says who has 2 of the first while that offer's row is held by somebody else."""
    mine = world.resident()
    change(world, mine, (1, 2000))
    with world.store.transaction() as other:
        other.db.execute(update(offer).where(offer.c.id == world.offers[1]).values(version=offer.c.version + 1))
        return change(world, mine, *wishes, **more)


@pytest.mark.postgresql
@pytest.mark.parametrize("wishes", [[(1, 2000)], [(1, 2000), (2, 1000)]])
def test_nobody_waits_for_what_he_does_not_change(postgresql_url: str, clock: StillClock, wishes: list[Any]) -> None:
    with opened(postgresql_url, clock, wait_s=0.3) as store:
        done = hold_and_say(World(store, offers=(EGGS, MILK)), *wishes)
    assert len(done.moved) == len(wishes) - 1


@pytest.mark.postgresql
@pytest.mark.parametrize(("wish", "more"), [((1, 3000), {}), ((1, 2000), {"note": "放门口"})])
def test_control_what_is_changed_or_written_down_is_waited_for(
    postgresql_url: str, clock: StillClock, wish: tuple[int, int], more: dict[str, str]
) -> None:
    with opened(postgresql_url, clock, wait_s=0.3) as store, pytest.raises(Busy):
        hold_and_say(World(store, offers=(EGGS, MILK)), wish, **more)
