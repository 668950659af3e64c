"""What is loaded before the fork is held once, as long as nobody writes to it: see decision 0069.

CPython writes a count of references into whatever is used; what is not used stays shared. Nobody else should write.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_ARENAS = 2
_MADV_DONTNEED = 4  # mman.h


def share_memory() -> None:
    """Before the first fork: nothing that is loaded is looked at again by a garbage collector, which would copy it
    (docs.python.org/3/library/gc.html#gc.freeze), and what loading left free is given back.

    Threads of the children get their memory from two arenas instead of one for each thread up to eight a core (man
    mallopt): the scheduler has a thread for each job, and under the interpreter's lock they do not ask at once.

    Where attributes were found while loading is forgotten: of some thousand the interpreter keeps the name, and each
    that a child remembers in the place of another would be written to, and so would the other.

    Machine code that only loading needed is let go, too.
    """
    gc.collect()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):  # glibc
        libc.malloc_trim(0)
        libc.mallopt(_ARENA_MAX, _ARENAS)
    if sys.platform == "linux":
        _let_code_go(libc)
    forget = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache  # the former from Python 3.13 on
    forget()
    gc.freeze()


def _let_code_go(libc: ctypes.CDLL) -> None:
    """Machine code is read from its file again when it is run, which costs no copy while the file is in memory; nobody
    writes to it. What is only read stays: among it are tables that the loader has filled in."""
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text("utf-8", "surrogateescape").splitlines():
        addresses, rights, *where = line.split(maxsplit=5)
        if rights == "r-xp" and where[-1].startswith("/"):
            start, end = (int(address, 16) for address in addresses.split("-"))
            libc.madvise(start, end - start, _MADV_DONTNEED)
