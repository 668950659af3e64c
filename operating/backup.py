"""Copies of the database while it is in use, checked, and what a restore has to look at."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click
from sqlalchemy import make_url


def backup_sqlite(url: str, target: Path) -> str:
    """Copy a SQLite database that is in use, by its backup API, and check the copy; says what was done."""
    database = make_url(url)
    if database.get_backend_name() != "sqlite" or not database.database:
        raise click.ClickException("this is for SQLite; for PostgreSQL use pg_dump: see docs/operations.md")
    if target.exists():
        raise click.ClickException(f"{target} is there already")
    with sqlite3.connect(database.database) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        broken = copy.execute("PRAGMA foreign_key_check").fetchall()
    if verdict != "ok" or broken:
        raise click.ClickException(f"the copy {target} is damaged: {verdict}")
    return f"{target}: copied and checked."
