"""The schema that migrations make is the schema of `models/`, to the last check constraint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

import migrations
from migrations.comparing import options
from migrations.engines import open_engine
from models import metadata
from tests.migrations.schemas import Schema, describe

DIFFERENCES = (
    "DROP INDEX ix_round_due_close",
    "CREATE INDEX ix_round_due_close ON round (closes_at) WHERE state = 'closed'",
    "CREATE TABLE stray (id INTEGER PRIMARY KEY)",
    "ALTER TABLE orders ADD COLUMN stray VARCHAR(9)",
    "ALTER TABLE orders ADD CONSTRAINT ck_orders_stray CHECK (seq > 0)",
    "ALTER TABLE offer DROP CONSTRAINT ck_offer_not_oversold",
    "ALTER TABLE offer ALTER COLUMN is_open SET DEFAULT true",
)
# SQLite alters a table by being told its text anew: table, old words, new words.
SQLITE_DIFFERENCES = {
    "ADD CONSTRAINT": ("orders", "CONSTRAINT pk_", "CONSTRAINT ck_orders_stray CHECK (seq > 0), CONSTRAINT pk_"),
    "DROP CONSTRAINT": ("offer", "reserved_milli <= capacity_milli", "reserved_milli >= 0"),
    "ALTER COLUMN": ("offer", "is_open BOOLEAN DEFAULT false", "is_open BOOLEAN DEFAULT true"),
}


@pytest.fixture
def migrated(migrated_url: str) -> Iterator[Engine]:
    """A database at the newest revision, opened."""
    engine = open_engine(migrated_url)
    yield engine
    engine.dispose()


def modelled(engine: Engine) -> Schema:
    """What `models/` makes in the place of what migrations made."""
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    return describe(engine)


def test_migrations_make_the_schema_of_the_models(migrated: Engine) -> None:
    made = describe(migrated)
    meant = modelled(migrated)
    assert made.keys() == meant.keys() == metadata.tables.keys()
    for table in meant:
        assert made[table] == meant[table], table


def test_alembic_finds_nothing_to_do(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options()), metadata) == []


def test_the_comparison_sees_every_kind_of_difference(migrated: Engine) -> None:
    for difference in DIFFERENCES:
        before = describe(migrated)
        with migrated.begin() as connection:
            _differ(connection, difference)
        assert describe(migrated) != before, difference


def _differ(connection: Connection, difference: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA writable_schema=ON")
        for words, (table, old, new) in SQLITE_DIFFERENCES.items():
            if words in difference:
                difference = f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = '{table}'"
    connection.exec_driver_sql(difference)


def test_the_program_knows_its_revision(empty_url: str) -> None:
    assert migrations.current(empty_url) is None
    with pytest.raises(migrations.NotCurrent, match="empty"):
        migrations.require_current(empty_url)
    migrations.upgrade(empty_url)
    assert migrations.current(empty_url) == migrations.head()
    migrations.require_current(empty_url)


def test_looking_at_an_empty_database_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    assert migrations.current(f"sqlite:///{path}") is None
    assert path.stat().st_size == 0


def test_a_password_may_hold_a_percent_sign() -> None:
    url = "postgresql+psycopg://me:a%25b%40c@127.0.0.1/x"
    assert migrations.make_config(url).attributes["url"] == url
