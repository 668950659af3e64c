"""Ending at full cases: over all leaders, who ordered first keeps what he has; the others get less and are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from models import Work, order_event, purchase_share, round_
from operations import goods, shortage, shortage_records
from operations.allocation import allocate_by_increase, standing_increases
from operations.audit import record
from operations.full_cases import CasePlan
from operations.goods_notices import tell_short
from operations.order_views import of_round
from operations.purchase_drafts import Key, live
from operations.shortage import Goods


def cut(work: Work, purchase_id: int, plans: Mapping[int, CasePlan[Key]], actor: str) -> None:
    """End at full cases: over all leaders, who ordered first keeps what he has. The others are told."""
    shorter = {product_id: plan for product_id, plan in plans.items() if plan.kept_milli < plan.needed_milli}
    if not shorter:
        return
    shares = work.db.execute(
        select(purchase_share.c.leader_id, purchase_share.c.offer_id, purchase_share.c.product_id).where(
            purchase_share.c.purchase_order_id == purchase_id, purchase_share.c.product_id.in_(list(shorter))
        )
    ).all()
    of_round_: dict[Key, dict[int, int]] = defaultdict(dict)  # by round: what of each offer is left
    at = {(row.leader_id, row.id): row for row in live(work, {(s.leader_id, s.offer_id) for s in shares})}
    for product_id, plan in shorter.items():
        keys = [(s.leader_id, s.offer_id) for s in shares if s.product_id == product_id]
        for (leader_id, offer_id), kept in _first_come(work, keys, plan.needed_milli - plan.kept_milli).items():
            of_round_[leader_id, at[leader_id, offer_id].round_id][offer_id] = kept
    for (leader_id, round_id), kept_of in sorted(of_round_.items()):
        _cut_round(work, purchase_id, leader_id, round_id, kept_of, actor)


def _first_come(work: Work, keys: Sequence[Key], over_milli: int) -> dict[Key, int]:
    """How much each offer keeps when this much over all of them is left away: those who raised last give it up."""
    now: dict[tuple[int, int, int], int] = {}
    events: list[tuple[Any, int, tuple[int, int, int], int]] = []
    for leader_id, offer_id in keys:
        lines = shortage.lines_of(work, leader_id, [offer_id])
        now |= {(leader_id, offer_id, line.order_id): line.entitled_milli for line in lines}
        told = select(order_event.c.id, order_event.c.at, order_event.c.order_id, order_event.c.delta_milli).where(
            order_event.c.leader_id == leader_id,
            order_event.c.offer_id == offer_id,
            order_event.c.order_id.in_([line.order_id for line in lines]),
            order_event.c.delta_milli != 0,
        )
        events += [(e.at, e.id, (leader_id, offer_id, e.order_id), e.delta_milli) for e in work.db.execute(told)]
    history = [(who, delta) for _, _, who, delta in sorted(events, key=lambda e: (e[0], e[1]))]
    got, _ = allocate_by_increase(standing_increases(history, now), sum(now.values()) - over_milli)
    kept: dict[Key, int] = dict.fromkeys(keys, 0)
    for (leader_id, offer_id, _order), milli in got.items():
        kept[leader_id, offer_id] += milli
    return kept


def _cut_round(
    work: Work, purchase_id: int, leader_id: int, round_id: int, kept: Mapping[int, int], actor: str
) -> None:
    row = goods.held(work, leader_id, round_id)
    reckoning = shortage.reckon(work, leader_id, round_id, Goods(received=kept))
    lost: dict[int, int] = defaultdict(int)
    for line in reckoning.plan.lines:
        lost[line.offer_id] += line.ordered_milli - line.allocated_milli
    if not lost:
        return
    key = f"cases:{purchase_id}"
    shortage_records.write(
        work, leader_id=leader_id, round_id=round_id, reckoning=reckoning, actor=actor, source_key=key, reference=key
    )
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(closed_total_fen=round_.c.closed_total_fen + reckoning.plan.delta_fen)
    )
    tell_short(work, row, of_round(work, leader_id, round_id), reckoning.plan, again=key, why="cases")
    for offer_id, milli in lost.items():
        work.db.execute(
            update(purchase_share)
            .where(
                purchase_share.c.leader_id == leader_id,
                purchase_share.c.purchase_order_id == purchase_id,
                purchase_share.c.offer_id == offer_id,
            )
            .values(needed_milli=purchase_share.c.needed_milli - milli, cut_milli=milli)
        )
    record(
        work, leader_id=leader_id, actor=actor, action="round.cut", entity="round", entity_id=round_id,
        after={"short": len(reckoning.plan.lines), "purchase": purchase_id},
    )  # fmt: skip
