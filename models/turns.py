"""Who comes next where not all can at once; on SQLite, which writes one transaction at a time, how many share one."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from models.wire import savepoint

T = TypeVar("T")
_MOST_AT_ONCE = 64
_FEW = 2


class TooLate(Exception):
    """The turn did not come in time; nothing was done."""


class Turn:
    """Places that are had in the order in which they were asked for: a page is not passed by a hundred messages."""

    def __init__(self, places: int = 1) -> None:
        self._lock = threading.Lock()
        self._free, self._places = places, places
        self._line: deque[threading.Event] = deque()

    @contextmanager
    def wait(self, most_s: float) -> Iterator[None]:
        """A place, while inside. Raises TooLate when none was had within so many seconds."""
        self._acquire(most_s)
        try:
            yield
        finally:
            self._release()

    @property
    def taken(self) -> int:
        """How many have a place."""
        return self._places - self._free

    def _acquire(self, most_s: float) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._line.append(mine)
        if mine.wait(most_s):
            return
        with self._lock:
            if not mine.is_set():
                self._line.remove(mine)
                raise TooLate
        # It came in the last moment and is ours.

    def _release(self) -> None:
        with self._lock:
            if self._line:
                self._line.popleft().set()  # it passes from hand to hand
            else:
                self._free += 1


@dataclass(slots=True)
class _Wanted(Generic[T]):
    """One unit of work that waits for the writer."""

    job: Callable[[Any], T]
    until: float  # by the monotonic clock
    is_over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_taken: bool = False
    result: T | None = None
    error: BaseException | None = None

    def take(self) -> bool:
        """Whether it is still wanted; from here on it is being done."""
        with self.lock:
            self.is_taken = self.is_taken or time.monotonic() <= self.until
            return self.is_taken

    def withdraw(self) -> bool:
        with self.lock:
            self.until = float("-inf")
            return not self.is_taken


class Writer:
    """One thread that carries out what many threads want: all that is waiting, in one transaction. Where nobody is
    waiting and nothing is being written, whoever comes does it himself: handing over and back costs two changes of
    threads.

    Each has a savepoint, so that one that fails takes nothing from the others. All are answered after the commit, so
    a crash loses only what nobody was told of. `begin` opens a transaction within so many seconds; `part` makes of its
    `Work` the one that a single job sees, and `keep` is told which of these are part of the commit.
    """

    def __init__(
        self,
        begin: Callable[[float], AbstractContextManager[Any]],
        part: Callable[[Any], Any],
        keep: Callable[[Any, Any], None],
    ) -> None:
        self._begin, self._part, self._keep = begin, part, keep
        self._queue: SimpleQueue[_Wanted[Any] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # held by whoever writes: the thread, or one that nobody was in front of
        self._in_line = 0  # those that were put into the queue and are not done
        self._size = 1  # of the last transaction

    def run(self, job: Callable[[Any], T], most_s: float) -> T:
        """Have this done; raises what it raised, or TooLate when its turn did not come in so many seconds."""
        wanted = _Wanted(job, time.monotonic() + most_s)
        if self._is_first(wanted):
            try:
                self._carry_out([wanted])
            finally:
                self._writing.release()
            return _outcome(wanted)
        self._start()
        if not wanted.is_over.wait(most_s) and wanted.withdraw():
            raise TooLate
        wanted.is_over.wait()
        return _outcome(wanted)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._queue.qsize()

    def stop(self) -> None:
        """Finish what waits and end the thread; a later `run` starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()
        with self._writing:
            pass  # whoever writes in its own thread has finished

    def _is_first(self, wanted: _Wanted[Any]) -> bool:
        """Whether nobody writes and nobody waits, so that who asks may write in its own thread; else it is in line now.

        In a rush others are about to come, too: handing over leaves them the time.
        """
        with self._lock:
            if not self._in_line and self._size <= _FEW and self._writing.acquire(blocking=False):
                return True
            self._in_line += 1
            self._queue.put(wanted)
            return False

    def _start(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        is_last = False
        while not is_last and (first := self._queue.get()) is not None:
            with self._writing:
                batch, is_last = self._waiting_with(first)
                self._carry_out(batch)
                with self._lock:
                    self._in_line -= len(batch)
                    self._size = len(batch)

    def _waiting_with(self, first: _Wanted[Any]) -> tuple[list[_Wanted[Any]], bool]:
        """All that wait by now, as many as may go together; whether the thread is to end behind them."""
        batch = [first]
        try:
            while len(batch) < _MOST_AT_ONCE:
                one = self._queue.get_nowait()
                if one is None:
                    return batch, True
                batch.append(one)
        except Empty:
            pass
        return batch, False

    def _carry_out(self, batch: list[_Wanted[Any]]) -> None:
        try:
            with self._begin(max(one.until for one in batch) - time.monotonic()) as work:
                # Who waited in vain for the database has gone by now.
                live = [one for one in batch if one.take()]
                for one in live:
                    self._do(one, work, is_alone=len(live) == 1)
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            for one in batch:
                one.error = one.error or error
        finally:
            for one in batch:
                if not one.is_taken:
                    one.error = TooLate()
                one.is_over.set()

    def _do(self, one: _Wanted[Any], work: Any, *, is_alone: bool) -> None:
        mine = self._part(work)
        try:
            if is_alone:
                one.result = one.job(mine)
            else:
                with savepoint(mine):
                    one.result = one.job(mine)
        except Exception as error:
            one.error = error
            # Alone, or where the database has undone the whole transaction (a full disk): nothing here stands.
            if is_alone or not work.db.connection.dbapi_connection.in_transaction:
                raise
        else:
            self._keep(work, mine)


def _outcome(one: _Wanted[T]) -> T:
    """What it came to; raises what it raised."""
    if one.error is not None:
        raise one.error
    return one.result  # type: ignore[return-value]
