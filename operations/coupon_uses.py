"""A coupon on an order: used, recomputed when the order changes, given back when it goes.

`coupon.used` is a scarce counter: it changes by one conditional statement, so a race never gives out one use too many.
What an order saves stands in `orders.discount_fen`; `coupon_use.amount_fen` is the same sum, kept beside the coupon it
came from. Lock order: the order, then the coupon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update

from models import Work, coupon, coupon_use, order, order_event, round_
from models.joins import points_to
from models.views import OrderView
from operations.coupons import CouponView, shown, tidy, worth
from operations.errors import CouponRefused, NoOrder
from operations.order_views import load, view
from operations.upserts import for_update


def in_order(work: Work, *, leader_id: int, order_id: int) -> CouponView | None:
    """The coupon that stands in an order."""
    row = _live(work, leader_id, order_id)
    return shown(row) if row is not None else None


def use(
    work: Work, *, leader_id: int, round_id: int, resident_id: int, code: str, actor: str, source_key: str
) -> OrderView:
    """Use a coupon on the resident's order in an open round; returns the order. The same one again changes nothing.

    Raises NoOrder, CouponRefused (`why`: unknown, closed, not_yet, over, stopped, used_up, per_resident, min_spend,
    other).
    """
    held = _hold_order(work, leader_id, round_id, resident_id)
    before = load(work, leader_id=leader_id, round_id=round_id, resident_id=resident_id)
    if held is None or before is None or not before.lines:
        raise NoOrder
    named = coupon.c.leader_id == leader_id, coupon.c.code == tidy(code)
    row = work.db.execute(select(coupon).where(*named)).first()
    if row is None or row.owner_resident_id not in {None, resident_id}:
        raise CouponRefused(why="unknown", typed=tidy(code)[:20])
    now = _live(work, leader_id, before.id)
    if now is not None and now.id == row.id:
        return before
    _check_usable(work, row, held, before, now)
    _take(work, row, resident_id)
    amount = worth(row.kind, row.value, before.goods_fen)
    work.db.execute(
        insert(coupon_use).values(
            leader_id=leader_id,
            id=work.new_id(),
            coupon_id=row.id,
            order_id=before.id,
            resident_id=resident_id,
            amount_fen=amount,
            used_at=work.now,
        )
    )
    _write_discount(work, before, amount, actor, source_key)
    return view(work, leader_id=leader_id, order_id=before.id)


def leave_out(work: Work, *, leader_id: int, round_id: int, resident_id: int, actor: str, source_key: str) -> OrderView:
    """Take the coupon off an order in an open round; it can be used again. Raises NoOrder, CouponRefused (closed)."""
    held = _hold_order(work, leader_id, round_id, resident_id)
    before = load(work, leader_id=leader_id, round_id=round_id, resident_id=resident_id)
    if held is None or before is None:
        raise NoOrder
    row = _live(work, leader_id, before.id)
    if row is None:
        return before
    if held.round_state != "open" or held.closes_at <= work.now:
        raise CouponRefused(why="closed", title=before.round_title)
    _give_back(work, leader_id, before.id, row.id)
    _write_discount(work, before, 0, actor, source_key)
    return view(work, leader_id=leader_id, order_id=before.id)


def rediscount(work: Work, before: OrderView, total_fen: int, *, actor: str, source_key: str) -> int:
    """The discount of a held order whose total changes; a coupon whose terms it no longer meets is given back."""
    row = _live(work, before.leader_id, before.id)
    if row is None:
        return min(before.discount_fen, total_fen)
    if total_fen == 0 or total_fen < row.min_spend_fen:
        _give_back(work, before.leader_id, before.id, row.id)
        amount = 0
    else:
        amount = worth(row.kind, row.value, total_fen)
        _set_amount(work, before.leader_id, before.id, amount)
    _tell(work, before, amount, actor, source_key)
    return amount


def follow(work: Work, *, leader_id: int, order_ids: Sequence[int]) -> None:
    """After goods were short or came back: what a coupon took off is what the order says now."""
    if not order_ids:
        return
    says = select(order.c.discount_fen).where(
        order.c.leader_id == coupon_use.c.leader_id, order.c.id == coupon_use.c.order_id
    )
    work.db.execute(
        update(coupon_use)
        .where(
            coupon_use.c.leader_id == leader_id,
            coupon_use.c.order_id.in_(order_ids),
            coupon_use.c.released_at.is_(None),
        )
        .values(amount_fen=says.scalar_subquery())
    )


def release_all(work: Work, *, leader_id: int, order_ids: Sequence[int]) -> None:
    """These orders were cancelled: every coupon in them can be used again."""
    if not order_ids:
        return
    live = select(coupon_use.c.coupon_id, coupon_use.c.order_id).where(
        coupon_use.c.leader_id == leader_id, coupon_use.c.order_id.in_(order_ids), coupon_use.c.released_at.is_(None)
    )
    for row in sorted(work.db.execute(live), key=lambda row: (row.coupon_id, row.order_id)):
        _give_back(work, leader_id, row.order_id, row.coupon_id)


def _hold_order(work: Work, leader_id: int, round_id: int, resident_id: int) -> Row[Any] | None:
    """The resident's order in this round with how the round stands; nobody else changes it until the end."""
    mine = order.c.leader_id == leader_id, order.c.round_id == round_id, order.c.resident_id == resident_id
    if work.db.dialect.name != "sqlite":
        # By itself: whoever waited here for the close would be shown the round as it was before he waited.
        work.db.execute(for_update(work, select(order.c.id).where(*mine)))
    statement: Select[Any] = (
        select(order.c.id, round_.c.state.label("round_state"), round_.c.closes_at)
        .join(round_, points_to(order.c.round_id, round_))
        .where(*mine)
    )
    return work.db.execute(statement).first()


def _check_usable(work: Work, row: Row[Any], held: Row[Any], before: OrderView, now: Row[Any] | None) -> None:
    """Raises CouponRefused with the first reason against it."""
    against = {
        "closed": held.round_state != "open" or held.closes_at <= work.now,
        "stopped": row.stopped_at is not None,
        "not_yet": row.valid_from is not None and row.valid_from > work.now,
        "over": row.valid_until is not None and row.valid_until <= work.now,
        "other": now is not None,
        "min_spend": before.goods_fen < row.min_spend_fen,
    }
    why = next((reason for reason, is_so in against.items() if is_so), None)
    if why is not None:
        facts = {"min_spend_fen": row.min_spend_fen, "total_fen": before.goods_fen, "valid_from": row.valid_from}
        raise CouponRefused(why=why, title=before.round_title, in_use=now.title if now is not None else None, **facts)


def _take(work: Work, row: Row[Any], resident_id: int) -> None:
    """One use of it. Whoever gets past the statement holds the row: only then his own uses can be counted."""
    taken = work.db.execute(
        update(coupon)
        .where(
            coupon.c.leader_id == row.leader_id,
            coupon.c.id == row.id,
            coupon.c.stopped_at.is_(None),
            or_(coupon.c.max_uses.is_(None), coupon.c.used < coupon.c.max_uses),
        )
        .values(used=coupon.c.used + 1)
    )
    if taken.rowcount != 1:
        raise CouponRefused(why="used_up")
    used_before = select(func.count()).where(
        coupon_use.c.leader_id == row.leader_id,
        coupon_use.c.coupon_id == row.id,
        coupon_use.c.resident_id == resident_id,
        coupon_use.c.released_at.is_(None),
    )
    if work.db.execute(used_before).scalar_one() >= row.per_resident:
        raise CouponRefused(why="per_resident")


def _give_back(work: Work, leader_id: int, order_id: int, coupon_id: int) -> None:
    released = work.db.execute(
        update(coupon_use)
        .where(
            coupon_use.c.leader_id == leader_id,
            coupon_use.c.order_id == order_id,
            coupon_use.c.coupon_id == coupon_id,
            coupon_use.c.released_at.is_(None),
        )
        .values(released_at=work.now)
    )
    if released.rowcount:
        mine = coupon.c.leader_id == leader_id, coupon.c.id == coupon_id
        work.db.execute(update(coupon).where(*mine).values(used=coupon.c.used - 1))


def _live(work: Work, leader_id: int, order_id: int) -> Row[Any] | None:
    return work.db.execute(
        select(coupon)
        .join(coupon_use, and_(coupon_use.c.leader_id == coupon.c.leader_id, coupon_use.c.coupon_id == coupon.c.id))
        .where(
            coupon_use.c.leader_id == leader_id, coupon_use.c.order_id == order_id, coupon_use.c.released_at.is_(None)
        )
    ).first()


def _set_amount(work: Work, leader_id: int, order_id: int, amount: int) -> None:
    work.db.execute(
        update(coupon_use)
        .where(
            coupon_use.c.leader_id == leader_id,
            coupon_use.c.order_id == order_id,
            coupon_use.c.released_at.is_(None),
        )
        .values(amount_fen=amount)
    )


def _write_discount(work: Work, before: OrderView, amount: int, actor: str, source_key: str) -> None:
    work.db.execute(
        update(order)
        .where(order.c.leader_id == before.leader_id, order.c.id == before.id)
        .values(discount_fen=amount, changed_at=work.now, version=order.c.version + 1)
    )
    _tell(work, before, amount, actor, source_key)


def _tell(work: Work, before: OrderView, amount: int, actor: str, source_key: str) -> None:
    """The order's history: how its discount moved."""
    if amount == before.discount_fen:
        return
    work.db.execute(
        insert(order_event).values(
            leader_id=before.leader_id,
            id=work.new_id(),
            order_id=before.id,
            kind="discount",
            delta_fen=amount - before.discount_fen,
            source_key=source_key,
            actor=actor,
            at=work.now,
        )
    )
