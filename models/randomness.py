"""Randomness of the system, fetched in stocks.

Each question to the kernel gives the interpreter's lock away. Who asks inside a transaction then waits behind the other
threads to have it back, and all who want to write wait with him: an order asked twice, encrypted four times.
"""

from __future__ import annotations

import os
import random
import threading

_STOCK = 4096  # bytes


class StockedRandom(random.SystemRandom):
    """Like `random.SystemRandom`; no byte is given twice, neither to two threads nor on two sides of a fork."""

    def __init__(self) -> None:
        super().__init__()
        self._start_anew()
        os.register_at_fork(after_in_child=self._start_anew)

    def _start_anew(self) -> None:
        self._lock, self._stock, self._at = threading.Lock(), b"", 0

    def randbytes(self, n: int) -> bytes:
        """So many bytes."""
        with self._lock:
            if self._at + n > len(self._stock):
                self._stock, self._at = os.urandom(max(n, _STOCK)), 0
            self._at += n
            return self._stock[self._at - n : self._at]

    def getrandbits(self, k: int, /) -> int:
        """A number of so many bits."""
        count = (k + 7) // 8
        return int.from_bytes(self.randbytes(count), "big") >> (count * 8 - k)

    def random(self) -> float:
        """In [0, 1), as `random.random`."""
        return self.getrandbits(53) * 2**-53
