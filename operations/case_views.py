"""Reading after-sales cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, select

from models import (
    Work,
    after_sales_case,
    case_event,
    case_line,
    offer,
    order,
    order_line,
    refund,
    resident,
    round_,
)
from models.joins import HEARS, HOST_OF, host, points_to
from models.outcomes import CaseLineView, CaseView
from operations.case_claims import OPEN
from operations.errors import NotFound

_THIS = and_(
    case_event.c.leader_id == after_sales_case.c.leader_id,
    case_event.c.case_id == after_sales_case.c.id,
    case_event.c.kind == "photo",
)
_PHOTOS = select(func.count()).select_from(case_event).where(_THIS).scalar_subquery()
_PAID_BACK = (
    select(func.coalesce(func.sum(refund.c.amount_fen), 0))
    .where(
        refund.c.leader_id == after_sales_case.c.leader_id,
        refund.c.case_id == after_sales_case.c.id,
        refund.c.state.in_(("created", "transit", "done")),
    )
    .scalar_subquery()
)
_HEAD: Select[Any] = (
    select(
        after_sales_case,
        order.c.seq,
        order.c.round_id,
        order.c.resident_id,
        order.c.room,
        resident.c.room.label("resident_room"),
        resident.c.display_name,
        round_.c.title,
        HEARS.label("account_id"),
        _PHOTOS.label("photos"),
        _PAID_BACK.label("paid_back_fen"),
    )
    .join(order, points_to(after_sales_case.c.order_id, order))
    .join(round_, points_to(order.c.round_id, round_))
    .join(resident, points_to(order.c.resident_id, resident))
    .outerjoin(host, HOST_OF)
)


def view_case(work: Work, *, leader_id: int, number: int) -> CaseView:
    """S12 by its number. Raises NotFound."""
    return _one(work, leader_id, after_sales_case.c.number == number, f"S{number}")


def view_case_id(work: Work, *, leader_id: int, case_id: int) -> CaseView:
    """A case by its id. Raises NotFound."""
    return _one(work, leader_id, after_sales_case.c.id == case_id, None)


def list_cases(
    work: Work, *, leader_id: int, states: Sequence[str] = OPEN, order_ids: Sequence[int] | None = None, limit: int = 50
) -> list[CaseView]:
    """Cases of a leader in these states, of these orders or all; the one that is due first on top."""
    wanted: Any = after_sales_case.c.state.in_(states)
    if order_ids is not None:
        wanted = and_(wanted, after_sales_case.c.order_id.in_(order_ids))
    return _cases(work, leader_id, wanted, limit=limit)


def _one(work: Work, leader_id: int, wanted: Any, typed: str | None) -> CaseView:
    found = _cases(work, leader_id, wanted, limit=1)
    if not found:
        raise NotFound(what="case", typed=typed)
    return found[0]


def _cases(work: Work, leader_id: int, wanted: Any, *, limit: int) -> list[CaseView]:
    heads = work.db.execute(
        _HEAD.where(after_sales_case.c.leader_id == leader_id, wanted)
        .order_by(after_sales_case.c.due_at, after_sales_case.c.number)
        .limit(limit)
    ).all()
    lines = _lines(work, leader_id, [head.id for head in heads])
    return [_case(head, tuple(lines[head.id])) for head in heads]


def _lines(work: Work, leader_id: int, case_ids: Sequence[int]) -> dict[int, list[CaseLineView]]:
    found: dict[int, list[CaseLineView]] = defaultdict(list)
    if not case_ids:
        return found
    rows = work.db.execute(
        select(case_line, order_line.c.offer_id, order_line.c.name, order_line.c.unit, offer.c.number, offer.c.spec)
        .join(order_line, points_to(case_line.c.order_line_id, order_line))
        .join(offer, points_to(order_line.c.offer_id, offer))
        .where(case_line.c.leader_id == leader_id, case_line.c.case_id.in_(case_ids))
        .order_by(offer.c.number)
    )
    for row in rows:
        found[row.case_id].append(
            CaseLineView(row.order_line_id, row.offer_id, row.number, row.name, row.unit, row.quantity_milli, row.spec)
        )
    return found


def _case(head: Row[Any], lines: tuple[CaseLineView, ...]) -> CaseView:
    return CaseView(
        leader_id=head.leader_id,
        id=head.id,
        number=head.number,
        order_id=head.order_id,
        round_id=head.round_id,
        round_title=head.title,
        seq=head.seq,
        resident_id=head.resident_id,
        resident_name=head.display_name,
        room=head.room or head.resident_room,
        account_id=head.account_id,
        state=head.state,
        wish=head.wish,
        reason=head.reason,
        opened_by=head.opened_by,
        requested_fen=head.requested_fen,
        approved_fen=head.approved_fen,
        outcome=head.outcome,
        note=head.note,
        decision_note=head.decision_note,
        due_at=head.due_at,
        opened_at=head.opened_at,
        closed_at=head.closed_at,
        lines=lines,
        photos=head.photos,
        paid_back_fen=int(head.paid_back_fen),
    )
