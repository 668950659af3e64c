"""Clocks a simulation can run on: one that only moves when told, one that is real time plus an offset."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The real time, UTC."""
    return datetime.now(UTC)


class FakeClock:
    """A clock that stands still until it is set or advanced; safe to use from several threads."""

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._now = _aware(start or datetime(2026, 1, 5, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        with self._lock:
            return self._now

    def set(self, instant: datetime) -> None:
        with self._lock:
            self._now = _aware(instant)

    def advance(self, seconds: float) -> datetime:
        """Move forward (or back, when negative) and return the new time."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            return self._now


class ShiftedClock:
    """Real time plus an offset in seconds kept in a small file, so that several processes share simulated time.

    A missing file means no offset. Raises ValueError when the file holds something else than a number.
    """

    def __init__(self, path: str | Path, base: Clock = system_clock) -> None:
        self._path = Path(path)
        self._base = base
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._offset = 0.0

    def __call__(self) -> datetime:
        return self._base() + timedelta(seconds=self.offset())

    def offset(self) -> float:
        """Seconds added to real time."""
        with self._lock:
            return self._read()

    def advance(self, seconds: float) -> datetime:
        """Add to the offset, for every process that reads the same file, and return the new time."""
        with self._lock:
            self._write(self._read() + seconds)
        return self()

    def _read(self) -> float:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return 0.0
        # Replacing gives a new inode, so two writes within one mtime tick are still told apart.
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._offset = float(self._path.read_text(encoding="ascii").strip())
            self._stamp = stamp
        return self._offset

    def _write(self, offset: float) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(repr(float(offset)))
        Path(name).replace(self._path)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a clock needs a timezone-aware datetime")
    return instant.astimezone(UTC)
