"""A purchase order at the supplier: its cases decided, sent, promised, taken back. Received: `purchase_receipts`.

What a supplier has is never changed silently: later cancellations show as a difference, later orders make the next
order of that day. Every step is written down, with what was before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, select, update

from models import Work, offer, product, purchase_order, purchase_order_line, purchase_share, round_, supplier
from operations import goods
from operations.audit import PLATFORM, record
from operations.case_cuts import cut
from operations.errors import BadQuantity, BelowLeast, CasesUndecided, NotFound, WrongState
from operations.full_cases import DECISIONS, CasePlan
from operations.purchase_drafts import Key, cost_of, lock, reckon
from operations.purchase_shares import tell_promised

AT_SUPPLIER = ("sent", "confirmed")


def decide(work: Work, *, purchase_id: int, product_id: int, rest: str | None, actor: str) -> None:
    """What the platform does with the case that is not full: `cap` leaves it, `buy` buys all of it, None asks the
    leaders' wishes. Raises NotFound, WrongState (it has gone out).
    """
    if rest not in (None, *DECISIONS):
        raise ValueError(f"nobody can decide {rest!r} about a case")
    draft = held(work, purchase_id, "draft")
    changed = work.db.execute(
        update(purchase_order_line)
        .where(purchase_order_line.c.purchase_order_id == purchase_id, purchase_order_line.c.product_id == product_id)
        .values(rest=rest)
    )
    if not changed.rowcount:
        raise NotFound(what="product")
    reckon(work, draft)
    log(work, actor, "purchase.decide", purchase_id, {"name": _names(work, [product_id])[0], "rest": rest})


def send(work: Work, *, purchase_id: int, actor: str, is_small: bool = False) -> int:
    """The order goes to the supplier; returns its sum in fen. Again: the same sum, nothing changes.

    It is reckoned a last time. Cases that are not full are filled or left as was decided; who ordered last gets less
    where they are left, at once and in words. Raises NotFound, WrongState (cancelled, or nothing is wanted any more),
    CasesUndecided (facts: names), BelowLeast where the supplier's minimum is not reached, unless `is_small` says that
    it may go out all the same.
    """
    row = lock(work, purchase_id)
    if row is None:
        raise NotFound(what="purchase")
    if row.state in (*AT_SUPPLIER, "received"):
        return int(row.total_fen)
    draft = held(work, purchase_id, "draft")
    plans = reckon(work, draft)
    if any(plan.kept_milli < plan.needed_milli for plan in plans.values()):
        _hold_rounds(work, purchase_id)
        plans = reckon(work, draft)  # what is cut is what stands now, and nobody changes it meanwhile
    if not plans:
        raise WrongState(state="empty", title="")
    if undecided := [product_id for product_id, plan in plans.items() if plan.is_undecided]:
        raise CasesUndecided(names=_names(work, undecided))
    if not is_small:
        _require_least(work, draft)
    cut(work, purchase_id, plans, actor)
    total = _settle_lines(work, purchase_id, plans)
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="sent", sent_at=work.now, total_fen=total)
    )
    log(work, actor, "purchase.send", purchase_id, {"total_fen": total, "lines": len(plans)})
    return total


def _require_least(work: Work, draft: Row[Any]) -> None:
    """As it was reckoned a moment ago: with what fills cases, without what is cut. Raises BelowLeast."""
    this = select(purchase_order.c.total_fen, supplier.c.name, supplier.c.min_order_fen)
    found = this.join(supplier, supplier.c.id == purchase_order.c.supplier_id).where(purchase_order.c.id == draft.id)
    row = work.db.execute(found).one()
    if row.total_fen < (row.min_order_fen or 0):
        raise BelowLeast(name=row.name, least_fen=row.min_order_fen, total_fen=row.total_fen)


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


def promise(
    work: Work, *, purchase_id: int, supplier_id: int, promised: Mapping[int, int], note: str | None, actor: str
) -> None:
    """The supplier says how much of each product he can bring (what is not named: as ordered). He may say it anew.
    Leaders whose goods will not suffice are told.

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
    changed = []
    for line in lines:
        milli = promised.get(line.product_id, line.ordered_milli)
        if not 0 <= milli <= line.ordered_milli:
            raise BadQuantity(name=line.name, unit=line.unit, quantity_milli=milli, ordered_milli=line.ordered_milli)
        if milli != line.promised_milli:
            set_line(work, purchase_id, line.product_id, promised_milli=milli)
            before[line.name], after[line.name] = line.promised_milli or 0, milli
            changed.append((line, milli))
    tell_promised(work, purchase_id=purchase_id, changed=changed)
    work.db.execute(
        update(purchase_order)
        .where(purchase_order.c.id == purchase_id)
        .values(state="confirmed", confirmed_at=work.now, supplier_note=note)
    )
    log(
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
    log(work, actor, "purchase.cancel", purchase_id, {"state": "cancelled"}, before={"state": row.state})


def lines_of(work: Work, purchase_id: int) -> Sequence[Row[Any]]:
    """The lines of an order with the product's name, spec and unit, by name."""
    return work.db.execute(
        select(purchase_order_line, product.c.name, product.c.spec, product.c.unit, product.c.storage)
        .join(product, product.c.id == purchase_order_line.c.product_id)
        .where(purchase_order_line.c.purchase_order_id == purchase_id)
        .order_by(product.c.name, product.c.spec, product.c.id)
    ).all()


def set_line(work: Work, purchase_id: int, product_id: int, **values: int) -> None:
    """Write down what was promised or received of one product."""
    work.db.execute(
        update(purchase_order_line)
        .where(purchase_order_line.c.purchase_order_id == purchase_id, purchase_order_line.c.product_id == product_id)
        .values(**values)
    )


def held(work: Work, purchase_id: int, *states: str) -> Row[Any]:
    """The order, locked. Raises NotFound, and WrongState when it is in none of these states."""
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


def log(
    work: Work,
    actor: str,
    action: str,
    purchase_id: int,
    after: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
) -> None:
    """A step of an order, for everybody to look up."""
    record(
        work, leader_id=PLATFORM, actor=actor, action=action, entity="purchase", entity_id=purchase_id, before=before,
        after=after,
    )  # fmt: skip
