"""Waking the jobs: real APScheduler, real threads, short intervals; clocks that jump, jobs that fail or hang."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest
from sqlalchemy import select

from models import Store, job_run, system_clock
from operations import job_runs
from scheduler import runner as runner_module
from scheduler.jobs import Context, Settings
from scheduler.runner import Runner, run
from scheduler.schedule import SCHEDULE, Job
from tests.scheduler.messengers import Recorder
from tests.scheduler.neighbours import LEADER, open_round, set_leader, settle, states, tell
from tests.scheduler.words import TEMPLATES, Words
from tests.support.clock import StillClock
from tests.support.patience import PATIENCE_S, until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def context(sqlite_url: str, clock: StillClock, tmp_path: Path) -> Iterator[Context]:
    """All jobs begin at once and write one after the other: their store waits longer than a web page's."""
    settings = Settings(media_folder=tmp_path, channels=TEMPLATES, sends_per_second=10_000)
    store = Store.open(sqlite_url, clock=clock, wait_s=20)
    yield Context(store, Recorder().messenger, Words(), settings)
    store.dispose()


@pytest.fixture(autouse=True)
def _quick_watchdog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "WATCH_EVERY_S", 0.05)
    monkeypatch.setattr(runner_module, "LATE_AT_LEAST_S", 0.3)
    monkeypatch.setattr(runner_module, "BEAT_EVERY_S", 0.0)


@contextmanager
def running(runner: Runner) -> Iterator[Runner]:
    runner.start()
    try:
        yield runner
    finally:
        finished = runner.stop()
    assert finished


class Ticks:
    """A job that counts its runs."""

    def __init__(self, every: float = 0.05) -> None:
        self.count = 0
        self.job = Job("ticks", every, self)

    def __call__(self, context: Context) -> int:
        self.count += 1
        return 0


def runs(store: Store) -> dict[str, Any]:
    with store.read() as work:
        return {row.job: row for row in job_runs.last_runs(work)}


# ---------------------------------------------------------------- the table


def test_the_table_of_jobs() -> None:
    assert {job.name: job.every for job in SCHEDULE} == {
        "close_due": 5,
        "book_closed": 2,
        "gather_purchases": 20,
        "fill_cases": 60,
        "deliver_notices": 2,
        "fetch_pictures": 2,
        "remind_before_close": 60,
        "remind_uncollected": 60,
        "end_pickup_days": 60,
        "end_shelf_days": 60,
        "escalate_after_sales": 60,
        "escalate_questions": 60,
        "reward_invites": 60,
        "expire_questions": 60,
        "check_proofs": 10,
        "remind_unpaid": 60,
        "cancel_unpaid": 60,
        "ask_about_payments": 10,
        "send_refunds": 15,
        "share_profits": 15,
        "check_bill": 600,
        "settle_rounds": 60,
        "check_books": 600,
        "plan_routes": 1,
        "renew_page_ticket": 30,
        "clean_up": 3600,
    }


# ---------------------------------------------------------------- running


def test_every_job_runs_at_once_and_says_so(context: Context, sqlite_store: Store) -> None:
    names = {job.name for job in SCHEDULE}
    with running(Runner(context)):
        until(lambda: names <= set(runs(sqlite_store)))
    assert {name: row.state for name, row in runs(sqlite_store).items() if name in names} == dict.fromkeys(names, "ok")


def test_a_failing_job_stops_no_other_is_recorded_and_tried_again(
    context: Context, sqlite_store: Store, logged: list[dict[str, Any]]
) -> None:
    ticks, failures = Ticks(), []

    def fail(_: Context) -> int:
        failures.append(1)
        raise RuntimeError("broken")

    with running(Runner(context, [Job("broken", 0.05, fail), ticks.job])):
        until(lambda: len(failures) >= 3 and ticks.count >= 3)
        until(lambda: "broken" in runs(sqlite_store))
    row = runs(sqlite_store)["broken"]
    assert row.state == "failed"
    assert row.detail in [entry["incident"] for entry in logged if entry["event"] == "job_failed"]
    assert runs(sqlite_store)["ticks"].state == "ok"


def test_a_job_that_still_runs_is_not_started_again_and_the_others_go_on(context: Context) -> None:
    ticks, release, started = Ticks(), threading.Event(), []

    def slow(_: Context) -> int:
        started.append(1)
        release.wait(PATIENCE_S)
        return 0

    with running(Runner(context, [Job("slow", 0.05, slow), ticks.job])):
        until(lambda: ticks.count >= 10)
        assert len(started) == 1
        release.set()
        until(lambda: len(started) >= 2)


def test_a_busy_database_fails_a_run_and_nothing_more(tmp_path: Path, sqlite_url: str, clock: StillClock) -> None:
    """A write lock that outlasts the waiting time."""
    store = Store.open(sqlite_url, clock=clock, wait_s=0.1)
    other = Store.open(sqlite_url, clock=clock)
    tried = []

    def write(context: Context) -> int:
        tried.append(1)
        return context.store.run(write_nothing)

    context = Context(store, Recorder().messenger, Words(), Settings(media_folder=tmp_path))
    with running(Runner(context, [Job("write", 0.05, write)])):
        until(lambda: "write" in runs(other))
        with other.transaction():
            before = len(tried)
            until(lambda: len(tried) >= before + 3)
        until(lambda: runs(other)["write"].state == "ok")
    store.dispose()
    other.dispose()


def write_nothing(work: Any) -> int:
    return int(work.db.execute(select(job_run.c.job)).all() is None)


# ---------------------------------------------------------------- clocks


class Shift:
    """Moves the wall clock that APScheduler reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by = timedelta()
        shift = self

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + shift.by

        monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Shifted)

    def wall(self) -> datetime:
        return system_clock() + self.by


@pytest.mark.parametrize("hours", [-1, 1])
def test_jobs_go_on_when_the_wall_clock_is_set(context: Context, monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    shift, ticks = Shift(monkeypatch), Ticks()
    with running(Runner(context, [ticks.job], wall=shift.wall)):
        until(lambda: ticks.count >= 3)
        shift.by = timedelta(hours=hours)
        before = ticks.count
        until(lambda: ticks.count >= before + 5)


def test_control_without_the_watchdog_a_clock_set_back_stops_them(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "WATCH_EVERY_S", 60)
    shift, ticks = Shift(monkeypatch), Ticks()
    with running(Runner(context, [ticks.job], wall=shift.wall)):
        until(lambda: ticks.count >= 3)
        shift.by = timedelta(hours=-1)
        assert any(stands_still(ticks) for _ in range(10)), "it ticked on"


def stands_still(ticks: Ticks) -> bool:
    """Not one run within twenty times its interval; one that was under way may still have ended."""
    before = ticks.count
    time.sleep(1)
    return ticks.count == before


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("closes_at", ["2026-05-02 23:59", "2026-05-03 00:00"])
def test_the_machines_time_zone_changes_nothing(
    context: Context,
    sqlite_store: Store,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    closes_at: str,
) -> None:
    """Closed on the minute in Shanghai; told in the morning because it is night there."""
    before = os.environ["TZ"]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        settle(sqlite_store)
        set_leader(sqlite_store, quiet_from_min=22 * 60, quiet_until_min=7 * 60 + 30)
        clock.set_local(closes_at)
        due = clock()
        clock.set_local("2026-05-02 10:00")
        with sqlite_store.transaction() as work:
            open_round(work, residents=[1], closes_at=due)
        fast = [Job(job.name, 0.05, job.do) for job in SCHEDULE if job.name in ("close_due", "deliver_notices")]
        with running(Runner(context, fast)):
            clock.set(due - timedelta(milliseconds=1))
            time.sleep(0.3)
            assert states(sqlite_store) == {}
            clock.set(due)
            until(lambda: sorted(states(sqlite_store).values()) == ["queued", "waiting"])  # resident, leader
            clock.set_local("2026-05-03 07:29")
            time.sleep(0.3)
            assert sorted(states(sqlite_store).values()) == ["queued", "waiting"]
            clock.set_local("2026-05-03 07:30")
            until(lambda: set(states(sqlite_store).values()) == {"waiting"})
    finally:
        os.environ["TZ"] = before
        time.tzset()


# ---------------------------------------------------------------- health


def is_alive(store: Store) -> bool:
    with store.read() as work:
        return job_runs.is_alive(work)


def test_health_follows_the_scheduler(
    context: Context, sqlite_store: Store, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "LATE_AT_LEAST_S", PATIENCE_S)  # a busy machine is no late job
    assert not is_alive(sqlite_store)
    with running(Runner(context, [Ticks().job])):
        until(lambda: is_alive(sqlite_store))
    assert is_alive(sqlite_store)
    clock.advance(seconds=31)
    assert not is_alive(sqlite_store)


def test_a_hung_job_turns_health_red_until_it_is_back(
    context: Context, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "HUNG_AFTER_S", 0.3)
    hangs, release = threading.Event(), threading.Event()

    def hang(_: Context) -> int:
        if hangs.is_set():
            release.wait(PATIENCE_S)
        return 0

    with running(Runner(context, [Job("hang", 0.05, hang), Ticks().job])):
        until(lambda: is_alive(sqlite_store))
        hangs.set()
        until(lambda: runs(sqlite_store)[job_runs.HEARTBEAT].detail == "hang")  # on a busy machine: beside others
        assert not is_alive(sqlite_store)
        release.set()
        until(lambda: is_alive(sqlite_store))


def test_a_job_that_fell_asleep_is_woken(context: Context) -> None:
    ticks = Ticks()
    with running(Runner(context, [ticks.job])) as runner:
        until(lambda: ticks.count >= 2)
        runner._scheduler.modify_job("ticks", next_run_time=system_clock() + timedelta(hours=1))
        before = ticks.count
        until(lambda: ticks.count >= before + 2)


# ---------------------------------------------------------------- the end


def test_what_was_handed_to_a_thread_as_it_stopped_is_not_begun(context: Context) -> None:
    ticks = Ticks(60)
    runner = Runner(context, [ticks.job])
    runner.start()
    until(lambda: ticks.count == 1)
    assert runner.stop()
    runner.tick(ticks.job)
    assert ticks.count == 1


def test_a_job_has_ended_when_it_is_written_down(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops the runner may close the database then."""
    runner = Runner(context, [Ticks(60).job])
    written = []

    def write(_store: Store, _job: object) -> None:
        written.append(list(runner._running()))

    monkeypatch.setattr(Store, "run", write)
    runner.tick(runner._jobs["ticks"])
    assert written == [["ticks"]]
    assert runner._running() == []


def test_a_running_job_may_finish(context: Context) -> None:
    begun, finished = threading.Event(), []

    def job(context: Context) -> int:
        begun.set()
        context.stop.wait(PATIENCE_S)
        time.sleep(0.2)
        finished.append(1)
        return 0

    runner = Runner(context, [Job("job", 60, job)])
    runner.start()
    assert begun.wait(PATIENCE_S)
    assert runner.stop()
    assert finished == [1]


def test_a_job_that_does_not_end_is_not_waited_for_for_ever(sqlite_store: Store, tmp_path: Path) -> None:
    release, begun = threading.Event(), threading.Event()

    def hang(_: Context) -> int:
        begun.set()
        release.wait(PATIENCE_S)
        return 0

    settings = Settings(media_folder=tmp_path, stop_within_s=0.2)
    runner = Runner(Context(sqlite_store, Recorder().messenger, Words(), settings), [Job("hang", 60, hang)])
    runner.start()
    assert begun.wait(PATIENCE_S)
    assert not runner.stop()
    release.set()
    until(lambda: runner._running() == [])


def test_run_ends_when_told(sqlite_store: Store, tmp_path: Path) -> None:
    stop, results = threading.Event(), list[bool]()
    settings = Settings(media_folder=tmp_path)

    def serve() -> None:
        results.append(run(sqlite_store, Recorder().messenger, Words(), settings, stop))

    thread = threading.Thread(target=serve)
    thread.start()
    until(lambda: is_alive(sqlite_store))
    stop.set()
    thread.join(PATIENCE_S)
    assert results == [True]


PROGRAM = """
import json, sys, threading, time
from pathlib import Path
import structlog
from models import Store
from scheduler import runner
from scheduler.jobs import Context, Settings
from scheduler.schedule import Job
from tests.scheduler.messengers import Recorder
from tests.scheduler.words import Words

url, folder = sys.argv[1:]
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # stdout is for what follows
def long_job(context):
    print("begun", flush=True)
    time.sleep(1)
    print("finished", flush=True)
    return 1

stop = threading.Event()
runner.stop_on_signals(stop)
context = Context(Store.open(url), Recorder().messenger, Words(), Settings(media_folder=Path(folder)), stop)
done = runner.run_until(stop, runner.Runner(context, [Job("long_job", 60, long_job)]))
print(json.dumps({"finished": done}), flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_running_job_finish(sqlite_url: str, tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, sqlite_url, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        said = process.stdout.read().split("\n")
    assert (process.returncode, said[0], json.loads(said[1])) == (0, "finished", {"finished": True})


def test_what_a_dead_scheduler_left_the_next_one_finishes(
    context: Context, sqlite_store: Store, clock: StillClock
) -> None:
    settle(sqlite_store)
    tell(sqlite_store, 1, LEADER)
    context.deliverer._claim()  # and then the process is killed
    clock.advance(seconds=61)
    with running(Runner(context, [job for job in SCHEDULE if job.name == "deliver_notices"])):
        until(lambda: set(states(sqlite_store).values()) == {"sent"})
