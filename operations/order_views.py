"""Reading orders: one order, all of a round, all of a resident. Two statements each, whatever the number of orders."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select, union_all

from models import Work, offer, order, order_line, pickup_code, resident, round_
from models.joins import HOST_OF, host, points_to
from models.prepared import Prepared
from models.views import NO_FEES, FeeTerms, LineView, OrderView, Tier
from operations.errors import NotFound
from operations.upserts import for_update

FEE_COLUMNS = ("order_fee_fen", "fee_free_from_fen", "unit_fee_fen", "min_order_fen", "transport_fen")
LIVE_CODE = and_(
    pickup_code.c.leader_id == order.c.leader_id,
    pickup_code.c.order_id == order.c.id,
    pickup_code.c.state.in_(("active", "used")),
)


def head_columns(*more: Any) -> Select[Any]:
    return select(
        *(order.c[name] for name in (
            "id", "seq", "state", "room", "note", "total_fen", "discount_fen", "paid_fen", "refunded_fen",
            "pay_claimed_at", "placed_at", "changed_at", "fee_fen",
        )),
        order.c.transport_fen.label("order_transport_fen"),
        *(round_.c[name] for name in FEE_COLUMNS),
        resident.c.leader_id,
        round_.c.id.label("round_id"),
        round_.c.title.label("round_title"),
        round_.c.state.label("round_state"),
        round_.c.booked_seq,
        round_.c.kind.label("round_kind"),
        resident.c.id.label("resident_id"),
        resident.c.account_id,
        resident.c.display_name.label("resident_name"),
        resident.c.room.label("resident_room"),
        resident.c.phone,
        host.c.display_name.label("host_name"),
        pickup_code.c.code,
        *more,
    )  # fmt: skip


# What every order and every line has is joined as if it might be missing: inner joins SQLite may turn round, and then
# it reads all rounds, or all offers the leader ever made, to find those of one order.
_HEAD: Select[Any] = (
    head_columns()
    .select_from(order)
    .outerjoin(round_, points_to(order.c.round_id, round_))
    .outerjoin(resident, points_to(order.c.resident_id, resident))
    .outerjoin(host, HOST_OF)
    .outerjoin(pickup_code, LIVE_CODE)
)

_LINES: Select[Any] = (
    select(order_line, offer.c.number, offer.c.spec, offer.c.is_cold, offer.c.storage)
    .outerjoin(offer, points_to(order_line.c.offer_id, offer))
    .where(order_line.c.quantity_milli > 0)
    .order_by(offer.c.number)
)


_ONE = Prepared(_HEAD.where(order.c.leader_id == bindparam("leader_id"), order.c.id == bindparam("order_id")))
_LINES_OF_ONE = Prepared(
    _LINES.where(order_line.c.leader_id == bindparam("leader_id"), order_line.c.order_id == bindparam("order_id"))
)
_OF_RESIDENT = Prepared(
    _HEAD.where(
        order.c.leader_id == bindparam("leader_id"),
        order.c.round_id == bindparam("round_id"),
        order.c.resident_id == bindparam("resident_id"),
        order.c.is_current,
    )
)
_LINES_OF_RESIDENT = Prepared(
    _LINES.join(order, points_to(order_line.c.order_id, order)).where(
        order.c.leader_id == bindparam("leader_id"),
        order.c.round_id == bindparam("round_id"),
        order.c.resident_id == bindparam("resident_id"),
        order.c.is_current,
    )
)


_AND_GUESTS = union_all(
    select(resident.c.id).where(
        resident.c.leader_id == bindparam("leader_id"), resident.c.id == bindparam("resident_id")
    ),
    select(resident.c.id).where(
        resident.c.leader_id == bindparam("leader_id"), resident.c.host_resident_id == bindparam("resident_id")
    ),
)


@cache
def _newest(limit: int) -> Prepared:
    """Sorted by what no index has: asked to sort by the round itself, SQLite reads all orders of the leader in that
    order."""
    return Prepared(
        select(order.c.id)
        .where(
            order.c.leader_id == bindparam("leader_id"),
            order.c.resident_id.in_(_AND_GUESTS),
            order.c.state != "cancelled",
        )
        .order_by(-order.c.round_id, order.c.seq)
        .limit(limit)
    )


def view(work: Work, *, leader_id: int, order_id: int) -> OrderView:
    """One order. Raises NotFound."""
    view_ahead(work, leader_id=leader_id, order_id=order_id)
    return viewed(work, leader_id=leader_id, order_id=order_id)


def lock_order(work: Work, leader_id: int, order_id: int) -> OrderView:
    """An order whose money is about to change, held until the end of the transaction. Raises NotFound."""
    mine = select(order.c.id).where(order.c.leader_id == leader_id, order.c.id == order_id)
    if work.db.execute(for_update(work, mine)).first() is None:
        raise NotFound(what="order")
    return view(work, leader_id=leader_id, order_id=order_id)


def view_ahead(work: Work, *, leader_id: int, order_id: int) -> None:
    """`viewed` will be asked for this order."""
    _ONE.ahead(work, leader_id=leader_id, order_id=order_id)
    _LINES_OF_ONE.ahead(work, leader_id=leader_id, order_id=order_id)


def viewed(work: Work, *, leader_id: int, order_id: int) -> OrderView:
    """One order that was asked ahead. Raises NotFound."""
    head = _ONE.first(work, leader_id=leader_id, order_id=order_id)
    lines = _LINES_OF_ONE.rows(work, leader_id=leader_id, order_id=order_id)
    if head is None:
        raise NotFound(what="order")
    return order_of(head, tuple([line_of(row, row.id) for row in lines]))


def ahead(work: Work, *, leader_id: int, round_id: int, resident_id: int) -> None:
    """`load` will be asked for this order."""
    key = {"leader_id": leader_id, "round_id": round_id, "resident_id": resident_id}
    _OF_RESIDENT.ahead(work, **key)
    _LINES_OF_RESIDENT.ahead(work, **key)


def load(work: Work, *, leader_id: int, round_id: int, resident_id: int) -> OrderView | None:
    """A resident's order in a round, or None."""
    key = {"leader_id": leader_id, "round_id": round_id, "resident_id": resident_id}
    head = _OF_RESIDENT.first(work, **key)
    lines = _LINES_OF_RESIDENT.rows(work, **key)
    return order_of(head, tuple([line_of(row, row.id) for row in lines])) if head else None


def of_round(work: Work, leader_id: int, round_id: int, *, with_cancelled: bool = False) -> list[OrderView]:
    """All orders of a round, by 接龙 number."""
    wanted = order.c.round_id == round_id
    return _orders(work, leader_id, wanted if with_cancelled else and_(wanted, order.c.state != "cancelled"))


def of_resident(work: Work, leader_id: int, resident_id: int, *, limit: int = 10) -> list[OrderView]:
    """A resident's own orders and those of his guests, newest round first; cancelled ones are left out."""
    ids = [row.id for row in _newest(limit).rows(work, leader_id=leader_id, resident_id=resident_id)]
    for order_id in ids:
        view_ahead(work, leader_id=leader_id, order_id=order_id)
    return [viewed(work, leader_id=leader_id, order_id=order_id) for order_id in ids]


def of_ids(work: Work, leader_id: int, order_ids: list[int]) -> list[OrderView]:
    """These orders of this leader; unknown ids are left out."""
    return _orders(work, leader_id, order.c.id.in_(order_ids)) if order_ids else []


def _orders(work: Work, leader_id: int, wanted: Any) -> list[OrderView]:
    # Sorted here: asked to sort, SQLite reads all orders of the leader in that order instead of finding the few.
    heads = list(work.db.execute(_HEAD.where(order.c.leader_id == leader_id, wanted)))
    if not heads:
        return []
    heads.sort(key=lambda head: (head.round_id, head.seq))
    ids = [head.id for head in heads]
    few = (
        order_line.c.order_id.in_(ids)
        if len(ids) <= 50
        else order_line.c.order_id.in_(select(order.c.id).where(order.c.leader_id == leader_id, wanted))
    )
    lines: dict[int, list[LineView]] = defaultdict(list)
    for row in work.db.execute(_LINES.where(order_line.c.leader_id == leader_id, few)):
        lines[row.order_id].append(line_of(row, row.id))
    return [order_of(head, tuple(lines[head.id])) for head in heads]


def fee_terms(row: Any) -> FeeTerms:
    """The terms in a round's columns; most have none."""
    if not (row.order_fee_fen or row.unit_fee_fen or row.min_order_fen or row.transport_fen):
        return NO_FEES
    return FeeTerms(*(getattr(row, name) for name in FEE_COLUMNS))


def line_of(row: Row[Any], line_id: int) -> LineView:
    return LineView(
        id=line_id,
        offer_id=row.offer_id,
        number=row.number,
        name=row.name,
        unit=row.unit,
        spec=row.spec,
        unit_price_fen=row.unit_price_fen,
        quantity_milli=row.quantity_milli,
        allocated_milli=row.allocated_milli,
        picked_milli=row.picked_milli,
        line_fen=row.line_fen,
        is_cold=row.is_cold,
        tiers=tuple(Tier(quantity, fen) for quantity, fen in row.tiers or ()),
        storage=row.storage,
    )


def order_of(head: Row[Any], lines: tuple[LineView, ...]) -> OrderView:
    is_closed = head.round_state not in {"draft", "open"}  # from then on, though each order is booked a little later
    return OrderView(
        leader_id=head.leader_id,
        id=head.id,
        round_id=head.round_id,
        round_title=head.round_title,
        round_state=head.round_state,
        resident_id=head.resident_id,
        account_id=head.account_id,
        resident_name=head.resident_name,
        room=head.room or head.resident_room,
        phone=head.phone,
        host_name=head.host_name,
        seq=head.seq,
        state="confirmed" if is_closed and head.state == "placed" else head.state,
        note=head.note,
        lines=lines,
        total_fen=head.total_fen,
        discount_fen=head.discount_fen,
        paid_fen=head.paid_fen,
        refunded_fen=head.refunded_fen,
        pay_claimed_at=head.pay_claimed_at,
        placed_at=head.placed_at,
        changed_at=head.changed_at,
        code=head.code,
        is_sold=is_closed and (head.booked_seq is None or head.seq <= head.booked_seq),
        round_kind=head.round_kind,
        fee_fen=head.fee_fen,
        transport_fen=head.order_transport_fen,
        fees=fee_terms(head),
    )
