"""Copies of the database while it is in use, and bringing one back.

Beside every copy lies `<copy>.json`: when it was made, the schema's revision, how many rows each table has in it, and
its SHA-256. A restore compares all of it, so a copy that was cut short or changed is noticed before it is served.
SQLite is copied by its backup API, PostgreSQL by pg_dump out of one snapshot.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import URL, Connection, create_engine, func, make_url, select, text

from migrations import current
from models import Store, metadata
from models.sqlite import sqlite3
from operations import notices

CHUNK = 1 << 20


def backup(url: str, target: Path, *, now: str) -> str:
    """Copy the database in use to `target`; says what was done. Raises ClickException and leaves no half copy."""
    if target.exists():
        raise click.ClickException(f"{target} is there already")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    database = make_url(url)
    try:
        is_sqlite = database.get_backend_name() == "sqlite"
        rows = _copy_sqlite(database, part) if is_sqlite else _dump_postgresql(database, part)
        about = {"made_at": now, "revision": current(url), "rows": rows, "sha256": _sha256(part)}
        _beside(target).write_text(json.dumps(about, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return f"{target}: {sum(rows.values())} rows in {len(rows)} tables, copied and checked."


def verify(url: str, copy: Path) -> str:
    """Bring a copy back into a database of its own, compare it with what was written beside it, and drop it again."""
    about = _about(copy)
    database = make_url(url)
    with _scratch(database) as scratch:
        _bring_back(scratch, copy)
        _compare(scratch, about)
    return f"{copy}: restored on trial, {sum(about['rows'].values())} rows as they were at {about['made_at']}."


def restore(url: str, copy: Path) -> str:
    """Bring a copy back into an empty place and hold every unsent notice: nobody knows which went out since.

    Raises ClickException when there is a database already, or the copy is not what was written beside it.
    """
    about, database = _about(copy), make_url(url)
    _require_empty(database)
    try:
        _bring_back(database, copy)
        _compare(database, about)
    except click.ClickException:
        _empty_again(database)
        raise
    store = Store.open(url, wait_s=20)
    held = store.run(notices.hold_unsent)
    store.dispose()
    return (
        f"{sum(about['rows'].values())} rows as they were at {about['made_at']}. Orders after that are not in it.\n"
        f"{held} notices are held; release or drop them in the console under 通知."
    )


def _about(copy: Path) -> dict[str, Any]:
    if not copy.exists() or not _beside(copy).exists():
        raise click.ClickException(f"{copy} and {_beside(copy).name} have to lie side by side")
    about: dict[str, Any] = json.loads(_beside(copy).read_text(encoding="utf-8"))
    if _sha256(copy) != about["sha256"]:
        raise click.ClickException(f"{copy} is not what was written: it was cut short or changed")
    return about


def _beside(copy: Path) -> Path:
    return copy.with_name(f"{copy.name}.json")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _counts(db: Connection) -> dict[str, int]:
    return {
        table.name: db.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables
    }


@contextmanager
def _connected(database: URL, **options: Any) -> Iterator[Connection]:
    if database.get_backend_name() == "sqlite":
        options["module"] = sqlite3
    engine = create_engine(database, hide_parameters=True, **options)
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()


def _compare(database: URL, about: dict[str, Any]) -> None:
    """Every table has the rows it had, and the schema is the one they were in."""
    with _connected(database) as db:
        if database.get_backend_name() == "sqlite":
            verdict = db.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            if verdict != "ok" or db.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise click.ClickException(f"the copy is damaged: {verdict}")
        found = _counts(db)
    if current(database) != about["revision"]:
        raise click.ClickException(f"the copy says revision {about['revision']} and holds another")
    if different := {name: n for name, n in found.items() if n != about["rows"].get(name)}:
        raise click.ClickException(f"these tables do not have the rows they had: {', '.join(sorted(different))}")


# ---------------------------------------------------------------- SQLite


def _copy_sqlite(database: URL, part: Path) -> dict[str, int]:
    with sqlite3.connect(_file(database)) as source, sqlite3.connect(part) as copy:
        source.backup(copy)
    scratch = URL.create("sqlite", database=str(part))
    with _connected(scratch) as db:
        verdict = db.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        broken = db.exec_driver_sql("PRAGMA foreign_key_check").first()
        if verdict != "ok" or broken is not None:
            raise click.ClickException(f"the copy is damaged: {verdict}")
        return _counts(db)


def _file(database: URL) -> Path:
    if not database.database:
        raise click.ClickException("a database in memory has no backup")
    return Path(database.database)


# ---------------------------------------------------------------- PostgreSQL


def _dump_postgresql(database: URL, part: Path) -> dict[str, int]:
    """Rows are counted in the very snapshot that pg_dump copies."""
    with _connected(database, isolation_level="REPEATABLE READ") as db:
        snapshot = db.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        rows = _counts(db)
        _run("pg_dump", database, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={part}")
    return rows


def _run(tool: str, database: URL, *arguments: str) -> None:
    """One of PostgreSQL's own tools; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(tool)
    if found is None:
        raise click.ClickException(f"{tool} is not installed here (Debian: apt-get install postgresql-client)")
    environment = os.environ | ({"PGPASSWORD": database.password} if database.password else {})
    place = {
        "host": database.host or database.query.get("host"),  # the second is a folder with a socket
        "port": database.port,
        "username": database.username,
    }
    where = [f"--{name}={value}" for name, value in place.items() if value]
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own tool, and arguments of ours
        [found, *where, f"--dbname={database.database}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise click.ClickException(f"{tool}: {done.stderr.strip()[:500]}")


def _bring_back(database: URL, copy: Path) -> None:
    if database.get_backend_name() == "sqlite":
        file = _file(database)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(copy, file)
        file.chmod(0o600)
    else:
        _run("pg_restore", database, "--no-owner", "--exit-on-error", "--single-transaction", str(copy))


def _require_empty(database: URL) -> None:
    if database.get_backend_name() == "sqlite":
        file = _file(database)
        ends = ("", "-journal", "-wal", "-shm")
        left = [file.with_name(file.name + end) for end in ends if file.with_name(file.name + end).exists()]
        if left:
            raise click.ClickException(f"move {', '.join(map(str, left))} away first")
        return
    with _connected(database) as db:
        if db.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one():
            raise click.ClickException("this database is not empty: create a new one and name it in [database] url")


def _empty_again(database: URL) -> None:
    """After a restore that did not fit: nothing is left that could be taken for a database."""
    if database.get_backend_name() == "sqlite":
        _file(database).unlink(missing_ok=True)
    else:
        with _connected(database, isolation_level="AUTOCOMMIT") as db:
            metadata.drop_all(db)
            db.execute(text("DROP TABLE IF EXISTS alembic_version"))


@contextmanager
def _scratch(database: URL) -> Iterator[URL]:
    """An empty database for a trial, gone afterwards."""
    if database.get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(prefix="lintuan-verify-") as folder:
            yield URL.create("sqlite", database=str(Path(folder) / "trial.db"))
        return
    name = f"{database.database}_trial_{os.getpid()}"
    with _connected(database, isolation_level="AUTOCOMMIT") as db:
        quoted = db.dialect.identifier_preparer.quote(name)
        db.execute(text(f"CREATE DATABASE {quoted} TEMPLATE template0"))
    try:
        yield database.set(database=name)
    finally:
        with _connected(database, isolation_level="AUTOCOMMIT") as db:
            db.execute(text(f"DROP DATABASE {quoted} WITH (FORCE)"))
