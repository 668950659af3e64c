"""Closing a round of 10,000 orders: totals, sales in the ledger and a notice for everybody, in one durable commit."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from benchmarks.order_message import Void, assert_durable
from models import Store, Work, account, notice, offer, order, order_line, resident, round_
from operations import people, rounds
from operations.offers import NewOffer
from operations.rounds import NewRound

ORDERS, ROUNDS = 10_000, 5


def measure(stores: Sequence[Store]) -> list[float]:
    """The median time of a close on each of these migrated, empty databases, in milliseconds; they take turns."""
    worlds = [store.run(prepared) for store in stores]
    times: list[list[float]] = [[] for _ in stores]
    for number in range(ROUNDS + 1):
        for store, world, taken in zip(stores, worlds, times, strict=True):
            assert_durable(store)
            spent = _close(store, *world)
            if number:
                taken.append(spent)
    return [1000 * statistics.median(taken) for taken in times]


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
    owner = people.recognise(work, "o_benchmark_leader_000000001").account_id
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
