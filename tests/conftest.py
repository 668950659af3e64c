"""Settings and fixtures that every test has; what they do is in `tests/support/`."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time

from hypothesis import settings

from tests.support.memory_disk import memory_disk

# The product shows Asia/Shanghai whatever the machine's zone is. A zone with an odd offset on every machine makes a
# forgotten conversion fail everywhere, not only far from China.
os.environ["TZ"] = "America/St_Johns"
time.tzset()

# A proxy set on a developer's machine would be asked for 127.0.0.1 too.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]

# Many tests start processes of the product, and each would compile it anew: half a second of computing.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A test process holds half a million objects from the beginning, which the collector would go through again and again:
# of 41 s of CPU that 500 tests took 3.4 went there, with these thresholds 1.6.
gc.set_threshold(20_000, 20, 20)

# Databases are copied, filled and thrown away thousands of times: three times as fast where nothing reaches a disk.
if folder := memory_disk():
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None

# The same examples on every run; no example database, no deadline on a busy machine.
settings.register_profile("lintuan", derandomize=True, database=None, deadline=None)
settings.load_profile("lintuan")

pytest_plugins = [
    "tests.support.chromium",
    "tests.support.clock",
    "tests.support.databases",
    "tests.support.ports",
]
