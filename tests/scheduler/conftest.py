"""Logs of these tests are kept, not printed: a job that fails on purpose must not bury one that fails by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[dict[str, Any]]]:
    """What was logged so far, one dict per event."""
    with structlog.testing.capture_logs() as entries:
        yield entries  # type: ignore[misc]
