"""Delivery runs: what is frozen is what the orders said, every paper adds up to it, and what changes later is shown."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from models import (
    Store,
    delivery_note,
    delivery_note_line,
    delivery_run,
    leader,
    offer,
    order,
    order_line,
    pickup_point,
    round_,
    route,
)
from operations import rounds, unpaid
from operations.delivery import fleet, gathering, papers, problems, runs
from operations.delivery.fleet import PointFacts, VehicleFacts, WarehouseFacts
from operations.delivery.gathering import Brought, crates_of
from operations.errors import NameTaken, NoPickupPoint, NotFound, NothingToDeliver, RoundElsewhere, RunState
from operations.offers import NewOffer
from operations.papers import Papers, collect
from tests.support.clock import StillClock
from tests.support.runs import GOODS, HOME, Day, make_fleet, make_run, nobody_paid, place_point, plan
from tests.support.world import World
from web import paper_kinds
from web.paper import Paper

Round = tuple[int, int]


def papers_of(day: Day, run_id: int) -> Papers:
    with day.store.read() as work:
        return papers.of_run(work, run_id=run_id)


def sums(found: Papers) -> Counter[tuple[str, str, str]]:
    return Counter({(item.name, item.spec, item.unit): item.due_milli for item in found.items})


def by_orders(store: Store, rounds_: list[Round]) -> Counter[tuple[str, str, str]]:
    with store.read() as work:
        return sums(collect(work, rounds=rounds_))


# ---------------------------------------------------------------- sums


def test_every_paper_of_a_run_adds_up_to_the_orders(store: Store, clock: StillClock) -> None:
    day = Day(store, leaders=3)
    run_id = day.run()
    plan(store, run_id)
    found, expected = papers_of(day, run_id), by_orders(store, day.rounds)
    assert expected
    assert sums(found) == expected
    by_stop: Counter[Any] = Counter()
    for stop in found.stops:
        by_stop.update(sums(found.at([stop])))
    assert by_stop == expected
    by_route: Counter[Any] = Counter()
    for number, part in found.routes():
        assert number
        by_route.update(sums(part))
    assert by_route == expected
    with store.read() as work:
        for one in day.rounds:
            assert sums(papers.to_deliver(work, rounds=[one])) == by_orders(store, [one])
    words: dict[str, Any] = {"title": "t", "sub": "s"}
    printed = [paper_kinds.sorting_by_stop(found, **words), paper_kinds.routes(found, **words)]
    assert "司机1" in str(printed[1].tables)
    totals = Counter(
        {item.name: sum(milli for _, milli in item.by_stop()) for item in found.items},
    )
    assert totals == Counter({name: milli for (name, _, _), milli in expected.items()})


def by_rows(store: Store, rounds_: list[Round]) -> Counter[tuple[str, str]]:
    """What the order lines themselves say, by leader's name and item: asked in SQL, beside all code of papers."""
    due = func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)
    statement = (
        select(leader.c.display_name, order_line.c.name, func.sum(due))
        .join(order, (order.c.leader_id == order_line.c.leader_id) & (order.c.id == order_line.c.order_id))
        .join(leader, leader.c.id == order.c.leader_id)
        .where(order.c.state != "cancelled", order.c.round_id.in_([round_id for _, round_id in rounds_]), due > 0)
        .group_by(leader.c.display_name, order_line.c.name)
    )
    with store.read() as work:
        return Counter({(who, name): int(milli) for who, name, milli in work.db.execute(statement)})


def milli_of(words: str) -> int:
    """7.5斤 -> 7500."""
    return int(Fraction(re.match(r"[\d.]+", words)[0]) * 1000)  # type: ignore[index]


def printed(paper: Paper) -> Counter[tuple[str, str]]:
    """What is on the paper by leader and item; its totals must be the sums of their details."""
    found: Counter[tuple[str, str]] = Counter()
    for table in paper.tables:
        for number, (goods,), (total,), shares in table.rows:
            assert number
            assert milli_of(total.text) == sum(milli_of(share.much) for share in shares)
            for share in shares:
                found[share.text.split()[0], goods.text.split()[0]] += milli_of(share.much)
    return found


def signed_for(paper: Paper) -> Counter[tuple[str, str]]:
    """The same of 团长签收单."""
    found: Counter[tuple[str, str]] = Counter()
    for table in paper.tables:
        who = table.rows[0][0][0].text.split()[0]
        for _, (goods,), (much,), _ in table.rows:
            found[who, goods.text.split()[0]] += milli_of(much.text)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_ordered_all_three_papers_print_the_sums_of_the_orders(sqlite_store: Store, seed: int) -> None:
    """Random days; some orders are taken back after the close, so that what is due is not what was ordered."""
    rng = random.Random(seed)
    day = Day(sqlite_store, leaders=0)
    for n in range(rng.randint(1, 4)):
        wishes = [
            {number: rng.choice((1, 2, 3, 7)) for number in rng.sample((1, 2, 3), rng.randint(1, 3))}
            for _ in range(rng.randint(1, 5))
        ]
        world = day.add(f"团长{n}", wishes)
        if rng.random() < 0.5:
            with sqlite_store.transaction() as work:
                work.db.execute(
                    update(order_line)
                    .where(order_line.c.leader_id == world.leader_id, order_line.c.quantity_milli == 3000)
                    .values(allocated_milli=rng.choice((0, 1000, 1500)))
                )
    run_id = day.run()
    if rng.random() < 0.7:
        plan(sqlite_store, run_id)
    found, expected = papers_of(day, run_id), by_rows(sqlite_store, day.rounds)
    words: dict[str, Any] = {"title": "t", "sub": "s"}
    assert printed(paper_kinds.sorting_by_stop(found, **words)) == expected
    assert printed(paper_kinds.routes(found, **words)) == expected
    assert signed_for(paper_kinds.receipts(found, **words)) == expected


def test_what_must_stay_cold_is_marked_as_its_product_says(sqlite_store: Store) -> None:
    """Frozen dumplings of one leader and the same words of another, whose own goods they are: frozen on every paper."""
    frozen = NewOffer(name="水饺", price_fen=2000, unit="袋", is_cold=True, storage="frozen")
    chilled = NewOffer(name="鲜奶", price_fen=900, unit="瓶", is_cold=True, storage="chilled")
    warm = NewOffer(name="冻干草莓", price_fen=900, unit="袋", storage="ambient")
    rounds_ = []
    with sqlite_store.transaction() as work:
        warehouse_id, _ = make_fleet(work)
    for name, sold in (("甲", (frozen, chilled, warm)), ("乙", (replace(frozen, storage=None),))):
        world = World(sqlite_store, name=name, offers=sold, pickup_from=sqlite_store.clock() + timedelta(hours=30))
        with sqlite_store.transaction() as work:
            place_point(work, world.leader_id)
        world.order(world.resident("邻居"), {number: 2 for number, _ in enumerate(sold, 1)})
        world.close()
        rounds_.append((world.leader_id, world.round_id))
    with sqlite_store.read() as work:
        by_hand = collect(work, rounds=rounds_)
    with sqlite_store.transaction() as work:
        run_id = make_run(work, rounds_, warehouse_id=warehouse_id)
        crates = work.db.execute(select(delivery_note.c.crates, delivery_note.c.cold_crates)).all()
        frozen_ones = papers.of_run(work, run_id=run_id)
    assert sorted(crates) == [(1, 1), (3, 2)], "a crate for each way of keeping"
    for source in (by_hand, frozen_ones):
        for paper in (paper_kinds.sorting_by_stop, paper_kinds.routes, paper_kinds.receipts):
            text = paper(source, title="t", sub="s").text
            assert "水饺（冷冻）" in text
            assert "鲜奶（冷藏）" in text
            assert "冻干草莓（" not in text


QUANTITIES = st.lists(
    st.tuples(st.integers(1, 400), st.sampled_from([None, 6000, 1000, 12_500]), st.booleans()), max_size=12
)


@settings(max_examples=60)
@given(QUANTITIES, st.integers(1, 30))
def test_crates_hold_everything_and_none_is_empty(found: list[tuple[int, int | None, bool]], units: int) -> None:
    goods = [
        Brought(1, 1, 1, n, n, "x", "", "盒", is_cold, None, case, milli * 250)
        for n, (milli, case, is_cold) in enumerate(found)
    ]
    crates, cold = crates_of(goods, units)
    room = {False: crates - cold, True: cold}
    for is_cold, crated in room.items():
        parts = [one.quantity_milli / (one.case_milli or units * 1000) for one in goods if one.is_cold == is_cold]
        assert crated - 1 < sum(parts) + 1e-9
        assert sum(parts) <= crated + 1e-9


def test_crates_by_the_stated_rule() -> None:
    def goods(milli: int, case: int | None = None, is_cold: bool = False, storage: str | None = None) -> Brought:
        return Brought(1, 1, 1, 1, 1, "x", "", "盒", is_cold, storage, case, milli)

    assert crates_of([goods(7000, 6000)], 10) == (2, 0)
    assert crates_of([goods(3000, 6000), goods(5000)], 10) == (1, 0), "two halves are one crate"
    assert crates_of([goods(1000, 6000), goods(1000, 6000, is_cold=True)], 10) == (2, 1), "cold goods by themselves"
    cold = [goods(1000, 6000, is_cold=True, storage="chilled"), goods(1000, 6000, is_cold=True, storage="frozen")]
    assert crates_of([*cold, goods(1000, 6000, is_cold=True)], 10) == (2, 2), "milk is not put beside ice"
    assert crates_of([], 10) == (0, 0)


def test_sums_agree_after_what_happened_before(store: Store, clock: StillClock) -> None:
    """Orders cancelled, another pickup point, an item renamed: frozen is what is to be handed out."""
    rng = random.Random(4)
    day = Day(store, seed=4)
    for world in day.worlds:
        with store.transaction() as work:
            place_point(work, world.leader_id, nth=5, name="北门")
            work.db.execute(
                update(offer)
                .where(offer.c.leader_id == world.leader_id, offer.c.number == rng.choice((2, 3)))
                .values(name="改名")
            )
    nobody_paid(day)
    everything = by_orders(store, day.rounds)
    with store.transaction() as work:
        assert unpaid.cancel_unpaid(work, limit=2) == 2
    expected = by_orders(store, day.rounds)
    assert expected.total() < everything.total()
    run_id = day.run()
    assert sums(papers_of(day, run_id)) == expected
    with store.read() as work:
        assert runs.difference(work, run_id=run_id) == []


# ---------------------------------------------------------------- frozen


def test_a_change_after_freezing_is_a_difference_and_not_on_the_papers(store: Store, clock: StillClock) -> None:
    day = Day(store)
    world, run_id = day.worlds[0], day.run()
    before = papers_of(day, run_id)
    li = world.resident("迟来的")
    with store.transaction() as work:
        closes_at = work.now + timedelta(hours=5)
        rounds.set_deadline(
            work, leader_id=world.leader_id, round_id=world.round_id, closes_at=closes_at, actor="system"
        )
    world.order(li, {2: 7})
    with store.transaction() as work:
        work.db.execute(update(offer).where(offer.c.id == world.offers[1]).values(name="别的", is_cold=False))
    assert sums(papers_of(day, run_id)) == sums(before)
    assert [item.is_cold for item in papers_of(day, run_id).items] == [item.is_cold for item in before.items]
    with store.read() as work:
        (one,) = runs.difference(work, run_id=run_id)
        assert sums(papers.to_deliver(work, rounds=day.rounds)) == sums(before)
    assert (one.name, one.leader_name, one.place, one.now_milli - one.frozen_milli) == (
        "鸡蛋", "团长0", "3号楼大堂", 7000,
    )  # fmt: skip


def test_thawed_and_frozen_anew_it_is_on_the_papers(store: Store, clock: StillClock) -> None:
    day = Day(store)
    run_id = day.run()
    plan(store, run_id)
    with store.transaction() as work:
        work.db.execute(update(round_).where(round_.c.state == "closed").values(title="新名字"))
        runs.thaw(work, run_id=run_id, actor="system")
        for table in (delivery_note, delivery_note_line, route):
            assert work.db.execute(select(func.count()).select_from(table)).scalar_one() == 0
    assert papers_of(day, run_id) == Papers((), ())
    with store.transaction() as work:
        runs.freeze(work, run_id=run_id, rounds=day.rounds, actor="system")
    assert sums(papers_of(day, run_id)) == by_orders(store, day.rounds)


def test_what_cannot_be_frozen_is_refused_and_changes_nothing(store: Store, clock: StillClock) -> None:
    day = Day(store)
    run_id = day.run(is_frozen=False)
    one = day.rounds[0]

    def freeze(*chosen: Round, run: int = run_id) -> None:
        with store.transaction() as work:
            runs.freeze(work, run_id=run, rounds=chosen, actor="system")

    with pytest.raises(NothingToDeliver):
        freeze()
    with pytest.raises(NotFound):
        freeze(one, (one[0], 4711))
    with store.transaction() as work:
        work.db.execute(update(pickup_point).where(pickup_point.c.leader_id == one[0]).values(is_active=False))
    with pytest.raises(NoPickupPoint):
        freeze(one)
    with store.transaction() as work:
        work.db.execute(update(pickup_point).values(is_active=True))
        other = runs.create(
            work, run_on=runs.get(work, run_id).run_on + timedelta(days=1), warehouse_id=day.warehouse_id, actor="x"
        )
    freeze(one)
    with pytest.raises(RunState):
        freeze(one)
    with pytest.raises(RoundElsewhere):
        freeze(one, run=other)
    freeze(day.rounds[1], run=other)
    with store.read() as work:
        assert runs.get(work, other).state == "frozen"


def test_only_closed_rounds_of_the_day_go_along_by_themselves(store: Store, clock: StillClock) -> None:
    day = Day(store)
    later = World(store, name="后天", offers=GOODS, pickup_from=store.clock() + timedelta(hours=80))
    vague = World(store, name="没说", offers=GOODS)
    still_open = World(store, name="还开着", offers=GOODS, pickup_from=store.clock() + timedelta(hours=30))
    for world in (later, vague, still_open):
        world.order(world.resident(), {1: 1})
    later.close()
    vague.close()
    run_id = day.run(is_frozen=False)
    with store.read() as work:
        run = runs.get(work, run_id)
        found = gathering.candidates(work, run_on=run.run_on, run_id=run_id, crate_units=10)
    assert [(one.leader_name, one.is_taken) for one in found] == [("团长0", True), ("团长1", True), ("没说", False)]
    assert found[-1].has_homeless
    assert sum(one.crates for one in found[:2]) > 0


def test_of_two_warehouses_the_nearer_one_serves_a_point_unless_somebody_says_otherwise(sqlite_store: Store) -> None:
    """Each run takes its own rounds and cars by itself; a car that drives for one is not there for the other."""
    day = Day(sqlite_store, leaders=2)
    near, told = day.worlds
    with sqlite_store.transaction() as work:
        other = fleet.save_warehouse(
            work, facts=WarehouseFacts("西仓", None, (HOME[0] + 400_000, HOME[1])), actor="system"
        )
        point = work.db.execute(select(pickup_point).where(pickup_point.c.leader_id == told.leader_id)).one()
        wishes = PointFacts((point.lat_e6, point.lng_e6), "gcj02", 5, None, None, None, "", warehouse_id=other)
        fleet.set_point(work, leader_id=told.leader_id, point_id=point.id, facts=wishes, actor="system")
        own = VehicleFacts("西仓的车", None, None, 60, 300, 720, warehouse_id=other)
        fleet.save_vehicle(work, facts=own, actor="system")
        with pytest.raises(NotFound):
            fleet.save_vehicle(work, facts=replace(own, name="x", warehouse_id=4711), actor="system")
    run_id = day.run(is_frozen=False)
    with sqlite_store.transaction() as work:
        run_on = runs.get(work, run_id).run_on
        second = runs.create(work, run_on=run_on, warehouse_id=other, actor="system")
        for run, mine, home in ((run_id, near, "西仓"), (second, told, "东仓")):
            found = gathering.candidates(work, run_on=run_on, run_id=run, crate_units=10)
            assert [(one.leader_id, one.is_taken, one.served_from) for one in found] == [
                (mine.leader_id, True, ""),
                (({near, told} - {mine}).pop().leader_id, False, home),
            ]
        assert [van.name for van in problems.vans(work, run_id=run_id)] == ["1号车", "2号车"]
        assert [van.name for van in problems.vans(work, run_id=second)] == ["1号车", "2号车", "西仓的车"]
        runs.freeze(work, run_id=run_id, rounds=[(near.leader_id, near.round_id)], actor="system")
    plan(sqlite_store, run_id)
    with sqlite_store.read() as work:
        assert [van.name for van in problems.vans(work, run_id=second)] == ["2号车", "西仓的车"]


def test_a_day_has_one_run_of_a_warehouse_and_a_cancelled_one_comes_back(store: Store, clock: StillClock) -> None:
    day = Day(store)
    run_id = day.run()
    assert day.run(is_frozen=False) == run_id
    with store.transaction() as work:
        runs.cancel(work, run_id=run_id, actor="system")
        with pytest.raises(RunState):
            runs.freeze(work, run_id=run_id, rounds=day.rounds, actor="system")
    assert day.run() == run_id
    with store.read() as work:
        state = work.db.execute(select(delivery_run.c.state)).scalar_one()
    assert state == "frozen"


def test_two_cars_have_two_names(store: Store, clock: StillClock) -> None:
    facts = VehicleFacts("1号车", None, None, 10, 300, 720)
    with store.transaction() as work:
        first = fleet.save_vehicle(work, facts=facts, actor="system")
        with pytest.raises(NameTaken):
            fleet.save_vehicle(work, facts=facts, actor="system")
        assert fleet.save_vehicle(work, facts=facts, vehicle_id=first, actor="system") == first
        with pytest.raises(NotFound):
            fleet.save_vehicle(work, facts=facts, vehicle_id=4711, actor="system")
