"""Rows that belong together, as the schema has it: whoever names another row names it in the same leader's world."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, and_


def points_to(column: Column[Any], table: FromClause) -> ColumnElement[bool]:
    """For joins: the row of `table` that `column` names, as in `points_to(order.c.round_id, round_)`.

    What `models.base.ref` demands of every row. By the id alone a join would leave the leader's world, and her indexes.
    """
    return and_(table.c.leader_id == column.table.c.leader_id, table.c.id == column)
