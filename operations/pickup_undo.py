"""撤销: taking a redemption back while everybody still stands at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from models import Work, order, order_event, order_line, pickup_code, redemption, redemption_line
from models.views import OrderView
from operations import codes
from operations.audit import record
from operations.errors import AnnulTooLate, NotAllowed, NothingToAnnul
from operations.order_views import view
from operations.orders import add_event
from operations.pickup_rules import clerk_of
from operations.upserts import for_update

ANNUL_WITHIN = timedelta(minutes=15)


def recent(work: Work, *, leader_id: int) -> list[int]:
    """Orders that were handed out so lately that it can be undone, newest first."""
    rows = work.db.execute(
        select(redemption.c.order_id)
        .where(
            redemption.c.leader_id == leader_id,
            redemption.c.ok,
            redemption.c.annulled_at.is_(None),
            redemption.c.recorded_at >= work.now - ANNUL_WITHIN,
        )
        .order_by(redemption.c.recorded_at.desc(), redemption.c.id.desc())
        .limit(50)
    )
    return list(dict.fromkeys(rows.scalars()))


def annul(
    work: Work,
    *,
    leader_id: int,
    actor: str,
    code: str | None = None,
    token: str | None = None,
    reason: str | None = None,
) -> OrderView:
    """Undo the latest redemption of a code: quantities are back, the code is live again. Returns the order.

    Raises NotAllowed, NothingToAnnul (also for an unknown code: this is no way to guess live ones), AnnulTooLate
    (15 minutes after it was recorded).
    """
    if not clerk_of(work, leader_id=leader_id, actor=actor).is_allowed:
        raise NotAllowed
    typed = codes.tidy(code or "")[:64]
    found = codes.find(work, leader_id=leader_id, code=typed, token=token)
    if found is None:
        raise NothingToAnnul(typed=typed)
    mine = (order.c.leader_id == leader_id, order.c.id == found.order_id)
    work.db.execute(for_update(work, select(order.c.id).where(*mine)))
    last = _latest(work, leader_id, found.id)
    if last is None:
        raise NothingToAnnul(typed=typed)
    if last.recorded_at < work.now - ANNUL_WITHIN:
        raise AnnulTooLate(at=last.recorded_at, minutes=int(ANNUL_WITHIN.total_seconds() // 60))
    _take_back(work, leader_id, last, reason)
    _revive(work, leader_id, found.id)
    before = view(work, leader_id=leader_id, order_id=found.order_id)
    state = _state_now(work, before)
    work.db.execute(update(order).where(*mine).values(state=state, picked_up_at=None, version=order.c.version + 1))
    _log(work, before, last, actor, {"state": state, "redemption": last.id, "reason": reason})
    return view(work, leader_id=leader_id, order_id=found.order_id)


def _latest(work: Work, leader_id: int, code_id: int) -> Row[Any] | None:
    return work.db.execute(
        select(redemption)
        .where(
            redemption.c.leader_id == leader_id,
            redemption.c.code_id == code_id,
            redemption.c.ok,
            redemption.c.annulled_at.is_(None),
        )
        .order_by(redemption.c.recorded_at.desc(), redemption.c.id.desc())
        .limit(1)
    ).first()


def _take_back(work: Work, leader_id: int, last: Row[Any], reason: str | None) -> None:
    marked = work.db.execute(
        update(redemption)
        .where(redemption.c.leader_id == leader_id, redemption.c.id == last.id, redemption.c.annulled_at.is_(None))
        .values(annulled_at=work.now, annul_reason=reason[:80] if reason else None)
    )
    if marked.rowcount != 1:
        raise NothingToAnnul(typed=last.typed)
    lines = work.db.execute(
        select(redemption_line)
        .where(redemption_line.c.leader_id == leader_id, redemption_line.c.redemption_id == last.id)
        .order_by(redemption_line.c.order_line_id)
    ).all()
    for line in lines:
        work.db.execute(
            update(order_line)
            .where(order_line.c.leader_id == leader_id, order_line.c.id == line.order_line_id)
            .values(picked_milli=order_line.c.picked_milli - line.quantity_milli)
        )


def _revive(work: Work, leader_id: int, code_id: int) -> None:
    """The number is free for this: a used one is given to nobody else for an hour."""
    work.db.execute(
        update(pickup_code)
        .where(pickup_code.c.leader_id == leader_id, pickup_code.c.id == code_id, pickup_code.c.state == "used")
        .values(state="active", used_at=None)
    )


def _state_now(work: Work, one: OrderView) -> str:
    """Where the order stands without that redemption."""
    if one.state == "cancelled":
        return one.state
    if any(line.picked_milli for line in one.lines):
        return "partly"
    was_no_show = select(func.count()).where(
        order_event.c.leader_id == one.leader_id, order_event.c.order_id == one.id, order_event.c.kind == "no_show"
    )
    return "no_show" if work.db.execute(was_no_show).scalar_one() else "ready"


def _log(work: Work, before: OrderView, last: Row[Any], actor: str, after: Mapping[str, Any]) -> None:
    add_event(
        work,
        leader_id=before.leader_id,
        order_id=before.id,
        kind="annul",
        source_key=f"annul:{last.id}",
        actor=actor,
        detail=dict(after),
    )
    record(
        work,
        leader_id=before.leader_id,
        actor=actor,
        action="order.annul",
        entity="order",
        entity_id=before.id,
        before={"state": before.state},
        after=after,
    )
