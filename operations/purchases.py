"""A purchase order from the decision about its cases to the goods: sent, promised, received.

What a supplier has is never changed silently: later cancellations show as a difference, later orders make the next
order of that day. Every step is written down, with what was before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, select, update

from models import Work, offer, order_event, product, purchase_order, purchase_order_line, purchase_share, round_
from models.units import WEIGHT_UNITS
from operations import goods, shortage
from operations.allocation import allocate_by_increase, standing_increases
from operations.audit import PLATFORM, record
from operations.demand import offer_ids
from operations.errors import BadQuantity, CasesUndecided, NotFound, WrongState
from operations.full_cases import DECISIONS, PART, WHOLE, CasePlan, divide
from operations.goods_notices import tell_short
from operations.order_views import of_round
from operations.purchase_drafts import Key, cost_of, live, lock, reckon
from operations.shortage import Goods

AT_SUPPLIER = ("sent", "confirmed")


def decide(work: Work, *, purchase_id: int, product_id: int, rest: str | None, actor: str) -> None:
    """What the platform does with the case that is not full: `cap` leaves it, `buy` buys all of it, None asks the
    leaders' wishes. Raises NotFound, WrongState (it has gone out).
    """
    if rest not in (None, *DECISIONS):
        raise ValueError(f"nobody can decide {rest!r} about a case")
    draft = _held(work, purchase_id, "draft")
    changed = work.db.execute(
        update(purchase_order_line)
        .where(purchase_order_line.c.purchase_order_id == purchase_id, purchase_order_line.c.product_id == product_id)
        .values(rest=rest)
    )
    if not changed.rowcount:
        raise NotFound(what="product")
    reckon(work, draft)
    _log(work, actor, "purchase.decide", purchase_id, {"name": _names(work, [product_id])[0], "rest": rest})


def send(work: Work, *, purchase_id: int, actor: str) -> int:
    """The order goes to the supplier; returns its sum in fen. Again: the same sum, nothing changes.

    It is reckoned a last time. Cases that are not full are filled or left as was decided; who ordered last gets less
    where they are left, at once and in words. Raises NotFound, WrongState (cancelled, or nothing is wanted any more),
    CasesUndecided (facts: names).
    """
    row = lock(work, purchase_id)
    if row is None:
        raise NotFound(what="purchase")
    if row.state in (*AT_SUPPLIER, "received"):
        return int(row.total_fen)
    draft = _held(work, purchase_id, "draft")
    plans = reckon(work, draft)
    if any(plan.kept_milli < plan.needed_milli for plan in plans.values()):
        _hold_rounds(work, purchase_id)
        plans = reckon(work, draft)  # what is cut is what stands now, and nobody changes it meanwhile
    if not plans:
        raise WrongState(state="empty", title="")
    if undecided := [product_id for product_id, plan in plans.items() if plan.is_undecided]:
        raise CasesUndecided(names=_names(work, undecided))
    _cut(work, purchase_id, plans, actor)
    total = _settle_lines(work, purchase_id, plans)
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="sent", sent_at=work.now, total_fen=total)
    )
    _log(work, actor, "purchase.send", purchase_id, {"total_fen": total, "lines": len(plans)})
    return total


def _hold_rounds(work: Work, purchase_id: int) -> None:
    for leader_id, round_id in sorted(work.db.execute(_rounds_of(purchase_id))):
        goods.held(work, leader_id, round_id)


def _rounds_of(purchase_id: int) -> Any:
    """(leader id, round id) of everybody who has a share."""
    return (
        select(offer.c.leader_id, offer.c.round_id)
        .join(
            purchase_share,
            and_(purchase_share.c.leader_id == offer.c.leader_id, purchase_share.c.offer_id == offer.c.id),
        )
        .where(purchase_share.c.purchase_order_id == purchase_id)
        .distinct()
    )


def _settle_lines(work: Work, purchase_id: int, plans: Mapping[int, CasePlan[Key]]) -> int:
    """The lines as they go out: what is left of each product after cutting, with what fills its last case."""
    total = 0
    for product_id, plan in plans.items():
        line = (
            update(purchase_order_line)
            .where(
                purchase_order_line.c.purchase_order_id == purchase_id, purchase_order_line.c.product_id == product_id
            )
            .values(needed_milli=plan.kept_milli, ordered_milli=plan.ordered_milli, rest=plan.decision)
        )
        cost = work.db.execute(line.returning(purchase_order_line.c.cost_fen)).scalar_one()
        total += cost_of(plan.ordered_milli, cost)
    return total


def _cut(work: Work, purchase_id: int, plans: Mapping[int, CasePlan[Key]], actor: str) -> None:
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
    shortage.write(
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


def promise(
    work: Work, *, purchase_id: int, supplier_id: int, promised: Mapping[int, int], note: str | None, actor: str
) -> None:
    """The supplier says how much of each product he can bring (what is not named: as ordered). He may say it anew.

    Raises NotFound (not his), WrongState (not sent, or the goods have come), BadQuantity (more than was ordered).
    """
    row = lock(work, purchase_id)
    if row is None or row.supplier_id != supplier_id or row.state == "draft":
        raise NotFound(what="purchase")
    _require(row, *AT_SUPPLIER)
    lines = lines_of(work, purchase_id)
    if promised.keys() - {line.product_id for line in lines}:
        raise NotFound(what="product")
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for line in lines:
        milli = promised.get(line.product_id, line.ordered_milli)
        if not 0 <= milli <= line.ordered_milli:
            raise BadQuantity(name=line.name, unit=line.unit, quantity_milli=milli, ordered_milli=line.ordered_milli)
        if milli != line.promised_milli:
            _set_line(work, purchase_id, line.product_id, promised_milli=milli)
            before[line.name], after[line.name] = line.promised_milli or 0, milli
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="confirmed", confirmed_at=work.now, supplier_note=note)
    )
    _log(
        work, actor, "purchase.promise", purchase_id,
        {"promised": after, "note": note}, before={"promised": before},
    )  # fmt: skip


def cancel(work: Work, *, purchase_id: int, actor: str) -> None:
    """The order is taken back: the supplier sees that. What is still wanted goes into the next draft of that day.

    Whoever got less because of its cases keeps what he was told. Again: nothing changes. Raises NotFound, WrongState
    (a draft, or the goods have come).
    """
    row = lock(work, purchase_id)
    if row is None:
        raise NotFound(what="purchase")
    if row.state == "cancelled":
        return
    _require(row, *AT_SUPPLIER)
    work.db.execute(update(purchase_order).where(purchase_order.c.id == purchase_id).values(state="cancelled"))
    for leader_id, round_id in sorted(work.db.execute(_rounds_of(purchase_id))):
        work.db.execute(
            update(round_)
            .where(round_.c.leader_id == leader_id, round_.c.id == round_id, round_.c.state == "closed")
            .values(gathered_version=None)
        )
    _log(work, actor, "purchase.cancel", purchase_id, {"state": "cancelled"}, before={"state": row.state})


def receive(
    work: Work, *, purchase_id: int, received: Mapping[int, int], damaged: Mapping[int, int], actor: str
) -> None:
    """The goods are in the warehouse: per product how much came and how much of it is damaged; all lines in full
    where nothing is named. Sound goods are divided over the leaders and wait for their 到货. It may be set right.

    Raises NotFound, WrongState (not sent), BadQuantity (more damaged than came).
    """
    row = lock(work, purchase_id)
    if row is None:
        raise NotFound(what="purchase")
    _require(row, *AT_SUPPLIER, "received")
    lines = lines_of(work, purchase_id)
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for line in lines:
        came = received.get(line.product_id, line.ordered_milli)
        broken = damaged.get(line.product_id, 0)
        if came < 0 or broken < 0 or broken > came:
            raise BadQuantity(name=line.name, unit=line.unit, quantity_milli=broken, ordered_milli=came)
        _set_line(work, purchase_id, line.product_id, received_milli=came, damaged_milli=broken)
        _divide(work, purchase_id, line, came - broken)
        if (line.received_milli, line.damaged_milli) != (came, broken):
            before[line.name] = (line.received_milli or 0) - line.damaged_milli
            after[line.name] = came - broken
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="received", received_at=row.received_at or work.now)
    )
    if after:
        was = {"usable": before} if row.state == "received" else None
        _log(work, actor, "purchase.receive", purchase_id, {"usable": after}, before=was)


def _divide(work: Work, purchase_id: int, line: Row[Any], usable_milli: int) -> None:
    shares = work.db.execute(
        select(purchase_share)
        .where(purchase_share.c.purchase_order_id == purchase_id, purchase_share.c.product_id == line.product_id)
        .order_by(purchase_share.c.leader_id, purchase_share.c.offer_id)
    ).all()
    parts = divide(
        usable_milli,
        {(s.leader_id, s.offer_id): s.needed_milli for s in shares},
        {(s.leader_id, s.offer_id): s.surplus_milli for s in shares if s.surplus_milli},
        step_milli=PART if line.unit in WEIGHT_UNITS else WHOLE,
    )
    for (leader_id, offer_id), milli in parts.items():
        work.db.execute(
            update(purchase_share)
            .where(
                purchase_share.c.leader_id == leader_id,
                purchase_share.c.purchase_order_id == purchase_id,
                purchase_share.c.offer_id == offer_id,
            )
            .values(received_milli=milli)
        )


def expected(work: Work, *, leader_id: int, round_id: int) -> dict[int, int]:
    """What came for a round by offer id, where all its goods of that offer were received: the leader need not count.

    An offer that also stands in an order that has not come is left out: she counts it herself.
    """
    rows = work.db.execute(
        select(purchase_share.c.offer_id, purchase_share.c.received_milli, purchase_order.c.state)
        .join(purchase_order, purchase_order.c.id == purchase_share.c.purchase_order_id)
        .where(
            purchase_share.c.leader_id == leader_id,
            purchase_share.c.offer_id.in_(offer_ids(leader_id, round_id)),
            purchase_order.c.state != "cancelled",
        )
    ).all()
    waiting = {row.offer_id for row in rows if row.state != "received" or row.received_milli is None}
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.offer_id not in waiting:
            found[row.offer_id] += row.received_milli
    return dict(found)


def lines_of(work: Work, purchase_id: int) -> Sequence[Row[Any]]:
    """The lines of an order with the product's name, spec and unit, by name."""
    return work.db.execute(
        select(purchase_order_line, product.c.name, product.c.spec, product.c.unit, product.c.storage)
        .join(product, product.c.id == purchase_order_line.c.product_id)
        .where(purchase_order_line.c.purchase_order_id == purchase_id)
        .order_by(product.c.name, product.c.spec, product.c.id)
    ).all()


def _set_line(work: Work, purchase_id: int, product_id: int, **values: int) -> None:
    work.db.execute(
        update(purchase_order_line)
        .where(purchase_order_line.c.purchase_order_id == purchase_id, purchase_order_line.c.product_id == product_id)
        .values(**values)
    )


def _held(work: Work, purchase_id: int, *states: str) -> Row[Any]:
    row = lock(work, purchase_id)
    if row is None:
        raise NotFound(what="purchase")
    _require(row, *states)
    return row


def _require(row: Row[Any], *states: str) -> None:
    if row.state not in states:
        raise WrongState(state=row.state, title="")


def _names(work: Work, product_ids: Sequence[int]) -> list[str]:
    return list(
        work.db.execute(select(product.c.name).where(product.c.id.in_(product_ids)).order_by(product.c.name)).scalars()
    )


def _log(
    work: Work,
    actor: str,
    action: str,
    purchase_id: int,
    after: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
) -> None:
    record(
        work, leader_id=PLATFORM, actor=actor, action=action, entity="purchase", entity_id=purchase_id, before=before,
        after=after,
    )  # fmt: skip


__all__ = ["AT_SUPPLIER", "cancel", "decide", "expected", "lines_of", "promise", "receive", "send"]
