"""The order export of a round with 10,000 lines: read, written as a workbook, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from models import Store
from operations import exports
from web.sheets import write_workbook


@dataclass(frozen=True, slots=True)
class Exported:
    """`peak_mb` is the whole process, interpreter and libraries included; `before_mb` the same before the export."""

    lines: int
    size_kb: float
    seconds: float
    cpu_s: float
    before_mb: float
    peak_mb: float


def measure(store: Store) -> Exported:
    """Fill a migrated, empty database and export from it."""
    from benchmarks import closing  # not in the process that is measured: it loads the whole bot
    from benchmarks.servers import Void

    world = store.run(closing.prepared)
    leader_id, (round_id,) = world.leader_id, world.rounds
    command = [sys.executable, "-m", "benchmarks.exporting", str(store.engine.url), str(leader_id), str(round_id)]
    root = Path(__file__).parent.parent
    answer = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=300)
    found = Exported(**json.loads(answer.stdout))
    if found.lines != closing.ORDERS:
        raise Void(f"exported {found.lines} lines")
    return found


def _export(url: str, leader_id: int, round_id: int) -> Exported:
    import xlsxwriter  # loaded before the clock starts, as in a worker that has exported before

    store, before = Store.open(url), _held_mb("VmRSS:")
    started, cpu = time.perf_counter(), time.process_time()
    with store.read() as work:
        rows = list(exports.order_rows(work, leader_id=leader_id, round_id=round_id).rows)
        body = write_workbook(iter(rows))
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    store.dispose()
    assert xlsxwriter
    return Exported(len(rows), len(body) / 1024, seconds, cpu_s, before, _held_mb("VmHWM:"))


def _held_mb(what: str) -> float:
    """What this process holds (VmRSS) or held at most (VmHWM).

    Linux only; getrusage would tell of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(what)[1].split()[0]) / 1024  # kB


if __name__ == "__main__":
    found = _export(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({name: getattr(found, name) for name in Exported.__slots__}))
