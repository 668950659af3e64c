"""A shortage found after the goods were announced: a box is opened at the counter, and two are missing or broken.

Only what is still to be handed out can be short. Who was served keeps what he got; among the others it is first come,
first served by the time of each increase, as at arrival. What an open after-sales case is about is left to the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, func, select, update

from models import Work, offer, order, order_event, order_line
from models.outcomes import LateShortage, ShortagePlan, ShortOffer
from models.units import WEIGHT_UNITS
from operations import codes, goods, shortage, shortage_records
from operations.allocation import allocate_by_increase, still_in_line
from operations.audit import record
from operations.case_claims import claims_of
from operations.errors import BadQuantity, WrongState
from operations.goods_notices import correct_untold, tell_short
from operations.order_views import of_round
from operations.shortage import Goods
from operations.shortage_money import Reckoning, with_money

AT_THE_COUNTER = ("arrived", "completed")
WAITING = ("ready", "partly", "no_show")


def plan(work: Work, *, leader_id: int, round_id: int, missing: Goods) -> ShortagePlan:
    """Who would get less; changes nothing. Arguments and errors as for `report`."""
    return _reckon(work, leader_id, round_id, missing).plan


def report(work: Work, *, leader_id: int, round_id: int, missing: Goods, actor: str, source_key: str) -> LateShortage:
    """Less can be handed out than was announced: `missing.short` and `missing.damaged` say how much, by offer id.

    The same `source_key` again changes nothing (`is_repeat`). Raises NotFound, WrongState (goods have not come, or the
    round is settled), BadQuantity (more missing than is still to be handed out; facts: left_milli too).
    """
    row = goods.held(work, leader_id, round_id)
    if row.state not in AT_THE_COUNTER or row.kind == "shelf":  # what is not on the shelf is never sold of it
        raise WrongState(state=row.state, title=row.title)
    if was_reported(work, leader_id=leader_id, round_id=round_id, source_key=source_key):
        return LateShortage(ShortagePlan(offers=(), lines=()), 0, is_repeat=True)
    reckoning = _reckon(work, leader_id, round_id, missing)
    shortage_records.write(
        work,
        leader_id=leader_id,
        round_id=round_id,
        reckoning=reckoning,
        actor=actor,
        source_key=source_key,
        reference=f"short:{source_key}"[:120],
    )
    _note_goods(work, leader_id, missing)
    changed = sorted({line.order_id for line in reckoning.plan.lines})
    _end_empty(work, leader_id, changed)
    orders = of_round(work, leader_id, round_id)
    correct_untold(work, row, orders, changed)
    owed = tell_short(work, row, orders, reckoning.plan, again=source_key)
    record(
        work,
        leader_id=leader_id,
        actor=actor,
        action="round.short",
        entity="round",
        entity_id=round_id,
        after={"short": len(reckoning.plan.lines), "owed_back_fen": owed},
    )
    return LateShortage(reckoning.plan, owed)


def was_reported(work: Work, *, leader_id: int, round_id: int, source_key: str) -> bool:
    """Whether `report` has been called with this key."""
    of_this_round = select(order.c.id).where(order.c.leader_id == leader_id, order.c.round_id == round_id)
    found = select(order_event.c.id).where(
        order_event.c.leader_id == leader_id,
        order_event.c.order_id.in_(of_this_round),
        order_event.c.kind == "allocate",
        order_event.c.source_key == source_key,
    )
    return work.db.execute(found.limit(1)).first() is not None


def _reckon(work: Work, leader_id: int, round_id: int, missing: Goods) -> Reckoning:
    offers = shortage.offers_of(work, leader_id, round_id, missing.offer_ids)
    lines = shortage.lines_of(work, leader_id, [row.id for row in offers], WAITING)
    kept = _kept(work, leader_id, lines)
    short_offers: list[ShortOffer] = []
    allocated: dict[int, int] = {}
    for row in offers:
        of_offer = [line for line in lines if line.offer_id == row.id]
        left = sum(line.entitled_milli - kept[line.id] for line in of_offer)
        one = _short_offer(row, left, missing)
        short_offers.append(one)
        in_line = still_in_line(
            shortage.increases_of(work, leader_id, row, of_offer), {line.order_id: kept[line.id] for line in of_offer}
        )
        got, _ = allocate_by_increase(in_line, left - one.missing_milli)
        for line in of_offer:
            now = kept[line.id] + got.get(line.order_id, 0)
            if now < line.entitled_milli:
                allocated[line.id] = now
    return with_money(short_offers, [line for line in lines if line.id in allocated], allocated)


def _kept(work: Work, leader_id: int, lines: Sequence[Row[Any]]) -> dict[int, int]:
    """By order line id: what was handed out, and what an open case is about."""
    claimed = claims_of(work, leader_id=leader_id, order_ids=sorted({line.order_id for line in lines}))
    kept = {}
    for line in lines:
        left = line.entitled_milli - line.picked_milli
        claim = claimed.get(line.id)
        held = claim.held_of(picked_milli=line.picked_milli, left_milli=left) if claim else 0
        kept[line.id] = line.picked_milli + held
    return kept


def _short_offer(row: Row[Any], left: int, missing: Goods) -> ShortOffer:
    short, damaged = (missing.short or {}).get(row.id, 0), (missing.damaged or {}).get(row.id, 0)
    gone = short + damaged
    is_whole = row.unit in WEIGHT_UNITS or gone % 1000 == 0
    if short < 0 or damaged < 0 or not 0 < gone <= left or not is_whole:
        raise BadQuantity(name=row.name, unit=row.unit, quantity_milli=gone, ordered_milli=left, left_milli=left)
    return ShortOffer(
        offer_id=row.id,
        number=row.number,
        name=row.name,
        unit=row.unit,
        ordered_milli=left,
        received_milli=left - short,
        damaged_milli=damaged,
        missing_milli=gone,
    )


def _note_goods(work: Work, leader_id: int, missing: Goods) -> None:
    """What came, on the offers: less than was counted at arrival."""
    counted = func.coalesce(offer.c.received_milli, offer.c.reserved_milli)
    for offer_id in missing.offer_ids:
        short, damaged = (missing.short or {}).get(offer_id, 0), (missing.damaged or {}).get(offer_id, 0)
        work.db.execute(
            update(offer)
            .where(offer.c.leader_id == leader_id, offer.c.id == offer_id)
            .values(
                received_milli=case((counted > short, counted - short), else_=0),
                damaged_milli=offer.c.damaged_milli + damaged,
            )
        )


def _end_empty(work: Work, leader_id: int, order_ids: Sequence[int]) -> None:
    """Orders with nothing left: collected, where something was; else as those that got nothing at arrival."""
    for one in _left_of(work, leader_id, order_ids):
        if one.left_milli > 0:
            continue
        mine = (order.c.leader_id == leader_id, order.c.id == one.order_id, order.c.state.in_(WAITING))
        if one.picked_milli:
            work.db.execute(update(order).where(*mine).values(state="picked_up", picked_up_at=work.now))
        else:
            work.db.execute(update(order).where(*mine).values(state="confirmed"))
            codes.revoke(work, leader_id=leader_id, order_id=one.order_id)


def _left_of(work: Work, leader_id: int, order_ids: Sequence[int]) -> Sequence[Any]:
    due = func.coalesce(order_line.c.allocated_milli, order_line.c.quantity_milli)
    return work.db.execute(
        select(
            order_line.c.order_id,
            func.sum(order_line.c.picked_milli).label("picked_milli"),
            func.sum(due - order_line.c.picked_milli).label("left_milli"),
        )
        .where(order_line.c.leader_id == leader_id, order_line.c.order_id.in_(order_ids))
        .group_by(order_line.c.order_id)
        .order_by(order_line.c.order_id)
    ).all()
