"""Closing a round of 10,000 orders: totals, sales in the ledger and a notice for everybody, in one durable commit."""

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
from models import Store, Work, account, notice, offer, order, order_line, resident, round_
from operations import people, rounds
from operations.offers import NewOffer
from operations.rounds import NewRound

ORDERS, ROUNDS = 10_000, 5
ARRIVALS, PER_SECOND = 500, 50.0


@dataclass(frozen=True)
class Figure:
    """Milliseconds: a close when nothing else runs; the webhook's p99 in ordinary times and while rounds close."""

    name: str
    close_ms: float
    usual_p99_ms: float
    meanwhile_p99_ms: float


def measure(servers: Sequence[Server]) -> list[Figure]:
    """On the databases of these servers, which take turns."""
    stores = [Store.open(url(server), wait_s=60) for server in servers]
    worlds = [store.run(prepared) for store in stores]
    times: list[list[float]] = [[] for _ in stores]
    for number in range(ROUNDS + 1):
        for store, world, taken in zip(stores, worlds, times, strict=True):
            assert_durable(store)
            spent = _close(store, *world)
            if number:
                taken.append(1000 * spent)
    found = []
    for server, store, world, taken in zip(servers, stores, worlds, times, strict=True):
        usual = _p99(server)
        with ThreadPoolExecutor(1) as pool:
            stop = threading.Event()
            closing = pool.submit(_keep_closing, store, world, stop)
            meanwhile = _p99(server)
            stop.set()
            closing.result()
        found.append(Figure(server.name, statistics.median(taken), usual, meanwhile))
        store.dispose()
    return found


def url(server: Server) -> str:
    """The address of a server's database."""
    if server.store is None:
        raise ValueError("an echo has none")
    return server.store.engine.url.render_as_string(hide_password=False)


def _keep_closing(store: Store, world: tuple[int, int], stop: threading.Event) -> None:
    """One close every two seconds: as if a round of this size closed all the time."""
    while not stop.is_set():
        _close(store, *world)
        stop.wait(1.5)


def _p99(server: Server) -> float:
    pushes = server.pushes(ARRIVALS)
    server.crowd.on_time(pushes, per_second=PER_SECOND)
    server.look_at(pushes)
    return 1000 * sorted(push.seconds for push in pushes)[int(ARRIVALS * 0.99)]


def _close(store: Store, leader_id: int, round_id: int) -> float:
    before = _notices(store)
    started = time.perf_counter()
    with store.transaction() as work:
        view = rounds.close(work, leader_id=leader_id, round_id=round_id, actor="system")
    took = time.perf_counter() - started
    if (view.closed_orders, view.closed_total_fen) != (ORDERS, ORDERS * 4500) or _notices(store) - before != ORDERS:
        raise Void(f"closed with {view.closed_orders} orders for {view.closed_total_fen} fen")
    with store.transaction() as work:
        at = work.now + timedelta(days=1)
        rounds.set_deadline(work, leader_id=leader_id, round_id=round_id, closes_at=at, actor="system")
    return took


def _notices(store: Store) -> int:
    with store.read() as work:
        return work.db.execute(select(func.count()).where(notice.c.kind == "order_closed")).scalar_one()


def prepared(work: Work) -> tuple[int, int]:
    """A leader's round with so many orders of one box each; rows written in bulk."""
    owner = people.recognise(work, "o_benchmark_leader_000000002").account_id
    leader_id = people.apply_as_leader(work, account_id=owner, name="小美", note=None, share_bps=1000)
    people.approve_leader(work, leader_id=leader_id, actor="system")
    new = NewRound("测速团", (NewOffer("草莓", 4500, "盒"),), closes_at=work.now + timedelta(days=1))
    view = rounds.publish(work, leader_id=leader_id, new=new, actor="system")
    people_ = [(work.new_id(), work.new_id(), work.new_id(), work.new_id()) for _ in range(ORDERS)]
    mine = {"leader_id": leader_id}
    accounts = [{"id": a, "openid": f"o_benchmark_{a}", "created_at": work.now} for a, _, _, _ in people_]
    residents = [{**mine, "id": r, "account_id": a, "created_at": work.now} for a, r, _, _ in people_]
    orders = [
        {**mine, "id": o, "round_id": view.id, "resident_id": r, "seq": n, "total_fen": 4500}
        | {"state": "placed", "placed_at": work.now, "changed_at": work.now}
        for n, (_, r, o, _) in enumerate(people_, 1)
    ]
    lines = [
        {**mine, "id": line, "order_id": o, "offer_id": view.offers[0].id, "name": "草莓", "unit": "盒"}
        | {"unit_price_fen": 4500, "quantity_milli": 1000, "line_fen": 4500}
        for _, _, o, line in people_
    ]
    for table, rows in ((account, accounts), (resident, residents), (order, orders), (order_line, lines)):
        work.db.execute(insert(table), rows)
    work.db.execute(update(offer).where(offer.c.leader_id == leader_id).values(reserved_milli=ORDERS * 1000))
    work.db.execute(update(round_).where(round_.c.leader_id == leader_id).values(last_seq=ORDERS))
    return leader_id, view.id
