"""The scheduler as a process: until it is told to stop, or whoever started it is gone."""

from __future__ import annotations

import os
import threading

from app import open_store, run_scheduler
from config import Config
from operating.clocks import clock_of
from operating.keeper import stop_with_parent
from scheduler import runner


def run_jobs(config: Config) -> None:
    """Run all jobs. In a process's main thread."""
    store = open_store(config, clock_of(config), wait_s=20)
    stop = threading.Event()
    runner.stop_on_signals(stop)
    threading.Thread(target=stop_with_parent, args=(stop,), daemon=True).start()
    finished = run_scheduler(config, store, stop)
    store.dispose()
    if not finished:  # a job hangs in its thread, which would keep the process
        os._exit(1)
