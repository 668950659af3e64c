"""Not more than so many calls a second, and transactions that leave others their turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sized

from models import Store, Work

MOST_STEPS = 50  # transactions per run of a job; what is left comes with the next run


def repeat(
    store: Store, step: Callable[[Work], int | Sized], stop: threading.Event, *, leaves_room: bool = False
) -> int:
    """One transaction after the other until a step finds nothing more to do; returns the sum of what they did.

    `leaves_room`: on SQLite, after each as long a pause, so that who else wants to write comes through: it lets one at
    a time, and whoever waits in another process only looks now and then.
    """
    total, pause_s = 0, 0.0
    for _ in range(MOST_STEPS):
        if stop.wait(pause_s) if pause_s else stop.is_set():
            break
        started = time.monotonic()
        done = store.run(step)
        count = done if isinstance(done, int) else len(done)
        total += count
        if not count:
            break
        pause_s = time.monotonic() - started if leaves_room and store.is_sqlite else 0.0
    return total


class Pacer:
    """Evenly spaced turns: `wait()` returns when the next call may go out. For one thread.

    Bursts were answered by the platform with -1 (system busy) in field reports, so unused turns are not saved up.
    """

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._gap, self._monotonic, self._sleep = 1 / per_second, monotonic, sleep
        self._next = monotonic()

    def wait(self) -> None:
        """Wait for this call's turn."""
        now = self._monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap
