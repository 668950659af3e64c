"""The life of a round: publish, change, close, move the deadline, cancel.

A test that begins with a letter and a number restates a case that similar open-source programs test or were bitten
by: A life cycle, B stock, G money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models import (
    Store,
    action_log,
    leader,
    ledger_transfer,
    notice,
    offer,
    offer_tier,
    order,
    pickup_code,
    refund,
    round_,
)
from models.views import RoundView, Tier
from operations import leadership, offers, orders, payments, people, rounds
from operations.errors import (
    AlreadyCancelled,
    BadTime,
    BelowReserved,
    EmptyRound,
    LeaderInactive,
    NotFound,
    OfferWithdrawn,
    RoundClosed,
    WrongState,
)
from operations.offers import NewOffer
from operations.orders import Change
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import EGGS, World


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    """1 草莓 45.00, 2 鸡蛋 36.00, open for ten hours. At the end the books must be right."""
    yield World(store)
    assert violations(store) == []


def view(world: World, round_id: int | None = None) -> RoundView:
    with world.store.read() as work:
        return rounds.view(work, world.leader_id, round_id or world.round_id)


def open_ids(world: World) -> list[int]:
    with world.store.read() as work:
        return [found.id for found in rounds.open_rounds(work, world.leader_id)]


def close_due(store: Store, limit: int = 5) -> list[tuple[int, int]]:
    with store.transaction() as work:
        return rounds.close_due(work, limit=limit)


def move_deadline(world: World, **later: float) -> RoundView:
    with world.store.transaction() as work:
        return rounds.set_deadline(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            closes_at=world.clock() + timedelta(**later),
            actor=world.actor,
        )


def cancel(world: World) -> int:
    with world.store.transaction() as work:
        return rounds.cancel_round(
            work, leader_id=world.leader_id, round_id=world.round_id, reason="天气不好", actor=world.actor
        )


def told(world: World) -> Counter[str]:
    """How many notices of each kind the round has caused."""
    return Counter(row.kind for row in world.rows(notice, round_id=world.round_id))


def sales(world: World) -> dict[str, int]:
    """Sums of the ledger by kind."""
    found: Counter[str] = Counter()
    for row in world.rows(ledger_transfer, round_id=world.round_id):
        found[row.kind] += row.amount_fen
    return dict(found)


def on(world: World) -> dict[str, Any]:
    return {"leader_id": world.leader_id, "round_id": world.round_id, "actor": world.actor}


# ---- publishing


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"closes_at": timedelta(0)}, "closes_at"),
        ({"closes_at": timedelta(hours=-1)}, "closes_at"),
        ({"pickup_from": timedelta(hours=30), "pickup_until": timedelta(hours=30)}, "pickup"),
        ({"pickup_from": timedelta(hours=30), "pickup_until": timedelta(hours=29)}, "pickup"),
    ],
)
def test_a01_times_that_cannot_be_are_refused_by_name(world: World, facts: dict[str, timedelta], field: str) -> None:
    with pytest.raises(BadTime) as refused:
        world.publish(offers=None, **{name: world.clock() + after for name, after in facts.items()})
    assert refused.value.facts == {"field": field}
    assert world.count(round_) == 1


def test_a02_open_is_what_has_begun_and_is_not_over(world: World, clock: StillClock) -> None:
    """The state alone does not say it: a round whose time has passed is not open, closed by a scheduler or not."""
    first = world.round_id
    second = world.publish(closes_at=clock() + timedelta(hours=1)).id
    with world.store.transaction() as work:
        undated = {"leader_id": world.leader_id, "id": 1, "code": "draft1", "title": "草稿", "share_bps": 0}
        work.db.execute(round_.insert().values(created_at=work.now, **undated))
    assert open_ids(world) == [second, first], "the one that closes first comes first"
    clock.advance(hours=1)
    assert open_ids(world) == [first]
    clock.advance(hours=9)
    assert open_ids(world) == []
    assert close_due(world.store) == [(world.leader_id, second), (world.leader_id, first)]


def test_a04_a_round_without_items_does_not_open(world: World) -> None:
    with world.store.transaction() as work, pytest.raises(EmptyRound):
        rounds.publish(
            work,
            leader_id=world.leader_id,
            new=rounds.NewRound(title="空", offers=(), closes_at=world.clock() + timedelta(hours=1)),
            actor=world.actor,
        )


def test_only_active_leaders_open_rounds(world: World) -> None:
    with world.store.transaction() as work:
        leadership.suspend_leader(work, leader_id=world.leader_id, actor="operator:1")
    with pytest.raises(LeaderInactive):
        world.publish()


def test_what_was_confirmed_is_what_is_offered(world: World) -> None:
    new = NewOffer(
        name="面包", price_fen=22000, unit="个", spec="400g", capacity_milli=25_000, limit_milli=2000, case_milli=6000,
        is_cold=True, tiers=(Tier(5000, 100_000), Tier(2000, 42000)), aliases=("吐司", "土司"),
    )  # fmt: skip
    published = world.publish(offers=(EGGS, new))
    assert published == view(world)
    assert [found.number for found in published.offers] == [1, 2]
    found = published.offers[1]
    assert (found.name, found.spec, found.unit, found.price_fen) == ("面包", "400g", "个", 22000)
    assert (found.capacity_milli, found.limit_milli, found.case_milli) == (25_000, 2000, 6000)
    assert found.remaining_milli == 25_000
    assert found.tiers == (Tier(2000, 42000), Tier(5000, 100_000)), "smallest first"
    assert found.aliases == ("吐司", "土司")
    assert found.is_cold
    assert found.is_open


def test_what_neighbours_called_it_last_time_is_known_in_the_next_round(world: World) -> None:
    with world.store.transaction() as work:
        offers.teach_alias(work, offer_id=world.offers[2], alias="蛋蛋", **on(world))
    assert view(world).offers[1].aliases == ("蛋蛋",)
    assert world.publish(offers=(EGGS,)).offers[0].aliases == ("蛋蛋",)
    other = World(world.store, name="赵团长")
    assert view(other).offers[1].aliases == (), "what one leader's neighbours say is not another's business"


def test_an_alias_taught_again_means_the_new_item(world: World) -> None:
    for number in (2, 1):
        with world.store.transaction() as work:
            offers.teach_alias(work, offer_id=world.offers[number], alias="红的", **on(world))
    assert [found.aliases for found in view(world).offers] == [("红的",), ()]


def test_codes_of_rounds_are_short_and_different(world: World) -> None:
    codes = {world.publish().code for _ in range(20)}
    assert len(codes) == 20
    assert {len(code) for code in codes} == {6}
    with world.store.read() as work:
        assert rounds.by_code(work, min(codes)).code == min(codes)
        with pytest.raises(NotFound):
            rounds.by_code(work, "NOBODY")


def test_a_code_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = view(world).code
    draws = iter(taken + "222222")
    monkeypatch.setattr(world.store.rng, "choice", lambda _letters: next(draws))
    assert world.publish().code == "222222"


# ---- changing what is offered


def test_price_amount_and_list_of_an_open_round(world: World) -> None:
    li = world.resident()
    world.order(li, {2: 2})
    before = view(world).version
    with world.store.transaction() as work:
        assert offers.set_price(work, number=2, price_fen=3300, **on(world)) == 1
        offers.set_capacity(work, number=2, capacity_milli=2000, **on(world))
        offers.set_withdrawn(work, number=1, is_withdrawn=True, **on(world))
        offers.add_offers(work, offers=[replace(EGGS, name="牛奶")], **on(world))
    now = view(world)
    assert [found.name for found in now.offers] == ["草莓", "鸡蛋", "牛奶"]
    assert (now.offers[1].price_fen, now.offers[1].remaining_milli) == (3300, 0)
    assert now.offers[0].is_withdrawn
    assert now.version == before + 4, "whoever keeps a reading of the round knows that it is stale"
    with pytest.raises(OfferWithdrawn):
        world.order(world.resident("张哥"), {1: 1})
    actions = [row.action for row in world.rows(action_log)][-4:]
    assert actions == ["offer.price", "offer.capacity", "offer.withdraw", "offer.add"]


def test_a_new_price_takes_the_bundles_along(world: World) -> None:
    world.publish(offers=(replace(EGGS, tiers=(Tier(2000, 7000),)),))
    with world.store.transaction() as work:
        offers.set_price(work, number=1, price_fen=3300, **on(world))
    assert view(world).offers[0].tiers == ()
    assert world.rows(offer_tier) == []


def test_no_less_can_be_offered_than_is_ordered(world: World) -> None:
    world.order(world.resident(), {2: 3})
    with world.store.transaction() as work, pytest.raises(BelowReserved) as refused:
        offers.set_capacity(work, number=2, capacity_milli=2000, **on(world))
    assert refused.value.facts == {"name": "鸡蛋", "unit": "盒", "reserved_milli": 3000}
    with world.store.transaction() as work:
        offers.set_capacity(work, number=2, capacity_milli=3000, **on(world))
        offers.set_capacity(work, number=2, capacity_milli=None, **on(world))
    assert view(world).offers[1].remaining_milli is None


def test_nothing_is_changed_in_a_round_that_is_over(world: World) -> None:
    world.close()
    with world.store.transaction() as work:
        for change, facts in (
            (offers.set_price, {"number": 1, "price_fen": 1}),
            (offers.set_capacity, {"number": 1, "capacity_milli": 1000}),
            (offers.set_withdrawn, {"number": 1, "is_withdrawn": True}),
            (offers.add_offers, {"offers": [EGGS]}),
        ):
            with pytest.raises(WrongState):
                change(work, **facts, **on(world))


def test_an_item_that_is_not_on_the_list(world: World) -> None:
    with world.store.transaction() as work, pytest.raises(NotFound) as refused:
        offers.set_price(work, number=99, price_fen=1, **on(world))
    assert refused.value.facts["typed"] == "99"


# ---- closing


def test_closing_books_every_order_and_tells_everybody_once(world: World) -> None:
    li, zhang, chen = world.resident("李姐"), world.resident("张哥"), world.resident("陈姨")
    world.order(li, {1: 2})
    world.order(zhang, {2: 1})
    world.order(chen, {1: 1})
    world.order(chen, {1: 0})
    world.close()
    now = view(world)
    assert (now.state, now.closed_orders, now.closed_total_fen) == ("closed", 2, 9000 + 3600)
    assert [row.state for row in world.rows(order)] == ["confirmed", "confirmed", "cancelled"]
    assert told(world) == {"order_closed": 2}, "the leader, who closed it, has the totals in the reply"
    assert sales(world) == {"sale": 12_600}
    assert {row.is_open for row in world.rows(offer)} == {False}


def test_a_leader_is_told_of_a_closing_that_he_did_not_make(world: World, clock: StillClock) -> None:
    world.order(world.resident(), {1: 2})
    clock.advance(hours=10)
    close_due(world.store)
    (summary,) = [row for row in world.rows(notice) if row.kind == "round_closed"]
    assert (summary.account_id, summary.payload) == (
        world.owner,
        {"title": "周六水果团", "orders": 1, "total_fen": 9000},
    )


def test_a_guests_notice_goes_to_the_host_and_the_leaders_guests_need_none(world: World) -> None:
    host_account = world.account()
    host = world.resident("李姐", account_id=host_account)
    with world.store.transaction() as work:
        leader_resident = people.resident_of(work, leader_id=world.leader_id, account_id=world.owner)
    world.order(world.guest(host, "奶奶"), {1: 1})
    world.order(world.guest(leader_resident, "没有微信的"), {1: 1})
    world.close()
    (row,) = [row for row in world.rows(notice) if row.kind == "order_closed"]
    assert (row.account_id, row.payload["guest"], row.payload["seq"]) == (host_account, "奶奶", 1)


def test_a_round_nobody_ordered_from_closes_too(world: World) -> None:
    world.close()
    assert (view(world).closed_orders, view(world).closed_total_fen) == (0, 0)
    assert (told(world), sales(world)) == ({}, {})


def test_a05_only_what_is_due_is_closed(world: World, clock: StillClock) -> None:
    late, later = world.round_id, world.publish(closes_at=clock() + timedelta(hours=12)).id
    other = World(world.store, name="赵团长", closes_at=clock() + timedelta(hours=11))
    assert close_due(world.store) == []
    clock.advance(hours=10)
    assert close_due(world.store) == [(world.leader_id, late)]
    clock.advance(hours=1)
    assert close_due(world.store) == [(other.leader_id, other.round_id)]
    assert view(world, later).state == "open"


def test_closing_has_no_lower_bound_and_goes_on_in_steps(world: World, clock: StillClock) -> None:
    """The scheduler was down for a month."""
    ids = [world.round_id] + [world.publish(closes_at=clock() + timedelta(hours=1 + n)).id for n in range(3)]
    clock.advance(days=30)
    steps = [close_due(world.store, limit=3), close_due(world.store, limit=3), close_due(world.store, limit=3)]
    assert [len(step) for step in steps] == [3, 1, 0]
    assert {round_id for step in steps for _, round_id in step} == set(ids)


def test_a06_closing_again_changes_nothing_and_tells_nobody(world: World, clock: StillClock) -> None:
    world.order(world.resident(), {1: 1})
    world.close()
    rows, before = told(world), view(world)
    clock.advance(hours=12)
    world.close()
    assert close_due(world.store) == []
    assert (told(world), view(world)) == (rows, before)
    assert world.count(action_log, action="round.close") == 1


def test_closing_early_still_closes_to_orders_at_once(world: World) -> None:
    li = world.resident()
    world.close()
    with pytest.raises(RoundClosed):
        world.order(li, {1: 1})


def test_a16_only_its_own_leader_touches_a_round(world: World) -> None:
    other = World(world.store, name="赵团长")
    mine: dict[str, Any] = {"leader_id": other.leader_id, "round_id": world.round_id, "actor": other.actor}
    with world.store.transaction() as work:
        for attempt in (
            lambda: rounds.close(work, **mine),
            lambda: rounds.cancel_round(work, reason=None, **mine),
            lambda: rounds.set_deadline(work, closes_at=work.now + timedelta(hours=1), **mine),
            lambda: offers.set_price(work, number=1, price_fen=1, **mine),
            lambda: offers.add_offers(work, offers=[EGGS], **mine),
            lambda: offers.teach_alias(work, offer_id=world.offers[1], alias="x", **mine),
            lambda: rounds.view(work, other.leader_id, world.round_id),
        ):
            with pytest.raises(NotFound):
                attempt()
    assert view(world).state == "open"


# ---- another deadline


def test_a08_a_closed_round_opens_again_and_will_be_closed_again(world: World, clock: StillClock) -> None:
    li = world.resident()
    world.order(li, {1: 2})
    world.close()
    now = move_deadline(world, hours=24)
    assert (now.state, now.closed_orders, now.closed_total_fen) == ("open", None, None)
    assert world.rows(order)[0].state == "placed"
    assert sales(world) == {"sale": 9000, "reversal": 9000}
    world.order(li, {1: 1})
    clock.advance(hours=24)
    assert close_due(world.store) == [(world.leader_id, world.round_id)]
    assert view(world).closed_total_fen == 4500
    assert sales(world) == {"sale": 9000 + 4500, "reversal": 9000}
    assert told(world) == {"order_closed": 2, "round_closed": 1, "round_reopened": 1}


def test_a_later_deadline_of_an_open_round_is_told_once_each(world: World, clock: StillClock) -> None:
    li = world.resident()
    world.order(li, {1: 1})
    move_deadline(world, hours=12)
    move_deadline(world, hours=13)
    assert told(world) == {"round_extended": 2}
    clock.advance(hours=12)
    world.order(li, {1: 2})
    assert sales(world) == {}


def test_an_earlier_deadline_holds_at_once(world: World, clock: StillClock) -> None:
    li = world.resident()
    move_deadline(world, minutes=5)
    clock.advance(minutes=5)
    with pytest.raises(RoundClosed):
        world.order(li, {1: 1})


def test_a_deadline_in_the_past_is_refused(world: World) -> None:
    for earlier in (0, -1):
        with pytest.raises(BadTime):
            move_deadline(world, minutes=earlier)


@pytest.mark.parametrize("state", ["arrived", "completed", "settled", "cancelled"])
def test_when_goods_have_come_it_is_too_late(world: World, state: str) -> None:
    with world.store.transaction() as work:
        work.db.execute(update(round_).where(round_.c.id == world.round_id).values(state=state))
        work.db.execute(update(offer).values(is_open=False))
    with pytest.raises(WrongState):
        move_deadline(world, hours=1)
    if state != "cancelled":
        with pytest.raises(WrongState):
            cancel(world)


def test_a_withdrawn_item_stays_off_the_list_when_the_round_reopens(world: World) -> None:
    with world.store.transaction() as work:
        offers.set_withdrawn(work, number=1, is_withdrawn=True, **on(world))
    world.close()
    move_deadline(world, hours=1)
    with pytest.raises(OfferWithdrawn):
        world.order(world.resident(), {1: 1})
    world.order(world.resident("张哥"), {2: 1})


# ---- cancelling


def test_a18_cancelling_owes_back_what_was_paid_and_tells_everybody_once(world: World) -> None:
    li, zhang = world.resident(), world.resident("张哥")
    paid = world.order(li, {1: 2})
    world.order(zhang, {2: 1})
    with world.store.transaction() as work:
        payments.mark_paid(work, leader_id=world.leader_id, order_ids=[paid], actor=world.actor, source_key="paid")
    assert cancel(world) == 2
    assert [row.state for row in world.rows(order)] == ["cancelled", "cancelled"]
    assert [(row.order_id, row.amount_fen, row.state) for row in world.rows(refund)] == [(paid, 9000, "created")]
    assert told(world) == {"round_cancelled": 2}
    with pytest.raises(AlreadyCancelled):
        cancel(world)
    assert world.count(refund) == 1
    with pytest.raises(RoundClosed):
        world.order(li, {1: 1})


def test_a_closed_round_that_is_cancelled_books_its_sales_back(world: World) -> None:
    world.order(world.resident(), {1: 2})
    world.close()
    cancel(world)
    assert sales(world) == {"sale": 9000, "reversal": 9000}
    assert told(world) == {"order_closed": 1, "round_cancelled": 1}


def test_codes_of_a_cancelled_round_are_dead(world: World) -> None:
    order_id = world.order(world.resident(), {1: 1})
    world.close()
    world.code(order_id)
    cancel(world)
    assert [row.state for row in world.rows(pickup_code)] == ["revoked"]


# ---- goods that are handed out before the round closes (现货)


def test_what_was_handed_out_already_counts_when_the_round_closes(world: World) -> None:
    """Sold is sold: the total and the books have it, and nobody who holds the goods is told to wait for them."""
    li, zhang = world.resident(), world.resident("张哥")
    taken = world.order(li, {1: 2})
    world.order(zhang, {2: 1})
    with world.store.transaction() as work:
        work.db.execute(update(order).where(order.c.id == taken).values(state="picked_up"))
    world.close()
    assert (view(world).closed_orders, view(world).closed_total_fen) == (2, 12_600)
    assert sales(world) == {"sale": 12_600}
    assert told(world) == {"order_closed": 1}
    move_deadline(world, hours=1)
    world.close()
    assert sales(world) == {"sale": 25_200, "reversal": 12_600}


# ---- reading


def test_the_newest_rounds_in_a_state(world: World, clock: StillClock) -> None:
    ids = [world.round_id]
    for _ in range(3):
        clock.advance(minutes=1)
        ids.append(world.publish().id)
    world.close()
    with world.store.read() as work:
        assert [found.id for found in rounds.latest(work, world.leader_id, ("open", "closed"), limit=2)] == ids[:1:-1]
        assert [found.id for found in rounds.latest(work, world.leader_id, ("closed",))] == [ids[3]]
        assert rounds.latest(work, world.leader_id, ("settled",)) == []


def test_the_share_is_the_one_it_was_opened_with(world: World) -> None:
    with world.store.transaction() as work:
        work.db.execute(update(leader).where(leader.c.id == world.leader_id).values(share_bps=500))
        shares = work.db.execute(select(round_.c.share_bps)).scalars().all()
    assert shares == [1000]


def test_the_whole_day_in_the_books(world: World, clock: StillClock) -> None:
    """Orders, changes, a new price, closing, reopening, a cancellation, closing: every cache is what happened."""
    people_ids = [world.resident(f"邻居{n}") for n in range(6)]
    for n, resident_id in enumerate(people_ids):
        world.order(resident_id, {1: n % 3, 2: 1 + n % 2})
    with world.store.transaction() as work:
        offers.set_price(work, number=1, price_fen=4000, **on(world))
    world.order(people_ids[0], {1: 5})
    world.order(people_ids[1], {2: 0})
    world.close()
    move_deadline(world, hours=5)
    with world.store.transaction() as work:
        orders.cancel(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=people_ids[2],
            actor="system",
            source_key="away",
        )
        orders.change(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            resident_id=people_ids[3],
            changes=[Change(world.offers[1], 1000, "add")],
            actor="system",
            source_key="more",
        )
    clock.advance(hours=5)
    assert close_due(world.store) == [(world.leader_id, world.round_id)]
    assert violations(world.store) == []
