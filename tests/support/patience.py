"""How long a test waits for what must come: long enough for a machine that does ten other things."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 100  # a test has 240


def until(happened: Callable[[], bool], what: str = "it", *, seconds: float = PATIENCE_S) -> None:
    """Return as soon as it has happened; fails with its name when it does not come."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.02)
