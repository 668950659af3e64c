"""Two leaders' worlds side by side, and what an attack on the first one would leave behind."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from models import Work, metadata

# What nobody but leader A, her helpers and her neighbours may read: names of neighbours, rounds and goods of hers.
PRIVATE = ("王姐", "李想", "赵阿姨", "孙老师", "周周", "吴叔", "周六水果团", "周二牛奶鸡蛋团", "13800000001", "烂了")


def rows_of(work: Work, leader_id: int) -> dict[str, str]:
    """A digest of everything that is one leader's, by table."""
    found = {}
    for table in metadata.sorted_tables:
        if "leader_id" in table.c:
            mine = select(table).where(table.c.leader_id == leader_id).order_by(*table.primary_key)
        elif table.name == "leader":
            mine = select(table).where(table.c.id == leader_id)
        else:
            continue
        found[table.name] = hashlib.sha256(repr(work.db.execute(mine).all()).encode()).hexdigest()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The tables in which something is different."""
    return {name for name, digest in after.items() if before[name] != digest}
