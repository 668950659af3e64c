"""How long the line of connections in front of a listening socket is, as the kernel tells it."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import ExitStack

import pytest

from operating.waiting_line import Line
from tests.support.patience import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how many connections wait")


def test_who_waits_is_counted_and_who_was_let_in_is_not() -> None:
    line = Line()
    assert line.taken() == 0.0, "before there is a socket"
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=20))
        line.watch(listener)
        assert line.taken() == 0.0
        for _ in range(10):
            stack.enter_context(socket.create_connection(listener.getsockname(), timeout=5))
        until(lambda: line.taken() == 0.5, "ten of twenty places taken")
        for _ in range(5):
            stack.enter_context(listener.accept()[0])
        until(lambda: line.taken() == 0.25, "five of them let in")


def test_a_fork_sees_the_same_line() -> None:
    line = Line()
    with socket.create_server(("127.0.0.1", 0), backlog=10) as listener:
        line.watch(listener)
        with socket.create_connection(listener.getsockname(), timeout=5):
            until(lambda: line.taken() > 0, "somebody waits")
            pid = os.fork()
            if pid == 0:
                os._exit(round(line.taken() * 100))
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 10
