"""Delivery runs from several hands: a round goes with one run, a search has one scheduler, a stop one signature.

Each rule has a control next to it: the same without the guard, on PostgreSQL, where it must go wrong.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models import Store, Work, delivery_note, delivery_note_line, notice, order, order_line, route_search
from operations import unpaid
from operations.delivery import driving, gathering, planning, plans, runs, tours
from operations.errors import RoundElsewhere, RunChanged
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S
from tests.support.runs import Day, nobody_paid, plan
from tests.support.together import at_once

HANDS = 6


def failures(outcomes: list[Any]) -> list[Exception]:
    return [one for one in outcomes if isinstance(one, Exception)]


def freeze(day: Day, run_id: int) -> int:
    with day.store.transaction() as work:
        return runs.freeze(work, run_id=run_id, rounds=day.rounds, actor="system")


def two_runs(day: Day) -> list[int]:
    """Two drafts that want the same rounds."""
    first = day.run(is_frozen=False)
    with day.store.transaction() as work:
        run_on = runs.get(work, first).run_on + timedelta(days=1)
        return [first, runs.create(work, run_on=run_on, warehouse_id=day.warehouse_id, actor="system")]


def brought_twice(store: Store) -> int:
    with store.read() as work:
        counted = select(func.count(delivery_note.c.run_id.distinct()).label("n")).group_by(delivery_note.c.round_id)
        return sum(n > 1 for n in work.db.execute(counted).scalars())


# ---------------------------------------------------------------- freezing


def test_two_runs_never_take_the_same_round(crowd: Store) -> None:
    day = Day(crowd, leaders=2)
    outcomes = at_once([partial(freeze, day, run_id) for run_id in two_runs(day)])
    (error,) = failures(outcomes)
    assert isinstance(error, RoundElsewhere)
    assert brought_twice(crowd) == 0


@pytest.mark.postgresql
def test_control_without_holding_the_rounds_both_take_them(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day(unguarded, leaders=2)
    both = threading.Barrier(2)
    look = gathering.elsewhere

    def looks(work: Work, rounds: Any, *, run_id: int) -> Any:
        found = look(work, rounds, run_id=run_id)
        both.wait(PATIENCE_S)
        return found

    monkeypatch.setattr(runs, "_lock_rounds", lambda _work, _rounds: None)
    monkeypatch.setattr(runs, "elsewhere", looks)
    assert failures(at_once([partial(freeze, day, run_id) for run_id in two_runs(day)])) == []
    assert brought_twice(unguarded) == 2


def frozen_sums(store: Store) -> Counter[str]:
    with store.read() as work:
        rows = work.db.execute(
            select(delivery_note_line.c.name, func.sum(delivery_note_line.c.quantity_milli)).group_by(
                delivery_note_line.c.name
            )
        )
        return Counter({name: int(milli) for name, milli in rows})


def equal_orders(store: Store, count: int) -> Day:
    """So many orders of one 草莓 and one 鸡蛋 each, none of them paid."""
    day = Day(store, leaders=0)
    world = day.add("王团长", [{1: 1, 2: 1}] * count)
    assert world.count(order) == count
    nobody_paid(day)
    return day


def cancel_one_after_another(day: Day) -> int:
    done = 0
    while True:
        with day.store.transaction() as work:
            if not unpaid.cancel_unpaid(work, limit=1):
                return done
        done += 1


def test_what_is_frozen_while_orders_change_is_one_moment_of_them(crowd: Store) -> None:
    """Each order has as much of one thing as of the other; a paper with more of one would show half a change."""
    day = equal_orders(crowd, 12)
    run_id = day.run(is_frozen=False)
    outcomes = at_once([partial(cancel_one_after_another, day), partial(freeze, day, run_id)])
    if failures(outcomes):  # all were cancelled before
        return
    sums = frozen_sums(crowd)
    assert sums["草莓"] == sums["鸡蛋"] > 0
    with crowd.read() as work:
        later = runs.difference(work, run_id=run_id)
    assert {one.name: one.frozen_milli for one in later} == ({} if not later else dict(sums))


@pytest.mark.postgresql
def test_control_read_item_by_item_it_is_no_moment_of_them(unguarded: Store) -> None:
    day = equal_orders(unguarded, 4)
    world, read_one, changed = day.worlds[0], threading.Event(), threading.Event()

    def naive() -> list[int]:
        found = []
        with unguarded.transaction() as work:
            for number in (1, 2):
                mine = order_line.c.offer_id == world.offers[number]
                found.append(
                    int(work.db.execute(select(func.sum(order_line.c.quantity_milli)).where(mine)).scalar() or 0)
                )
                read_one.set()
                assert changed.wait(PATIENCE_S)
        return found

    def cancel() -> list[int]:
        assert read_one.wait(PATIENCE_S)
        cancel_one_after_another(day)
        changed.set()
        return []

    assert at_once([naive, cancel])[0] == [4000, 0]


# ---------------------------------------------------------------- searching


def wanted(store: Store) -> int:
    run_id = Day(store, leaders=2).run()
    store.run(lambda work: planning.ask(work, run_id=run_id, seconds=10, actor="system"))
    return run_id


def test_a_search_is_claimed_once_and_asked_for_once(crowd: Store) -> None:
    run_id = Day(crowd, leaders=2).run()
    ask: Callable[[Work], bool] = partial(planning.ask, run_id=run_id, seconds=10, actor="system")
    assert sorted(map(str, at_once([partial(crowd.run, ask)] * HANDS))) == ["False"] * (HANDS - 1) + ["True"]
    claims = at_once([partial(crowd.run, planning.claim)] * HANDS)
    assert failures(claims) == []
    assert len([one for one in claims if one is not None]) == 1


@pytest.mark.postgresql
def test_control_claimed_without_holding_it_two_search(unguarded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted(unguarded)
    both = threading.Barrier(2)

    def writes(table: Any) -> Any:
        both.wait(PATIENCE_S)
        return update(table)

    monkeypatch.setattr(planning, "for_update", lambda _work, statement, **_how: statement)
    monkeypatch.setattr(planning, "update", writes)
    claims = at_once([partial(unguarded.run, planning.claim)] * 2)
    assert len([one for one in claims if isinstance(one, planning.Claimed)]) == 2


def test_who_was_given_up_writes_nothing_any_more(crowd: Store, clock: StillClock) -> None:
    """The lease is over and another scheduler went on: the first one's plan is refused, whatever it found."""
    run_id = wanted(crowd)
    first = crowd.run(planning.claim)
    clock.advance(seconds=planning.LEASE.total_seconds() + 1)
    second = crowd.run(planning.claim)
    assert first is not None
    assert second is not None
    tell = partial(planning.tell, run_id=run_id, searched_s=3)
    assert crowd.run(lambda work: tell(work, fence=first.fence)) is None
    assert not crowd.run(lambda work: planning.finish(work, run_id=run_id, fence=first.fence, outcome="done"))
    assert crowd.run(lambda work: tell(work, fence=second.fence)) is True
    with crowd.read() as work:
        assert work.db.execute(select(route_search.c.state)).scalar_one() == "searching"


def test_two_people_move_a_stop_and_one_is_told_to_look_again(crowd: Store) -> None:
    day = Day(crowd, leaders=3)
    run_id = day.run()
    plan(crowd, run_id)
    with crowd.read() as work:
        version = runs.get(work, run_id).version
        stops = tours.stops_of_run(work, run_id=run_id)

    def move(nth: int) -> Any:
        with crowd.transaction() as work:
            return plans.move(
                work, run_id=run_id, version=version, leader_id=stops[nth]["leader_id"],
                point_id=stops[nth]["pickup_point_id"], vehicle_id=day.vans[1], position=1, actor="system",
            )  # fmt: skip

    (error,) = failures(at_once([partial(move, 0), partial(move, 1)]))
    assert isinstance(error, RunChanged)


# ---------------------------------------------------------------- signing


def on_the_way(store: Store) -> tuple[int, int]:
    """A car at its first stop: (route, stop)."""
    day = Day(store, leaders=3)
    run_id = day.run()
    plan(store, run_id)
    with store.transaction() as work:
        stop = tours.stops_of_run(work, run_id=run_id)[0]
        driving.arrive(work, route_id=stop["route_id"], stop_id=stop["id"])
    return stop["route_id"], stop["id"]


def sign(store: Store, route_id: int, stop_id: int, name: str) -> driving.Signed:
    with store.transaction() as work:
        return driving.sign(work, route_id=route_id, stop_id=stop_id, name=name)


def test_of_many_who_sign_one_did_and_the_leaders_are_told_once(crowd: Store) -> None:
    route_id, stop_id = on_the_way(crowd)
    outcomes: list[Any] = at_once([partial(sign, crowd, route_id, stop_id, f"邻居{n}") for n in range(HANDS)])
    assert failures(outcomes) == []
    (winner,) = [one for one in outcomes if one.is_new]
    assert {one.by for one in outcomes} == {winner.by}
    with crowd.read() as work:
        told = Counter(work.db.execute(select(notice.c.dedupe_key).where(notice.c.kind == "car_near")).scalars())
    assert told
    assert set(told.values()) == {1}


@pytest.mark.postgresql
def test_control_who_looks_first_and_signs_then_signs_twice(unguarded: Store) -> None:
    _, stop_id = on_the_way(unguarded)
    both = threading.Barrier(2)

    def naive(name: str) -> bool:
        with unguarded.transaction() as work:
            first = work.db.execute(select(delivery_note).order_by(delivery_note.c.id)).first()
            assert first is not None
            both.wait(PATIENCE_S)
            if first.signed_at is None:
                work.db.execute(
                    update(delivery_note)
                    .where(delivery_note.c.id == first.id)
                    .values(signed_at=work.now, signed_by=name)
                )
            return first.signed_at is None

    assert stop_id
    assert at_once([partial(naive, "王姐"), partial(naive, "李想")]) == [True, True]
