"""A child process that is kept running, and a child that ends when its parent is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

import click

PARENT_ENV = "LINTUAN_PARENT"
_STOP_WITHIN_S = 45
_ORPHAN_ENDS_WITHIN_S = 10


class Keeper:
    """Keeps a child process running until it is told to stop."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        """Of the child as it runs now."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Start the child, and again whenever it ends."""
        self._child = self._spawn()
        self._thread.start()

    def stop(self) -> None:
        """Ask the child to finish, and make sure that it does."""
        self._stopping.set()
        child = self._child
        if child is None or child.poll() is not None:
            return
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C reaches only us and the child is asked in order.
        environment = os.environ | {PARENT_ENV: str(os.getpid())}
        return subprocess.Popen(self._command, start_new_session=True, env=environment)  # noqa: S603 - our own file

    def _keep(self) -> None:
        while self._child is not None:
            self._child.wait()
            if self._stopping.wait(1.0):
                return
            click.echo("The scheduler ended by itself; starting it again.", err=True)
            self._child = self._spawn()


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
