"""Ports for servers that tests start on this machine."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Callable

import pytest

from tests.support.patience import PATIENCE_S

# Below those that systems take for outgoing connections (Linux from 32768): between being found and being listened on a
# port is nobody's. Each process of tests goes its own way; a step of 0.618 of the whole keeps neighbours far apart.
FIRST, PORTS, STEP = 10_000, 20_000, 12_361
_ahead = itertools.count(os.getpid() * STEP)


def find_free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now, and that this process has not named before."""
    while True:
        port = FIRST + next(_ahead) % PORTS
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until_listening(
    port: int, *, timeout_s: float = PATIENCE_S, is_alive: Callable[[], bool] = lambda: True
) -> None:
    """Return once somebody accepts connections on the port. Raises TimeoutError, at once when `is_alive()` is false."""
    deadline = time.monotonic() + timeout_s
    while True:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if not is_alive():
            raise TimeoutError(f"the server for port {port} ended before it listened")
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listened on port {port} within {timeout_s} s")
        time.sleep(0.02)


@pytest.fixture
def free_port() -> int:
    """See `find_free_port`."""
    return find_free_port()
