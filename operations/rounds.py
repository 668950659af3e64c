"""The life of a round: publish, change, close, reopen, cancel. Draws on `round_views` for reading.

Lock order: round, then its offers by id, then its orders by id, then notices. Closing takes every offer's row, so
no order can fall between the total and the closed door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from models import Work, leader, offer, round_
from models.views import RoundView
from operations.after_close import finish
from operations.audit import log
from operations.closing import cancel_round, close_locked, reopen_orders
from operations.demand import was_cut
from operations.errors import BadTime, CasesCut, EmptyRound, LeaderInactive, WrongState
from operations.offers import NewOffer, insert_offers, lock_offers, lock_round, require_state
from operations.round_codes import draw_code
from operations.round_views import by_code, latest, open_rounds, view
from operations.upserts import for_update


@dataclass(frozen=True, slots=True)
class NewRound:
    """Everything a leader has confirmed about a new round."""

    title: str
    offers: tuple[NewOffer, ...]
    closes_at: datetime
    pickup_from: datetime | None = None
    pickup_until: datetime | None = None
    pickup_text: str | None = None
    pickup_place: str | None = None
    note: str | None = None
    post: str | None = None
    copied_from_id: int | None = None


def publish(work: Work, *, leader_id: int, new: NewRound, actor: str) -> RoundView:
    """Open a round for ordering. Raises EmptyRound, BadTime, LeaderInactive."""
    _check_new(new, work.now)
    owner = work.db.execute(select(leader).where(leader.c.id == leader_id)).one()
    if owner.state != "active":
        raise LeaderInactive(name=owner.display_name)
    round_id = work.new_id()
    work.db.execute(
        insert(round_).values(
            leader_id=leader_id,
            id=round_id,
            code=draw_code(work),
            title=new.title[:120],
            state="open",
            opens_at=work.now,
            opened_at=work.now,
            closes_at=new.closes_at,
            pickup_from=new.pickup_from,
            pickup_until=new.pickup_until,
            pickup_text=new.pickup_text,
            pickup_place=new.pickup_place,
            note=new.note,
            post=new.post,
            share_bps=owner.share_bps,
            order_fee_fen=owner.order_fee_fen,
            fee_free_from_fen=owner.fee_free_from_fen,
            unit_fee_fen=owner.unit_fee_fen,
            min_order_fen=owner.min_order_fen,
            after_sales_hours=owner.after_sales_hours,
            copied_from_id=new.copied_from_id,
            created_at=work.now,
        )
    )
    insert_offers(work, leader_id, round_id, new.offers, first_number=1, closes_at=new.closes_at)
    log(work, leader_id, actor, "round.publish", round_id, after={"title": new.title, "offers": len(new.offers)})
    return view(work, leader_id, round_id)


def _check_new(new: NewRound, now: datetime) -> None:
    if not new.offers:
        raise EmptyRound
    if new.closes_at <= now:
        raise BadTime(field="closes_at")
    if new.pickup_from and new.pickup_until and new.pickup_until <= new.pickup_from:
        raise BadTime(field="pickup")


def close(work: Work, *, leader_id: int, round_id: int, actor: str) -> RoundView:
    """Close a round now. Closing a closed round changes nothing and tells nobody twice. Raises WrongState."""
    row = lock_round(work, leader_id, round_id)
    if row.state == "closed":
        return view(work, leader_id, round_id)
    require_state(row, "open")
    close_locked(work, row, tells_leader=False)
    log(work, leader_id, actor, "round.close", round_id, before={"state": "open"}, after={"state": "closed"})
    return view(work, leader_id, round_id)


def close_due(work: Work, *, limit: int = 5) -> list[tuple[int, int]]:
    """Close rounds whose time has come, however long ago; (leader id, round id) of each. Two callers never close one.

    Bounded work per call: call again until it returns fewer than `limit`.
    """
    due = (
        select(round_)
        .where(round_.c.state == "open", round_.c.closes_at <= work.now)
        .order_by(round_.c.closes_at, round_.c.id)
        .limit(limit)
    )
    rows = work.db.execute(for_update(work, due, skip_locked=True)).all()
    for row in sorted(rows, key=lambda r: (r.leader_id, r.id)):
        close_locked(work, row, tells_leader=True)
        log(work, row.leader_id, "system", "round.close", row.id, before={"state": "open"}, after={"state": "closed"})
    return [(row.leader_id, row.id) for row in rows]


def set_deadline(work: Work, *, leader_id: int, round_id: int, closes_at: datetime, actor: str) -> RoundView:
    """延长 / 改截单: move the deadline of an open round, or reopen a closed one whose goods have not come.

    Everybody with an order is told once per new deadline. Raises BadTime, WrongState, CasesCut (it was cut
    down to full cases).
    """
    if closes_at <= work.now:
        raise BadTime(field="closes_at")
    row = lock_round(work, leader_id, round_id)
    if row.state not in {"open", "closed"}:
        raise WrongState(state=row.state, title=row.title)
    if row.state == "closed" and was_cut(work, leader_id=leader_id, round_id=round_id):
        raise CasesCut(title=row.title)
    mine = (offer.c.leader_id == leader_id, offer.c.round_id == round_id)
    lock_offers(work, leader_id, round_id)
    row = finish(work, row)
    work.db.execute(update(offer).where(*mine).values(is_open=True, closes_at=closes_at))
    work.db.execute(
        update(round_)
        .where(round_.c.leader_id == leader_id, round_.c.id == round_id)
        .values(
            state="open",
            closes_at=closes_at,
            closed_at=None,
            closed_orders=None,
            closed_total_fen=None,
            closed_version=None,
            version=round_.c.version + 1,
        )
    )
    reopen_orders(work, row, closes_at=closes_at)
    log(
        work,
        leader_id,
        actor,
        "round.deadline",
        round_id,
        before={"state": row.state, "closes_at": row.closes_at.isoformat()},
        after={"state": "open", "closes_at": closes_at.isoformat()},
    )
    return view(work, leader_id, round_id)


__all__ = [
    "NewOffer",
    "NewRound",
    "by_code",
    "cancel_round",
    "close",
    "close_due",
    "latest",
    "open_rounds",
    "publish",
    "set_deadline",
    "view",
]
