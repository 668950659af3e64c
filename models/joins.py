"""Rows that belong together, as the schema has it: whoever names another row names it in the same leader's world."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, and_, func

from models.people import resident


def points_to(column: Column[Any], table: FromClause) -> ColumnElement[bool]:
    """For joins: the row of `table` that `column` names, as in `points_to(order.c.round_id, round_)`.

    What `models.base.ref` demands of every row. By the id alone a join would leave the leader's world, and her indexes.
    """
    return and_(table.c.leader_id == column.table.c.leader_id, table.c.id == column)


host = resident.alias("host")  # who orders for a guest, a neighbour without WeChat
HOST_OF = points_to(resident.c.host_resident_id, host)
HEARS = func.coalesce(resident.c.account_id, host.c.account_id)  # of an order: its holder's account, or his host's
