"""Several searches at once, each a process of its own: they use all cores, and a kill leaves the best plan so far."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from operations.routing import transport
from operations.routing.plan import Plan, judge
from operations.routing.problem import Problem

ROOT = Path(__file__).parents[2]
STARTING_S = 20.0  # for the interpreter and the library, on a busy machine; not counted as search
ENDING_S = 2.0


class SearchFailed(Exception):
    """No search process could work; the message is its last line."""


def better_plans(
    problem: Problem,
    *,
    seconds: float,
    processes: int | None = None,
    start: Sequence[Sequence[int]] | None = None,
) -> Generator[Plan]:
    """Each better plan as soon as one of the processes (default: one per core) finds it, for `seconds` of search.

    Closing the iterator ends the processes. Raises SearchFailed when none of them found a plan.
    """
    with contextlib.closing(watch(problem, seconds=seconds, processes=processes, start=start)) as seen:
        yield from (plan for plan in seen if plan is not None)


def watch(
    problem: Problem,
    *,
    seconds: float,
    processes: int | None = None,
    start: Sequence[Sequence[int]] | None = None,
    every_s: float | None = None,
) -> Generator[Plan | None]:
    """As `better_plans`, and None at least `every_s` seconds apart, so that whoever looks on gets a turn."""
    began = None if start is None else tuple(tuple(order) for order in start)
    requests = [
        transport.write(transport.Request(problem, seconds, seed, began))
        for seed in range(processes or len(os.sched_getaffinity(0)))
    ]
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(_searching(request, lines)) for request in requests]
        best = None
        for line in _until_silent(lines, len(running), seconds + STARTING_S, every_s):
            plan = judge(problem, json.loads(line)) if line else None
            if plan is None:
                yield None
            elif best is None or plan.cost < best.cost:
                best = plan
                yield plan
        if best is None:
            raise SearchFailed(" ".join(_last_words(one) for one in running))


def best_plan(problem: Problem, *, seconds: float, processes: int | None = None) -> Plan:
    """The last of `better_plans`."""
    *_, best = better_plans(problem, seconds=seconds, processes=processes)
    return best


@contextlib.contextmanager
def _searching(request: str, lines: queue.SimpleQueue[str | None]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "operations.routing.solver"]
    # A session of its own: Ctrl-C in a terminal is for us, and we end what we started.
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        talking = [
            threading.Thread(target=_pass_on, args=(process, lines), daemon=True),
            threading.Thread(target=_hand_over, args=(process, request), daemon=True),
        ]
        try:
            for thread in talking:
                thread.start()
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)  # it holds nothing that could be lost
            for thread in talking:  # both end with the process: no pipe is closed under who reads or writes it
                if thread.ident is not None:
                    thread.join()
            with contextlib.suppress(OSError):  # what was not handed over to a dead process
                if process.stdin is not None:
                    process.stdin.close()


def _hand_over(process: subprocess.Popen[str], request: str) -> None:
    """The request, as fast as the process takes it; one that died meanwhile is noticed by its silence.

    The pipe stays open: that it closes tells the search that we are gone, however we died.
    """
    with contextlib.suppress(BrokenPipeError):
        if process.stdin is not None:
            process.stdin.write(request + "\n")
            process.stdin.flush()


def _pass_on(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def _until_silent(
    lines: queue.SimpleQueue[str | None], writers: int, patience_s: float, every_s: float | None
) -> Iterator[str | None]:
    """Lines until every writer has ended, or patience has; None where nothing was said for `every_s`."""
    deadline = time.monotonic() + patience_s
    while writers:
        left = max(0.0, deadline - time.monotonic())
        try:
            line = lines.get(timeout=left if every_s is None else min(left, every_s))
        except queue.Empty:
            if every_s is None or time.monotonic() >= deadline:
                return
            yield None
            continue
        if line is None:
            writers -= 1
        else:
            yield line


def _last_words(process: subprocess.Popen[str]) -> str:
    try:
        process.wait(ENDING_S)  # it has said its last word, and is about to end
    except subprocess.TimeoutExpired:
        return "no plan in time"
    said = process.stderr.read() if process.stderr else ""
    return (said.strip().splitlines() or [f"ended with {process.returncode}"])[-1]
