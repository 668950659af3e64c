"""A resident's orders as they stand while one of his messages is answered: read once, and again only after a change.

One statement for the resident, what can be ordered from, his order in each and its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypedDict

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    literal_column,
    select,
)

from models import Work, offer, order, order_event, order_line, pickup_code, resident, round_
from models.joins import HOST_OF, host, points_to
from models.prepared import Prepared
from models.quick import quick
from models.views import OrderView
from operations.errors import NotFound
from operations.order_views import LIVE_CODE, head_columns, line_of, order_of


class Standing(NamedTuple):
    """An order, whether this message has changed it before, and the version of its round."""

    order: OrderView
    is_repeat: bool
    version: int


_SUMS = ("id", "seq", "total_fen", "discount_fen", "paid_fen", "refunded_fen", "fee_fen", "order_transport_fen")
_LINE = ("offer_id", "name", "unit", "unit_price_fen", "tiers", "quantity_milli", "allocated_milli", "picked_milli",
         "line_fen")  # fmt: skip
_SEEN = (
    exists()
    .where(
        order_event.c.leader_id == order.c.leader_id,
        order_event.c.order_id == order.c.id,
        order_event.c.source_key == bindparam("source_key"),
        order_event.c.kind.in_(("place", "change", "cancel")),
    )
    .label("seen")
)


def _in_rounds(*which: ColumnElement[bool]) -> Prepared:
    """A row for each line; one without a line where the order has none, or there is no order yet."""
    return Prepared(
        head_columns(
            _SEEN,
            round_.c.version.label("round_version"),
            order_line.c.id.label("line_id"),
            *(order_line.c[name] for name in _LINE),
            *(offer.c[name] for name in ("number", "spec", "is_cold", "storage")),
        )
        .select_from(resident)
        .join(round_, and_(round_.c.leader_id == resident.c.leader_id, *which))
        .outerjoin(
            order,
            and_(
                order.c.leader_id == resident.c.leader_id,
                order.c.round_id == round_.c.id,
                order.c.resident_id == resident.c.id,
                order.c.is_current,
            ),
        )
        .outerjoin(host, HOST_OF)
        .outerjoin(pickup_code, LIVE_CODE)
        .outerjoin(
            order_line,
            and_(
                order_line.c.leader_id == order.c.leader_id,
                order_line.c.order_id == order.c.id,
                order_line.c.quantity_milli > 0,
            ),
        )
        .outerjoin(offer, points_to(order_line.c.offer_id, offer))
        .where(resident.c.leader_id == bindparam("leader_id"), resident.c.id == bindparam("resident_id"))
    )


_IN_ONE = _in_rounds(round_.c.id == bindparam("round_id"))
_IN_OPEN = _in_rounds(round_.c.state == literal_column("'open'"), round_.c.closes_at > bindparam("now"))
_PERSON = Prepared(
    select(resident.c.id)
    .where(resident.c.leader_id == bindparam("leader_id"), resident.c.id == bindparam("resident_id"))
    .with_for_update(key_share=True)
)

_PERSONS = Prepared(
    select(resident.c.id)
    .where(
        resident.c.leader_id == bindparam("leader_id"),
        resident.c.id == any_(cast(bindparam("resident_ids"), ARRAY(BigInteger))),
    )
    .order_by(resident.c.id)
    .with_for_update(key_share=True)
)


@quick
@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one resident, and how much the transaction had changed by then."""

    found: dict[int, Standing]
    changes: int


def lock_person(work: Work, leader_id: int, resident_id: int) -> None:
    """One message of one person at a time: what the second computes must see what the first booked.

    An undone savepoint gives the lock back; otherwise it is had once.
    """
    if not work.wire.is_remote:  # there BEGIN IMMEDIATE has done it
        return
    key = (lock_person, leader_id, resident_id)
    if work.notes.get(key) != work.wire.undone:
        work.notes[key] = work.wire.undone
        _PERSON.send(work, {"leader_id": leader_id, "resident_id": resident_id})


def lock_persons(company: Sequence[tuple[Work, int]], leader_id: int) -> None:
    """The same for residents of one leader who share a transaction, by rising id."""
    (work, _), *_ = company
    if work.wire.is_remote:
        for one, resident_id in company:
            one.notes[lock_person, leader_id, resident_id] = work.wire.undone
        _PERSONS.send(work, {"leader_id": leader_id, "resident_ids": sorted(id_ for _, id_ in company)})


class Whose(TypedDict):
    """A resident, and the message that is being answered."""

    leader_id: int
    resident_id: int
    source_key: str


def ahead(work: Work, *, leader_id: int, resident_id: int, source_key: str) -> None:
    """`in_open_rounds` will be asked for this resident."""
    _IN_OPEN.ahead(work, leader_id=leader_id, resident_id=resident_id, source_key=source_key, now=work.now)


def in_open_rounds(work: Work, *, leader_id: int, resident_id: int, source_key: str) -> dict[int, Standing]:
    """As `standing`, in everything that can be ordered from now, by round id."""
    facts = {"leader_id": leader_id, "resident_id": resident_id, "source_key": source_key}
    rows = _IN_OPEN.rows(work, **facts, now=work.now)
    found = {
        round_id: _standing(work, list(group)) for round_id, group in groupby(_sorted(rows), attrgetter("round_id"))
    }
    work.notes[tuple(facts.values())] = _Read(found, work.wire.changes)
    return found


def standing(work: Work, *, leader_id: int, round_id: int, resident_id: int, source_key: str) -> Standing:
    """A resident's order in a round as it stands, and whether the message `source_key` has changed it before.

    Where there is no order yet: one with the id 0 that knows the resident and the round. The resident must be locked.
    Raises NotFound.
    """
    known: _Read | None = work.notes.get((leader_id, resident_id, source_key))
    if known is not None and known.changes == work.wire.changes and round_id in known.found:
        return known.found[round_id]
    rows = _IN_ONE.rows(work, leader_id=leader_id, round_id=round_id, resident_id=resident_id, source_key=source_key)
    if not rows:
        raise NotFound(what="resident")
    return _standing(work, _sorted(rows))


def _sorted(rows: list[Row[Any]]) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: (row.round_id, row.number or 0))


def _standing(work: Work, rows: list[Row[Any]]) -> Standing:
    """Of the rows of one round."""
    head = rows[0]
    if head.id is None:
        nothing = dict.fromkeys(_SUMS, 0)
        head = head._replace(**nothing, state="placed", placed_at=work.now, changed_at=work.now)
    lines = [line_of(row, row.line_id) for row in rows if row.line_id is not None]
    return Standing(order_of(head, tuple(lines)), bool(head.seen), head.round_version)
