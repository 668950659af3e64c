"""Who knocks at the pages, and what the database looks like: for tests that try every door with every key."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from models import Store, Work
from operations import people, sessions
from tests.web.conftest import Pages, Visitor
from tests.web.world import World

OPERATORS = ("owner", "operator", "service", "viewer")
MEMBERS = ("leader_a", "leader_b", "helper")
RESIDENTS = ("resident",)  # a neighbour of leader A
EVERYBODY = ("anonymous", *RESIDENTS, *MEMBERS, *OPERATORS)


@dataclass(frozen=True)
class Key:
    """A session: what the cookie says, and the token of its forms."""

    cookie: str
    csrf: str


def let_in(work: Work, world: World, who: str) -> Key:
    """A fresh session, without the way through the log-in page."""
    if who in OPERATORS:
        cookie = sessions.open_for_operator(work, operator_id=world.operators[who])
    elif who in RESIDENTS:
        account_id = people.recognise(work, "o_test_resident_0").account_id
        cookie = sessions.open_for_resident(work, account_id=account_id, leader_id=world.leader_a)
    else:
        account_id, leader_id, role = {
            "leader_a": (world.account_a, world.leader_a, "leader"),
            "leader_b": (world.account_b, world.leader_b, "leader"),
            "helper": (world.account_helper, world.leader_a, "helper"),
        }[who]
        cookie = sessions.open_for_member(work, account_id=account_id, leader_id=leader_id, role=role)
    found = sessions.find(work, cookie)
    assert found is not None
    return Key(cookie, found.csrf)


def enter(pages: Pages, who: str, keys: Mapping[str, Key] | None = None) -> Visitor:
    """A visitor with a fresh session, or with the one that is among `keys`."""
    visitor = pages.visitor()
    if who == "anonymous":
        visitor.get("/admin/login")
        return visitor
    if keys:
        key = keys[who]
    else:
        with pages.store.transaction() as work:
            key = let_in(work, pages.world, who)
    visitor.token = key.csrf
    kind = "console" if who in OPERATORS else "neighbour" if who in RESIDENTS else "member"
    name = f"__Host-lintuan_{kind}"
    visitor.client.set_cookie(name, key.cookie, domain="lintuan.example.com", secure=True, httponly=True)
    return visitor


def fingerprint(store: Store) -> str:
    """Of the database's files: any commit that writes a page changes it."""
    path = Path(store.engine.url.database or "")
    log = path.with_name(path.name + "-wal")
    # A commit is in the log before it is in the file: the file, a megabyte, is read when it is another than before.
    # Who only reads makes an empty log where none was.
    is_logged = log.exists() and log.stat().st_size > 0
    return _hash_of_file(path, path.stat().st_mtime_ns) + (_hash(log) if is_logged else "")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.lru_cache(maxsize=8)
def _hash_of_file(path: Path, _changed_at: int) -> str:
    return _hash(path)


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
