"""The outbox at 10,000 due notices: how fast they are claimed and written off, the network left out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from benchmarks.servers import Server, Void
from models import Store, account, leader, notice
from operations import outbox
from operations.notices import Addressed, enqueue_many

NOTICES, SENT, BATCH = 10_000, 1_000, 5


@dataclass(frozen=True)
class Figure:
    """Notices per second of one delivering job, with 10,000 waiting: claim, begin, result, each committed."""

    name: str
    written_ms: float
    per_second: float


def measure(server: Server) -> Figure:
    """On the database of a server."""
    store = server.store
    if store is None:
        raise ValueError("an echo has none")
    written = _fill(store)
    started, sent = time.perf_counter(), 0
    while sent < SENT:
        with store.transaction() as work:
            claimed = outbox.claim(work, limit=BATCH, lease=timedelta(seconds=60))
        for one in claimed:
            with store.transaction() as work:
                outbox.begin_sending(work, one, channel="customer")
            with store.transaction() as work:
                if not outbox.finish_sent(work, one, channel="customer"):
                    raise Void("a claim was lost")
        sent += len(claimed)
        if not claimed:
            raise Void("nothing was due")
    took = time.perf_counter() - started
    with store.read() as work:
        done = work.db.scalar(select(func.count()).where(notice.c.state == "sent", notice.c.kind == "round_extended"))
    if done != sent:
        raise Void(f"{sent} were sent, {done} are written off")
    return Figure(server.name, written, sent / took)


def _fill(store: Store) -> float:
    with store.transaction() as work:
        work.db.execute(update(leader).values(quiet_from_min=0, quiet_until_min=0))
        leader_id = work.db.execute(select(func.min(leader.c.id))).scalar_one()
        accounts = list(work.db.execute(select(account.c.id).order_by(account.c.id)).scalars())
        to = [Addressed(accounts[n % len(accounts)], f"bench:{n}", {"title": "测速团"}) for n in range(NOTICES)]
        started = time.perf_counter()
        enqueue_many(work, leader_id=leader_id, kind="round_extended", to=to)
        return 1000 * (time.perf_counter() - started)
