"""Who knocks at the pages, and what the database looks like: for tests that try every door with every key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models import Store
from operations import people, sessions
from tests.web.conftest import Pages, Visitor

OPERATORS = ("owner", "operator", "service", "viewer")
MEMBERS = ("leader_a", "leader_b", "helper")
RESIDENTS = ("resident",)  # a neighbour of leader A
EVERYBODY = ("anonymous", *RESIDENTS, *MEMBERS, *OPERATORS)


def enter(pages: Pages, who: str) -> Visitor:
    """A visitor with a fresh session, without the way through the log-in page."""
    visitor = pages.visitor()
    if who == "anonymous":
        visitor.get("/admin/login")
        return visitor
    world = pages.world
    with pages.store.transaction() as work:
        if who in OPERATORS:
            token = sessions.open_for_operator(work, operator_id=world.operators[who])
        elif who in RESIDENTS:
            account_id = people.recognise(work, "o_test_resident_0").account_id
            token = sessions.open_for_resident(work, account_id=account_id, leader_id=world.leader_a)
        else:
            account_id, leader_id, role = {
                "leader_a": (world.account_a, world.leader_a, "leader"),
                "leader_b": (world.account_b, world.leader_b, "leader"),
                "helper": (world.account_helper, world.leader_a, "helper"),
            }[who]
            token = sessions.open_for_member(work, account_id=account_id, leader_id=leader_id, role=role)
        found = sessions.find(work, token)
    assert found is not None
    visitor.token = found.csrf
    kind = "console" if who in OPERATORS else "neighbour" if who in RESIDENTS else "member"
    visitor.client.set_cookie(f"__Host-lintuan_{kind}", token, domain="lintuan.example.com", secure=True, httponly=True)
    return visitor


def fingerprint(store: Store) -> str:
    """Of the database's files: any commit that writes a page changes it."""
    path = Path(store.engine.url.database or "")
    files = [path, path.with_name(path.name + "-wal")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()


@dataclass
class Count:
    """How many statements went to the database."""

    statements: int = 0


@contextmanager
def counting(store: Store) -> Iterator[Count]:
    """Counts statements, without BEGIN and the like."""
    count = Count()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.split(None, 1)[0].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            count.statements += 1

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
