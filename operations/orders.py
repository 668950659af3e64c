"""Orders: placing, changing and cancelling. One order per resident and round; later messages change it until close.

The scarce counter is `offer.reserved_milli`. It changes only by one conditional statement that also holds the
deadline, the cap and the limit per person, so that no scheduler and no earlier read is needed to keep the promise.
Lock order: resident (PostgreSQL), round (only to draw a new 接龙 number), offers by id, order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Update, bindparam, insert, or_, select, update

from models import Work, offer, offer_tier, order_event, resident, round_
from models.units import WEIGHT_UNITS
from models.views import LineView, OrderView, Tier
from operations.booking import Booking, write_events, write_head, write_lines
from operations.errors import (
    AlreadyPickedUp,
    BadQuantity,
    NoOrder,
    NotFound,
    OfferWithdrawn,
    OverLimit,
    Refused,
    RoundClosed,
    SoldOut,
)
from operations.offers import lock_offers, lock_round
from operations.order_views import load, of_resident, of_round, view
from operations.pricing import MOST_MILLI, line_total
from operations.upserts import for_update

Op = Literal["set", "add", "sub"]


@dataclass(frozen=True, slots=True)
class Change:
    """One wished change of one offer, in thousandths of its unit."""

    offer_id: int
    quantity_milli: int
    op: Op = "set"


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of the wishes: the whole order as it stands now, what was refused, and how each line moved."""

    order: OrderView
    refused: tuple[Refused, ...]
    moved: tuple[tuple[int, int, int], ...]  # (offer id, quantity before, quantity after)


def change(
    work: Work,
    *,
    leader_id: int,
    round_id: int,
    resident_id: int,
    changes: Sequence[Change],
    actor: str,
    source_key: str,
    room: str | None = None,
    note: str | None = None,
    is_all_or_nothing: bool = False,
) -> Changed:
    """Book what can be booked; each wish stands for itself unless `is_all_or_nothing`.

    Called again with a `source_key` that this order has seen, it changes nothing and tells how the order stands.
    Raises RoundClosed, AlreadyPickedUp, NoOrder (nothing to change), or the first refusal when nothing could be booked
    at all; then nothing has happened.
    """
    _lock_person(work, leader_id, resident_id)
    before = load(work, leader_id=leader_id, round_id=round_id, resident_id=resident_id)
    if before is not None and _is_repeat(work, before, source_key):
        return Changed(order=before, refused=(), moved=())
    _check_changeable(before)
    targets = _targets(before, changes)
    if not targets and (before is None or not before.lines):
        raise NoOrder
    seq = _draw_seq(work, leader_id, round_id) if before is None else before.seq

    lines = {line.offer_id: line for line in before.lines} if before else {}
    had = {offer_id: lines[offer_id].quantity_milli if offer_id in lines else 0 for offer_id in targets}
    taken: dict[int, Row[Any]] = {}
    refused: list[Refused] = []
    for offer_id in sorted(targets):
        try:
            taken[offer_id] = _reserve(work, leader_id, round_id, offer_id, had[offer_id], targets[offer_id])
        except RoundClosed:
            raise
        except Refused as refusal:
            if is_all_or_nothing:
                raise
            refused.append(refusal)
    tiers = _tiers(work, leader_id, [offer_id for offer_id in taken if offer_id not in lines])
    for offer_id, row in taken.items():
        lines[offer_id] = _line(work, row, lines.get(offer_id), targets[offer_id], tiers.get(offer_id, ()))
    moved = [(offer_id, had[offer_id], targets[offer_id]) for offer_id in taken if had[offer_id] != targets[offer_id]]
    if refused and not moved and not (before and before.lines):
        raise refused[0] if len(refused) == 1 else NothingBooked(refused)
    booking = Booking(leader_id, round_id, resident_id, before, seq, lines, moved, actor, source_key)
    after = write_head(work, booking, room=room, note=note)
    write_lines(work, booking, after.id)
    write_events(work, booking, after.id)
    return Changed(order=after, refused=tuple(refused), moved=tuple(moved))


class NothingBooked(Refused):
    """Several lines, none of which could be booked. `refusals` has the reason of each."""

    code = "nothing_booked"

    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__()
        self.refusals = tuple(refusals)


def cancel(work: Work, *, leader_id: int, round_id: int, resident_id: int, actor: str, source_key: str) -> Changed:
    """Cancel the whole order; its units are free for others again. Raises NoOrder, RoundClosed, AlreadyPickedUp."""
    _lock_person(work, leader_id, resident_id)
    before = load(work, leader_id=leader_id, round_id=round_id, resident_id=resident_id)
    if before is None or not (before.lines or _is_repeat(work, before, source_key)):
        raise NoOrder
    return change(
        work,
        leader_id=leader_id,
        round_id=round_id,
        resident_id=resident_id,
        changes=[Change(line.offer_id, 0) for line in before.lines],
        actor=actor,
        source_key=source_key,
    )


def hold(work: Work, *, leader_id: int, round_id: int, resident_ids: Sequence[int]) -> None:
    """Before orders of several people are changed in one unit of work (a 接龙): all that this will lock, at once.

    In the order in which single messages lock it; one person after the other, two such lists deadlocked. On SQLite
    there is nothing to do. Raises NotFound (round).
    """
    if work.db.dialect.name == "sqlite":
        return
    persons = select(resident.c.id).where(resident.c.leader_id == leader_id, resident.c.id.in_(resident_ids))
    work.db.execute(for_update(work, persons.order_by(resident.c.id)))
    lock_round(work, leader_id, round_id)
    lock_offers(work, leader_id, round_id)


def add_event(
    work: Work,
    *,
    leader_id: int,
    order_id: int,
    kind: str,
    source_key: str,
    actor: str,
    offer_id: int = 0,
    delta_milli: int = 0,
    delta_fen: int = 0,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one fact to an order's history."""
    work.db.execute(
        insert(order_event).values(
            leader_id=leader_id,
            id=work.new_id(),
            order_id=order_id,
            offer_id=offer_id,
            kind=kind,
            delta_milli=delta_milli,
            delta_fen=delta_fen,
            source_key=source_key,
            actor=actor,
            detail=detail,
            at=work.now,
        )
    )


def _lock_person(work: Work, leader_id: int, resident_id: int) -> None:
    """One message of one person at a time: what the second computes must see what the first booked."""
    statement = select(resident.c.id).where(resident.c.leader_id == leader_id, resident.c.id == resident_id)
    if work.db.dialect.name == "sqlite":
        return  # BEGIN IMMEDIATE has done it
    if work.db.execute(for_update(work, statement)).first() is None:
        raise NotFound(what="resident")


_SEEN = (
    select(order_event.c.id)
    .where(
        order_event.c.leader_id == bindparam("leader_id"),
        order_event.c.order_id == bindparam("order_id"),
        order_event.c.source_key == bindparam("source_key"),
        order_event.c.kind.in_(("place", "change", "cancel")),
    )
    .limit(1)
)


def _is_repeat(work: Work, before: OrderView, source_key: str) -> bool:
    """Whether this very message has changed the order before."""
    facts = {"leader_id": before.leader_id, "order_id": before.id, "source_key": source_key}
    return work.db.execute(_SEEN, facts).first() is not None


def _check_changeable(before: OrderView | None) -> None:
    if before is not None and before.state in {"partly", "picked_up"}:
        raise AlreadyPickedUp(at=before.changed_at)


def _targets(before: OrderView | None, changes: Sequence[Change]) -> dict[int, int]:
    """The new total per offer. A reduction below zero is zero; several changes of one offer add up in order."""
    now = {line.offer_id: line.quantity_milli for line in before.lines} if before else {}
    targets: dict[int, int] = {}
    for wish in changes:
        base = targets.get(wish.offer_id, now.get(wish.offer_id, 0))
        match wish.op:
            case "set":
                targets[wish.offer_id] = wish.quantity_milli
            case "add":
                targets[wish.offer_id] = base + wish.quantity_milli
            case "sub":
                targets[wish.offer_id] = max(0, base - wish.quantity_milli)
    return {key: value for key, value in targets.items() if value or now.get(key)}


def _draw_seq(work: Work, leader_id: int, round_id: int) -> int:
    """The next 接龙 number. Taken before the offers: rounds come first in the lock order."""
    drawn = work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(last_seq=round_.c.last_seq + 1)
        .returning(round_.c.last_seq)
    ).scalar()
    if drawn is None:
        raise NotFound(what="round")
    return int(drawn)


def _tiers(work: Work, leader_id: int, offer_ids: Iterable[int]) -> dict[int, tuple[Tier, ...]]:
    """The bundle prices of these offers. Read while their rows are held, so that they belong to the price we took."""
    found: dict[int, tuple[Tier, ...]] = dict.fromkeys(offer_ids, ())
    if not found:
        return found
    for row in work.db.execute(
        select(offer_tier).where(offer_tier.c.leader_id == leader_id, offer_tier.c.offer_id.in_(found))
    ):
        found[row.offer_id] += (Tier(row.quantity_milli, row.bundle_fen),)
    return found


def _taking(*, grows: bool, in_parts: bool) -> Update:
    """The one conditional statement by which units are taken or given back."""
    delta = bindparam("b_delta", type_=offer.c.reserved_milli.type)
    wanted = bindparam("b_wanted", type_=offer.c.limit_milli.type)
    conditions: list[ColumnElement[bool]] = [
        offer.c.leader_id == bindparam("b_leader_id"),
        offer.c.id == bindparam("b_offer_id"),
        offer.c.round_id == bindparam("b_round_id"),
        offer.c.is_open,
        offer.c.closes_at > bindparam("b_now"),
    ]
    if grows:
        conditions += [
            or_(offer.c.capacity_milli.is_(None), offer.c.reserved_milli + delta <= offer.c.capacity_milli),
            or_(offer.c.limit_milli.is_(None), offer.c.limit_milli >= wanted),
            offer.c.is_withdrawn.is_(False),
        ]
    if in_parts:
        conditions.append(offer.c.unit.in_(WEIGHT_UNITS))
    terms = (offer.c.id, offer.c.number, offer.c.name, offer.c.unit, offer.c.spec, offer.c.price_fen, offer.c.is_cold)
    taken = update(offer).where(*conditions).values(reserved_milli=offer.c.reserved_milli + delta)
    return taken.returning(*terms)


# Built once, by whether the quantity grows and whether it is a fraction: every line of every order runs one of them.
_TAKING = {
    (grows, in_parts): _taking(grows=grows, in_parts=in_parts) for grows in (False, True) for in_parts in (False, True)
}


def _reserve(work: Work, leader_id: int, round_id: int, offer_id: int, had: int, wanted: int) -> Row[Any]:
    """Take or give back units of one offer; returns its terms. Raises why it could not be."""
    if not 0 <= wanted <= MOST_MILLI:
        raise BadQuantity(offer_id=offer_id, quantity_milli=wanted)
    facts = {"b_leader_id": leader_id, "b_offer_id": offer_id, "b_round_id": round_id, "b_now": work.now}
    facts |= {"b_delta": wanted - had} | ({"b_wanted": wanted} if wanted > had else {})
    row = work.db.execute(_TAKING[wanted > had, wanted % 1000 != 0], facts).first()
    if row is not None:
        return row
    reason = _why_not(work, leader_id, round_id, offer_id, had, wanted)
    if reason is None:
        return _reserve(work, leader_id, round_id, offer_id, had, wanted)
    raise reason


def _line(work: Work, row: Row[Any], line: LineView | None, wanted: int, tiers: tuple[Tier, ...]) -> LineView:
    """The line as it stands then. A placed line keeps the price and tiers it was placed with."""
    price, tiers = (line.unit_price_fen, line.tiers) if line else (row.price_fen, tiers)
    return LineView(
        id=line.id if line else work.new_id(),
        offer_id=row.id,
        number=row.number,
        name=row.name,
        unit=row.unit,
        spec=row.spec,
        unit_price_fen=price,
        quantity_milli=wanted,
        allocated_milli=None,
        picked_milli=0,
        line_fen=line_total(wanted, price, tiers),
        is_cold=row.is_cold,
        tiers=tiers,
    )


def _why_not(work: Work, leader_id: int, round_id: int, offer_id: int, had: int, wanted: int) -> Refused | None:
    """The conditional statement met no row: say why. None when, on PostgreSQL, the obstacle has gone in between."""
    row = work.db.execute(
        select(offer).where(offer.c.leader_id == leader_id, offer.c.id == offer_id, offer.c.round_id == round_id)
    ).first()
    if row is None:
        return NotFound(what="offer")
    if not row.is_open or row.closes_at <= work.now:
        title = work.db.execute(
            select(round_.c.title).where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        ).scalar()
        return RoundClosed(title=title)
    if wanted % 1000 and row.unit not in WEIGHT_UNITS:
        return BadQuantity(offer_id=offer_id, name=row.name, unit=row.unit, quantity_milli=wanted)
    if row.is_withdrawn:
        return OfferWithdrawn(offer_id=offer_id, name=row.name)
    if row.limit_milli is not None and wanted > row.limit_milli:
        return OverLimit(
            offer_id=offer_id, name=row.name, unit=row.unit, limit_milli=row.limit_milli, wanted_milli=wanted
        )
    if row.capacity_milli is None or row.reserved_milli + wanted - had <= row.capacity_milli:
        return None
    remaining = row.capacity_milli - row.reserved_milli
    return SoldOut(
        name=row.name,
        unit=row.unit,
        remaining_milli=remaining,
        wanted_milli=wanted,
        had_milli=had,
        offer_id=offer_id,
    )


__all__ = [
    "Change",
    "Changed",
    "NothingBooked",
    "add_event",
    "cancel",
    "change",
    "hold",
    "of_resident",
    "of_round",
    "view",
]
