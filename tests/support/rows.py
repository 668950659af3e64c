"""One plausible row for any table, made from the schema itself: a new table or column needs nothing here, unless a
check constraint ties several columns together.

`minimal(table, leader_id=1, nth=1)` points at the rows with the same number in the tables it refers to, so that
`fill(connection, leader_id=1)` writes one row into every table, parents first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, CheckConstraint, Column, Connection, Date, Integer, String, Table

from models import metadata
from models.base import Instant

NOW = datetime(2026, 5, 2, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=10)

# What a check constraint asks of several columns at once.
TOGETHER: dict[str, dict[str, Any]] = {
    "round": {"opens_at": NOW, "closes_at": LATER},
    "shelf_item": {"put_milli": 1000},
    "redemption": {"ok": True, "order_id": "ref"},
    "web_session": {"role": "leader", "account_id": "ref", "leader_id": "ref"},
    "resident": {"account_id": "ref", "guest_key": "小明"},
    "route_stop": {"position": "nth"},
    "invite": {"inviter_id": "eldest"},
    "ledger_transfer": {"to_book": "sales"},
    "settlement": {
        "gross_fen": 100,
        "discount_fen": 0,
        "refund_fen": 0,
        "net_fen": 100,
        "commission_fen": 10,
        "supplier_fen": 80,
        "platform_fen": 10,
    },
}


def owned_tables() -> list[Table]:
    """Tables of a leader's world."""
    return [table for table in metadata.sorted_tables if is_owned(table)]


def is_owned(table: Table) -> bool:
    """Whether the table's primary key begins with `leader_id`; the action log belongs to leaders and to nobody."""
    return next(iter(table.primary_key.columns)).name == "leader_id" and table.name != "action_log"


def minimal(table: Table, *, leader_id: int = 1, nth: int = 1, **columns: Any) -> dict[str, Any]:
    """A row that the database takes, with `columns` in place of what would stand there."""
    together = TOGETHER.get(table.name, {})
    row: dict[str, Any] = {}
    for column in table.columns:
        wanted = together.get(column.name)
        if column.name in columns:
            row[column.name] = columns[column.name]
        elif wanted == "eldest":
            row[column.name] = eldest(leader_id)
        elif wanted not in (None, "ref", "nth"):
            row[column.name] = wanted
        elif wanted or not (column.nullable or (column.server_default and not column.foreign_keys)):
            row[column.name] = _value(column, leader_id, nth)
    return row


ONE_A_LEADER = {"leader", "share_receiver"}  # tables with one row of each leader


def fill(connection: Connection, *, leader_id: int = 1, nth: int = 1) -> None:
    """One row in every table. A leader has one row about himself, however often his world is filled."""
    for table in metadata.sorted_tables:
        if table.name in ONE_A_LEADER and nth > 1:
            continue
        connection.execute(table.insert(), [minimal(table, leader_id=leader_id, nth=nth)])
        if table.name == "resident" and nth == 1:
            connection.execute(table.insert(), [first_resident(leader_id)])


def first_resident(leader_id: int) -> dict[str, Any]:
    """The row of the eldest: `minimal` invites name him, so he must be there wherever they are."""
    table = metadata.tables["resident"]
    return minimal(table, leader_id=leader_id, id=eldest(leader_id), account_id=None, guest_key="-", state="erased")


def eldest(leader_id: int) -> int:
    """The resident who was there before all others of this leader."""
    return leader_id


def id_of(leader_id: int, nth: int) -> int:
    """Ids of a leader's rows: no two leaders share one, so a row of A cannot point at B's by accident."""
    return leader_id * 1000 + nth


@cache
def allowed_words(table: Table, column: str) -> Sequence[str]:
    """The words a `one_of` constraint allows in a column, or nothing."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.fullmatch(rf"{column} IN \((.*)\)", str(constraint.sqltext))
            if found:
                return re.findall(r"'([^']*)'", found[1])
    return []


def _value(column: Column[Any], leader_id: int, nth: int) -> Any:
    table = column.table
    assert isinstance(table, Table)
    if column.name == "leader_id":
        return leader_id
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table
        return leader_id if target.name == "leader" else id_of(leader_id, nth)
    if table.name == "leader" and column.name in ("id", "number"):
        return leader_id
    if column.primary_key and isinstance(column.type, BigInteger):
        return id_of(leader_id, nth)
    words = allowed_words(table, column.name)
    return words[0] if words else _plain(column, leader_id, nth)


def _plain(column: Column[Any], leader_id: int, nth: int) -> Any:
    match column.type:
        case Instant():
            return NOW
        case String(length=length):
            return f"{column.name[:4]}{leader_id}.{nth}"[:length]
        case Boolean():
            return False
        case Date():
            return date(2026, 5, 2) + timedelta(days=leader_id * 10 + nth)
        case JSON():
            return {}
        case Integer():
            return nth
        case _:
            raise TypeError(f"no sample for {column}")
