"""How patiently somebody else's server is asked: a claim that runs out, and pauses that grow."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=60)
PAUSES = tuple(timedelta(seconds=s) for s in (20, 60, 120, 300, 600, 1800))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries, the last one with it."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
