"""改自提: what may be moved, what follows a move, and who hears of it once, with the words that hold then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models import Store, action_log, notice, order, round_, round_move
from models.outcomes import Turn
from operations import batches, moving, outbox, pickup_days, rounds, shelf_days, shopfront
from operations.batches import Wish
from operations.errors import BadTime, HoursWanted, NotFound, Refused, SamePickup, WrongState
from operations.moving import Moved, When
from tests.support.clock import StillClock
from tests.support.world import World

NOW = datetime(2026, 5, 2, 2, tzinfo=UTC)  # the still clock: Saturday, 10:00 in Shanghai
CLOSES = NOW + timedelta(hours=10)
FROM, UNTIL = NOW + timedelta(days=1, hours=6), NOW + timedelta(days=1, hours=9)
DAY = timedelta(days=1)
LATER = When(FROM + DAY, UNTIL + DAY)


@pytest.fixture
def world(store: Store, clock: StillClock) -> World:
    """A round that is handed out on Sunday from 16 to 19, with two orders, one of them for a guest."""
    clock.set(NOW)
    world = World(store, pickup_from=FROM, pickup_until=UNTIL)
    world.li = world.resident("李姐", room="3-502")  # type: ignore[attr-defined]
    world.order(world.li, {1: 2})  # type: ignore[attr-defined]
    world.order(world.guest(world.li, "奶奶", room="5-101"), {2: 1})  # type: ignore[attr-defined]
    world.order(world.resident("老王", room="5-301"), {1: 1})
    return world
