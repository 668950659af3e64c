"""Orders: placing, changing and cancelling. One order per resident and round; later messages change it until close.

The scarce counter is `offer.reserved_milli`. It changes only by one conditional statement that also holds the
deadline, the cap and the limit per person, so that no scheduler and no earlier read is needed to keep the promise.
Lock order: resident (PostgreSQL), round (only to draw a new 接龙 number), offers by id, order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import insert, select

from models import Work, order_event, resident
from models.prepared import Prepared
from models.quick import quick
from models.views import LineView, OrderView, Tier
from operations import round_views, taking
from operations.booking import Booking, write_events, write_head, write_lines
from operations.errors import AlreadyPickedUp, NoOrder, Refused, RoundClosed
from operations.offers import lock_offers, lock_round
from operations.order_views import of_resident, of_round, view
from operations.pricing import line_total
from operations.standing import lock_person, standing
from operations.taking import Wish
from operations.upserts import for_update

Op = Literal["set", "add", "sub"]


@quick
@dataclass(frozen=True, slots=True)
class Change:
    """One wished change of one offer, in thousandths of its unit."""

    offer_id: int
    quantity_milli: int
    op: Op = "set"


@quick
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
    lock_person(work, leader_id, resident_id)
    stands, is_repeat, version = standing(
        work, leader_id=leader_id, round_id=round_id, resident_id=resident_id, source_key=source_key
    )
    if is_repeat:
        return Changed(order=stands, refused=(), moved=())
    before = stands if stands.id else None
    _check_changeable(before)
    targets = totals_of({line.offer_id: line.quantity_milli for line in stands.lines}, changes)
    if not targets and not stands.lines:
        raise NoOrder
    lines = {line.offer_id: line for line in stands.lines}
    had = {offer_id: lines[offer_id].quantity_milli if offer_id in lines else 0 for offer_id in targets}
    is_bare = not (room or note)  # what is said besides is written down, which must not be after the close
    wishes = [
        Wish(leader_id, round_id, offer_id, had[offer_id], wanted, is_kept=is_bare and had[offer_id] == wanted)
        for offer_id, wanted in sorted(targets.items())
    ]
    taking.ahead(work, wishes, draws_seq=not stands.id, known=lines)
    seq = stands.seq or taking.draw_seq(work, leader_id, round_id)
    taken, refused = _take(work, wishes, is_all_or_nothing=is_all_or_nothing)
    tiers = _tiers(work, leader_id, round_id, version, [offer_id for offer_id in taken if offer_id not in lines])
    for offer_id, row in taken.items():
        lines[offer_id] = _line(work, row, lines.get(offer_id), targets[offer_id], tiers.get(offer_id, ()))
    moved = [(offer_id, had[offer_id], targets[offer_id]) for offer_id in taken if had[offer_id] != targets[offer_id]]
    if refused and not moved and not stands.lines:
        raise refused[0] if len(refused) == 1 else NothingBooked(refused)
    booking = Booking(leader_id, round_id, resident_id, stands, seq, lines, moved, actor, source_key)
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
    lock_person(work, leader_id, resident_id)
    before, is_repeat, _ = standing(
        work, leader_id=leader_id, round_id=round_id, resident_id=resident_id, source_key=source_key
    )
    if not (before.lines or is_repeat):
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
    _EVENT.send(
        work,
        {
            "leader_id": leader_id,
            "id": work.new_id(),
            "order_id": order_id,
            "offer_id": offer_id,
            "kind": kind,
            "delta_milli": delta_milli,
            "delta_fen": delta_fen,
            "source_key": source_key,
            "actor": actor,
            "detail": detail,
            "at": work.now,
        },
    )


_EVENT = Prepared(
    insert(order_event),
    columns=(
        "leader_id", "id", "order_id", "offer_id", "kind", "delta_milli", "delta_fen", "source_key", "actor", "detail",
        "at",
    ),
)  # fmt: skip


def _check_changeable(before: OrderView | None) -> None:
    if before is not None and before.state in {"partly", "picked_up"}:
        raise AlreadyPickedUp(at=before.changed_at)


def totals_of(now: Mapping[int, int], changes: Sequence[Change]) -> dict[int, int]:
    """The new total per offer. A reduction below zero is zero; several changes of one offer add up in order."""
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


def _take(work: Work, wishes: Sequence[Wish], *, is_all_or_nothing: bool) -> tuple[dict[int, Any], list[Refused]]:
    """Take what can be taken, offers by id; the terms of each, and why the others could not be."""
    taken: dict[int, Any] = {}
    refused: list[Refused] = []
    for wish in wishes:
        try:
            taken[wish.offer_id] = taking.take(work, wish)
        except RoundClosed:
            raise
        except Refused as refusal:
            if is_all_or_nothing:
                raise
            refused.append(refusal)
    return taken, refused


def _tiers(
    work: Work, leader_id: int, round_id: int, version: int, offer_ids: Sequence[int]
) -> dict[int, tuple[Tier, ...]]:
    """The bundle prices of these offers, as they are now that their rows are held.

    On SQLite nobody else has written since the version was read: what the process knows of it is what is there.
    """
    if not offer_ids:
        return {}
    known = None if work.wire.is_remote else round_views.of_version(work, round_id, version)
    if known is not None:
        return {o.id: o.tiers for o in known.offers}
    return {offer_id: taking.tiers(work, leader_id, offer_id) for offer_id in offer_ids}


def _line(work: Work, row: Any, line: LineView | None, wanted: int, tiers: tuple[Tier, ...]) -> LineView:
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


__all__ = [
    "Change",
    "Changed",
    "NothingBooked",
    "add_event",
    "cancel",
    "change",
    "hold",
    "lock_person",
    "of_resident",
    "of_round",
    "totals_of",
    "view",
]
