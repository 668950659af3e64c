"""A clock that stands still until told to move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

SHANGHAI = ZoneInfo("Asia/Shanghai")

# A Saturday morning, outside the quiet hours.
START = datetime(2026, 5, 2, 10, 0, tzinfo=SHANGHAI).astimezone(UTC)


class StillClock:
    """A `Clock`: calling it gives the instant. Threads may share one."""

    def __init__(self, start: datetime = START) -> None:
        self._now, self._lock = start.astimezone(UTC), threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, **duration: float) -> datetime:
        """Move on by a `timedelta(**duration)`, for example `advance(hours=2)`; returns the new instant."""
        with self._lock:
            self._now += timedelta(**duration)
            return self._now

    def set(self, instant: datetime) -> None:
        """Jump to an instant, backwards too. It must have a time zone."""
        if instant.tzinfo is None:
            raise ValueError("a clock needs an instant with a time zone")
        with self._lock:
            self._now = instant.astimezone(UTC)

    def set_local(self, text: str) -> None:
        """Jump to a wall-clock time in Shanghai, for example `2026-05-02 20:00`."""
        self.set(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI))


@pytest.fixture
def clock() -> StillClock:
    """Stands at Saturday 2026-05-02 10:00 in Shanghai."""
    return StillClock()
