"""A child process that is kept running, and a child that ends when its parent is gone.

The child is a fork: what the program has loaded is loaded once, and its memory is shared (decision 0044).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

PARENT_ENV = "LINTUAN_PARENT"
_STOP_WITHIN_S = 45
_ORPHAN_ENDS_WITHIN_S = 10
_OURS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)  # what the parent may have handlers for


class Keeper:
    """Keeps a child process that does `work` running until it is told to stop. `name` is what `ps -o comm` shows."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name, self._work = name, work
        self._stopping, self._ended = threading.Event(), threading.Event()
        self._pid: int | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        """Of the child as it runs now."""
        return self._pid

    def start(self) -> None:
        """Start the child, and again whenever it ends."""
        self._pid = _fork(self._name, self._work)
        self._thread.start()

    def stop(self) -> None:
        """Ask the child to finish, and make sure that it does."""
        self._stopping.set()
        if self._pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        if not self._ended.wait(_STOP_WITHIN_S):
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _keep(self) -> None:
        while self._pid is not None:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            if self._stopping.wait(1.0):
                self._ended.set()
                return
            click.echo("The scheduler ended by itself; starting it again.", err=True)
            self._pid = _fork(self._name, self._work)


def apart(work: Callable[[], None]) -> Callable[[], bool]:
    """Do this in a fork, whose errors are printed; what it loads goes with it. Returns what waits for its end and tells
    whether it went well."""
    pid = _fork("lintuan-start", work)
    return lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _fork(name: str, work: Callable[[], None]) -> int:
    """The process id of a child that does this and ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(name, work, parent)
    return pid


def _live(name: str, work: Callable[[], None], parent: int) -> NoReturn:
    """The child: none of the parent's handlers, and nothing of what the parent does at its end."""
    status = 1
    try:
        os.setsid()  # Ctrl-C reaches only the parent, and the child is asked in order
        os.environ[PARENT_ENV] = str(parent)
        for number in _OURS:
            signal.signal(number, signal.SIG_DFL)
        with suppress(OSError):
            Path("/proc/self/comm").write_text(name, encoding="ascii")
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent's code must not go on here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def stop_with_parent(stop: threading.Event) -> None:
    """Set `stop` when the process that started us is gone: nobody else would end us then."""
    parent = int(os.environ.get(PARENT_ENV) or os.getppid())  # it may be gone before we look the first time
    while not stop.wait(2.0):
        if os.getppid() != parent:
            stop.set()


def end_with_parent() -> None:
    """The same for a process that ends by SIGTERM, and if it does not, without."""
    stop = threading.Event()

    def watch() -> None:
        stop_with_parent(stop)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_ORPHAN_ENDS_WITHIN_S)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="orphan watch", daemon=True).start()
