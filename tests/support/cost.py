"""What something costs, so that a busy or slower machine changes nothing: CPU time, beside a known piece of work."""

from __future__ import annotations

import time
from collections.abc import Callable

_KNOWN_MS = 4.0  # what `_known` takes on the machine on which the bounds of the tests were set, when it is quiet


def cpu_ms(job: Callable[[], object], *, runs: int = 3) -> float:
    """Milliseconds of CPU time of the best of some runs, as that machine would have taken for it."""
    before = _spent_ms(_known)
    best = min(_spent_ms(job) for _ in range(runs))
    return best * min(1.0, _KNOWN_MS / max(before, _spent_ms(_known)))


def _spent_ms(job: Callable[[], object]) -> float:
    begun = time.thread_time()  # other threads may have something to do as well
    job()
    return (time.thread_time() - begun) * 1000


def _known() -> int:
    return sum(n * n for n in range(100_000))
