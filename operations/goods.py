"""到货: the goods are there. The round's orders become ready, get their codes, and everybody is told once.

Set by set: a round of 10,000 orders takes a few dozen statements. Lock order: round, offers by id, orders by id,
notices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, exists, func, insert, select, update

from models import Work, offer, order, order_event, order_line, round_
from models.outcomes import Arrival, ShortagePlan
from operations import after_close, codes, shortage, shortage_records
from operations.audit import record
from operations.batches import Wish
from operations.errors import NotFound, WrongState
from operations.goods_notices import tell_ready, tell_short
from operations.offers import lock_round
from operations.order_views import of_round, view
from operations.shortage import BEFORE_PICKUP, Goods
from operations.shortage import plan_shortage as plan
from operations.upserts import for_update

_HERE = ("arrived", "completed", "settled")


def plan_shortage(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    received: Mapping[int, int] | None = None,
    short: Mapping[int, int] | None = None,
    damaged: Mapping[int, int] | None = None,
) -> ShortagePlan:
    """Who would get less with these goods; changes nothing. Arguments and errors as for `mark_arrived`."""
    return plan(work, leader_id=leader_id, round_id=round_id, goods=Goods(received, short, damaged))


def mark_arrived(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    actor: str,
    source_key: str,
    received: Mapping[int, int] | None = None,
    short: Mapping[int, int] | None = None,
    damaged: Mapping[int, int] | None = None,
    batches: Wish | None = None,
) -> Arrival:
    """Enter a closed round's goods; the second time changes nothing (`is_repeat`).

    By offer id, in thousandths of its unit: `received` is how much came, `short` how much less than ordered,
    `damaged` how much is broken; what is not named came in full. With `batches` people are told building by building,
    else all at once. Raises NotFound, WrongState (not closed yet, or
    cancelled), BadQuantity (more missing than ordered).
    """
    row = held(work, leader_id, round_id)
    if row.state in _HERE:
        return _repeat(work, row)
    if row.state != "closed":
        raise WrongState(state=row.state, title=row.title)
    reckoning = shortage.reckon(work, leader_id, round_id, Goods(received, short, damaged))
    shortage_records.write(
        work, leader_id=leader_id, round_id=round_id, reckoning=reckoning, actor=actor, source_key=source_key
    )
    _note_goods(work, leader_id, reckoning.plan, received or {}, damaged or {})
    _set_arrived(work, row)
    ready = _make_ready(work, row, actor, source_key)
    issued = codes.issue_for_round(work, leader_id=leader_id, round_id=round_id)
    orders = of_round(work, leader_id, round_id)
    notices = tell_ready(work, row, orders, batches)
    owed = tell_short(work, row, orders, reckoning.plan)
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="round.arrive",
        entity="round",
        entity_id=round_id,
        before={"state": row.state},
        after={"state": "arrived", "ready": ready, "short": len(reckoning.plan.lines), "owed_back_fen": owed},
    )
    return Arrival(
        round_id=round_id,
        is_repeat=False,
        ready_orders=ready,
        codes=issued,
        notices=notices,
        plan=reckoning.plan,
        owed_back_fen=owed,
    )


def make_ready(work: Work, *, leader_id: int, order_id: int, actor: str, source_key: str) -> str:
    """One order may be picked up at once (现货): ready, with a code; returns it. Again: the same code, no change.

    Raises NotFound, WrongState (cancelled).
    """
    mine = (order.c.leader_id == leader_id, order.c.id == order_id)
    row = work.db.execute(for_update(work, select(order.c.state).where(*mine))).first()
    if row is None:
        raise NotFound(what="order")
    if row.state == "cancelled":
        raise WrongState(state=row.state, title=view(work, leader_id=leader_id, order_id=order_id).round_title)
    if row.state in BEFORE_PICKUP:
        work.db.execute(
            update(order).where(*mine).values(state="ready", ready_at=work.now, version=order.c.version + 1)
        )
        _add_ready_events(work, leader_id, [order_id], actor, source_key)
        record(
            work,
            leader_id=leader_id,
            actor=actor,
            action="order.ready",
            entity="order",
            entity_id=order_id,
            before={"state": row.state},
            after={"state": "ready"},
        )
    return codes.ensure_code(work, leader_id=leader_id, order_id=order_id)


def held(work: Work, leader_id: int, round_id: int) -> Row[Any]:
    """The round's row, its offers and its orders, held in the order everybody takes them. Raises NotFound.

    What its close left to be booked is booked first.
    """
    row = lock_round(work, leader_id, round_id)
    if work.db.dialect.name != "sqlite":
        for table in (offer, order):
            ids = select(table.c.id).where(table.c.leader_id == leader_id, table.c.round_id == round_id)
            work.db.execute(ids.order_by(table.c.id).with_for_update(key_share=True))
    return after_close.finish(work, row)


def _repeat(work: Work, row: Row[Any]) -> Arrival:
    ready = select(func.count()).where(
        order.c.leader_id == row.leader_id,
        order.c.round_id == row.id,
        order.c.state.in_(("ready", "partly", "picked_up", "no_show")),
    )
    return Arrival(
        round_id=row.id,
        is_repeat=True,
        ready_orders=work.db.execute(ready).scalar_one(),
        codes=0,
        notices=0,
        plan=ShortagePlan(offers=(), lines=()),
    )


def _note_goods(
    work: Work, leader_id: int, found: ShortagePlan, received: Mapping[int, int], damaged: Mapping[int, int]
) -> None:
    """What came, on the offers: what was counted, and for offers that fell short what that comes to."""
    counted = {one.offer_id: one.received_milli for one in found.offers} | dict(received)
    for offer_id in sorted({*counted, *damaged}):
        work.db.execute(
            update(offer)
            .where(offer.c.leader_id == leader_id, offer.c.id == offer_id)
            .values(received_milli=counted.get(offer_id), damaged_milli=damaged.get(offer_id, 0))
        )


def _set_arrived(work: Work, row: Row[Any]) -> None:
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == row.leader_id, round_.c.id == row.id, round_.c.state == "closed")
        .values(state="arrived", arrived_at=work.now, version=round_.c.version + 1)
    )


def _make_ready(work: Work, row: Row[Any], actor: str, source_key: str) -> int:
    """Orders with something to hand out become ready; one that gets nothing of anything waits for no pickup."""
    has_goods = exists().where(
        order_line.c.leader_id == order.c.leader_id,
        order_line.c.order_id == order.c.id,
        func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli) > 0,
    )
    ids = (
        work.db.execute(
            update(order)
            .where(
                order.c.leader_id == row.leader_id,
                order.c.round_id == row.id,
                order.c.state.in_(BEFORE_PICKUP),
                has_goods,
            )
            .values(state="ready", ready_at=work.now, version=order.c.version + 1)
            .returning(order.c.id)
        )
        .scalars()
        .all()
    )
    _add_ready_events(work, row.leader_id, ids, actor, source_key)
    return len(ids)


def _add_ready_events(work: Work, leader_id: int, order_ids: Sequence[int], actor: str, source_key: str) -> None:
    if not order_ids:
        return
    common = {"leader_id": leader_id, "kind": "ready", "source_key": source_key, "actor": actor, "at": work.now}
    work.db.execute(insert(order_event), [common | {"id": work.new_id(), "order_id": i} for i in sorted(order_ids)])
