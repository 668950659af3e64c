"""Leaders, residents and rounds for fault tests, made by the real operations; and what must hold of them afterwards."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from bot import inbox
from models import Store, leader, notice, order, order_event, order_line, round_
from models.base import Clock, system_clock
from operations import leadership, orders, people, rounds
from operations.notices import Addressed, enqueue_many
from operations.offers import NewOffer
from operations.rounds import NewRound
from tests.support.databases import compile_once

WORDS = "再加1盒草莓"  # adds one: handled twice, it would count twice
ONE = 1000  # a box, in thousandths
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Neighbourhood:
    """A leader without quiet hours, with bound residents and one open round of strawberries."""

    store: Store
    leader_id: int
    round_id: int
    openids: list[str]
    accounts: list[int]

    def booked(self) -> dict[str, int]:
        """How many thousandths each resident has in the round, by openid; nothing for those without an order."""
        with self.store.read() as work:
            rows = work.db.execute(
                select(order_event.c.actor, func.sum(order_event.c.delta_milli).label("milli"))
                .where(order_event.c.leader_id == self.leader_id)
                .group_by(order_event.c.actor)
            )
            whose = {f"account:{account}": openid for account, openid in zip(self.accounts, self.openids, strict=True)}
            return {whose[row.actor]: int(row.milli) for row in rows}

    def sources(self) -> Counter[str]:
        """How often each message has changed an order."""
        with self.store.read() as work:
            mine = select(order_event.c.source_key).where(order_event.c.leader_id == self.leader_id)
            return Counter(work.db.execute(mine).scalars())

    def state(self) -> str:
        """The round's."""
        with self.store.read() as work:
            mine = (round_.c.leader_id == self.leader_id, round_.c.id == self.round_id)
            return str(work.db.execute(select(round_.c.state).where(*mine)).scalar_one())

    def total_milli(self) -> int:
        """All that is ordered in the round."""
        mine = (order.c.leader_id == self.leader_id, order.c.round_id == self.round_id)
        lines = select(func.coalesce(func.sum(order_line.c.quantity_milli), 0)).join(
            order, (order.c.leader_id == order_line.c.leader_id) & (order.c.id == order_line.c.order_id)
        )
        with self.store.read() as work:
            return int(work.db.execute(lines.where(*mine)).scalar_one())


def settle(store: Store, *, residents: int, closes_in: timedelta = timedelta(hours=20)) -> Neighbourhood:
    """A new leader with so many bound residents, whose openids no other neighbourhood of the process has."""
    number = next(_numbers)
    openids = [f"o_test_fault_{number:03}_{n:05}" for n in range(residents)]
    with store.transaction() as work:
        owner = people.recognise(work, f"o_test_fault_{number:03}_leader").account_id
        leader_id = leadership.apply_as_leader(work, account_id=owner, name=f"团长{number}", note=None, share_bps=1000)
        leadership.approve_leader(work, leader_id=leader_id, actor="system")
        work.db.execute(update(leader).where(leader.c.id == leader_id).values(quiet_from_min=0, quiet_until_min=0))
        new = NewRound("水果团", (NewOffer("草莓", 4500, "盒"),), closes_at=work.now + closes_in, pickup_place="东门")
        view = rounds.publish(work, leader_id=leader_id, new=new, actor="system")
        accounts = [people.recognise(work, openid).account_id for openid in openids]
        for account_id in accounts:
            people.bind(work, account_id=account_id, leader_id=leader_id, via="code")
    return Neighbourhood(store, leader_id, view.id, openids, accounts)


def order_one(place: Neighbourhood, account_id: int, *, key: str) -> None:
    """One box more for this person, by the operation itself."""
    with place.store.transaction() as work:
        round_view = rounds.view(work, place.leader_id, place.round_id)
        orders.change(
            work,
            leader_id=place.leader_id,
            round_id=place.round_id,
            resident_id=people.resident_of(work, leader_id=place.leader_id, account_id=account_id),
            changes=[orders.Change(round_view.offers[0].id, ONE, "add")],
            actor=f"account:{account_id}",
            source_key=key,
        )


def announce(place: Neighbourhood, count: int, *, key: str = "deadline") -> list[str]:
    """Put one notice into the outbox for each of the first `count` residents; their openids."""
    facts = {"title": key, "closes_at": (place.store.clock() + timedelta(hours=5)).isoformat()}
    to = [Addressed(one, f"{key}:{one}", facts) for one in place.accounts[:count]]
    with place.store.transaction() as work:
        assert enqueue_many(work, leader_id=place.leader_id, kind="round_extended", to=to) == count
    return place.openids[:count]


def put_off(store: Store) -> int:
    """How many messages are stored and not done yet."""
    with store.read() as work:
        return len(inbox.deferred(work, limit=1000))


def notice_states(store: Store, leader_id: int) -> Counter[str]:
    """How many notices are in which state."""
    with store.read() as work:
        rows = select(notice.c.state).where(notice.c.leader_id == leader_id)
        return Counter(work.db.execute(rows).scalars())


@contextmanager
def looking_at(url: str, clock: Clock = system_clock) -> Iterator[Store]:
    """The product's database as the test sees it; it waits for locks longer than any test holds one."""
    store = Store.open(url, clock=clock, wait_s=20)
    compile_once(store)
    try:
        yield store
    finally:
        store.dispose()
