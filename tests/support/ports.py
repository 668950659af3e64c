"""Ports for servers that tests start on this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest


def find_free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(port: int, *, timeout_s: float = 10, is_alive: Callable[[], bool] = lambda: True) -> None:
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
