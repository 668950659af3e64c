"""How long a push had waited before we saw it: in the platform's queue, the kernel's and the server's."""

from __future__ import annotations

import threading
from datetime import datetime

from bot.protocol import Args

# A clock may run ahead of the platform's by so much per second; more would mean that nobody keeps it right.
_DRIFT = 0.0005


class Pace:
    """Measured by the platform's signed time stamp, which is in whole seconds and on another clock than ours.

    The smallest difference that was ever seen is what it is when nobody waits; more than that is waiting.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._least: float | None = None
        self._at = 0.0

    def waited_s(self, args: Args, now: datetime) -> float:
        """Seconds, to within one. `args` is the query of a push whose signature holds."""
        seconds = now.timestamp()
        age = seconds - int(args.get("timestamp") or 0)
        with self._lock:
            if self._least is None:
                self._least = age
            else:
                self._least = min(age, self._least + max(0.0, seconds - self._at) * _DRIFT)
            self._at = seconds
            return age - self._least
