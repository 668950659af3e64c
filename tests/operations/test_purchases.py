"""Purchase orders: summed over leaders, in full cases, never changed behind a supplier's back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.texts.notices import render
from models import leader, notice, offer, order, purchase_share
from models.base import Store
from operations import full_case_wishes, goods, purchase_receipts, purchases, rounds, unpaid
from operations.demand import missing_for_cases
from operations.errors import BadQuantity, BelowLeast, CasesCut, CasesUndecided, NotFound, WrongState
from operations.listings import purchases as listing
from tests.support.farm import Farm
from tests.support.invariants import violations
from tests.support.world import World


@dataclass
class Two:
    """Two leaders who sell the same berries, six boxes a case."""

    store: Store
    farm: Farm
    berries: int
    a: World
    b: World

    def order(self, world: World, quantity: int, *, name: str = "李姐") -> int:
        world.clock.advance(seconds=60)  # type: ignore[attr-defined]
        return world.order(world.resident(name), {1: quantity})

    def close(self) -> None:
        for world in (self.a, self.b):
            world.close()
        self.farm.gather()

    def missing(self, world: World) -> int | None:
        with self.store.read() as work:
            found = missing_for_cases(work, leader_id=world.leader_id, round_id=world.round_id)
        return found.get(world.offers[1])

    def share(self, world: World, nth: int = 0) -> Any:
        return world.rows(purchase_share, purchase_order_id=self.farm.orders()[nth].id)[0]

    def expected(self, world: World) -> dict[int, int]:
        with self.store.read() as work:
            found = purchase_receipts.expected(work, leader_id=world.leader_id, round_id=world.round_id)
        return {number: found[offer_id] for number, offer_id in world.offers.items() if offer_id in found}


@pytest.fixture
def two(store: Store) -> Iterator[Two]:
    """At the end the books must be right."""
    farm = Farm(store)
    berries = farm.sell()
    a, b = (World(store, name=name, offers=(farm.offer(berries),)) for name in ("小美", "大刘"))
    yield Two(store, farm, berries, a, b)
    assert violations(store) == []


def test_what_is_missing_for_a_case_is_counted_over_all_leaders(two: Two) -> None:
    two.order(two.a, 4)
    assert two.missing(two.a) == two.missing(two.b) == 2000
    two.order(two.b, 3)
    assert two.missing(two.a) == 5000
    two.a.close()
    two.farm.gather()
    assert two.missing(two.a) == two.missing(two.b) == 5000  # the draft counts like the open round before
    two.order(two.b, 5, name="老周")
    assert two.missing(two.a) == 0


def test_rounds_that_close_make_one_order_over_leaders(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    (one,) = two.farm.orders()
    line = two.farm.lines()[two.berries]
    assert (one.state, line.needed_milli, line.ordered_milli) == ("draft", 12_000, 12_000)
    assert one.total_fen == 12 * 3000
    assert {two.share(world).needed_milli for world in (two.a, two.b)} == {4000, 8000}


def test_gathering_again_changes_nothing_and_a_late_cancellation_changes_the_draft(two: Two) -> None:
    first = two.order(two.a, 4)
    two.order(two.b, 6)
    two.close()
    before = (two.farm.orders(), two.farm.lines())
    assert two.farm.gather() == 0
    assert (two.farm.orders(), two.farm.lines()) == before
    cancel(two, two.a, first)
    assert two.farm.send()
    assert two.farm.lines()[two.berries].needed_milli == 6000  # it was reckoned anew when it went out


def test_a_round_that_opens_again_leaves_the_draft_and_comes_back(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    reopen(two, two.a)
    two.farm.gather()
    assert two.farm.lines()[two.berries].needed_milli == 8000
    two.order(two.a, 1, name="赵姨")
    two.a.close()
    two.farm.gather()
    assert two.farm.lines()[two.berries].needed_milli == 13_000
    with two.store.transaction() as work:
        for world in (two.a, two.b):
            rounds.cancel_round(
                work, leader_id=world.leader_id, round_id=world.round_id, reason=None, actor=world.actor
            )
    two.farm.gather()
    assert two.farm.orders() == []  # a draft of nothing is none


def test_a_case_that_is_not_full_must_be_decided(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 4)
    two.close()
    with pytest.raises(CasesUndecided) as refused:
        two.farm.send()
    assert refused.value.facts["names"] == ["红颜草莓"]
    assert two.farm.orders()[0].state == "draft"
    asked = [one for world in (two.a, two.b) for one in world.rows(notice, kind="cases_open")]
    assert [one.payload["goods"][0]["missing_milli"] for one in asked] == [4000, 4000]  # each leader, over both


def test_bought_full_the_surplus_is_for_the_leader_who_wished_it(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 4)
    wish(two.a, "buy")
    two.close()
    purchase_id = two.farm.send()
    line = two.farm.lines()[two.berries]
    assert (line.needed_milli, line.ordered_milli, line.rest) == (8000, 12_000, "buy")
    assert (two.share(two.a).surplus_milli, two.share(two.b).surplus_milli) == (4000, 0)
    two.farm.receive(purchase_id, {})
    assert (two.expected(two.a), two.expected(two.b)) == ({1: 8000}, {1: 4000})


def test_cut_to_full_cases_who_ordered_last_gets_less_and_is_told(two: Two) -> None:
    first = two.order(two.a, 4)
    second = two.order(two.b, 3)
    third = two.order(two.a, 2, name="赵姨")
    two.close()
    two.farm.send(rest="cap")
    line = two.farm.lines()[two.berries]
    assert (line.needed_milli, line.ordered_milli) == (6000, 6000)
    due = [world.view(one).lines[0].due_milli for world, one in ((two.a, first), (two.b, second), (two.a, third))]
    assert due == [4000, 2000, 0]
    (told,) = two.b.rows(notice, kind="shortage")
    assert (told.payload["why"], told.payload["lines"][0]["allocated_milli"]) == ("cases", 2000)
    assert two.a.view(third).total_fen == 0
    with two.store.transaction() as work, pytest.raises(CasesCut):
        rounds.set_deadline(
            work,
            leader_id=two.a.leader_id,
            round_id=two.a.round_id,
            closes_at=work.now + timedelta(hours=1),
            actor="system",
        )


def test_a_cut_order_is_short_once_more_when_less_comes(two: Two) -> None:
    first = two.order(two.a, 4)
    second = two.order(two.b, 3)
    two.close()
    purchase_id = two.farm.send(rest="cap")
    two.farm.receive(purchase_id, {two.berries: 4000}, {two.berries: 1000})
    assert (two.expected(two.a), two.expected(two.b)) == ({1: 2000}, {1: 1000})
    for world in (two.a, two.b):
        with two.store.transaction() as work:
            goods.mark_arrived(
                work,
                leader_id=world.leader_id,
                round_id=world.round_id,
                actor=world.actor,
                source_key="m1",
                received=purchase_receipts.expected(work, leader_id=world.leader_id, round_id=world.round_id),
            )
    assert [two.a.view(first).lines[0].due_milli, two.b.view(second).lines[0].due_milli] == [2000, 1000]


def test_what_a_supplier_has_is_not_changed_and_the_difference_shows(two: Two) -> None:
    first = two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    purchase_id = two.farm.send()
    cancel(two, two.a, first)
    two.farm.gather()
    assert two.farm.lines()[two.berries].ordered_milli == 12_000
    with two.store.read() as work:
        shown = listing.detail(work, purchase_id=purchase_id)
    assert shown.lines[0].late_milli == -4000
    assert len(two.farm.orders()) == 1


def test_what_is_ordered_after_it_went_out_makes_the_next_order_of_the_day(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    two.farm.send()
    reopen(two, two.a)
    two.farm.gather()
    two.order(two.a, 2, name="赵姨")
    two.a.close()
    two.farm.gather()
    assert [(one.number, one.state) for one in two.farm.orders()] == [(1, "sent"), (2, "draft")]
    assert two.farm.lines(1)[two.berries].needed_milli == 2000
    with two.store.read() as work:
        shown = listing.detail(work, purchase_id=two.farm.orders()[0].id)
    assert shown.lines[0].late_milli == 0  # the second order takes it up


def test_an_order_that_was_taken_back_makes_the_next_one(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    purchase_id = two.farm.send()
    with two.store.transaction() as work:
        for _ in range(2):
            purchases.cancel(work, purchase_id=purchase_id, actor="system")
    two.farm.gather()
    assert [(one.number, one.state) for one in two.farm.orders()] == [(1, "cancelled"), (2, "draft")]
    assert two.farm.lines(1)[two.berries].needed_milli == 12_000
    two.farm.receive(two.farm.send(1), {})
    assert two.expected(two.a) == {1: 4000}
    with two.store.transaction() as work, pytest.raises(WrongState):
        purchases.cancel(work, purchase_id=two.farm.orders()[1].id, actor="system")


def test_below_the_suppliers_minimum_somebody_has_to_say_that_it_goes_out(two: Two) -> None:
    farm = Farm(two.farm.store, "山脚果园", min_order_fen=18_000)
    world = World(two.farm.store, name="老周", offers=(farm.offer(farm.sell(case_milli=None)),))
    two.order(world, 5)
    world.close()
    farm.gather()
    with pytest.raises(BelowLeast) as refused:
        farm.send()
    assert dict(refused.value.facts) == {"name": "山脚果园", "least_fen": 18_000, "total_fen": 15_000}
    assert farm.orders()[0].state == "draft"
    with two.farm.store.transaction() as work:
        assert purchases.send(work, purchase_id=farm.orders()[0].id, actor="system", is_small=True) == 15_000


def test_sending_twice_is_sending_once(two: Two) -> None:
    two.order(two.a, 7)
    two.close()
    purchase_id = two.farm.send(rest="cap")
    with two.store.transaction() as work:
        again = purchases.send(work, purchase_id=purchase_id, actor="system")
    assert again == 6 * 3000
    assert two.a.count(notice, kind="shortage") == 1


def test_a_promise_is_the_suppliers_own_and_never_more_than_was_ordered(two: Two) -> None:
    two.order(two.a, 12)
    two.close()
    purchase_id = two.farm.send()
    stranger = Farm(two.store, "别家").id

    def promise(supplier_id: int, milli: int) -> None:
        with two.store.transaction() as work:
            purchases.promise(
                work,
                purchase_id=purchase_id,
                supplier_id=supplier_id,
                promised={two.berries: milli},
                note=None,
                actor=f"supplier:{supplier_id}",
            )

    with pytest.raises(NotFound):
        promise(stranger, 6000)
    with pytest.raises(BadQuantity):
        promise(two.farm.id, 13_000)
    promise(two.farm.id, 6000)
    promise(two.farm.id, 11_000)
    assert two.farm.lines()[two.berries].promised_milli == 11_000
    two.farm.receive(purchase_id, {})
    with pytest.raises(WrongState):
        promise(two.farm.id, 6000)


def test_leaders_hear_beforehand_what_a_supplier_cannot_bring_and_once(two: Two) -> None:
    """Of twelve boxes eight are promised, then all: in proportion, and only whom it concerns. What is not counted at
    the warehouse came as promised.
    """
    two.order(two.a, 4)
    two.order(two.b, 8)
    two.close()
    purchase_id = two.farm.send()

    def promise(milli: int) -> list[str]:
        with two.farm.store.transaction() as work:
            purchases.promise(
                work, purchase_id=purchase_id, supplier_id=two.farm.id, promised={two.berries: milli}, note=None,
                actor="supplier:1",
            )  # fmt: skip
        rows = [row for world in (two.a, two.b) for row in world.rows(notice, kind="supply_promised")]
        return [render(row.kind, row.payload) for row in sorted(rows, key=lambda row: row.id)]

    assert promise(12_000) == []
    told = promise(8000)
    assert [
        part in text for part, text in zip(("订了4盒，大约分到3盒", "订了8盒，大约分到5盒"), told, strict=True)
    ] == [
        True,
        True,
    ]
    assert promise(8000) == told, "said again"
    two.farm.receive(purchase_id, {})
    assert {two.share(world).received_milli for world in (two.a, two.b)} == {3000, 5000}


def test_a_supplier_who_can_bring_it_after_all_is_good_news(two: Two) -> None:
    two.order(two.a, 6)
    two.close()
    purchase_id = two.farm.send()
    for milli in (5000, 6000):
        with two.farm.store.transaction() as work:
            purchases.promise(
                work, purchase_id=purchase_id, supplier_id=two.farm.id, promised={two.berries: milli}, note=None,
                actor="supplier:1",
            )  # fmt: skip
    texts = [render(row.kind, row.payload) for row in two.a.rows(notice, kind="supply_promised")]
    assert "又说给得齐了，红颜草莓6盒" in max(texts, key=lambda text: "齐了" in text)
    assert two.b.count(notice, kind="supply_promised") == 0


def test_the_goods_of_a_draft_cannot_be_received(two: Two) -> None:
    two.order(two.a, 6)
    two.close()
    with pytest.raises(WrongState):
        two.farm.receive(two.farm.orders()[0].id, {})


def test_a_round_is_extended_once_before_it_closes_where_its_leader_wishes_it(two: Two) -> None:
    two.order(two.a, 4)
    two.order(two.b, 5)
    wish(two.a, "extend")
    two.a.clock.advance(hours=9, minutes=54)  # type: ignore[attr-defined]
    with two.store.transaction() as work:
        assert full_case_wishes.stretch_due(work) == 2
        assert full_case_wishes.stretch_due(work) == 0
    with two.store.read() as work:
        longer, usual = (rounds.view(work, w.leader_id, w.round_id).closes_at for w in (two.a, two.b))
    assert longer is not None
    assert usual is not None
    assert longer - usual == timedelta(hours=2)
    assert two.a.count(notice, kind="cases_stretched") == 1
    assert two.a.count(notice, kind="round_extended") == 1


def test_a_wish_is_for_offers_bought_by_the_case(two: Two) -> None:
    with two.store.transaction() as work, pytest.raises(NotFound):
        full_case_wishes.wish(
            work, leader_id=two.a.leader_id, round_id=two.a.round_id, number=9, rest="buy", actor="system"
        )
    with two.store.transaction() as work:
        full_case_wishes.wish_usually(work, leader_id=two.a.leader_id, rest="cap", actor="system")
    assert two.a.rows(offer)[0].rest is None
    with two.store.read() as work:
        usual, (one,) = full_case_wishes.of_round(work, leader_id=two.a.leader_id, round_id=two.a.round_id)
    assert (usual, one.wish, one.missing_milli) == ("cap", None, 0)


def wish(world: World, rest: str) -> None:
    with world.store.transaction() as work:
        full_case_wishes.wish(
            work, leader_id=world.leader_id, round_id=world.round_id, number=1, rest=rest, actor="system"
        )


def reopen(two: Two, world: World) -> None:
    with two.store.transaction() as work:
        rounds.set_deadline(
            work,
            leader_id=world.leader_id,
            round_id=world.round_id,
            closes_at=work.now + timedelta(hours=1),
            actor="system",
        )


def cancel(two: Two, world: World, order_id: int) -> None:
    """As the scheduler does with what nobody paid."""
    two.a.clock.advance(hours=2)  # type: ignore[attr-defined]
    with two.store.transaction() as work:
        work.db.execute(update(leader).values(payment_mode="transfer", cancel_unpaid_after_h=1))
        work.db.execute(
            update(order).where(order.c.id == order_id).values(unpaid_reminded_at=work.now - timedelta(hours=2))
        )
        assert unpaid.cancel_unpaid(work) == 1
