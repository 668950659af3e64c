"""Ids that the application makes itself."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]


class IdSource:
    """Time-ordered 64-bit ids made by the application: milliseconds since 2024 (41 bits), then 22 bits that start at
    random in each millisecond. Two processes may share a millisecond; a primary key refuses the one-in-millions clash.
    """

    EPOCH_MS = 1_704_067_200_000

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock, self._rng, self._lock = clock, rng, threading.Lock()
        self._last = 0

    def __call__(self) -> int:
        return self.block(1)

    def block(self, count: int) -> int:
        """The first of so many ids in a row, for rows that the database itself writes."""
        with self._lock:
            ms = int(self._clock().timestamp() * 1000) - self.EPOCH_MS
            # In the same millisecond, or with a clock that was set back, it goes on counting.
            first = ms << 22 | self._rng.getrandbits(21) if ms > self._last >> 22 else self._last + 1
            self._last = first + count - 1
            return first

    @classmethod
    def lowest_at(cls, instant: datetime) -> int:
        """The lowest id that can have been made at this instant: all smaller ones are older."""
        return max(0, int(instant.timestamp() * 1000) - cls.EPOCH_MS) << 22
