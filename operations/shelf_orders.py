"""Orders from the shelf (现货): booked, paid for and fetched one by one; the pickup code comes with the order.

A resident has one shelf order that is open, which later words change; once it is fetched or cancelled the next words
make a new one. The scarce counter is `shelf_item.taken_milli` (`shelf_taking`). There is no close, so a sale is in the
books from the moment of the order, and what changes it follows there.

Lock order: resident (PostgreSQL), shelf items by id, round, offers, order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, select, update

from models import Work, after_sales_case, offer, order, order_event, round_
from models.joins import points_to
from models.views import OrderView
from operations import codes, goods, ledger, order_views, orders, shelf_days
from operations.errors import NoOrder
from operations.notices import enqueue
from operations.orders import Change, Changed, NothingBooked
from operations.receivers import owner_of, tell
from operations.shelf_taking import Taken, take


def change(
    work: Work,
    *,
    leader_id: int,
    resident_id: int,
    changes: Sequence[Change],
    actor: str,
    source_key: str,
    room: str | None = None,
    note: str | None = None,
    is_all_or_nothing: bool = False,
    order_id: int | None = None,
) -> Changed:
    """Book what can be booked, as `orders.change` does; `Change.offer_id` is the id of the item on the shelf.

    The order is ready at once and has its code; `order_id` names it where a certain open one is meant. Raises NoOrder
    (nothing to change), or the first refusal when nothing could be booked at all.
    """
    orders.lock_person(work, leader_id, resident_id)
    if (done := _done_before(work, leader_id, resident_id, source_key)) is not None:
        return done
    before = open_order(work, leader_id=leader_id, resident_id=resident_id, order_id=order_id)
    had = _had(work, before)
    targets = orders.totals_of(had, changes)
    if not targets and before is None:
        raise NoOrder
    took, refused = take(work, leader_id=leader_id, had=had, targets=targets, is_all_or_nothing=is_all_or_nothing)
    if refused and not any(one.had_milli != one.now_milli for one in took.values()) and before is None:
        raise refused[0] if len(refused) == 1 else NothingBooked(refused)
    round_id = before.round_id if before else _make_room(work, leader_id, resident_id)
    done = orders.change(
        work,
        leader_id=leader_id,
        round_id=round_id,
        resident_id=resident_id,
        changes=_as_offers(work, leader_id, round_id, took),
        actor=actor,
        source_key=source_key,
        room=room,
        note=note,
        is_all_or_nothing=True,
    )
    after = _follow_up(work, before, done.order, actor=actor, source_key=source_key)
    if done.moved:
        _tell_leader(work, after, actor=actor, source_key=source_key, is_new=before is None)
    return Changed(order=after, refused=tuple(refused), moved=done.moved)


def cancel(
    work: Work, *, leader_id: int, resident_id: int, actor: str, source_key: str, order_id: int | None = None
) -> Changed:
    """Cancel the open shelf order; its goods lie on the shelf again. Raises NoOrder."""
    orders.lock_person(work, leader_id, resident_id)
    if (done := _done_before(work, leader_id, resident_id, source_key)) is not None:
        return done
    had = _had(work, open_order(work, leader_id=leader_id, resident_id=resident_id, order_id=order_id))
    if not had:
        raise NoOrder
    return change(
        work,
        leader_id=leader_id,
        resident_id=resident_id,
        changes=[Change(item_id, 0) for item_id in had],
        actor=actor,
        source_key=source_key,
        order_id=order_id,
    )


def open_order(work: Work, *, leader_id: int, resident_id: int, order_id: int | None = None) -> OrderView | None:
    """The shelf order that this person's words change: nothing of it was fetched yet, and nothing complained of."""
    mine = [order.c.leader_id == leader_id, order.c.resident_id == resident_id]
    if order_id is not None:
        mine.append(order.c.id == order_id)
    of_shelf = points_to(order.c.round_id, round_)
    found = work.db.execute(
        select(order.c.id)
        .join(round_, of_shelf)
        .where(*mine, order.c.is_current, order.c.state == "ready", round_.c.kind == shelf_days.KIND)
        .where(round_.c.state == "arrived", ~_is_complained_of())
        .order_by(order.c.id.desc())
        .limit(1)
    ).scalar()
    return None if found is None else order_views.view(work, leader_id=leader_id, order_id=found)


def items_of(work: Work, one: OrderView | None) -> dict[int, int]:
    """Offer id -> item id, for the lines of a shelf order."""
    if one is None or not one.lines:
        return {}
    ids = [line.offer_id for line in one.lines]
    rows = work.db.execute(
        select(offer.c.id, offer.c.shelf_item_id).where(offer.c.leader_id == one.leader_id, offer.c.id.in_(ids))
    )
    return {row.id: row.shelf_item_id for row in rows}


def end_days(work: Work, *, limit: int = 20) -> int:
    """For the scheduler: goods of past days are not kept any longer; returns how many days were ended.

    An order nobody came for and nobody paid for is cancelled, its goods lie on the shelf again, and its holder is
    told. One that was paid for stays: who comes late still gets the goods.
    """
    days = shelf_days.due(work, limit=limit)
    for day in days:
        for row in shelf_days.unpaid_waiting(work, leader_id=day.leader_id, round_id=day.id):
            _let_go(work, day, row)
        shelf_days.finish(work, leader_id=day.leader_id, round_id=day.id)
    return len(days)


def _let_go(work: Work, day: Row[Any], row: Row[Any]) -> None:
    before = order_views.view(work, leader_id=day.leader_id, order_id=row.id)
    cancel(
        work,
        leader_id=day.leader_id,
        resident_id=row.resident_id,
        actor="system",
        source_key=f"shelf_end:{row.id}",
        order_id=row.id,
    )
    facts = {"goods": [[line.name, line.quantity_milli, line.unit] for line in before.lines]}
    tell(
        work,
        leader_id=day.leader_id,
        round_id=day.id,
        order_id=row.id,
        kind="shelf_let_go",
        key=f"shelf_let_go:{row.id}",
        payload=facts,
    )


def _done_before(work: Work, leader_id: int, resident_id: int, source_key: str) -> Changed | None:
    """The shelf order of this person as it is, where this very message or form has changed it before."""
    found: int | None = work.db.execute(
        select(order.c.id)
        .join(order_event, and_(order_event.c.leader_id == order.c.leader_id, order_event.c.order_id == order.c.id))
        .join(round_, points_to(order.c.round_id, round_))
        .where(
            order.c.leader_id == leader_id,
            order.c.resident_id == resident_id,
            round_.c.kind == shelf_days.KIND,
            order_event.c.source_key == source_key,
            order_event.c.kind.in_(("place", "change", "cancel")),
        )
        .limit(1)
    ).scalar()
    if found is None:
        return None
    return Changed(order=order_views.view(work, leader_id=leader_id, order_id=found), refused=(), moved=())


def _is_complained_of() -> ColumnElement[bool]:
    """What a case has given back of a line must not be undone by a new quantity."""
    return exists().where(
        after_sales_case.c.leader_id == order.c.leader_id,
        after_sales_case.c.order_id == order.c.id,
        after_sales_case.c.state != "cancelled",
    )


def _had(work: Work, before: OrderView | None) -> dict[int, int]:
    items = items_of(work, before)
    return {items[line.offer_id]: line.quantity_milli for line in before.lines} if before else {}


def _as_offers(work: Work, leader_id: int, round_id: int, took: Mapping[int, Taken]) -> list[Change]:
    """What was taken of the shelf, as changes of the day's offers."""
    goods_of = {item_id: one.item for item_id, one in took.items()}
    offers = shelf_days.list_offers(work, leader_id=leader_id, round_id=round_id, goods=goods_of)
    return [Change(offers[item_id], one.now_milli) for item_id, one in took.items()]


def _make_room(work: Work, leader_id: int, resident_id: int) -> int:
    """Today's round, in which this person has no order that is still open: one that is done makes way for a new one."""
    round_id = shelf_days.of_today(work, leader_id=leader_id)
    work.db.execute(
        update(order)
        .where(
            order.c.leader_id == leader_id,
            order.c.round_id == round_id,
            order.c.resident_id == resident_id,
            order.c.is_current,
        )
        .values(is_current=False)
    )
    return round_id


def _follow_up(work: Work, before: OrderView | None, after: OrderView, *, actor: str, source_key: str) -> OrderView:
    """Ready with a code, or cancelled without; and the books say what is owed now."""
    leader_id = after.leader_id
    if after.lines:
        goods.make_ready(work, leader_id=leader_id, order_id=after.id, actor=actor, source_key=source_key)
    else:
        codes.revoke(work, leader_id=leader_id, order_id=after.id)
    was = before.total_fen if before else 0
    kind = "sale" if before is None else "sale_change" if after.lines else "reversal"
    ledger.post(
        work,
        leader_id=leader_id,
        kind=kind,
        reference=f"shelf:{after.id}:{work.new_id()}",
        source=ledger.of(after.resident_id),
        target=ledger.SALES,
        amount_fen=after.total_fen - was,
        round_id=after.round_id,
        order_id=after.id,
    )
    return order_views.view(work, leader_id=leader_id, order_id=after.id)


def _tell_leader(work: Work, one: OrderView, *, actor: str, source_key: str, is_new: bool) -> None:
    """The goods lie with the leader: somebody may be at the door in a minute. Not of what the leader did himself."""
    owner = owner_of(work, one.leader_id)
    if actor == f"account:{owner}":
        return
    enqueue(
        work,
        leader_id=one.leader_id,
        account_id=owner,
        kind="shelf_order",
        key=f"shelf_order:{one.id}:{source_key}"[:160],
        payload={
            "seq": one.seq,
            "room": one.room,
            "name": one.resident_name,
            "is_new": is_new,
            "total_fen": one.total_fen,
            "goods": [[line.name, line.quantity_milli, line.unit] for line in one.lines],
        },
        round_id=one.round_id,
        order_id=one.id,
    )
