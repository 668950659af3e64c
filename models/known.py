"""What a process remembers of what it has read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any


class Known:
    """What committed transactions of this process learnt; the one that was used longest ago is forgotten first.

    Only for what its key determines for ever (a round's id and version): other processes do not tell us of changes.
    """

    def __init__(self, most: int = 1024) -> None:
        self._most, self._lock = most, threading.Lock()
        self._found: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any | None:
        """What was learnt under this key, or None."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def update(self, learnt: dict[Any, Any]) -> None:
        """A transaction has committed."""
        with self._lock:
            self._found.update(learnt)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
