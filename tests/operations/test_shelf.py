"""现货: what lies on a leader's shelf, and orders of it that come and go one by one between the rounds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from models import ledger_transfer, notice, order, pickup_code, round_, settlement, shelf_item
from models.base import Store
from operations import (
    aftersales,
    leadership,
    ledger,
    ledger_check,
    order_views,
    payments,
    pickup,
    pickup_days,
    rounds,
    settlements,
    shelf,
    shelf_orders,
    shopfront,
    totals,
)
from operations.errors import BadQuantity, LeaderInactive, NoOrder, NotFound, OfferWithdrawn, SoldOut
from operations.orders import Change, NothingBooked
from operations.shelf import Goods
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import RICE, World

OIL = Goods(name="菜籽油", price_fen=6800, unit="桶", stock_milli=3000)
BEEF = Goods(name="牛肉", price_fen=4000, unit="斤", stock_milli=10_000)


@pytest.fixture
def world(store: Store) -> World:
    made = World(store)
    made.shelve(RICE, OIL, BEEF)
    return made


def left(world: World, name: str) -> int:
    (row,) = world.rows(shelf_item, name=name)
    return int(row.put_milli - row.taken_milli)


def redeem(world: World, code: str | None, nonce: str = "n1") -> pickup.Redemption:
    with world.store.transaction() as work:
        return pickup.redeem(
            work, leader_id=world.leader_id, device="chat", nonce=nonce, by_account_id=world.owner, code=code
        )


def cancel(world: World, resident_id: int, key: str = "c1") -> None:
    with world.store.transaction() as work:
        shelf_orders.cancel(work, leader_id=world.leader_id, resident_id=resident_id, actor="system", source_key=key)


# ---------------------------------------------------------------- the shelf itself


def test_goods_put_there_again_get_the_new_price_and_stock(world: World) -> None:
    me = world.resident()
    world.take(me, {"大米": 2})
    (again,) = world.shelve(Goods(name="大米", price_fen=3300, unit="袋", stock_milli=9000, spec="5kg")).values()
    (row,) = world.rows(shelf_item, name="大米")
    assert (row.id, row.number, row.price_fen, row.put_milli, row.taken_milli) == (again, 1, 3300, 11_000, 2000)
    (other,) = world.shelve(Goods(name="大米", price_fen=1600, unit="袋", stock_milli=1000, spec="2kg")).values()
    assert other != again, "another size is other goods"
    assert violations(world.store) == []


def test_price_stock_and_whether_it_is_there_change_by_number(world: World) -> None:
    me = world.resident()
    world.take(me, {"大米": 2})
    with world.store.transaction() as work:
        facts: dict[str, Any] = {"leader_id": world.leader_id, "number": 1, "actor": world.actor}
        assert shelf.set_price(work, price_fen=3800, **facts).price_fen == 3800
        assert shelf.set_stock(work, left_milli=1000, **facts).left_milli == 1000
        assert shelf.add_stock(work, more_milli=4000, **facts).left_milli == 5000
        assert not shelf.set_on(work, is_on=False, **facts).is_on
        assert [item.name for item in shelf.items(work, leader_id=world.leader_id)] == ["菜籽油", "牛肉"]
        with pytest.raises(NotFound):
            shelf.set_price(work, leader_id=world.leader_id, number=9, price_fen=1, actor=world.actor)
        with pytest.raises(BadQuantity):
            shelf.set_stock(work, left_milli=-1, **facts)
    one = world.take(me, {"大米": 1})
    assert (one.total_fen, left(world, "大米")) == (3500, 6000), (
        "ordered at the old price, given back although it is off"
    )
    with pytest.raises(OfferWithdrawn):
        world.take(world.resident("张哥"), {"大米": 1})


def test_a_suspended_leader_puts_nothing_there(world: World) -> None:
    with world.store.transaction() as work:
        leadership.suspend_leader(work, leader_id=world.leader_id, actor="system")
    with pytest.raises(LeaderInactive):
        world.shelve(RICE)


# ---------------------------------------------------------------- orders


def test_an_order_is_ready_at_once_with_its_code_and_the_leader_is_told(world: World) -> None:
    me = world.resident("李姐", room="3-502")
    one = world.take(me, {"大米": 2, "牛肉": 1.5})
    assert (one.state, one.total_fen, one.seq, left(world, "大米"), left(world, "牛肉")) == (
        "ready",
        13_000,
        1,
        3000,
        8500,
    )
    assert one.code is not None
    assert one.round_title == "现货 5月2日"
    (told,) = world.rows(notice, kind="shelf_order")
    assert (told.account_id, told.payload["room"], told.payload["total_fen"]) == (world.owner, "3-502", 13_000)
    assert redeem(world, one.code).ok
    assert world.view(one.id).state == "picked_up"
    assert violations(world.store) == []


def test_words_set_the_open_order_and_after_pickup_make_a_new_one(world: World) -> None:
    me = world.resident()
    one = world.take(me, {"大米": 2})
    again = world.take(me, {"大米": 1, "菜籽油": 1})
    assert (again.id, again.code, again.total_fen) == (one.id, one.code, 10_300)
    redeem(world, one.code)
    two = world.take(me, {"大米": 1})
    assert two.id != one.id
    assert (two.seq, two.total_fen, two.state) == (2, 3500, "ready")
    assert two.code not in {None, one.code}
    assert [row.is_current for row in world.rows(order, resident_id=me)] == [False, True]
    with world.store.read() as work:
        mine = order_views.of_resident(work, world.leader_id, me)
    assert [o.id for o in mine] == [one.id, two.id], "both are his"
    assert violations(world.store) == []


def test_cancelling_puts_the_goods_back_and_takes_the_code_away(world: World) -> None:
    me = world.resident()
    one = world.take(me, {"大米": 5})
    cancel(world, me)
    assert (world.view(one.id).state, left(world, "大米")) == ("cancelled", 5000)
    assert [row.state for row in world.rows(pickup_code)] == ["revoked"]
    refused = redeem(world, one.code).refused
    assert refused is not None
    assert refused.code == "order_cancelled"
    cancel(world, me)  # the same message again
    with pytest.raises(NoOrder):
        cancel(world, me, key="c2")
    two = world.take(me, {"大米": 1})
    assert (two.id != one.id, two.state, two.total_fen) == (True, "ready", 3500)
    assert violations(world.store) == []


def test_the_same_message_twice_books_once_even_after_pickup(world: World) -> None:
    me = world.resident()
    one = world.take(me, {"大米": 2}, key="m:1")
    world.take(me, {"大米": 2}, key="m:1")
    redeem(world, one.code)
    again = world.take(me, {"大米": 2}, key="m:1")
    assert (again.id, left(world, "大米"), world.count(order)) == (one.id, 3000, 1)


def test_what_is_not_there_is_refused_and_the_rest_is_booked(world: World) -> None:
    me = world.resident()
    with world.store.transaction() as work:
        facts: dict[str, Any] = {"leader_id": world.leader_id, "resident_id": me, "actor": "system"}
        wishes = [Change(world.shelf["大米"], 6000), Change(world.shelf["菜籽油"], 1000)]
        done = shelf_orders.change(work, changes=wishes, source_key="m:1", **facts)
        assert [(r.code, r.facts["remaining_milli"]) for r in done.refused] == [("sold_out", 5000)]
        assert [line.name for line in done.order.lines] == ["菜籽油"]
    with world.store.transaction() as work, pytest.raises(SoldOut):
        shelf_orders.change(work, changes=wishes, source_key="m:2", is_all_or_nothing=True, **facts)
    other = world.resident("张哥")
    nothing = [Change(world.shelf["大米"], 1500), Change(world.shelf["菜籽油"], 9000)]
    facts["resident_id"] = other
    with world.store.transaction() as work, pytest.raises(NothingBooked):
        shelf_orders.change(work, changes=nothing, source_key="m:3", **facts)
    assert (left(world, "大米"), left(world, "菜籽油"), world.count(order)) == (5000, 2000, 1)
    assert violations(world.store) == []


def test_what_was_complained_of_is_not_changed_any_more(world: World) -> None:
    """A new quantity would undo what after-sales gave back: the next words are a new order."""
    me = world.resident()
    one = world.take(me, {"大米": 2})
    with world.store.transaction() as work:
        aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=one.id,
            lines={one.lines[0].offer_id: 1000},
            reason="damaged",
            actor=f"account:{one.account_id}",
            opened_by="resident",
            source_key="case:1",
        )
    two = world.take(me, {"大米": 1})
    assert (two.id != one.id, world.view(one.id).total_fen) == (True, 7000)
    assert violations(world.store) == []


# ---------------------------------------------------------------- money


def test_a_sale_is_in_the_books_from_the_order_on_and_follows_it(world: World) -> None:
    me = world.resident()
    one = world.take(me, {"大米": 2})
    world.take(me, {"大米": 3})
    moved = [(row.kind, row.amount_fen) for row in world.rows(ledger_transfer)]
    assert moved == [("sale", 7000), ("sale_change", 3500)]
    assert violations(world.store) == []
    with world.store.transaction() as work:
        payments.mark_paid(
            work,
            leader_id=world.leader_id,
            order_ids=[one.id],
            actor=world.actor,
            source_key="p1",
        )
    cancel(world, me)
    assert [row.kind for row in world.rows(ledger_transfer)] == ["sale", "sale_change", "payment", "reversal"]
    assert world.view(one.id).due_fen == -10_500, "to be given back"
    assert violations(world.store) == []


def test_control_without_the_books_following_the_nightly_check_finds_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "post", lambda *_, **__: None)
    world.take(world.resident(), {"大米": 2})
    with world.store.read() as work:
        assert {found.rule for found in ledger_check.check(work)} == {
            "orders_are_sold_for_what_they_come_to",
            "residents_owe_what_their_orders_say",
        }


def test_a_day_of_the_shelf_is_settled_by_itself(world: World, clock: StillClock) -> None:
    me = world.resident()
    world.order(me, {1: 1})
    one = world.take(me, {"大米": 2})
    redeem(world, one.code)
    world.pay(one.id)
    clock.advance(hours=48)
    with world.store.transaction() as work:
        assert shelf_orders.end_days(work) == 1
        assert shelf_orders.end_days(work) == 0
    clock.advance(hours=25)
    with world.store.transaction() as work:
        assert settlements.settle_due(work) == 1
    (made,) = world.rows(settlement)
    (day,) = world.rows(round_, kind="shelf")
    assert (made.round_id, made.gross_fen, made.net_fen, made.commission_fen, day.state) == (
        day.id,
        7000,
        7000,
        700,
        "settled",
    )
    assert violations(world.store) == []


# ---------------------------------------------------------------- days, and apart from the rounds


def test_a_new_day_is_a_new_round_and_an_open_order_of_yesterday_is_still_changed(
    world: World, clock: StillClock
) -> None:
    me, other = world.resident(), world.resident("张哥")
    one = world.take(me, {"大米": 1})
    clock.advance(hours=16)
    assert world.take(me, {"大米": 2}).id == one.id
    assert world.take(other, {"大米": 1}).round_title == "现货 5月3日"
    assert [row.shelf_day for row in world.rows(round_, kind="shelf")] == ["2026-05-02", "2026-05-03"]
    assert violations(world.store) == []


def test_what_nobody_fetches_goes_back_to_the_shelf_unless_it_was_paid(world: World, clock: StillClock) -> None:
    late, paid, done = world.resident("晚哥"), world.resident("钱姐"), world.resident("快嫂")
    late_one, paid_one = world.take(late, {"大米": 2}), world.take(paid, {"大米": 1})
    redeem(world, world.take(done, {"大米": 1}).code)
    with world.store.transaction() as work:
        payments.mark_paid(
            work,
            leader_id=world.leader_id,
            order_ids=[paid_one.id],
            actor=world.actor,
            source_key="p1",
        )
    clock.advance(hours=30)
    with world.store.transaction() as work:
        assert shelf_orders.end_days(work) == 0, "kept until ten in the evening of the next day"
    clock.advance(hours=18)
    with world.store.transaction() as work:
        assert pickup_days.end_pickup_days(work) == 0, "a day of the shelf is ended by its own job"
        shelf_orders.end_days(work)
    assert (world.view(late_one.id).state, world.view(paid_one.id).state) == ("cancelled", "no_show")
    assert left(world, "大米") == 3000
    (told,) = world.rows(notice, kind="shelf_let_go")
    assert told.order_id == late_one.id
    assert redeem(world, paid_one.code).ok, "who has paid gets it, however late"
    assert violations(world.store) == []


def test_rounds_know_nothing_of_the_shelf(world: World) -> None:
    """Lists, totals, what neighbours take and the open rounds are those of the group-buy alone."""
    me, other = world.resident(room="1-101"), world.resident("张哥", room="1-102")
    world.order(me, {1: 1})
    before = [world_view(world)]
    for who in (me, other):
        world.take(who, {"大米": 1})
    assert [world_view(world)] == before
    with world.store.read() as work:
        (day,) = [row.id for row in work.db.execute(select(round_.c.id).where(round_.c.kind == "shelf"))]
        assert [r.id for r in rounds.latest(work, world.leader_id, ("arrived",), kind="shelf")] == [day]
        sold = totals.of_round(work, world.leader_id, day)
    assert (sold.orders, sold.total_fen, sold.waiting) == (2, 7000, 2)


def world_view(world: World) -> object:
    with world.store.read() as work:
        return (
            [r.id for r in rounds.open_rounds(work, world.leader_id)],
            [r.id for r in rounds.latest(work, world.leader_id, ("open", "arrived", "completed"), limit=9)],
            totals.of_round(work, world.leader_id, world.round_id),
            shopfront.popular(work, leader_id=world.leader_id),
            shopfront.record_of(work, leader_id=world.leader_id),
        )


def test_goods_of_one_name_in_both_have_a_stock_each(world: World) -> None:
    world.publish(offers=(rounds.NewOffer(name="大米", price_fen=3000, unit="袋", capacity_milli=1000),))
    me = world.resident()
    world.order(me, {1: 1})
    assert left(world, "大米") == 5000
    world.take(me, {"大米": 5})
    assert world.view(world.order(me, {1: 1})).total_fen == 3000
    with world.store.transaction() as work:
        work.db.execute(update(shelf_item).values(price_fen=9900))
    assert violations(world.store) == []


def test_a_day_that_is_over_keeps_its_numbers(world: World, clock: StillClock) -> None:
    redeem(world, world.take(world.resident(), {"大米": 1}).code)
    clock.advance(hours=48)
    with world.store.transaction() as work:
        shelf_orders.end_days(work)
    clock.advance(hours=1)
    two = world.take(world.resident("张哥"), {"大米": 1})
    assert [row.last_seq for row in world.rows(round_, kind="shelf")] == [1, 1]
    assert two.seq == 1
