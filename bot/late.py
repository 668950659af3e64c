"""Messages that were only stored because too many came at once: they are done as soon as there is time.

One by one and for each person in order: his next message does what he sent before first. What became of them is told
through the outbox. In another process, or after a crash, they are found by their state.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError

from bot import inbox
from bot.inbound import Inbound
from bot.incidents import new_incident
from bot.protocol import Reply
from models.base import Busy, Store, Work
from models.prepared import savepoint

log = structlog.get_logger(__name__)

Answer = Callable[[Work, Inbound], Reply]
Tell = Callable[[Work, Inbound, Reply], None]
_WAIT_S = 30.0  # nobody waits for it
_AT_ONCE = 8
_QUIET_S = 0.3


class Latecomers:
    """Answers stored messages. `answer` is the one of the webhook; `tell` puts a reply into the outbox.

    `failed` words, with the number of an incident, that a message could not be done.
    """

    def __init__(self, store: Store, answer: Answer, tell: Tell, failed: Callable[[str], str]) -> None:
        self._store, self._answer, self._tell, self._failed = store, answer, tell, failed
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._woken = float("-inf")

    def settle(self, work: Work, openid: str) -> None:
        """Do what this person sent before. What was read ahead for him may have changed by it."""
        for key in inbox.deferred_of(work, openid):
            self._do(work, key)
            work.wire.distrust()

    def wake(self) -> None:
        """Some are there, or may be: do all in a thread of our own, which then ends."""
        self._woken = time.monotonic()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="latecomers", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Until the thread has ended."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            try:
                self._wait_for_quiet()
                while self._store.run_together(self._some, wait_s=_WAIT_S):
                    self._wait_for_quiet()
            except Busy:
                continue
            except Exception as error:  # noqa: BLE001 - the next wake tries again, and so does the person's next message
                log.error("late.failed", error=type(error).__name__)  # noqa: TRY400 - its text carries parameters
            with self._lock:
                self._thread = None
                return

    def _wait_for_quiet(self) -> None:
        """While messages still have to be put off, every moment spent here makes it more."""
        while (left_s := self._woken + _QUIET_S - time.monotonic()) > 0:
            time.sleep(left_s)

    def _some(self, work: Work) -> int:
        """Do the oldest few; how many there were."""
        found = inbox.deferred(work, limit=_AT_ONCE)
        for key in found:
            self._do(work, key)
        return len(found)

    def _do(self, work: Work, key: str) -> None:
        inbound = inbox.resume(work, key)
        if inbound is None:  # another process has done it
            return
        try:
            with savepoint(work):
                reply = self._answer(work, inbound)
        except DBAPIError:
            raise  # the database's matter, not this message's: it stays stored
        except Exception as error:  # noqa: BLE001 - one that cannot be done must not hold up the others
            incident = new_incident()
            where = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
            log.error("late.message_failed", incident=incident, error=type(error).__name__, where=where)  # noqa: TRY400
            reply = self._failed(incident)
        inbox.remember(work, inbound, reply)
        self._tell(work, inbound, reply)
