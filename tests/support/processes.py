"""Processes of this machine, as /proc shows them."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> list[int]:
    """The process ids of the direct children that run."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [number for number in numbers if _parent(number) == pid]


def descendants(pid: int) -> list[int]:
    """The children, theirs, and so on."""
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


def command_line(pid: int) -> bytes:
    """The command line, its words separated by NUL; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be collected does not."""
    return _stat(pid)[:1] not in ([], ["Z"])


def session(pid: int) -> int:
    """The id of its session, 0 when the process is gone."""
    found = _stat(pid)
    return int(found[3]) if found else 0


def _parent(pid: int) -> int:
    found = _stat(pid)
    return int(found[1]) if found and found[0] != "Z" else 0


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
