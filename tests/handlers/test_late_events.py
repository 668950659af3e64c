"""Events that WeChat delivers late: what is known since is not undone by what was before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.simulator import inbound
from models import Store, account
from operations import windows
from tests.support.chat import World, world
from tests.support.clock import StillClock

WHO = "王姐"


@pytest.fixture
def place(sqlite_store: Store, clock: StillClock, tmp_path: Path) -> Iterator[World]:
    with world(sqlite_store, clock, tmp_path) as place:
        place.say(WHO, "团购")
        yield place


def told_of(place: World, event: inbound.Inbound, *, seconds_ago: int) -> None:
    """An event with the time at which it happened."""
    fields = inbound.body(place.sim.account.origin_id, event, place.sim.stamp() - seconds_ago, place.sim.message_id())
    place.sim.raw(place.openid(WHO), inbound.render(fields))


def follows(place: World) -> tuple[bool, bool]:
    """(as the books have it, whether something may be pushed)"""
    mine = select(account.c.id, account.c.is_subscribed).where(account.c.openid == place.openid(WHO))
    with place.store.transaction() as work:
        row = work.db.execute(mine).one()
        may_push = windows.take(work, account_id=row.id)
    return row.is_subscribed, may_push is not None


def test_a_goodbye_that_comes_after_the_return_changes_nothing(place: World) -> None:
    """She left and followed again; the first was delivered at its third attempt, after the second."""
    openid = place.openid(WHO)
    told_of(place, inbound.subscribe(openid, "L1", "t"), seconds_ago=5)
    told_of(place, inbound.unsubscribe(openid), seconds_ago=10)
    assert follows(place) == (True, True)


def test_control_in_their_order_the_last_counts(place: World) -> None:
    openid = place.openid(WHO)
    told_of(place, inbound.subscribe(openid, "L1", "t"), seconds_ago=10)
    told_of(place, inbound.unsubscribe(openid), seconds_ago=5)
    assert follows(place) == (False, False)
    told_of(place, inbound.subscribe(openid, None, ""), seconds_ago=5)
    assert follows(place)[0], "of two in one second, the one that came last"
