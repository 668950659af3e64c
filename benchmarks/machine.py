"""The machine: what it is, how busy it is with other things, what an fsync costs, and CPU and memory of processes."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path

from models.sqlite import sqlite3

_TICKS = os.sysconf("SC_CLK_TCK")


def describe() -> str:
    """Processor, cores, and the versions that decide about speed."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("SQLAlchemy", "Flask", "granian", "psycopg"))
    return (
        f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores · Python {platform.python_version()} · "
        f"SQLite {sqlite3.sqlite_version} · {libraries}"
    )


def load() -> float:
    """Processes that wanted to run, on average over the last minute."""
    return os.getloadavg()[0]


def fsync_times(folder: Path, times: int = 30) -> list[float]:
    """Writing 4 KiB and forcing it to the disk so often: milliseconds of each."""
    taken = []
    with (folder / "fsync-probe").open("wb", buffering=0) as file:
        for _ in range(times):
            started = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            taken.append(1000 * (time.perf_counter() - started))
    return taken


def cpu_s(pids: list[int]) -> float:
    """Seconds of CPU that these processes have used, those of their ended children included."""
    return sum(sum(map(int, fields[11:15])) for pid in pids if (fields := _stat(pid))) / _TICKS


def memory_mb(pids: list[int]) -> float:
    """Resident memory of these processes, shared pages counted by share, in MB."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    parents = {number: int(fields[1]) for number in numbers if (fields := _stat(number))}
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += [number for number, parent in parents.items() if parent == one]
    return found


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
