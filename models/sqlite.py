"""The SQLite of this program: `from models.sqlite import sqlite3`, and nobody imports the standard library's.

Two copies of SQLite in one process undo each other's locks on a file (sqlite.org/howtocorrupt.html, section 2.2), so
there is one here. Python's is the system's, which for most systems of today must not use a write-ahead log;
`pysqlite3` brings a newer one, where it is to be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["journal_mode", "sqlite3"]


def journal_mode() -> str:
    """WAL only where the library is free of the WAL-reset fault: sqlite.org/wal.html, fixed in 3.51.3 and backports."""
    version = sqlite3.sqlite_version_info
    fixed = version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    return "WAL" if fixed else "TRUNCATE"
