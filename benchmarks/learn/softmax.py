"""What both learners share: how likely each way is by its score, and where to the weights are to be pulled."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int64]

SEEN_AT_LEAST: Final = 3
"""Messages, or items of messages, a trait must occur in to have weights."""
_SETTLED: Final = 1e-3


def likely(scores: Floats) -> Floats:
    """How likely each way is; together 1."""
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def pull(now: Floats, right: Floats) -> Floats | None:
    """By how much each way is to be likelier, so that the right ones together are; None where they are already."""
    wanted = now * right
    found = wanted / max(wanted.sum(), 1e-12) - now
    return None if np.abs(found).max() < _SETTLED else np.asarray(found)
