"""A scheduler that is killed, absent, or there twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.simulator.clock import ShiftedClock
from models import Store, action_log, notice, round_
from operations import people, rounds
from operations.offers import NewOffer
from operations.orders import Change, change
from operations.rounds import NewRound
from tests.faults.conftest import Platform
from tests.faults.neighbourhood import WORDS, Neighbourhood, announce, notice_states, settle
from tests.faults.phones import Phones
from tests.faults.product import ACCOUNT, Product, runs_jobs, start_scheduler
from tests.support.invariants import violations
from tests.support.patience import PATIENCE_S, until
from tests.support.processes import is_alive

LEASE_S = 60
CLOSED = "已经截单"


def template_calls(platform: Platform, openids: list[str]) -> list[dict[str, str]]:
    """The bodies of the template messages to these people, in order."""
    wanted = set(openids)
    return [call.body for call in platform.sim.calls("message/template/send") if call.body["touser"] in wanted]


def kill_the_scheduler_while_it_sends(
    product: Product, platform: Platform, clock: ShiftedClock, openids: list[str], *, kills: int, seed: int
) -> None:
    """kill -9 once a few more messages have gone out, then let the lease of what was in flight run out."""
    chance = random.Random(seed)
    for _ in range(kills):
        pid, after = product.scheduler, len(template_calls(platform, openids)) + chance.randint(3, 12)
        until(lambda after=after: len(template_calls(platform, openids)) >= after, "more messages go out")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.02))
        product.kill(pid)
        until(lambda pid=pid: product.scheduler not in (0, pid), "the scheduler is started again")  # type: ignore[misc]
        clock.advance(LEASE_S + 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_killed_in_the_middle_of_a_batch_it_delivers_everything(
    product: Product, platform: Platform, store: Store, clock: ShiftedClock
) -> None:
    """kill -9 of the scheduler three times while it sends: every notice is delivered, each person sees it once, and
    what went over the wire twice carried the same client_msg_id, by which WeChat drops the repeat.

    On PostgreSQL: `tests/soak/test_kills.py`.
    """
    place = settle(store, residents=150)
    for openid in place.openids:
        platform.sim.add_user(openid)
    openids = announce(place, 150)
    kill_the_scheduler_while_it_sends(product, platform, clock, openids, kills=3, seed=11)
    until(lambda: notice_states(store, place.leader_id) == {"sent": 150}, "everything is sent")
    check_delivered(platform, openids)


def check_delivered(platform: Platform, openids: list[str]) -> int:
    """Everybody got one message under one key; returns how many were sent more than once."""
    seen = {openid: [b for b in platform.sim.inbox(openid) if b.channel == "template"] for openid in openids}
    assert {len(bubbles) for bubbles in seen.values()} == {1}
    calls = template_calls(platform, openids)
    assert len({(call["touser"], call["client_msg_id"]) for call in calls}) == len(openids)
    return len(calls) - len(openids)


def test_orders_stop_at_the_deadline_without_a_scheduler(product: Product, store: Store, clock: ShiftedClock) -> None:
    """The scheduler is stuck across a deadline: what comes later is refused all the same, by the order's own statement.
    Started anew, it closes the round at once, and everybody is told once.
    """
    place, phones = settle(store, residents=4, closes_in=timedelta(hours=1)), Phones(product.port, ACCOUNT, clock)
    stuck = product.scheduler
    os.kill(stuck, signal.SIGSTOP)
    try:
        first = [phones.say(openid, WORDS) for openid in place.openids[:3]]
        assert all(one.is_booked for one in first), first
        clock.advance(3601)
        for openid in place.openids:  # one who has no order yet, and three who want more
            assert CLOSED in phones.say(openid, WORDS).text
        assert place.state() == "open"
    finally:
        product.kill(stuck)
    until(lambda: place.state() == "closed", "the new scheduler closes it")
    assert place.total_milli() == 3000
    with store.read() as work:
        mine = select(notice.c.kind).where(notice.c.leader_id == place.leader_id)
        assert Counter(work.db.execute(mine).scalars()) == {"order_closed": 3, "round_closed": 1}
    assert violations(store) == []


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_schedulers_close_each_round_once(product: Product, store: Store, clock: ShiftedClock) -> None:
    """60 rounds fall due at one moment, two scheduler processes run: each round is closed once, and each person with an
    order has one notice of it.
    """
    place = settle(store, residents=3)
    ids = _many_rounds(place, 60)
    second = start_scheduler(product.config)
    try:
        until(lambda: runs_jobs(store, second.pid), "the second scheduler runs")
        clock.advance(2 * 3600)
        until(lambda: _states(place, ids) == {"closed": 60}, "all are closed")
        assert is_alive(second.pid)
    finally:
        second.terminate()
        second.wait(PATIENCE_S)
    with store.read() as work:
        closings = select(action_log.c.entity_id).where(
            action_log.c.leader_id == place.leader_id, action_log.c.action == "round.close"
        )
        assert Counter(work.db.execute(closings).scalars()) == dict.fromkeys(ids, 1)
        told = select(notice.c.kind, notice.c.account_id, notice.c.round_id).where(
            notice.c.leader_id == place.leader_id
        )
        counts = Counter((row.kind, row.account_id, row.round_id) for row in work.db.execute(told))
    assert set(counts.values()) == {1}
    assert Counter(kind for kind, _, _ in counts) == {"order_closed": 180, "round_closed": 60}
    assert violations(store) == []


def _many_rounds(place: Neighbourhood, count: int) -> list[int]:
    """Rounds that close in an hour, with an order of every resident in each."""
    ids = []
    with place.store.transaction() as work:
        residents = [
            people.resident_of(work, leader_id=place.leader_id, account_id=account_id) for account_id in place.accounts
        ]
        for n in range(count):
            new = NewRound(f"第{n}团", (NewOffer("米", 1000, "袋"),), closes_at=work.now + timedelta(hours=1))
            view = rounds.publish(work, leader_id=place.leader_id, new=new, actor="system")
            ids.append(view.id)
            for resident_id in residents:
                change(
                    work,
                    leader_id=place.leader_id,
                    round_id=view.id,
                    resident_id=resident_id,
                    changes=[Change(view.offers[0].id, 1000)],
                    actor="system",
                    source_key=f"many:{view.id}:{resident_id}",
                )
    return ids


def _states(place: Neighbourhood, ids: list[int]) -> Counter[str]:
    with place.store.read() as work:
        rows = select(round_.c.state).where(round_.c.leader_id == place.leader_id, round_.c.id.in_(ids))
        return Counter(work.db.execute(rows).scalars())
