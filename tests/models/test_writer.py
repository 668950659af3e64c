"""Who writes on SQLite: whoever comes alone in its own thread, those who wait together by the writer's."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from models.turns import TooLate, Writer
from tests.support.patience import PATIENCE_S


class Ledger:
    """A database that remembers what each of its transactions did, by whose thread."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.threads: list[str] = []
        self.writer = Writer(self._begin, lambda work: work, lambda work, part: None)

    @contextmanager
    def _begin(self, _most_s: float) -> Iterator[Any]:
        done: list[str] = []
        wire = SimpleNamespace(mark=lambda: None, keep=lambda: None, undo=done.pop)
        raw = SimpleNamespace(in_transaction=True)
        yield SimpleNamespace(
            done=done, wire=wire, db=SimpleNamespace(connection=SimpleNamespace(dbapi_connection=raw))
        )
        self.commits.append(done)
        self.threads.append(threading.current_thread().name)

    def say(self, word: str) -> str:
        return self.writer.run(lambda work: work.done.append(word) or word, PATIENCE_S)

    def fail(self, word: str) -> None:
        def job(work: Any) -> None:
            work.done.append(word)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.writer.run(job, PATIENCE_S)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    one = Ledger()
    yield one
    one.writer.stop()


@contextmanager
def held(ledger: Ledger) -> Iterator[None]:
    """Meanwhile somebody writes."""
    begun, go_on = threading.Event(), threading.Event()

    def job(work: Any) -> None:
        work.done.append("first")
        begun.set()
        assert go_on.wait(PATIENCE_S)

    thread = threading.Thread(target=lambda: ledger.writer.run(job, PATIENCE_S), name="first")
    thread.start()
    assert begun.wait(PATIENCE_S)
    try:
        yield
    finally:
        go_on.set()
        thread.join()


def crowd(ledger: Ledger, *jobs: Any) -> None:
    """So many come while somebody writes."""
    threads = [threading.Thread(target=job) for job in jobs]
    with held(ledger):
        for thread in threads:
            thread.start()
        while ledger.writer._in_line < len(jobs):
            time.sleep(0.001)
    for thread in threads:
        thread.join()


def test_whoever_comes_alone_writes_in_its_own_thread(ledger: Ledger) -> None:
    assert [ledger.say("one"), ledger.say("two")] == ["one", "two"]
    assert ledger.commits == [["one"], ["two"]]
    assert ledger.threads == [threading.current_thread().name] * 2


def test_one_that_fails_alone_leaves_nothing_and_bars_nobody(ledger: Ledger) -> None:
    ledger.fail("one")
    assert ledger.say("two") == "two"
    assert ledger.commits == [["two"]]


def test_those_who_come_meanwhile_share_the_next_commit(ledger: Ledger) -> None:
    crowd(ledger, lambda: ledger.say("two"), lambda: ledger.fail("three"), lambda: ledger.say("four"))
    first, together = ledger.commits
    assert first == ["first"]
    assert sorted(together) == ["four", "two"]
    assert ledger.threads == ["first", "writer"]


def test_in_a_rush_who_comes_first_hands_over_and_afterwards_writes_again(ledger: Ledger) -> None:
    crowd(ledger, *[lambda: ledger.say("many")] * 3)
    ledger.say("next")
    ledger.say("last")
    assert ledger.threads[2:] == ["writer", threading.current_thread().name]


def test_nobody_waits_longer_than_he_will_behind_one_that_writes(ledger: Ledger) -> None:
    with held(ledger), pytest.raises(TooLate):
        ledger.writer.run(lambda work: work.done.append("late"), 0.01)
    ledger.say("next")
    assert [word for commit in ledger.commits for word in commit if word == "late"] == []


def test_the_end_waits_for_who_writes_in_its_own_thread(ledger: Ledger) -> None:
    stopping = threading.Thread(target=ledger.writer.stop)
    with held(ledger):
        stopping.start()
        stopping.join(0.05)
        assert stopping.is_alive()
    stopping.join()
    assert ledger.commits == [["first"]]
