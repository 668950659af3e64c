"""Twice as many messages as the server can do, for a minute, each sent again when it is not answered in 5 s."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from benchmarks.servers import BOOKED, NOT_RECORDED, Server, Void
from bot.texts.replies import RECEIVED
from models import inbound_message, notice
from tests.support.invariants import violations

SECONDS, PATIENCE_S = 60, 600


@dataclass(frozen=True)
class Figure:
    """Shares of all messages, but `stored_share` of the saturation rate: what was taken over for good per second."""

    name: str
    saturation: float
    offered: float
    first_try: float
    booked_at_once: float
    stored_for_later: float
    refused: float
    goodput: float
    done_in_time: float
    p99_s: float
    caught_up_s: float


def measure(server: Server, seconds: int = SECONDS) -> Figure:
    """Saturate, overload, let it catch up, and compare every message with its row."""
    server.closed(400, 16)
    saturation = max(server.closed(600, 16)[0] for _ in range(3))
    before = _done(server)
    pushes = server.pushes(int(2 * saturation * seconds))
    server.crowd.on_time(pushes, per_second=2 * saturation, resends=True)
    at_the_end = _done(server) - before
    started = time.perf_counter()
    while _waiting(server) and time.perf_counter() < started + PATIENCE_S:
        time.sleep(0.2)
    caught_up = time.perf_counter() - started
    words = Counter(_kind(server.words(push)) if push.answer else "nothing" for push in pushes)
    server.check()
    _check(server, words[RECEIVED])
    times = sorted(push.seconds for push in pushes if push.answer)
    taken = words[BOOKED] + words[RECEIVED]
    return Figure(
        name=server.name,
        saturation=saturation,
        offered=len(pushes) / seconds,
        first_try=sum(push.tries == 1 and bool(push.answer) for push in pushes) / len(pushes),
        booked_at_once=words[BOOKED] / len(pushes),
        stored_for_later=words[RECEIVED] / len(pushes),
        refused=(words[NOT_RECORDED] + words["nothing"]) / len(pushes),
        goodput=taken / seconds / saturation,
        done_in_time=at_the_end / seconds / saturation,
        p99_s=times[int(len(times) * 0.99)],
        caught_up_s=caught_up,
    )


def _kind(words: str) -> str:
    return next((kind for kind in (BOOKED, RECEIVED, NOT_RECORDED) if kind in words), words)


def _check(server: Server, stored: int) -> None:
    """Nothing is left over, every late answer is in the outbox once, and the books are right. Raises Void."""
    if server.store is None:
        raise Void("an echo stores nothing")
    with server.store.read() as work:
        told = work.db.scalar(select(func.count()).where(notice.c.kind == "late_answer"))
        states = Counter(work.db.scalars(select(inbound_message.c.state)))
    # A message whose first answer was lost on the way was told "stored" then and its result at the resend.
    if states.keys() != {"done"} or (told or 0) < stored or violations(server.store):
        raise Void(f"{server.name}: {states}, {told} told of {stored} that were stored")


def _done(server: Server) -> int:
    return _count(server, "done")


def _waiting(server: Server) -> int:
    return _count(server, "deferred")


def _count(server: Server, state: str) -> int:
    if server.store is None:
        return 0
    with server.store.read() as work:
        mine = select(func.count()).select_from(inbound_message).where(inbound_message.c.state == state)
        return work.db.execute(mine).scalar_one()
