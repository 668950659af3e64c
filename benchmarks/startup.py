"""From `make run` to the first answer, and what the processes then hold in memory."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.machine import memory_mb, tree
from serving import write_try_out
from tests.faults.product import ROOT
from tests.support.ports import find_free_port

TIMES = 3


@dataclass(frozen=True)
class Figure:
    """Medians: seconds until /healthz is answered with 200, and MB of all processes together ten pages later."""

    first_s: float
    again_s: float
    memory_mb: float
    processes: int


def measure(folder: Path) -> Figure:
    """Start the try-out on an empty folder and, its database made, again."""
    first, again, memory, processes = [], [], [], 0
    for n in range(TIMES):
        port = find_free_port()
        config = write_try_out(folder / f"{n}.toml", port, folder=folder / str(n))
        first.append(_start(config, port)[0])
        seconds, held, processes = _start(config, port)
        again.append(seconds)
        memory.append(held)
    return Figure(statistics.median(first), statistics.median(again), statistics.median(memory), processes)


def _start(config: Path, port: int) -> tuple[float, float, int]:
    command = [sys.executable, str(ROOT / "cli.py"), "--config", str(config), "run"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=config.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        took = _until_healthy(port, process) - started
        for _ in range(10):
            requests.get(f"http://127.0.0.1:{port}/admin", timeout=10)
        pids = tree(process.pid)
        return took, memory_mb(pids), len(pids)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _until_healthy(port: int, process: subprocess.Popen[bytes]) -> float:
    deadline = time.perf_counter() + 90
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok:
                return time.perf_counter()
        except requests.RequestException:
            pass
        time.sleep(0.02)
    raise RuntimeError("the try-out did not come up")
