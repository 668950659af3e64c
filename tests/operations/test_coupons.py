"""Coupons on orders: once, within their terms, given back, following the order, whatever happens to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import Store, coupon, coupon_use, leader, order_event
from models.views import OrderView
from operations import aftersales, coupon_uses, coupons, orders, rounds, unpaid
from operations.coupons import CouponView, NewCoupon, worth
from operations.errors import BadCoupon, CouponRefused, NoOrder, RoundClosed
from operations.orders import Change
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import World

FIVE = NewCoupon(title="满减", kind="amount", value=500, code="FIVE")
TENTH = NewCoupon(title="九折", kind="percent", value=1000, code="TENTH", min_spend_fen=4000)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def make(world: World, new: NewCoupon, **facts: Any) -> CouponView:
    with world.store.transaction() as work:
        return coupons.create(work, leader_id=world.leader_id, new=new, actor="operator:1", **facts)


def use(world: World, resident_id: int, code: str, *, key: str = "use") -> OrderView:
    with world.store.transaction() as work:
        return coupon_uses.use(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=resident_id,
            code=code,
            actor="system",
            source_key=key,
        )


def change(world: World, resident_id: int, wanted: dict[int, float]) -> OrderView:
    return world.view(world.order(resident_id, wanted))


def used(world: World, code: str) -> int:
    return int(world.rows(coupon, code=code)[0].used)


def live(world: World) -> list[int]:
    return [row.amount_fen for row in world.rows(coupon_use) if row.released_at is None]


def why_not(world: World, resident_id: int, code: str) -> str:
    with pytest.raises(CouponRefused) as refused:
        use(world, resident_id, code)
    return str(refused.value.facts["why"])


def test_a_coupon_lowers_what_is_due_and_stands_in_the_history(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, FIVE)
    after = use(world, li, "FIVE")
    assert (after.total_fen, after.discount_fen, after.due_fen) == (4500, 500, 4000)
    assert [row.delta_fen for row in world.rows(order_event, kind="discount")] == [500]
    assert live(world) == [500]
    assert violations(world.store) == []


def test_h01_used_once_then_free_again_after_the_order_is_cancelled(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, NewCoupon("一张", "amount", 500, max_uses=1, code="ONE"))
    use(world, li, "ONE")
    assert use(world, li, "ONE").discount_fen == 500, "the same again changes nothing"
    zhao = world.resident("赵姐")
    world.order(zhao, {1: 1})
    assert why_not(world, zhao, "ONE") == "used_up"
    with world.store.transaction() as work:
        orders.cancel(
            work, leader_id=world.leader_id, round_id=world.round_id, resident_id=li, actor="system", source_key="c"
        )
    assert (used(world, "ONE"), live(world)) == (0, [])
    assert use(world, zhao, "ONE").discount_fen == 500
    world.order(li, {1: 1})  # ordered anew: the coupon is somebody else's by now
    assert why_not(world, li, "ONE") == "used_up"
    assert violations(world.store) == []


def test_h02_never_more_than_the_order_costs(world: World) -> None:
    cheap = World(world.store, offers=(world.offers_sold[0],), name="小店")
    li = cheap.resident()
    cheap.order(li, {1: 1})
    make(cheap, NewCoupon("大券", "amount", 10_000, code="BIG"))
    after = use(cheap, li, "BIG")
    assert (after.discount_fen, after.due_fen) == (4500, 0)
    assert worth("amount", 1000, 600) == 600


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (NewCoupon("x", "percent", 10_001), "value"),
        (NewCoupon("x", "percent", 0), "value"),
        (NewCoupon("x", "amount", -5), "value"),
        (NewCoupon("x", "gift", 5), "kind"),
        (NewCoupon(" ", "amount", 5), "title"),
        (NewCoupon("x", "amount", 5, code="券"), "code"),
        (NewCoupon("x", "amount", 5, max_uses=0), "max_uses"),
        (NewCoupon("x", "amount", 5, per_resident=0), "per_resident"),
        (NewCoupon("x", "amount", 5, min_spend_fen=-1), "min_spend"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_h03_what_makes_no_sense_is_refused_when_it_is_made(world: World, new: NewCoupon, field: str) -> None:
    with pytest.raises(BadCoupon) as refused:
        make(world, new)
    assert refused.value.facts["field"] == field
    assert world.count(coupon) == 0


def test_h04_a_code_is_found_however_it_was_copied(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, FIVE)
    assert use(world, li, " fi-ve\n").discount_fen == 500


def test_h05_two_leaders_may_use_one_code_and_each_only_once(world: World) -> None:
    make(world, FIVE)
    make(World(world.store, name="别人"), FIVE)
    with pytest.raises(BadCoupon):
        make(world, FIVE)


def test_another_leaders_coupon_is_unknown(world: World) -> None:
    make(World(world.store, name="别人"), FIVE)
    li = world.resident()
    world.order(li, {1: 1})
    assert why_not(world, li, "FIVE") == "unknown"


def test_h06_times_and_terms(world: World, clock: StillClock) -> None:
    li = world.resident()
    world.order(li, {2: 1})
    now = clock()
    make(world, NewCoupon("晚", "amount", 100, code="LATE", valid_from=now + timedelta(hours=1)))
    make(world, NewCoupon("过", "amount", 100, code="PAST", valid_until=now + timedelta(minutes=1)))
    make(world, TENTH)
    clock.advance(minutes=2)
    assert why_not(world, li, "LATE") == "not_yet"
    assert why_not(world, li, "PAST") == "over"
    assert why_not(world, li, "TENTH") == "min_spend"
    assert why_not(world, li, "NONE") == "unknown"
    assert live(world) == []


def test_one_coupon_an_order_and_one_use_a_person(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, FIVE)
    make(world, NewCoupon("另", "amount", 100, code="MORE"))
    use(world, li, "FIVE")
    assert why_not(world, li, "MORE") == "other"
    world.publish()
    world.order(li, {1: 1})
    assert why_not(world, li, "FIVE") == "per_resident"


def test_a_personal_coupon_is_nobody_elses(world: World) -> None:
    li, zhao = world.resident(), world.resident("赵姐")
    world.order(li, {1: 1})
    world.order(zhao, {1: 1})
    mine = make(world, NewCoupon("我的", "amount", 100, owner_resident_id=li))
    assert why_not(world, zhao, mine.code) == "unknown"
    with world.store.read() as work:
        assert [one.id for one in coupons.usable(work, leader_id=world.leader_id, resident_id=li)] == [mine.id]
        assert coupons.usable(work, leader_id=world.leader_id, resident_id=zhao) == []
    use(world, li, mine.code)
    with world.store.read() as work:
        assert coupons.usable(work, leader_id=world.leader_id, resident_id=li) == []


def test_a_coupon_follows_the_order_and_goes_when_its_terms_are_not_met(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, TENTH)
    use(world, li, "TENTH")
    grown = change(world, li, {1: 2})
    assert (grown.total_fen, grown.discount_fen) == (9000, 900)
    assert live(world) == [900]
    other = change(world, li, {1: 0, 2: 1})
    assert (other.total_fen, other.discount_fen) == (3600, 0)
    assert (used(world, "TENTH"), live(world)) == (0, [])
    assert violations(world.store) == []


def test_left_out_it_can_be_used_again(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, FIVE)
    use(world, li, "FIVE")
    with world.store.transaction() as work:
        after = coupon_uses.leave_out(
            work, leader_id=world.leader_id, round_id=world.round_id, resident_id=li, actor="system", source_key="off"
        )
    assert (after.discount_fen, used(world, "FIVE")) == (0, 0)
    assert use(world, li, "FIVE", key="again").discount_fen == 500


def test_after_the_close_nothing_about_it_changes(world: World, clock: StillClock) -> None:
    li, zhao = world.resident(), world.resident("赵姐")
    world.order(li, {1: 1})
    world.order(zhao, {1: 1})
    make(world, FIVE)
    use(world, li, "FIVE")
    clock.advance(hours=10)
    assert why_not(world, zhao, "FIVE") == "closed"
    with pytest.raises(CouponRefused), world.store.transaction() as work:
        coupon_uses.leave_out(
            work, leader_id=world.leader_id, round_id=world.round_id, resident_id=li, actor="system", source_key="off"
        )
    with pytest.raises(RoundClosed):
        world.order(li, {1: 2})
    world.close()
    assert violations(world.store) == []


def test_a_cancelled_round_gives_every_coupon_back(world: World) -> None:
    make(world, FIVE)
    for name in ("李姐", "赵姐"):
        resident_id = world.resident(name)
        world.order(resident_id, {1: 1})
        use(world, resident_id, "FIVE", key=name)
    with world.store.transaction() as work:
        rounds.cancel_round(work, leader_id=world.leader_id, round_id=world.round_id, reason=None, actor=world.actor)
    assert (used(world, "FIVE"), live(world)) == (0, [])


def test_an_order_cancelled_because_nobody_paid_gives_its_coupon_back(store: Store, clock: StillClock) -> None:
    world = World(store, payment_mode="transfer")
    make(world, FIVE)
    li = world.resident("李姐")
    world.order(li, {1: 1})
    use(world, li, "FIVE")
    with world.store.transaction() as work:
        work.db.execute(update(leader).values(cancel_unpaid_after_h=12))
    world.close()
    clock.advance(hours=3)
    with world.store.transaction() as work:
        assert unpaid.remind_unpaid(work) == 1
    clock.advance(hours=12)
    with world.store.transaction() as work:
        assert unpaid.cancel_unpaid(work) == 1
    assert (used(world, "FIVE"), live(world)) == (0, [])
    assert violations(world.store) == []


def test_short_goods_and_after_sales_shrink_the_coupon_with_the_order(world: World) -> None:
    li = world.resident()
    order_id = world.order(li, {1: 2, 2: 1})
    make(world, NewCoupon("券", "amount", 1260, code="TWELVE"))
    use(world, li, "TWELVE")
    world.arrive(short={1: 1000})
    now = world.view(order_id)
    assert now.discount_fen < 1260
    assert live(world) == [now.discount_fen]
    with world.store.transaction() as work:
        opened = aftersales.open_case(
            work,
            leader_id=world.leader_id,
            order_id=order_id,
            lines={world.offers[2]: 1000},
            reason="damaged",
            opened_by="resident",
            actor="system",
            source_key="case",
            wish="refund",
        )
        aftersales.decide(
            work,
            leader_id=world.leader_id,
            case_number=opened.number,
            decision="refund",
            actor=world.actor,
            source_key="decide",
        )
    now = world.view(order_id)
    assert live(world) == [now.discount_fen]
    assert violations(world.store) == []


def test_a_stopped_coupon_stays_where_it_is_used(world: World) -> None:
    li, zhao = world.resident(), world.resident("赵姐")
    world.order(li, {1: 1})
    world.order(zhao, {1: 1})
    made = make(world, FIVE)
    use(world, li, "FIVE")
    for _ in range(2):
        with world.store.transaction() as work:
            coupons.stop(work, leader_id=world.leader_id, coupon_id=made.id, actor="operator:1")
    assert why_not(world, zhao, "FIVE") == "stopped"
    assert change(world, li, {1: 3}).discount_fen == 500


def test_without_an_order_there_is_nothing_to_use_it_on(world: World) -> None:
    make(world, FIVE)
    with pytest.raises(NoOrder):
        use(world, world.resident(), "FIVE")


def test_a_message_delivered_twice_changes_the_discount_once(world: World) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    make(world, TENTH)
    use(world, li, "TENTH")
    for _ in range(2):
        with world.store.transaction() as work:
            orders.change(
                work,
                leader_id=world.leader_id,
                round_id=world.round_id,
                resident_id=li,
                changes=[Change(world.offers[1], 1000, "add")],
                actor="system",
                source_key="m:1",
            )
    assert [row.delta_fen for row in world.rows(order_event, kind="discount")] == [450, 450]
