"""How a database is compared with `models/`, and how a difference is written down."""

from __future__ import annotations

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from models import metadata
from models.base import Instant

_EMPTY = ("('')", "''", "")


def options() -> dict[str, Any]:
    """For Alembic's `configure`."""
    return {
        "target_metadata": metadata,
        "render_as_batch": True,  # SQLite cannot alter most of a table in place
        "render_item": render_item,
        "process_revision_directives": tidy,
        "compare_type": True,
        "compare_server_default": is_another_default,
    }


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """The product's own column types as what they are in the database: revisions do not follow later changes."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


def is_another_default(
    _context: Any, _inspected: Any, _column: Any, inspected_default: str | None, _default: Any, rendered: str | None
) -> bool | None:
    """None leaves it to Alembic, which takes '' on SQLite for a change every time."""
    return False if inspected_default in _EMPTY and rendered in _EMPTY else None


def tidy(_context: Any, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """A table that is made here gets its indexes without a batch, and one that is dropped takes them along."""
    (script,) = directives
    for upgrade in script.upgrade_ops_list:
        made = {op.table_name for op in upgrade.ops if isinstance(op, ops.CreateTableOp)}
        upgrade.ops = [flat for op in upgrade.ops for flat in (_flat(op) if _table(op) in made else [op])]
    for downgrade in script.downgrade_ops_list:
        gone = {op.table_name for op in downgrade.ops if isinstance(op, ops.DropTableOp)}
        downgrade.ops = [op for op in downgrade.ops if _table(op) not in gone]


def _table(op: ops.MigrateOperation) -> str | None:
    return op.table_name if isinstance(op, ops.ModifyTableOps) else None


def _flat(op: ops.MigrateOperation) -> list[ops.MigrateOperation]:
    return list(op.ops) if isinstance(op, ops.ModifyTableOps) else [op]
