"""granian on a listening socket of ours.

The socket is opened here and outlives every web worker and every granian: while one is replaced, connections wait in
its queue instead of being refused. So a crash of the only worker is a pause, and a renewal (SIGHUP) is not even that:
the program takes the place of itself with the socket in its hands, and the old workers stop when the new ones answer.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.server.mp import MPServer

from config import Server
from operating.waiting_line import LEAVE, Line

LISTENER_ENV, RELIEVED_ENV, READY_ENV = "LINTUAN_LISTENER", "LINTUAN_RELIEVED", "LINTUAN_READY"
BACKLOG = 4096  # a crowd waits here; how long, the time stamps of its pushes tell
_AGAIN_AFTER_S = 0.5
_AS_OTHERS_LOG = {"handlers": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
_STOP_WITHIN_S = 45
_SPEAK_WITHIN_S = 1.0  # who has connected has sent all of his request by then


class WebServer(MPServer):
    """granian's server with our socket; SIGHUP calls `renew` with the ids of the web workers."""

    def __init__(
        self, listener: socket.socket, renew: Callable[[list[int]], None], target: str = "serving:web", **options: Any
    ) -> None:
        super().__init__(
            target,
            interface=Interfaces.WSGI,
            factory=True,
            backlog=BACKLOG,
            log_dictconfig=_AS_OTHERS_LOG,
            **options,
        )
        self._listener, self._renew = listener, renew

    def _init_shared_socket(self) -> None:
        self._ssp = self._sso = None
        held: Any = SocketHolder
        self._shd = held(self._listener.fileno(), False, BACKLOG)  # more than its stub says: not a path, how many wait

    def _reload(self, *_: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        self._renew([worker.inner.pid for worker in self.wrks])


def web_server(
    server: Server, listener: socket.socket, line: Line, renew: Callable[[list[int]], None], **options: Any
) -> WebServer:
    """granian as it serves the product; `line` is the one in front of `listener` from here on."""
    line.watch(listener)
    return WebServer(
        listener,
        renew,
        address=server.host,
        port=listener.getsockname()[1],
        workers=server.workers,
        blocking_threads=server.threads,
        backpressure=server.threads * 4,
        log_level="error",  # its warning about so many threads is about work that is all CPU
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        **options,
    )


def serve(make: Callable[[], WebServer]) -> None:
    """Serve until told to stop. granian ends when a worker dies twice within seconds; then it is started again."""
    while True:
        server = make()
        try:
            server.serve()
        except SystemExit:
            if server.interrupt_signal:
                return
            click.echo("The web workers died too often; starting the web server again.", err=True)
            time.sleep(_AGAIN_AFTER_S)
        else:
            return


def open_listener(host: str, port: int) -> socket.socket:
    """The listening socket: handed over by the program we take the place of, or opened anew."""
    if handed_over := os.environ.pop(LISTENER_ENV, None):
        listener = socket.socket(fileno=int(handed_over))
        listener.set_inheritable(False)
        return listener
    family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from None
    listener.listen(BACKLOG)
    return listener


def take_our_place(listener: socket.socket, relieved: Iterable[int], check: list[str]) -> None:
    """Run the program that is on the disk now in this process; the children `relieved` work on until it serves.

    First `check` is run, which brings the database up to date; where it fails, everything stays as it is.
    """
    if subprocess.run(check, check=False).returncode != 0:  # noqa: S603 - our own interpreter and file
        click.echo("The new program does not start: the old one goes on.", err=True)
        return
    listener.set_inheritable(True)
    os.environ[LISTENER_ENV] = str(listener.fileno())
    os.environ[RELIEVED_ENV] = ",".join(map(str, relieved))
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - the same program again


def relieve_the_old() -> None:
    """Once a web worker of ours can answer, end the children of the program whose place we took.

    Their web workers take nobody in any more for a moment before: who has connected to one that stops, and not spoken
    yet, is cut off (hyper, `graceful_shutdown`).
    """
    old = [int(pid) for pid in os.environ.pop(RELIEVED_ENV, "").split(",") if pid]
    if not old:
        return
    reader, writer = os.pipe()
    os.environ[READY_ENV] = str(writer)  # a worker is a fork of ours and has it too

    def wait_and_end() -> None:
        os.read(reader, 1)
        leaving = [pid for pid in old if _listens_to(LEAVE, pid)]
        for pid in leaving:
            with suppress(ProcessLookupError):
                os.kill(pid, LEAVE)
        if leaving:
            time.sleep(_SPEAK_WITHIN_S)
        for pid in old:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + _STOP_WITHIN_S
        for pid in old:
            _end(pid, until)

    threading.Thread(target=wait_and_end, name="relief", daemon=True).start()


def tell_ready() -> None:
    """Called by a web worker that can answer from now on."""
    if writer := os.environ.get(READY_ENV):
        with suppress(OSError):
            os.write(int(writer), b"1")


def _listens_to(number: signal.Signals, pid: int) -> bool:
    """Whether a process has a handler for this signal, which would end it otherwise; where nobody can tell, no."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("SigCgt:"):  # a mask, man 5 proc
                return bool(int(line.split()[1], 16) >> number - 1 & 1)
    return False


def _end(pid: int, until: float) -> None:
    """Wait for a child that was told to stop; kill it when it has not done so in time."""
    with suppress(ChildProcessError, ProcessLookupError):
        while os.waitpid(pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
