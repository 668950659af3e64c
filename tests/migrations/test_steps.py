"""Every revision goes up, down and up again with the rows it found; a process killed half-way has changed nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import migrations
from migrations.engines import open_engine
from models import metadata
from models.base import Store
from tests.migrations.schemas import Schema, describe
from tests.support.databases import compile_once
from tests.support.rows import fill, minimal

ROOT = Path(__file__).parent.parent.parent

# What later revisions will do most: a column and a check for tables that hold rows and that others point at.
NEXT = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision = "next", "{head}"
    branch_labels = depends_on = None


    def upgrade():
        op.create_table("extra", sa.Column("id", sa.BigInteger(), primary_key=True))
        for table in ("orders", "round", "resident"):
            with op.batch_alter_table(table) as batch:
                batch.add_column(sa.Column("extra", sa.Integer(), nullable=False, server_default="7"))
                batch.create_check_constraint("extra_known", "extra > 6")
        {then}


    def downgrade():
        for table in ("orders", "round", "resident"):
            with op.batch_alter_table(table) as batch:
                batch.drop_constraint(batch.f(f"ck_{{table}}_extra_known"), type_="check")
                batch.drop_column("extra")
        op.drop_table("extra")
"""


def revisions() -> list[tuple[str, str]]:
    """Each revision with the one before it, oldest first; before the first there is nothing."""
    scripts = ScriptDirectory.from_config(migrations.make_config("sqlite://"))
    return [(str(script.down_revision or "base"), script.revision) for script in scripts.walk_revisions()][::-1]


def fill_two(url: str) -> None:
    """A row in every table of the newest schema, for two leaders."""
    store = Store.open(url)
    compile_once(store)
    with store.transaction() as work:
        for leader_id in (1, 2):
            fill(work.db, leader_id=leader_id)
    store.dispose()


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table in the database, by column name, so that added columns can be left out."""
    engine = open_engine(url)
    names = sorted(describe(engine))
    with engine.connect() as connection:
        found = {name: connection.execute(text(f'SELECT * FROM "{name}"')).mappings().all() for name in names}
    engine.dispose()
    return {
        name: sorted((tuple(sorted((k, str(v)) for k, v in row.items() if k != "extra")) for row in rows), key=str)
        for name, rows in found.items()
    }


def schema(url: str) -> Schema:
    engine = open_engine(url)
    try:
        return describe(engine)
    finally:
        engine.dispose()


def write_next(folder: Path, then: str = "") -> tuple[Path, ...]:
    """A revision after the newest one, in a folder of its own."""
    script = textwrap.dedent(NEXT).format(head=migrations.head(), then=then)
    (folder / "next_test.py").write_text(script, "utf-8")
    return (migrations.VERSIONS, folder)


@pytest.mark.parametrize(("before", "revision"), revisions())
def test_each_revision_keeps_the_rows(empty_url: str, before: str, revision: str) -> None:
    migrations.upgrade(empty_url)
    newest = schema(empty_url)
    fill_two(empty_url)
    migrations.downgrade(empty_url, before)
    rows, old = contents(empty_url), schema(empty_url)
    migrations.upgrade(empty_url, revision)
    migrations.downgrade(empty_url, before)
    assert (contents(empty_url), schema(empty_url)) == (rows, old)
    migrations.upgrade(empty_url)
    assert schema(empty_url) == newest
    assert migrations.current(empty_url) == migrations.head()


def test_a_filled_table_that_others_point_at_can_be_changed(migrated_url: str, tmp_path: Path) -> None:
    fill_two(migrated_url)
    rows, old = contents(migrated_url), schema(migrated_url)
    config = migrations.make_config(migrated_url, versions=write_next(tmp_path))
    for _ in range(2):
        command.upgrade(config, "next")
        assert {name: found for name, found in contents(migrated_url).items() if name != "extra"} == rows
        assert any("extra_known" in check for check in schema(migrated_url)["orders"]["checks"])
        command.downgrade(config, "-1")
        assert contents(migrated_url) == rows
        assert schema(migrated_url) == old
    _still_refuses_strangers(migrated_url)


def _still_refuses_strangers(url: str) -> None:
    """The references survived the copying: a row of one leader cannot point at another's."""
    store = Store.open(url)
    line = metadata.tables["order_line"]
    row = minimal(line, leader_id=1, nth=9, order_id=2001, offer_id=1001)
    with pytest.raises(IntegrityError), store.transaction() as work:
        work.db.execute(line.insert(), [row])
    store.dispose()


def test_a_revision_that_would_leave_rows_pointing_at_nothing_is_undone(migrated_url: str, tmp_path: Path) -> None:
    fill_two(migrated_url)
    rows = contents(migrated_url)
    versions = write_next(tmp_path, then='op.execute("DELETE FROM orders")')
    with pytest.raises((RuntimeError, IntegrityError), match=r"point at nothing|violates foreign key"):
        command.upgrade(migrations.make_config(migrated_url, versions=versions), "next")
    assert contents(migrated_url) == rows
    assert migrations.current(migrated_url) == migrations.head()


def test_kill_9_in_the_middle_leaves_a_database_that_starts(migrated_url: str, tmp_path: Path) -> None:
    fill_two(migrated_url)
    rows, old = contents(migrated_url), schema(migrated_url)
    versions = write_next(tmp_path, then="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    program = (
        "import pathlib, migrations; from alembic import command\n"
        f"versions = tuple(map(pathlib.Path, {[str(folder) for folder in versions]!r}))\n"
        f"command.upgrade(migrations.make_config({migrated_url!r}, versions=versions), 'next')"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False, cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    migrations.require_current(migrated_url)
    assert (contents(migrated_url), schema(migrated_url)) == (rows, old)
    write_next(tmp_path)
    command.upgrade(migrations.make_config(migrated_url, versions=versions), "next")
    assert {name: found for name, found in contents(migrated_url).items() if name != "extra"} == rows


def test_several_processes_may_start_at_once(empty_url: str) -> None:
    program = f"import migrations; migrations.upgrade({empty_url!r})"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 3
    migrations.require_current(empty_url)


def test_upgrading_twice_changes_nothing(migrated_url: str) -> None:
    fill_two(migrated_url)
    rows = contents(migrated_url)
    migrations.upgrade(migrated_url)
    assert contents(migrated_url) == rows
