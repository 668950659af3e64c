"""The schema's history. Alembic without an `alembic.ini`: everything it must know is here.

`upgrade(url)` makes an empty database whole and brings an old one up to date. All revisions of one call are one
transaction on both databases, so that a process killed half-way leaves the database as it was.

A new revision, after a change in `models/`:

    python -m migrations new "what changes"

It compares `models/` with the newest revision and writes `versions/NNNN_what_changes.py`, to be read before it is
committed. As long as no release has shipped 0001, that one is made anew instead:

    rm migrations/versions/0001_*.py && python -m migrations new "first schema"
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import URL

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"


class NotCurrent(Exception):
    """The database's schema is not the one this program was written for; the message says what to do."""


def make_config(url: str | URL, *, versions: tuple[Path, ...] = (VERSIONS,)) -> Config:
    """Alembic's configuration for one database, given as to `Store.open`. Revisions are read from `versions`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, versions)).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url  # not an option: those are text, and a password may hold a percent sign
    return config


def upgrade(url: str | URL, revision: str = "head") -> None:
    """Bring a database up to `revision`; the newest does nothing twice. Several processes may call it at once."""
    if revision == "head" and _is_at(url, _newest()):
        return  # as at nearly every start: Alembic is not even loaded
    from alembic import command

    command.upgrade(make_config(url), revision)


def downgrade(url: str | URL, revision: str) -> None:
    """Take a database back to `revision` (`-1`: one step, `base`: nothing is left)."""
    from alembic import command

    command.downgrade(make_config(url), revision)


def current(url: str | URL) -> str | None:
    """The revision a database is at; None for an empty one. Nothing is changed."""
    from alembic.runtime.migration import MigrationContext

    from migrations.engines import open_engine

    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """The newest revision, the one this program was written for."""
    newest = _scripts("sqlite://").get_current_head()
    if newest is None:
        raise FileNotFoundError(f"no revisions in {VERSIONS}")
    return newest


def require_current(url: str | URL) -> None:
    """Raises NotCurrent unless the database is at the newest revision."""
    has, needs = current(url), head()
    if has != needs:
        raise NotCurrent(f"the database is at revision {has or '(empty)'}, this program needs {needs}")


def new_revision(message: str) -> Path:
    """Write the next revision from the difference between the newest one and `models/`; returns the file."""
    from alembic import command

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.sqlite3"
        scripts = _scripts(url)
        if scripts.get_current_head() is not None:
            upgrade(url)
        number = 1 + sum(1 for _ in scripts.walk_revisions())
        made = command.revision(make_config(url), message, autogenerate=True, rev_id=f"{number:04d}")
    if made is None or isinstance(made, list):
        raise RuntimeError("one revision was expected")
    path = Path(made.path)
    path.write_text(_plain(path.read_text("utf-8")), "utf-8")
    return path


def _newest() -> str:
    """The newest revision by the names of the files, which `new_revision` counts."""
    return max((path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")), default="")


def _is_at(url: str | URL, revision: str) -> bool:
    from sqlalchemy import inspect

    from migrations.engines import open_engine

    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
            return found == [revision]
    finally:
        engine.dispose()


def _plain(script: str) -> str:
    """What Alembic writes, without its remarks and without SQLite's way to spell a default."""
    lines = [line for line in script.splitlines(keepends=True) if not line.lstrip().startswith("# ###")]
    return re.sub(r"""sa\.text\((['"])\(([^()]*)\)\1\)""", r"sa.text(\1\2\1)", "".join(lines))


def _scripts(url: str) -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(make_config(url))
