"""The connections that wait in the kernel until one of our web workers takes them."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

LEAVE = signal.SIGUSR1
"""Tells a web worker to take nobody in any more."""
_TOLD = struct.Struct("24xII")  # of struct tcp_info, linux/tcp.h
_DESCRIPTORS = Path("/proc/self/fd")


class Line:
    """The line in front of a listening socket that several processes have."""

    def __init__(self) -> None:
        self._listener: socket.socket | None = None

    def watch(self, listener: socket.socket) -> None:
        """From here on, also in forks, it is the one in front of this socket."""
        self._listener = listener

    def taken(self) -> float:
        """How much of it is taken, from 0 to 1: who finds it full is not let in. 0 where nobody can tell.

        Linux tells it of a listening socket in two fields that mean something else of a connection
        (tcp_get_info in net/ipv4/tcp.c: tcpi_unacked is how many wait, tcpi_sacked how many may).
        """
        if self._listener is None or sys.platform != "linux":
            return 0.0
        told = self._listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOLD.size)
        waiting, most = _TOLD.unpack(told)
        return waiting / most if most else 0.0

    def leave_when_told(self) -> None:
        """In a process's main thread: with the signal LEAVE it takes nobody in any more and does what it has.

        Another socket, which nobody knows of, is put in the place of ours: the server asks that one for connections
        and is told that there are none. Those who wait are left to the other processes that have the socket.
        """
        signal.signal(LEAVE, lambda *_: self._leave())

    def _leave(self) -> None:
        if self._listener is None or not _DESCRIPTORS.is_dir():
            return
        ours = os.fstat(self._listener.fileno())
        with socket.create_server(("127.0.0.1", 0)) as other:
            other.setblocking(False)  # it is asked in a thread that must not wait
            for number in [int(one.name) for one in _DESCRIPTORS.iterdir()]:
                with suppress(OSError):  # what they were listed by is among them, and closed by now
                    if os.path.samestat(os.fstat(number), ours):
                        os.dup2(other.fileno(), number, inheritable=False)
