"""Running the jobs: APScheduler wakes them, a watchdog sees that it does.

APScheduler keeps its jobs in memory only. Measured with 3.11: a job store shared by two processes lost and doubled
jobs, a database that was busy for 8 s killed the scheduler's thread, and a wall clock set back by an hour stopped its
interval jobs for that hour. So nothing that matters is kept there, and the watchdog goes by the monotonic clock.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.messenger import Messenger
from models import Busy, Clock, Store, system_clock
from operations import job_runs
from operations.quiet_hours import SHANGHAI
from scheduler.channels import Renderer
from scheduler.jobs import Context, Settings
from scheduler.schedule import SCHEDULE, Job

log = structlog.get_logger(__name__)

WATCH_EVERY_S = 1.0
BEAT_EVERY_S = 10.0
JUMP_S = 2.0  # a wall clock that differs by so much from the monotonic one was set
LATE_AFTER_RUNS = 3
LATE_AT_LEAST_S = 5.0
HUNG_AFTER_S = 120.0  # longer than any job's own bounds allow


@dataclass(slots=True)
class _Pulse:
    """When a job last did something, on the monotonic clock."""

    finished: float
    running_since: float | None = None
    written: float = float("-inf")
    state: str = ""


class Runner:
    """All jobs of one process. `start`, then `stop`; `check` is what the watchdog does every second."""

    def __init__(
        self,
        context: Context,
        schedule: Iterable[Job] = SCHEDULE,
        *,
        wall: Clock = system_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.context, self._jobs = context, {job.name: job for job in schedule}
        self._wall, self._monotonic = wall, monotonic
        self._worker = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self._idle = threading.Condition()
        self._pulses = {name: _Pulse(finished=monotonic()) for name in self._jobs}
        self._offset = self._wall_offset()
        self._heartbeat = _Pulse(finished=monotonic())
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(len(self._jobs))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Start every job at once, then at its interval."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick skipped because the last one still runs
        for job in self._jobs.values():
            self._scheduler.add_job(
                partial(self.tick, job),
                IntervalTrigger(seconds=job.every, timezone=SHANGHAI),
                id=job.name,
                next_run_time=self._wall(),
            )
        self._scheduler.start()
        self._watchdog.start()
        log.info("scheduler_started", jobs=list(self._jobs))

    def stop(self) -> bool:
        """Start nothing more and let running jobs finish; False when one is still running after the time for it."""
        self.context.stop.set()
        self._watchdog.join()
        self._scheduler.shutdown(wait=False)
        with self._idle:
            finished = self._idle.wait_for(lambda: not self._running(), self.context.settings.stop_within_s)
        log.info("scheduler_stopped", still_running=self._running())
        return finished

    def tick(self, job: Job) -> None:
        """Run a job once and write down how it went; nothing once the runner stops.

        Whatever goes wrong in it is logged with an incident number and stops nothing else.
        """
        pulse, started_at = self._pulses[job.name], self.context.store.clock()
        with self._idle:
            if self.context.stop.is_set():  # APScheduler had handed it to a thread a moment before
                return
            pulse.running_since = self._monotonic()
        try:
            state, detail = self._outcome(job)
            self._write(job.name, pulse, state, started_at, detail)
        finally:
            with self._idle:
                pulse.finished, pulse.running_since = self._monotonic(), None
                self._idle.notify_all()

    def _outcome(self, job: Job) -> tuple[str, str]:
        """Do it: the state it ended in, and how many things it dealt with or the number of the incident."""
        try:
            count = job.do(self.context)
        except Exception:
            incident = secrets.token_hex(4)
            log.exception("job_failed", job=job.name, incident=incident)
            return "failed", incident
        return "ok", str(count) if count else ""

    def check(self) -> list[str]:
        """Re-arm jobs that should have run and did not; returns those that are late, running or not."""
        offset = self._wall_offset()
        jumped = abs(offset - self._offset) > JUMP_S
        self._offset = offset
        late = [name for name, job in self._jobs.items() if self._is_late(job)]
        if jumped or late:
            log.warning("jobs_rearmed", late=late, clock_jumped=jumped)
            for name in self._jobs if jumped else late:
                if self._pulses[name].running_since is None:
                    self._scheduler.modify_job(name, next_run_time=self._wall())
        return late

    def _is_late(self, job: Job) -> bool:
        pulse, now = self._pulses[job.name], self._monotonic()
        if pulse.running_since is not None:
            return now - pulse.running_since > HUNG_AFTER_S
        return now - pulse.finished > max(LATE_AFTER_RUNS * job.every, LATE_AT_LEAST_S)

    def _watch(self) -> None:
        while not self.context.stop.wait(WATCH_EVERY_S):
            late = self.check()
            state = "failed" if late else "ok"
            self._write(job_runs.HEARTBEAT, self._heartbeat, state, self.context.store.clock(), " ".join(late))

    def _wall_offset(self) -> float:
        return self._wall().timestamp() - self._monotonic()

    def _running(self) -> list[str]:
        return [name for name, pulse in self._pulses.items() if pulse.running_since is not None]

    def _write(self, name: str, pulse: _Pulse, state: str, started_at: datetime, detail: str) -> None:
        """The job's row, at most every 10 seconds unless there is something to say."""
        now = self._monotonic()
        if state == pulse.state and state == "ok" and not detail and now - pulse.written < BEAT_EVERY_S:
            return
        beat = partial(
            job_runs.record_run, job=name, state=state, worker=self._worker, started_at=started_at, detail=detail
        )
        try:
            self.context.store.run(beat)
        except (Busy, SQLAlchemyError) as error:
            log.warning("heartbeat_not_written", job=name, error=type(error).__name__)
        else:
            pulse.written, pulse.state = now, state


def run(store: Store, messenger: Messenger, renderer: Renderer, settings: Settings, stop: threading.Event) -> bool:
    """Run all jobs until `stop` is set; False when one of them would not finish in time."""
    return run_until(stop, Runner(Context(store, messenger, renderer, settings, stop)))


def run_until(stop: threading.Event, runner: Runner) -> bool:
    """Start a runner and stop it when told; False when one of its jobs would not finish in time."""
    runner.start()
    stop.wait()
    return runner.stop()


def run_once(name: str, context: Context) -> int:
    """Run one job now, as the command line and tests do; returns how many things it dealt with.

    Raises KeyError for an unknown name, and whatever the job raises.
    """
    return {job.name: job for job in SCHEDULE}[name].do(context)


def stop_on_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set `stop`. For the main thread of the scheduler's process."""

    def handle(_number: int, _frame: object) -> None:
        # From another thread: the main one may be just inside stop.wait(), holding the lock that set() needs.
        threading.Thread(target=stop.set, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
