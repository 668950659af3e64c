"""Where temporary files cost no disk: a file system in memory, if this machine has a roomy one."""

from __future__ import annotations

import os
import shutil

SHARED_MEMORY = "/dev/shm"  # on Linux a tmpfs; a container may have one of 64 MB only
ROOM = 2 << 30  # bytes; a run of the suite holds a few hundred megabytes at once


def memory_disk(folder: str = SHARED_MEMORY) -> str | None:
    """The folder to keep temporary files in, or None: leave them where they are. A TMPDIR somebody chose stands."""
    if "TMPDIR" in os.environ or not os.access(folder, os.W_OK | os.X_OK):
        return None
    return folder if shutil.disk_usage(folder).free >= ROOM else None
