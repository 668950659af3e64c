"""A body that somebody sends slowly."""

from __future__ import annotations

import io


class Slow(io.RawIOBase):
    """A body that never comes. Counts who waits for it."""

    waiting = 0

    def readable(self) -> bool:
        return True

    def readinto(self, _: object) -> int:
        self.waiting += 1
        raise TimeoutError
