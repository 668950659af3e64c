"""Orders nobody paid: asked once, not at night, and cancelled only where the leader wants that and could be paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from models import Store, Work, leader, notice, order
from operations import ledger_check, nudges, paying_terms, payments, unpaid
from operations.quiet_hours import in_quiet_hours, quiet_until
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.world import World

CLOSED = datetime(2026, 5, 2, 13, 0, tzinfo=UTC)  # 21:00 in Shanghai; quiet from 22:00 to 7:30


def run(store: Store, job: Callable[[Work], int]) -> int:
    with store.transaction() as work:
        return job(work)


def closed(store: Store, clock: StillClock, *, hours: int | None) -> tuple[World, list[int]]:
    """Four orders: paid at night, said to be paid, and two that nobody pays for."""
    clock.set(CLOSED)
    world = World(store, payment_mode="transfer")
    orders = [world.order(world.resident(name), {1: 1}) for name in ("夜里付", "说付了", "没付", "也没付")]
    with store.transaction() as work:
        paying_terms.set_auto_cancel(work, leader_id=world.leader_id, hours=hours, actor="system")
    world.close()
    with store.transaction() as work:
        payments.claim_paid(work, leader_id=world.leader_id, order_id=orders[1], actor="system", source_key="said")
    return world, orders


def test_the_leader_asks_once_a_day_and_only_who_has_not_paid(store: Store, clock: StillClock) -> None:
    world, orders = closed(store, clock, hours=None)
    world.pay(orders[0])
    whose = {"leader_id": world.leader_id, "round_id": world.round_id}
    with store.transaction() as work:
        assert nudges.plan_paying(work, **whose) == nudges.Reminded(2, 0, 0)
    for sent, again in ((2, 0), (0, 2)):
        with store.transaction() as work:
            assert nudges.remind_paying(work, **whose, actor="system") == nudges.Reminded(sent, again, 0)
    assert {row.order_id for row in world.rows(notice, kind="reminder_pay")} == set(orders[2:])
    clock.advance(hours=24)
    with store.transaction() as work:
        paying_terms.set_mode(work, leader_id=world.leader_id, mode="pickup", note=None, actor="system")
        assert nudges.plan_paying(work, **whose) == nudges.Reminded(0, 0, 0), "they pay when they collect"


def test_nobody_is_asked_at_night_and_nobody_cancelled_before_he_was_asked(store: Store, clock: StillClock) -> None:
    world, orders = closed(store, clock, hours=1)
    clock.advance(hours=3)  # midnight
    assert (run(store, unpaid.remind_unpaid), run(store, unpaid.cancel_unpaid)) == (0, 0)
    world.pay(orders[0])
    clock.set(CLOSED + timedelta(hours=10, minutes=30))  # 7:30
    assert (run(store, unpaid.cancel_unpaid), run(store, unpaid.remind_unpaid)) == (0, 2)
    assert run(store, unpaid.remind_unpaid) == 0, "once"
    assert {row.order_id for row in world.rows(notice, kind="reminder_pay")} == set(orders[2:])
    clock.advance(minutes=59)
    assert run(store, unpaid.cancel_unpaid) == 0, "an hour to pay"
    world.pay(orders[3])
    clock.advance(minutes=1)
    assert (run(store, unpaid.cancel_unpaid), run(store, unpaid.cancel_unpaid)) == (1, 0)
    assert [row.state for row in world.rows(order)] == ["confirmed", "confirmed", "cancelled", "confirmed"]
    assert violations(store) == []
    with store.read() as work:
        assert ledger_check.check(work) == []


def test_without_the_leaders_word_nothing_is_cancelled(store: Store, clock: StillClock) -> None:
    _, orders = closed(store, clock, hours=None)
    clock.advance(hours=12)
    assert run(store, unpaid.remind_unpaid) == 3
    clock.advance(days=30)
    assert run(store, unpaid.cancel_unpaid) == 0
    assert len(orders) == 4


def test_quiet_hours_are_the_same_in_sql(store: Store) -> None:
    world = World(store)
    with store.transaction() as work:
        for begins, ends in ((1320, 450), (0, 0), (720, 840), (1439, 0), (0, 1439)):
            mine = update(leader).where(leader.c.id == world.leader_id)
            work.db.execute(mine.values(quiet_from_min=begins, quiet_until_min=ends))
            for minute in (0, 449, 450, 719, 720, 839, 840, 1319, 1320, 1439):
                at = datetime(2026, 5, 2, 16, 0, tzinfo=UTC) + timedelta(minutes=minute, seconds=59)  # midnight there
                found = work.db.execute(select(leader.c.id).where(leader.c.id == world.leader_id, in_quiet_hours(at)))
                assert (found.first() is not None) == (quiet_until(at, begins, ends) is not None), (begins, minute)
