"""Closing a round of 10,000 orders, and what the webhook notices of it.

Closed is a round when its shut door and its total are durable; whole, when every sale is in the ledger and every notice
in the outbox too, which the scheduler books in parts.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from benchmarks.servers import Server, Void, assert_durable
from models import Store, Work, account, ledger_transfer, notice, offer, order, order_line, resident, round_
from operations import after_close, leadership, people, rounds
from operations.offers import NewOffer
from operations.rounds import NewRound
from scheduler.pacing import repeat

ORDERS, ROUNDS = 10_000, 5
ARRIVALS, PER_SECOND = 500, 50.0
EVERY_S = 1.5  # between the end of one close and the next, while the webhook is watched


@dataclass(frozen=True)
class Figure:
    """Milliseconds: a close, and until all of it is booked, when nothing else runs; the webhook's p99."""

    name: str
    close_ms: float
    whole_ms: float
    usual_p99_ms: float
    meanwhile_p99_ms: float
    closes_meanwhile: int


@dataclass
class World:
    """A leader's rounds that are still open."""

    leader_id: int
    rounds: list[int]


def measure(servers: Sequence[Server]) -> list[Figure]:
    """On the databases of these servers, which take turns."""
    stores = [Store.open(url(server), wait_s=60) for server in servers]
    many = 1 + ROUNDS + int(ARRIVALS / PER_SECOND / EVERY_S) + 1
    worlds = [store.run(lambda work: prepared(work, many)) for store in stores]
    times: list[list[tuple[float, float]]] = [[] for _ in stores]
    for number in range(ROUNDS + 1):
        for store, world, taken in zip(stores, worlds, times, strict=True):
            assert_durable(store)
            spent = _close(store, world)
            if number:
                taken.append(spent)
    found = []
    for server, store, world, taken in zip(servers, stores, worlds, times, strict=True):
        usual = _p99(server)
        with ThreadPoolExecutor(1) as pool:
            stop = threading.Event()
            closing = pool.submit(_keep_closing, store, world, stop)
            meanwhile = _p99(server)
            stop.set()
            closes = closing.result()
        closed, whole = (1000 * statistics.median(part) for part in zip(*taken, strict=True))
        found.append(Figure(server.name, closed, whole, usual, meanwhile, closes))
        store.dispose()
    return found


def url(server: Server) -> str:
    """The address of a server's database."""
    if server.store is None:
        raise ValueError("an echo has none")
    return server.store.engine.url.render_as_string(hide_password=False)


def _keep_closing(store: Store, world: World, stop: threading.Event) -> int:
    """One close after the other, as if rounds of this size closed all the time; how many."""
    closes = 0
    while not stop.is_set() and world.rounds:
        _close(store, world)
        closes += 1
        stop.wait(EVERY_S)
    return closes


def _p99(server: Server) -> float:
    pushes = server.pushes(ARRIVALS)
    server.crowd.on_time(pushes, per_second=PER_SECOND)
    server.look_at(pushes)
    return 1000 * sorted(push.seconds for push in pushes)[int(ARRIVALS * 0.99)]


def _close(store: Store, world: World) -> tuple[float, float]:
    """Seconds until the next round was closed, and until it was booked."""
    leader_id, round_id = world.leader_id, world.rounds.pop()
    started = time.perf_counter()
    view = store.run(lambda work: rounds.close(work, leader_id=leader_id, round_id=round_id, actor="system"))
    closed = time.perf_counter() - started
    repeat(store, after_close.book_next, threading.Event(), leaves_room=True)
    whole = time.perf_counter() - started
    if (view.closed_orders, view.closed_total_fen) != (ORDERS, ORDERS * 4500) or _booked(store, round_id) != ORDERS:
        raise Void(f"closed with {view.closed_orders} orders for {view.closed_total_fen} fen")
    return closed, whole


def _booked(store: Store, round_id: int) -> int:
    """Orders that have everything; -1 where sales and notices differ."""
    with store.read() as work:
        told = select(func.count()).where(notice.c.round_id == round_id, notice.c.kind == "order_closed")
        sold = select(func.count()).where(ledger_transfer.c.round_id == round_id, ledger_transfer.c.kind == "sale")
        notices, sales = work.db.execute(told).scalar_one(), work.db.execute(sold).scalar_one()
    return notices if notices == sales else -1


def prepared(work: Work, many: int = 1) -> World:
    """A leader's rounds with so many orders of one box each; rows written in bulk."""
    owner = people.recognise(work, "o_benchmark_leader_000000002").account_id
    leader_id = leadership.apply_as_leader(work, account_id=owner, name="小美", note=None, share_bps=1000)
    leadership.approve_leader(work, leader_id=leader_id, actor="system")
    people_ = [(work.new_id(), work.new_id()) for _ in range(ORDERS)]
    mine = {"leader_id": leader_id}
    accounts = [{"id": a, "openid": f"o_benchmark_{a}", "created_at": work.now} for a, _ in people_]
    residents = [{**mine, "id": r, "account_id": a, "created_at": work.now} for a, r in people_]
    work.db.execute(insert(account), accounts)
    work.db.execute(insert(resident), residents)
    return World(leader_id, [_filled(work, leader_id, [r for _, r in people_]) for _ in range(many)])


def _filled(work: Work, leader_id: int, residents: Sequence[int]) -> int:
    """An open round in which each of these has ordered a box."""
    new = NewRound("测速团", (NewOffer("草莓", 4500, "盒"),), closes_at=work.now + timedelta(days=1))
    view = rounds.publish(work, leader_id=leader_id, new=new, actor="system")
    mine, ids = {"leader_id": leader_id}, [(r, work.new_id(), work.new_id()) for r in residents]
    orders = [
        {**mine, "id": o, "round_id": view.id, "resident_id": r, "seq": n, "total_fen": 4500}
        | {"state": "placed", "placed_at": work.now, "changed_at": work.now}
        for n, (r, o, _) in enumerate(ids, 1)
    ]
    lines = [
        {**mine, "id": line, "order_id": o, "offer_id": view.offers[0].id, "name": "草莓", "unit": "盒"}
        | {"unit_price_fen": 4500, "quantity_milli": 1000, "line_fen": 4500}
        for _, o, line in ids
    ]
    work.db.execute(insert(order), orders)
    work.db.execute(insert(order_line), lines)
    this = (offer.c.leader_id == leader_id, offer.c.round_id == view.id)
    work.db.execute(update(offer).where(*this).values(reserved_milli=len(ids) * 1000))
    work.db.execute(
        update(round_).where(round_.c.leader_id == leader_id, round_.c.id == view.id).values(last_seq=len(ids))
    )
    return view.id
