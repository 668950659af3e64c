"""Stores for many at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models import Store
from tests.support.clock import StillClock
from tests.support.invariants import violations
from tests.support.together import crowded

MOST = 110  # threads in the largest race; a connection is opened only when one is wanted


@pytest.fixture
def crowd(database_url: str, clock: StillClock) -> Iterator[Store]:
    """A store for many at once. At the end the books must be right."""
    with crowded(database_url, clock, people=MOST) as store:
        yield store
        assert violations(store) == []


@pytest.fixture
def unguarded(postgresql_url: str, clock: StillClock) -> Iterator[Store]:
    """The same for controls: nobody looks at the books."""
    with crowded(postgresql_url, clock, people=MOST) as store:
        yield store
