"""A small TCP proxy between the product and its PostgreSQL that loses answers and connections."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

COMMIT = b"COMMIT"
CHUNK = 65536


@dataclass
class Proxy:
    """Passes bytes on. With `loses_commits`, the server gets a COMMIT and its answer is cut off: nobody knows."""

    target: str  # the path of the server's socket
    port: int = 0
    loses_commits: int = 0  # how many of the next ones
    lost: int = 0
    _listener: socket.socket = field(default_factory=socket.socket)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Listen on 127.0.0.1."""
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """No new connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self.target)
            doomed = threading.Event()
            threading.Thread(target=self._pass_on, args=(near, far, doomed), daemon=True).start()
            threading.Thread(target=self._answer, args=(far, near, doomed), daemon=True).start()

    def _pass_on(self, near: socket.socket, far: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while data := near.recv(CHUNK):
                if COMMIT in data and self._may_lose():
                    doomed.set()
                far.sendall(data)
        _close(near, far)

    def _answer(self, far: socket.socket, near: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(CHUNK):
                if doomed.is_set():  # the server has committed; the product shall never hear of it
                    break
                near.sendall(data)
        _close(near, far)

    def _may_lose(self) -> bool:
        with self._lock:
            if self.loses_commits <= 0:
                return False
            self.loses_commits -= 1
            self.lost += 1
            return True


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def between(socket_path: str) -> Iterator[Proxy]:
    """A proxy in front of the server whose socket this is."""
    proxy = Proxy(socket_path)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
