"""Not more than so many calls a second."""

from __future__ import annotations

import time
from collections.abc import Callable


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
