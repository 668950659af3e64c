"""Which clock the service goes by."""

from __future__ import annotations

from config import Config
from models import Clock, system_clock


def clock_of(config: Config) -> Clock:
    """The machine's clock, or the try-out's, which can be put forward."""
    if config.demo is None:
        return system_clock
    from bot.simulator import ShiftedClock

    return ShiftedClock(config.demo.clock_file)
